/**
 * What is compared when a simulated call is measured: the same calls of the same server and client, in memory and in a
 * simulated world, over a line and over HTTP, in either era. A run puts up everything anew and measures the calls only.
 */
import type { Client } from "@parley/mcp/client/Client"
import * as McpClient from "@parley/mcp/client/McpClient"
import type { Revision } from "@parley/mcp/revision/Revision"
import * as Revisions from "@parley/mcp/revision/Revisions"
import * as ConnectionDriver from "@parley/mcp/server/ConnectionDriver"
import * as HttpDriver from "@parley/mcp/server/http/HttpDriver"
import { McpServer } from "@parley/mcp/server/McpServer"
import type { Server } from "@parley/mcp/server/Server"
import { ServerTransport } from "@parley/mcp/server/ServerTransport"
import * as HttpPolicy from "@parley/mcp/session/HttpPolicy"
import * as SessionStore from "@parley/mcp/session/SessionStore"
import * as LoopbackHttp from "@parley/mcp/testing/LoopbackHttp"
import { ClientTransport } from "@parley/mcp/transport/ClientTransport"
import * as DuplexClient from "@parley/mcp/transport/DuplexClient"
import * as InMemory from "@parley/mcp/transport/InMemory"
import * as StreamableHttpClient from "@parley/mcp/transport/StreamableHttpClient"
import * as World from "@parley/simulation/world/World"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import process from "node:process"
import { Benchmark } from "./servers/parley.ts"

/** The two eras that a call can be made in. */
export type Era = "2025-11-25" | "2026-07-28"

/** What carries the calls. */
export type Place = "memory" | "world"

/** How the server is reached. */
export type Way = "line" | "http"

/** One thing that is measured. */
export interface Contestant {
  readonly place: Place
  readonly way: Way
  readonly era: Era
}

/** All of them: the places that are compared are neighbours. */
export const contestants: ReadonlyArray<Contestant> = (["line", "http"] as const).flatMap((way) =>
  (["2025-11-25", "2026-07-28"] as const).flatMap((era) =>
    (["memory", "world"] as const).map((place) => ({ place, way, era }))
  )
)

const revisionsOf = (era: Era): ReadonlyArray<Revision> => Revisions.all.filter(({ version }) => version === era)

/** Calls one after another; throws unless every answer is right. Gives the user CPU of a call, in microseconds. */
const measure = (client: Client, calls: number): Effect.Effect<number> =>
  Effect.gen(function*() {
    const before = process.cpuUsage()
    for (let index = 0; index < calls; index++) {
      const { structuredContent } = yield* client.callTool({ name: "add", arguments: { a: index, b: 1 } })
      const isRight = JSON.stringify(structuredContent) === `{"sum":${index + 1}}`
      if (!isRight) throw new Error(`wrong answer to call ${index}: ${JSON.stringify(structuredContent)}`)
    }
    return process.cpuUsage(before).user / calls
  }).pipe(Effect.orDie)

const takesServer = Layer.succeed(ServerTransport, { serve: () => Effect.void })

const overLine = (server: Server) =>
  Effect.succeed(
    DuplexClient.make(Effect.gen(function*() {
      const pair = yield* InMemory.makePair
      yield* Effect.forkScoped(ConnectionDriver.run(server, pair.server), { startImmediately: true })
      yield* Effect.addFinalizer(() => pair.close)
      return pair.client
    }))
  )

const overHttp = (server: Server) =>
  Effect.gen(function*() {
    const policy = HttpPolicy.make({ drainMillis: 0 })
    const handler = yield* Effect.provide(HttpDriver.make(server, policy), SessionStore.layerMemory)
    const http = yield* LoopbackHttp.make({ "/mcp": handler }, server.messageLimits.messageBytesMax)
    return yield* Effect.provideService(
      StreamableHttpClient.make({ url: "http://localhost/mcp" }),
      HttpClient.HttpClient,
      http
    )
  })

const inMemory = ({ era, way }: Contestant, calls: number): Effect.Effect<number> =>
  Effect.scoped(Effect.gen(function*() {
    const server = Context.get(yield* Layer.build(Layer.provide(Benchmark, takesServer)), McpServer)
    const transport = yield* way === "line" ? overLine(server) : overHttp(server)
    const connecting = McpClient.make({ name: "client", version: "1.0.0", revisions: revisionsOf(era) })
    return yield* measure(yield* Effect.provideService(connecting, ClientTransport, transport), calls)
  })).pipe(Effect.orDie)

const inWorld = ({ era, way }: Contestant, calls: number): Effect.Effect<number> =>
  World.run({ seed: 1 }, (world) =>
    Effect.gen(function*() {
      const server = yield* world.server("server", Benchmark, { way })
      const { client } = yield* world.client("client", server, { revisions: revisionsOf(era) })
      return yield* measure(client, calls)
    })).pipe(Effect.orDie)

/** The user CPU of a call, in microseconds, over so many calls. */
export const costOfCall = (contestant: Contestant, calls: number): Promise<number> =>
  Effect.runPromise(contestant.place === "memory" ? inMemory(contestant, calls) : inWorld(contestant, calls))

/**
 * What a second of a world costs in which so many clients listen and nothing happens, in milliseconds of user CPU. Over
 * HTTP their streams are kept alive meanwhile, each on its own beat.
 */
export const costOfIdleSecond = (way: Way, clients: number, seconds: number): Promise<number> =>
  Effect.runPromise(
    World.run({ seed: 1 }, (world) =>
      Effect.gen(function*() {
        const server = yield* world.server("server", Benchmark, { way })
        for (let index = 0; index < clients; index++) {
          const { client } = yield* world.client(`client-${index}`, server)
          yield* Effect.forkScoped(Stream.runDrain(client.listChanges))
        }
        yield* Effect.sleep("1 second")
        const before = process.cpuUsage()
        yield* Effect.sleep(seconds * 1_000)
        return process.cpuUsage(before).user / 1_000 / seconds
      })).pipe(Effect.orDie)
  )
