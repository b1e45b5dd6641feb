/**
 * Making a connection: opens a link, does what the negotiation machine says, and completes once a revision is agreed.
 * All decisions are the machine's.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { Revision } from "../revision/Revision.ts"
import type { ClientCapabilities } from "../schema/Capabilities.ts"
import type { Implementation } from "../schema/Implementation.ts"
import { ClientTransport, type Link } from "../transport/ClientTransport.ts"
import type { ServerFacts } from "./Client.ts"
import { claims } from "./Conversation.ts"
import type { Inbound } from "./Inbound.ts"
import * as Inbounds from "./Inbound.ts"
import * as McpClientError from "./McpClientError.ts"
import * as Negotiation from "./Negotiation.ts"

/**
 * What a connection is made with.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly clientInfo: Implementation
  readonly capabilities: ClientCapabilities
  /** The revisions that may be spoken. */
  readonly revisions: ReadonlyArray<Revision>
  /** How long an answer may take. */
  readonly timeout: Duration.Input
  /** How long to wait for the answer to a probe where silence means an old server. */
  readonly probeTimeout: Duration.Input
  readonly nextId: () => number
  readonly inbound: Inbound
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
}

/** One request of the negotiation and what came of it. It is never cancelled (CAN-04): a late answer is dropped. */
const attempt = (
  link: Link,
  options: Options,
  method: "server/discover" | "initialize",
  revision: Revision,
  params: object
): Effect.Effect<Negotiation.Event> => {
  const waits = method === "initialize" || link.silence === "Outage" ? options.timeout : options.probeTimeout
  const timeoutMillis = Duration.toMillis(Duration.fromInputUnsafe(waits))
  const paramsText = JSON.stringify(revision.encode.requestParams(method, params))
  return link.request({ id: options.nextId(), method, name: undefined, paramsText, revision }).pipe(
    Effect.map(({ message, status }): Negotiation.Event =>
      message._tag === "Success"
        ? { _tag: "Answered", result: message.result }
        : { _tag: "Refused", error: message.error, status }
    ),
    Effect.catch((error) => Effect.succeed<Negotiation.Event>({ _tag: "Broken", error })),
    Effect.timeoutOrElse({
      duration: timeoutMillis,
      orElse: () => Effect.succeed<Negotiation.Event>({ _tag: "TimedOut", timeoutMillis })
    })
  )
}

const probe = (link: Link, options: Options, { revision }: Negotiation.Probe) =>
  attempt(link, options, "server/discover", revision, { _meta: claims(revision, options) })

const initialize = (link: Link, options: Options, { revision }: Negotiation.Initialize) =>
  attempt(link, options, "initialize", revision, {
    protocolVersion: revision.version,
    capabilities: options.capabilities,
    clientInfo: options.clientInfo
  })

/** Settles a session before anything else is sent in it (INI-05). */
const settle = ({ inbound }: Options, link: Link, { revision }: ServerFacts) =>
  Effect.suspend(() => {
    inbound.revision = revision
    Inbounds.endWith(inbound, link)
    if (revision.era === "stateless") return Effect.void
    return Effect.mapError(
      link.notify({ method: "notifications/initialized", paramsText: undefined, revision }),
      McpClientError.make
    )
  })

/** Links, of which one is open at a time; opening another closes the one before. */
const makeOpener = Effect.fnUntraced(function*(inbound: Inbound) {
  const transport = yield* ClientTransport
  const parent = yield* Effect.scope
  let current: Scope.Closeable | undefined
  return Effect.gen(function*() {
    if (current !== undefined) yield* Scope.close(current, Exit.void)
    current = yield* Scope.fork(parent)
    const link = yield* Scope.provide(transport.open((incoming) => Inbounds.receive(inbound, incoming)), current)
    inbound.link = link
    return link
  }).pipe(Effect.mapError(McpClientError.make))
})

/**
 * Connects. The link lives as long as the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const connect = Effect.fnUntraced(function*(
  options: Options
): Effect.fn.Return<Connected, McpClientError.McpClientError, ClientTransport | Scope.Scope> {
  const open = yield* makeOpener(options.inbound)
  let link = yield* open
  const offer: Negotiation.Offer = { revisions: options.revisions, silence: link.silence }
  let state = Negotiation.start(offer)
  while (true) {
    switch (state._tag) {
      case "Probe":
        state = Negotiation.step(offer, state, yield* probe(link, options, state))
        break
      case "Initialize":
        if (state.reopen) link = yield* open
        state = Negotiation.step(offer, state, yield* initialize(link, options, state))
        break
      case "Agreed":
        yield* settle(options, link, state.server)
        return { link, server: state.server }
      case "Failed":
        return yield* McpClientError.make(state.reason)
    }
  }
})
