/**
 * A server that says what a test tells it to, for a real client: over lines, or behind an HTTP endpoint. It knows nothing of
 * the protocol but what makes messages arrive; it may lie, be silent, answer twice, and hang up in the middle.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ClientTransport } from "../../transport/ClientTransport.ts"
import type { Transcript } from "../transcript/Entry.ts"
import * as WireRecorder from "../WireRecorder.ts"
import * as Heard from "./Heard.ts"
import * as Inbox from "./Inbox.ts"
import * as ServerWire from "./ServerWire.ts"

/**
 * A scripted server.
 *
 * @category models
 * @since 0.1.0
 */
export interface ScriptedServer extends Heard.Expecting<ServerWire.HeardFromClient> {
  /** For a real client. */
  readonly transport: ClientTransport["Service"]
  /**
   * Sends a message of its own: on the line that was opened last, or on the stream that the client listens on. Over HTTP there is
   * one only with `onGet: "listen"`; without it this is a defect, and so are `sendText` and `request`.
   */
  readonly send: (message: Heard.Sent) => Effect.Effect<void>
  readonly sendText: (text: string) => Effect.Effect<void>
  /** Asks the client something under a new id, and waits for what it answers. */
  readonly request: (method: string, params?: object) => Effect.Effect<ServerWire.HeardFromClient>
  /** Closes the line, or cuts the stream that the client listens on. */
  readonly hangUp: Effect.Effect<void>
  /** All that went over the wire so far. */
  readonly recorded: () => Transcript
}

/**
 * A scripted server, for as long as the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: ServerWire.Options = {}): Effect.Effect<ScriptedServer, never, Scope.Scope> =>
  Effect.gen(function*() {
    const recorder = yield* WireRecorder.make()
    const inbox = Inbox.make<ServerWire.HeardFromClient>()
    const wire = yield* ServerWire.make({ options, inbox, recorder })
    let lastId = 0
    return {
      ...Heard.expecting(inbox, "toServer"),
      transport: wire.transport,
      send: (message) => wire.send(Heard.textOf(message)),
      sendText: wire.send,
      request: (method, params) =>
        Effect.suspend(() => {
          const id = `scripted-${++lastId}`
          const answered = inbox.first(({ id: answers, method }) => method === undefined && answers === id)
          return Effect.andThen(wire.send(Heard.textOf({ id, method, ...(params && { params }) })), answered)
        }),
      hangUp: wire.hangUp,
      recorded: recorder.transcript
    }
  })
