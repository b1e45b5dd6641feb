/**
 * Making a connection: opens a link, does what the negotiation machine says, and completes once a revision is agreed.
 * All decisions are the machine's.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import type { Revision } from "../../revision/Revision.ts"
import { ClientTransport, type Link, type Receive } from "../../transport/ClientTransport.ts"
import * as Interlude from "../../transport/Interlude.ts"
import type { TransportError } from "../../transport/TransportError.ts"
import * as McpClientError from "../McpClientError.ts"
import { type Claims, claimsIn } from "./Claims.ts"
import * as Inbound from "./Inbound.ts"
import * as Negotiation from "./Negotiation.ts"
import * as Prior from "./Prior.ts"
import * as Reception from "./Reception.ts"
import type { ServerFacts } from "./ServerFacts.ts"

/**
 * What a connection is made with.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly claims: Claims
  /** The revisions that may be spoken. */
  readonly revisions: ReadonlyArray<Revision>
  /** How long an answer may take. */
  readonly timeout: Duration.Input
  /** How long to wait for the answer to a probe where silence means an old server. */
  readonly probeTimeout: Duration.Input
  readonly nextId: () => number
  readonly inbound: Inbound.Inbound
}

/**
 * A connection over which a revision is agreed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Connected {
  readonly link: Link
  readonly server: ServerFacts
  /** What to remember of the server. */
  readonly prior: Prior.Prior
  /**
   * Whether the server has answered in the revision at hand. Where that is only remembered, it is `Assumed` at first, until
   * {@link prove} or {@link doubt} is called; nothing else writes to it.
   */
  standing: "Proven" | "Assumed" | "Doubted"
}

/**
 * The server has answered in the revision that was only remembered.
 *
 * @category standing
 * @since 0.1.0
 */
export const prove = (connected: Connected): void => {
  connected.standing = "Proven"
}

/**
 * What is only remembered of the server may be wrong: somebody has waited in vain, or its answer does not fit. What is
 * proven stays so.
 *
 * @category standing
 * @since 0.1.0
 */
export const doubt = (connected: Connected): void => {
  if (connected.standing === "Assumed") connected.standing = "Doubted"
}

/** One request of the negotiation and what came of it. It is never cancelled (CAN-04): a late answer is dropped. */
const attempt = (
  link: Link,
  options: Options,
  method: "server/discover" | "initialize",
  revision: Revision,
  params: object
): Effect.Effect<Negotiation.Event> => {
  // Silence tells of an old server only where one may be there, and could be spoken to.
  const isTelling = method === "server/discover" && link.silence === "OldServer" &&
    options.revisions.some(({ era }) => era === "session")
  const timeoutMillis = Duration.toMillis(isTelling ? options.probeTimeout : options.timeout)
  const paramsText = JSON.stringify(revision.encode.requestParams(method, params))
  const asked = link.request({ id: options.nextId(), method, name: undefined, paramsText, revision }).pipe(
    Effect.map(({ message, status }): Negotiation.Event =>
      message._tag === "Success"
        ? { _tag: "Answered", result: message.result }
        : { _tag: "Refused", error: message.error, status }
    ),
    Effect.catch((error) => Effect.succeed<Negotiation.Event>({ _tag: "Broken", error }))
  )
  return Interlude.timeoutOrElse(
    asked,
    timeoutMillis,
    () => Effect.succeed<Negotiation.Event>({ _tag: "TimedOut", timeoutMillis })
  )
}

const ask = (link: Link, options: Options, { _tag, revision }: Negotiation.Probe | Negotiation.Initialize) =>
  _tag === "Probe"
    ? attempt(link, options, "server/discover", revision, { _meta: claimsIn(revision, options.claims) })
    : attempt(link, options, "initialize", revision, { protocolVersion: revision.version, ...options.claims })

/** A link that is open, whatever is spoken on it. */
interface Opened {
  readonly link: Link
  readonly reception: Reception.Reception
  readonly isOlder: boolean
}

type Open = (on: Negotiation.On) => Effect.Effect<Opened, TransportError>

/** Links, of which one is open at a time; opening another closes the one before. */
const makeOpener = Effect.fnUntraced(function*(transport: ClientTransport["Service"], inbound: Inbound.Inbound) {
  const parent = yield* Effect.scope
  let current: Scope.Closeable | undefined
  return Effect.fnUntraced(function*(on): Effect.fn.Return<Opened, TransportError> {
    if (current !== undefined) yield* Scope.close(current, Exit.void)
    current = yield* Scope.fork(parent)
    const reception = Reception.make()
    yield* Scope.addFinalizer(current, Effect.sync(() => Reception.ended(reception)))
    const receive: Receive = (incoming, during) => Inbound.receive(inbound, reception, incoming, during)
    const older = on === "Older" ? transport.older : undefined
    const link = yield* Scope.provide((older ?? transport.open)(receive), current)
    Reception.opened(reception, link)
    return { link, reception, isOlder: older !== undefined }
  }) satisfies Open
})

/** The revisions that may be spoken over a link. */
const speakable = (revisions: ReadonlyArray<Revision>, { era }: Link): ReadonlyArray<Revision> =>
  era === undefined ? revisions : revisions.filter((revision) => revision.era === era)

interface Negotiated extends Opened {
  readonly server: ServerFacts
  /** Whether the era was asked for, not only remembered. */
  readonly isProbed: boolean
}

/** Asks what the machine wants asked, until it knows. */
const negotiate = Effect.fnUntraced(function*(
  options: Options,
  open: Open,
  first: Opened,
  offer: Negotiation.Offer,
  remembered: Negotiation.Remembered | undefined
): Effect.fn.Return<Negotiated, McpClientError.McpClientError> {
  let opened = first
  let state = Negotiation.start(offer, remembered)
  let isProbed = remembered === undefined
  while (true) {
    if (state._tag === "Agreed") return { ...opened, server: state.server, isProbed }
    if (state._tag === "Failed") return yield* McpClientError.make(state.reason)
    if (state.on !== "Same") {
      const result = yield* Effect.result(open(state.on))
      if (Result.isFailure(result)) {
        state = Negotiation.step(offer, state, { _tag: "NotOpened", error: result.failure })
        continue
      }
      opened = result.success
    }
    isProbed ||= state._tag === "Probe"
    state = Negotiation.step(offer, state, yield* ask(opened.link, options, state))
  }
})

/** Settles a session before anything else is sent in it (INI-05), in the time that an answer may take. */
const settle = (options: Options, { link, reception, server }: Negotiated) =>
  Effect.suspend(() => {
    const { revision } = server
    Reception.agreed(reception, server)
    if (revision.era === "stateless") return Effect.void
    const method = "notifications/initialized"
    const timeoutMillis = Duration.toMillis(options.timeout)
    const timedOut = new McpClientError.RequestTimeout({ method, timeoutMillis })
    return Interlude.timeoutOrElse(
      Effect.mapError(link.notify({ method, paramsText: undefined, revision }), McpClientError.make),
      timeoutMillis,
      () => Effect.fail(McpClientError.make(timedOut))
    )
  })

/**
 * Connects. The link lives as long as the scope. What is remembered of the server is not asked again.
 *
 * @category constructors
 * @since 0.1.0
 */
export const connect = Effect.fnUntraced(function*(
  options: Options,
  prior?: Prior.Prior
): Effect.fn.Return<Connected, McpClientError.McpClientError, ClientTransport | Scope.Scope> {
  const transport = yield* ClientTransport
  const now = yield* Clock.currentTimeMillis
  const remembered = Prior.recall(prior, transport.peer, now)
  const open = yield* makeOpener(transport, options.inbound)
  const first = yield* Effect.mapError(open("Same"), McpClientError.make)
  const offer: Negotiation.Offer = {
    revisions: speakable(options.revisions, first.link),
    silence: first.link.silence,
    hasOlder: transport.older !== undefined
  }
  const negotiated = yield* negotiate(options, open, first, offer, remembered)
  yield* settle(options, negotiated)
  const { isOlder, isProbed, link, server } = negotiated
  // A verdict does not become younger by being used.
  const foundAtMillis = isProbed || prior === undefined ? now : prior.foundAtMillis
  const standing = isProbed || server.revision.era === "session" ? "Proven" : "Assumed"
  return { link, server, prior: Prior.make(server, transport.peer, isOlder, foundAtMillis), standing }
})
