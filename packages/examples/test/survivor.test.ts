/** Clients whose servers are lost in the middle of things, as programs: what they do, and what their callers see. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Program from "./Program.ts"

describe.concurrent("survivor", () => {
  it.live("over stdio, outlives a server that is killed twice, and charges nobody twice", () =>
    Effect.gen(function*() {
      const { code, lines, stderr } = yield* Program.finish("survivor/stdio.ts")
      assert.deepStrictEqual(lines.filter((line) => !line.startsWith("status: ")), [
        "tools: charge, charges",
        "The server closed the connection: its program was ended by SIGKILL; may have run: true",
        "charges: {\"cents\":[1250]}",
        "It was charged before the power failed",
        "Charged 80 cents"
      ])
      assert.deepStrictEqual(
        lines.filter((line) => line.startsWith("status: ")),
        ["Connected", "Connecting", "Connected", "Connecting", "Connected"].map((tag) => `status: ${tag}`)
      )
      assert.lengthOf(stderr.match(/was ended by SIGKILL/g) ?? [], 2)
      assert.strictEqual(code, 0)
    }))

  it.live("over HTTP, opens one session for ten calls that have lost theirs", () =>
    Effect.gen(function*() {
      const { code, lines, stderr } = yield* Program.finish("survivor/http.ts")
      assert.deepStrictEqual(lines, [
        "one call: {\"version\":\"1.0.0\"}",
        "ten calls: {\"version\":\"2.0.0\"}",
        "the server is 2.0.0, in session 2"
      ])
      assert.strictEqual(stderr, "")
      assert.strictEqual(code, 0)
    }))
})
