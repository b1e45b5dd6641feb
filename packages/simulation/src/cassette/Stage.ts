/**
 * Where cassettes are made and played without any network: a server that is built from its layer and driven by its real
 * drivers, and virtual time.
 *
 * @since 0.1.0
 */
import type { McpServer } from "@parley/mcp/server/McpServer"
import type { ServerTransport } from "@parley/mcp/server/ServerTransport"
import * as Serving from "@parley/mcp/testing/Serving"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Kernel from "../kernel/Kernel.ts"
import type { ServerEnd } from "./Replay.ts"

/**
 * A server to play to, for as long as the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const serve = <E, R>(
  layer: Layer.Layer<McpServer, E, R>,
  options?: Serving.Options
): Effect.Effect<ServerEnd, E, Exclude<R, ServerTransport> | Scope.Scope> =>
  Effect.gen(function*() {
    const served = yield* Serving.serve(yield* Serving.build(layer), options)
    if (served._tag === "Http") return { _tag: "Http", endpoint: served }
    const { connection } = yield* served.connect
    return { _tag: "Line", connection }
  })

/** Any will do, as long as it is always the same. */
const seedDefault = 1

/**
 * Runs an effect on virtual time, with chance from a seed: silences take no time, and ids are the same each time. Layers that
 * it builds are its own: one that was built outside would go on by the time there.
 *
 * @category running
 * @since 0.1.0
 */
export const onVirtualTime = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  seed = seedDefault
): Effect.Effect<A, E | Kernel.Stalled, R> =>
  Effect.suspend(() => {
    const kernel = Kernel.make(seed)
    const isolated = Effect.provideService(effect, Layer.CurrentMemoMap, Layer.makeMemoMapUnsafe())
    return Kernel.live(kernel, Kernel.surroundings(kernel, "stage"), isolated)
  })
