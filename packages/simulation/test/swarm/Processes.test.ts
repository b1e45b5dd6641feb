/** Worlds that are lived through in processes of their own: they are the same in each, go well, and reach much. */
import { assert, describe, it } from "@effect/vitest"
import * as Coverage from "@parley/simulation/swarm/Coverage"
import * as Effect from "effect/Effect"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { Digest } from "../support/digests.ts"

const program = fileURLToPath(new URL("../support/digests.ts", import.meta.url))
const conditions = "--conditions=@parley/source"

/** What is left to chance, or to the machine, where somebody lets it in: other for each process. */
interface Circumstances {
  readonly flags: ReadonlyArray<string>
  readonly env: { readonly [name: string]: string }
}

/** Lives through the worlds of the first seeds in a process of its own. */
const digests = (
  { env, flags }: Circumstances,
  seeds: number,
  size: "small" | "big"
): Effect.Effect<ReadonlyArray<Digest>, Error> =>
  Effect.callback((resume) => {
    const args = [conditions, ...flags, program, String(seeds), size]
    const child = execFile(process.execPath, args, { env: { ...process.env, ...env } }, (error, stdout) => {
      // As the program has written it.
      const parse = (line: string) => JSON.parse(line) as Digest
      resume(error === null ? Effect.succeed(stdout.trim().split("\n").map(parse)) : Effect.fail(error))
    })
    return Effect.sync(() => void child.kill())
  })

const here: Circumstances = { flags: [], env: { TZ: "UTC", LC_ALL: "C" } }

/** Garbage is collected at other times, hashes are others, and one thread computes what four do otherwise. */
const elsewhere: Circumstances = {
  flags: ["--max-semi-space-size=1", "--gc-interval=50000", "--hash-seed=7"],
  env: { TZ: "Asia/Kathmandu", LC_ALL: "tr_TR.UTF-8", UV_THREADPOOL_SIZE: "1" }
}

/** What it takes some hundred worlds to come to. `npm run simulate` tells how often. */
const rare: ReadonlyArray<Coverage.Path> = [
  "answered on a resumed stream",
  "event replayed",
  "session on several hosts",
  "stream cut by the server",
  "ended by a jump of a clock",
  "refused by a gateway"
]

const millisMax = 120_000

describe("worlds", () => {
  it.effect(
    "of a hundred seeds have the same histories in another process, to the last byte, while both cores are busy",
    () =>
      Effect.gen(function*() {
        // Each is the load on the core of the other.
        const both = [digests(here, 100, "small"), digests(elsewhere, 100, "small")]
        const [one = [], other = []] = yield* Effect.all(both, { concurrency: "unbounded" })
        assert.strictEqual(new Set(one.map(({ sha256 }) => sha256)).size, 100)
        assert.deepStrictEqual(other, one)
      }),
    millisMax
  )

  it.effect(
    "of 60 seeds of `npm run simulate` go well, and take every path but the rarest, and more than half of these",
    () =>
      Effect.gen(function*() {
        const worlds = yield* digests(here, 60, "big")
        assert.deepStrictEqual(worlds.filter(({ violations }) => violations > 0), [])
        const taken = new Set(worlds.flatMap(({ taken }) => taken))
        const missing = Coverage.paths.filter((path) => !taken.has(path))
        assert.deepStrictEqual(missing.filter((path) => !rare.includes(path)), [])
        assert.isBelow(missing.length, rare.length / 2)
      }),
    millisMax
  )
})
