/** Clients with a response cache, and servers that say how long their results are good. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as ResponseCache from "../../../src/client/cache/ResponseCache.ts"
import type * as McpClient from "../../../src/client/McpClient.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import { ClientTransport } from "../../../src/transport/ClientTransport.ts"
import { connect, make, opening, type Reply, type Script, type ScriptedPeer } from "../ScriptedPeer.ts"

export const minute = 60_000

/** A result that is good for a minute, for one user. */
export const kept = { resultType: "complete", ttlMs: minute, cacheScope: "private" }

export const publicly = { ...kept, cacheScope: "public" }

export const tools = (names: ReadonlyArray<string>, more: object = {}): Reply => ({
  result: { ...kept, tools: names.map((name) => ({ name, inputSchema: { type: "object" } })), ...more }
})

export const scripted = (script: Script): ScriptedPeer => make({ ...opening(v2026_07_28), ...script })

/** The peer as if it were reached over HTTP, where many share it. */
export const overHttp = (peer: ScriptedPeer, url = "https://example.com/mcp"): ScriptedPeer => ({
  ...peer,
  transport: Layer.effect(
    ClientTransport,
    Effect.map(ClientTransport, (transport) => ({ ...transport, peer: url }))
  ).pipe(Layer.provide(peer.transport))
})

/** A client of the peer with this cache. */
export const client = (
  peer: ScriptedPeer,
  cache: ResponseCache.ResponseCache["Service"],
  options: Partial<McpClient.Options> = {}
) => Effect.provideService(connect(peer, options), ResponseCache.ResponseCache, cache)

/** A cache in memory with other bounds. */
export const cache = (
  limits: Partial<ResponseCache.Limits> = {}
): Effect.Effect<ResponseCache.ResponseCache["Service"]> =>
  Effect.gen(function*() {
    const defaults = yield* ResponseCache.ResponseCacheLimits
    return yield* Effect.provideService(ResponseCache.make, ResponseCache.ResponseCacheLimits, {
      ...defaults,
      ...limits
    })
  }).pipe(Effect.provide(KeyValueStore.layerMemory))
