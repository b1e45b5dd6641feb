/** Clients of our own server through faults by chance: what holds in every world, whatever goes wrong in it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Random from "effect/Random"
import { v2025_11_25 } from "../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../src/revision/v2026_07_28.ts"
import * as Worlds from "./Worlds.ts"

const session = v2025_11_25
const stateless = v2026_07_28

describe("a client and our server, with faults between them", () => {
  for (const place of ["line", "http"] as const) {
    for (const [first, second] of [[session, session], [stateless, stateless], [session, stateless]] as const) {
      it.effect.each([9, 10, 15, 24, 43, 82, 522])(
        `on ${place}, of ${first.version} and then ${second.version}, in world %d`,
        (seed) =>
          Effect.gen(function*() {
            const { log, wrong } = yield* Random.withSeed(Worlds.live(place, first, second, seed), seed)
            assert.deepStrictEqual(wrong, [], log.join("\n"))
          }).pipe(Effect.provide(Logger.layer([])))
      )
    }
  }
})
