/**
 * The voice of one side over a duplex line: a process's pipes, two ends in memory.
 *
 * @since 0.1.0
 */
import type { Connection } from "@parley/mcp/transport/Connection"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import type * as Cassette from "./Cassette.ts"
import * as JsonText from "./JsonText.ts"
import type { Voice } from "./Player.ts"

/**
 * Speaks and listens on a line, for as long as the scope is open.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (connection: Connection, role: Cassette.Role): Effect.Effect<Voice, never, Scope.Scope> =>
  Effect.gen(function*() {
    const heard = yield* Queue.unbounded<Cassette.Said>()
    const direction = role === "client" ? "toClient" : "toServer"
    const listening = connection.listen((received) => {
      const text = received._tag === "Line"
        ? JsonText.compact(received.text)
        : `more than ${received.unitsMax} characters`
      Queue.offerUnsafe(heard, { _tag: "Spoken", direction, text })
    })
    yield* Effect.forkScoped(listening, { startImmediately: true })
    return {
      heard,
      say: (said) =>
        Effect.suspend(() => {
          if (said._tag === "Spoken") connection.send(said.text ?? "")
          return connection.drained
        })
    }
  })
