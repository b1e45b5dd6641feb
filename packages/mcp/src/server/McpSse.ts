/**
 * HTTP+SSE endpoints for clients of the oldest revision, beside an endpoint of Streamable HTTP (SSE-07), on an app's own
 * router. New clients do not need it (SSE-05).
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as Layer from "effect/Layer"
import * as HttpPolicy from "../session/HttpPolicy.ts"
import * as RouterExchange from "../transport/RouterExchange.ts"
import * as HttpSse from "./http/HttpSse.ts"
import * as Running from "./http/Running.ts"
import { McpServer } from "./McpServer.ts"

/**
 * Where the endpoints are. Policies are those of `HttpPolicy`, safe unless changed.
 *
 * @category models
 * @since 0.1.0
 */
export interface SseOptions extends Partial<HttpPolicy.HttpPolicy> {
  /** Where streams are opened. Default: `/sse`. */
  readonly path?: HttpRouter.PathInput
  /** Where messages are posted. Clients are told this path as it stands. Default: `/messages`. */
  readonly messagesPath?: HttpRouter.PathInput
  /** Another way to read bodies, where the platform has a faster one. */
  readonly readBody?: RouterExchange.ReadBody
}

/**
 * Mounts the endpoints for a running server on the router in the context.
 *
 * @example
 * ```ts
 * import { McpHttp, McpServer, McpSse, Tool } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const hello = Tool.serve("hello", {}, () => Effect.succeed("Hello!"))
 * const Mcp = McpServer.layer(hello, { name: "demo", version: "1.0.0" }).pipe(
 *   Layer.provide(McpHttp.layerRouter({ path: "/mcp" }))
 * )
 *
 * export const App = McpSse.layerRouter().pipe(Layer.provideMerge(Mcp))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerRouter = (
  options: SseOptions = {}
): Layer.Layer<never, never, McpServer | HttpRouter.HttpRouter> =>
  Layer.effectDiscard(Effect.gen(function*() {
    const { messagesPath = "/messages", path = "/sse", ...policy } = options
    const router = yield* HttpRouter.HttpRouter
    const server = yield* McpServer
    const fork = yield* Running.makeFork
    const { readBody = RouterExchange.readText(fork) } = options
    const sse = yield* HttpSse.make(server, HttpPolicy.make(policy), messagesPath)
    const serving = { bytesMax: server.messageLimits.messageBytesMax, fork, readBody }
    yield* router.add("*", path, (request) => RouterExchange.serve(request, sse.onStream, serving))
    yield* router.add("*", messagesPath, (request) => RouterExchange.serve(request, sse.onMessage, serving))
  }))
