/** What a server should not write to its line is warned of, and does not flood the log. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import type { Received } from "../../src/transport/Connection.ts"
import * as DuplexClient from "../../src/transport/DuplexClient.ts"

const writing = (received: ReadonlyArray<Received>) =>
  DuplexClient.make(
    Effect.succeed({
      send: () => {},
      drained: Effect.void,
      listen: (receive) => Effect.sync(() => received.forEach(receive)),
      ending: () => "it was tired"
    }),
    "npx server"
  )

it.effect("each kind of it is warned of once, over all links, and names the server (pains rows 8, 21)", () =>
  Effect.gen(function*() {
    const logged: Array<readonly [string, ReadonlyArray<unknown>]> = []
    const collect = Logger.make(({ logLevel, message }) => {
      if (Array.isArray(message)) logged.push([logLevel, message])
    })
    const transport = writing([
      { _tag: "Line", text: `Welcome ${"!".repeat(1_000)}` },
      { _tag: "Line", text: "to the server" },
      { _tag: "TooLong", unitsMax: 10 },
      { _tag: "TooLong", unitsMax: 10 },
      { _tag: "Line", text: "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}" }
    ])
    for (let link = 0; link < 3; link++) {
      yield* Effect.scoped(Effect.flatMap(transport.open(() => {}), ({ closed }) => closed)).pipe(
        Effect.provide(Logger.layer([collect]))
      )
    }
    const warnings = logged.filter(([level]) => level === "Warn").map(([, message]) => message)
    assert.deepStrictEqual(warnings.map(([text]) => text), [
      "A line that is no message (npx server); more of this goes to the debug log",
      "A message was too long (npx server); more of this goes to the debug log"
    ])
    // The beginning says what it is; the rest could be of any length.
    assert.isBelow(String(warnings[0]?.[1]).length, 300)
  }))

it.effect("why the line ended is part of the error", () =>
  Effect.gen(function*() {
    const link = yield* writing([]).open(() => {})
    yield* link.closed
    const error = yield* Effect.flip(link.respond("{}", undefined))
    assert.strictEqual(error.message, "The server closed the connection: it was tired")
  }))
