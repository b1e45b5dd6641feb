/**
 * Changes on the server, as streams that go on over lost connections: updated resources, changed lists. In a session they
 * come by themselves or for `resources/subscribe`; in the stateless era each stream has a subscription of its own.
 *
 * @since 0.1.0
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import * as ErrorCode from "../../jsonrpc/ErrorCode.ts"
import type { SubscriptionFilter } from "../../schema/Subscription.ts"
import { subscribedFor } from "../../session/Subscriptions.ts"
import type { ListChange, ListKind, ResourceUpdate, ServerNotification } from "../Client.ts"
import type { Connected } from "../connection/Connect.ts"
import type { Connection, Status } from "../connection/Connection.ts"
import * as Inbound from "../connection/Inbound.ts"
import * as Outage from "../connection/Outage.ts"
import * as McpClientError from "../McpClientError.ts"
import * as ServerLists from "../ServerLists.ts"
import * as Backoff from "./Backoff.ts"
import * as Listen from "./Listen.ts"
import * as Mailbox from "./Mailbox.ts"
import * as Subscribed from "./Subscribed.ts"

/**
 * What the streams are made of.
 *
 * @category models
 * @since 0.1.0
 */
export interface Parts extends Listen.Parts {
  readonly connection: Connection
  readonly subscribed: Subscribed.Subscribed
}

/** What one stream wants, and how it hears of it. */
interface Interest {
  /** What a stateless-era server is asked for; `undefined` when it has nothing of it. */
  readonly filter: (connected: Connected) => SubscriptionFilter | undefined
  /** What a session-era server is told. */
  readonly subscribe: (connected: Connected) => Effect.Effect<void, McpClientError.McpClientError>
  /** From now on, this is heard of; `undefined` is all. */
  readonly listening: (
    connected: Connected,
    honoured: SubscriptionFilter | undefined
  ) => Effect.Effect<void, McpClientError.McpClientError>
  readonly hear: (notification: ServerNotification) => void
}

/**
 * In a session, everything comes by itself as soon as the server is told. Where something may have been missed, it is to be
 * read again.
 */
const inSession = (
  { connection: { gaps }, inbound }: Parts,
  { hear, listening, subscribe }: Interest,
  connected: Connected
) =>
  Effect.acquireUseRelease(
    Effect.sync(() => Inbound.observe(inbound, hear)),
    () =>
      Effect.andThen(
        subscribe(connected),
        Stream.runForEach(SubscriptionRef.changes(gaps), () => listening(connected, undefined))
      ),
    (hearNoMore) => Effect.sync(hearNoMore)
  )

const kinds: ReadonlyArray<ListKind> = ["tools", "resources", "prompts"]

const flags = { tools: "toolsListChanged", resources: "resourcesListChanged", prompts: "promptsListChanged" } as const

/** Who is told from now on was not told before: what is kept of it may have changed without a word. */
const nothingIsSure = ({ inbound }: Parts, honoured: SubscriptionFilter): Effect.Effect<void> =>
  Effect.sync(() => {
    for (const kind of kinds) {
      if (honoured[flags[kind]] === true) {
        Inbound.tellObservers(inbound, { method: `notifications/${kind}/list_changed`, params: {} })
      }
    }
    for (const uri of honoured.resourceSubscriptions ?? []) {
      Inbound.tellObservers(inbound, { method: "notifications/resources/updated", params: { uri } })
    }
  })

const isVersionRefused = ({ reason }: McpClientError.McpClientError): boolean =>
  reason._tag === "RpcError" && reason.code === ErrorCode.UnsupportedProtocolVersion

const stateless = (parts: Parts, { filter, hear, listening }: Interest, connected: Connected) => {
  const wanted = filter(connected)
  if (wanted === undefined) return Effect.never
  const acknowledged = (honoured: SubscriptionFilter) =>
    Effect.flatMap(nothingIsSure(parts, honoured), () => listening(connected, honoured))
  const listener = { hear, acknowledged }
  return Effect.catchIf(
    Listen.listen(parts, connected, wanted, listener),
    isVersionRefused,
    // The server is another one by now. Whatever comes of connecting anew, the status tells.
    (error) => Effect.andThen(Effect.ignore(parts.connection.replace(connected, error)), Effect.never)
  )
}

/**
 * What is done while a connection stands as it does. Where there is none, somebody has to ask for one; but not in the
 * background for the right to have one.
 */
const whileIn = (
  parts: Parts,
  interest: Interest,
  status: Status
): Effect.Effect<never, McpClientError.McpClientError> => {
  switch (status._tag) {
    case "Connected": {
      const { connected } = status
      const { era } = connected.server.revision
      return Backoff.forever(
        Effect.suspend(() =>
          era === "session" ? inSession(parts, interest, connected) : stateless(parts, interest, connected)
        )
      )
    }
    case "Connecting":
      return Effect.never
    case "Disconnected":
      if (Outage.isUnauthorized(status.error)) return Effect.fail(status.error)
      return Effect.never.pipe(
        Effect.timeoutOrElse({
          duration: Backoff.longestMillis,
          orElse: () => Effect.ignore(parts.connection.current)
        }),
        Effect.andThen(Effect.never)
      )
  }
}

/** Follows the connection, as long as the client lives. */
const follow = (parts: Parts, interest: Interest): Effect.Effect<void, McpClientError.McpClientError> => {
  const following = SubscriptionRef.changes(parts.connection.status).pipe(
    Stream.switchMap((status) => Stream.fromEffectDrain(whileIn(parts, interest, status))),
    Stream.runDrain
  )
  return Effect.raceFirst(following, Deferred.await(parts.inbound.ended))
}

/** A stream of what an interest puts into its mailbox. */
const streamOf = <A>(
  parts: Parts,
  make: (
    mailbox: Mailbox.Mailbox<A, McpClientError.McpClientError>
  ) => Effect.Effect<Interest, never, Scope.Scope>
): Stream.Stream<A, McpClientError.McpClientError> =>
  Stream.unwrap(Effect.gen(function*() {
    const mailbox = Mailbox.make<A, McpClientError.McpClientError>()
    const interest = yield* make(mailbox)
    const followed = Effect.onExit(follow(parts, interest), (exit) => Effect.sync(() => Mailbox.end(mailbox, exit)))
    yield* Effect.forkScoped(followed, { startImmediately: true })
    return Mailbox.stream(mailbox)
  }))

const refused = (uris: ReadonlyArray<string>) => McpClientError.make(new McpClientError.SubscriptionRefused({ uris }))

/**
 * Updates of resources, and of what is part of them (RSC-05).
 *
 * @category streams
 * @since 0.1.0
 */
export const resourceUpdates = (
  parts: Parts,
  uris: ReadonlySet<string>
): Stream.Stream<ResourceUpdate, McpClientError.McpClientError> => {
  if (uris.size === 0) return Stream.empty
  const pendingMax = parts.inbound.limits.notificationsPendingMax
  return streamOf<ResourceUpdate>(parts, (mailbox) => {
    const put = (uri: string, cause: ResourceUpdate["cause"]) => Mailbox.put(mailbox, uri, { uri, cause })
    const interest: Interest = {
      filter: () => ({ resourceSubscriptions: Array.from(uris) }),
      subscribe: (connected) =>
        Effect.forEach(uris, (uri) => Subscribed.subscribe(parts.subscribed, connected, uri), { discard: true }),
      listening: (_connected, honoured) =>
        Effect.suspend(() => {
          const got = new Set(honoured === undefined ? uris : honoured.resourceSubscriptions)
          const missing = Array.from(uris).filter((uri) => !got.has(uri))
          if (missing.length > 0) return Effect.fail(refused(missing))
          for (const uri of uris) put(uri, "Listening")
          return Effect.void
        }),
      hear: ({ method, params }) => {
        if (method !== "notifications/resources/updated") return
        const own = subscribedFor(uris, params.uri)
        // Where more would wait than may, parts are told as the whole that they are parts of.
        if (own !== undefined) put(mailbox.waiting.size < pendingMax ? params.uri : own, "Changed")
      }
    }
    return Effect.as(Effect.forEach(uris, (uri) => Subscribed.hold(parts.subscribed, uri), { discard: true }), interest)
  })
}

const declared = ({ server: { capabilities } }: Connected): ReadonlyArray<ListKind> =>
  kinds.filter((kind) => capabilities[kind]?.listChanged === true)

/**
 * Changes of the lists that the server says it tells of.
 *
 * @category streams
 * @since 0.1.0
 */
export const listChanges = (parts: Parts): Stream.Stream<ListChange, McpClientError.McpClientError> =>
  streamOf<ListChange>(parts, (mailbox) => {
    const put = (kind: ListKind, cause: ListChange["cause"]) => Mailbox.put(mailbox, kind, { kind, cause })
    return Effect.succeed<Interest>({
      filter: (connected) => {
        const wanted = declared(connected)
        return wanted.length === 0 ? undefined : Object.fromEntries(wanted.map((kind) => [flags[kind], true]))
      },
      subscribe: () => Effect.void,
      listening: (connected, honoured) => {
        const wanted = declared(connected)
        const got = honoured === undefined ? wanted : wanted.filter((kind) => honoured[flags[kind]] === true)
        for (const kind of got) put(kind, "Listening")
        return got.length === wanted.length
          ? Effect.void
          : Effect.logWarning("The server does not tell of all the lists that it says it does", { wanted, got })
      },
      hear: ({ method }) => {
        const kind = ServerLists.kindChangedBy(method)
        if (kind !== undefined) put(kind, "Changed")
      }
    })
  })
