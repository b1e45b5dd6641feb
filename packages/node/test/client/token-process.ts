/**
 * A program that uses a token store of files beside others: `counts` under the lease, `races` without it, or `holds` it. With
 * `values`, the files are those of Effect's key-value store.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { AuthLimits, defaultLimits } from "@parley/auth/AuthLimits"
import { layerKeyValueStore, TokenStore } from "@parley/auth/store/TokenStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as Redacted from "effect/Redacted"
import * as NodeTokenStore from "../../src/NodeTokenStore.ts"

const [manner = "", path = "", kind = "tokens", times = "20"] = process.argv.slice(2)

const store = kind === "tokens"
  ? NodeTokenStore.layerFile(path)
  : layerKeyValueStore({ settleMillis: 200 }).pipe(
    Layer.provide(KeyValueStore.layerFileSystem(path)),
    Layer.provide(NodeServices.layer)
  )

/** Adds one to a number; says whether nobody else has written meanwhile. */
const increment = Effect.gen(function*() {
  const store = yield* TokenStore
  const found = yield* store.get(manner)
  const next = String(Number(found === undefined ? 0 : Redacted.value(found.value)) + 1)
  return (yield* store.put(manner, Redacted.make(next), found?.version)) !== undefined
})

const leased = Effect.scoped(Effect.gen(function*() {
  yield* (yield* TokenStore).lease(manner)
  if (!(yield* increment)) return yield* Effect.die("somebody has written in spite of the lease")
}))

const manners: { readonly [manner: string]: Effect.Effect<unknown, unknown, TokenStore> } = {
  counts: leased,
  races: Effect.repeat(increment, { until: (isDone) => isDone })
}

const holding = Effect.scoped(Effect.gen(function*() {
  yield* (yield* TokenStore).lease("key")
  process.stdout.write("held\n")
  return yield* Effect.never
}))

const program = manner === "holds"
  ? holding
  : Effect.gen(function*() {
    for (let at = 0; at < Number(times); at++) yield* manners[manner] ?? Effect.die("unknown manner")
    process.stdout.write(`${times}\n`)
  })

await Effect.runPromise(program.pipe(
  Effect.provide(store),
  Effect.provideService(AuthLimits, {
    ...defaultLimits,
    leaseMillis: manner === "holds" ? 700 : kind === "tokens" ? 10_000 : 2_000
  })
))
