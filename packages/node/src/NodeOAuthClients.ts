/**
 * Many servers that one program logs in to: each has an authorized HTTP client of its own, they share one token store, and a
 * person is asked one thing at a time. Servers from a configuration are reached through them as soon as they are there.
 *
 * A server that needs a login is `Connecting` in an `interlude` while somebody is asked, and no other waits for it. Where nobody
 * can be asked, or nobody answers, it is `Disconnected` with `ConsentRequired` (`AuthError.find`), and connects once there are
 * tokens for it in the store, whoever got them. Using it asks again.
 *
 * @example
 * ```ts
 * import { NodeMcpClients } from "@parley/node"
 * import * as NodeOAuthClients from "@parley/node/NodeOAuthClients"
 * import * as Layer from "effect/Layer"
 *
 * export const ServersLive = NodeMcpClients.layer({
 *   mcpServers: {
 *     issues: { url: "https://issues.example.com/mcp" },
 *     diary: { url: "https://diary.example.com/mcp" }
 *   }
 * }, { name: "my-program", version: "1.0.0" }).pipe(
 *   Layer.provide(NodeOAuthClients.layer({ program: "my-program" }))
 * )
 * ```
 *
 * @since 0.1.0
 */
import type { OAuthClient } from "@parley/auth/client/OAuthClient"
import * as StoredLogin from "@parley/auth/client/StoredLogin"
import { oneAtATime, UserAgent } from "@parley/auth/grant/UserAgent"
import { TokenStore } from "@parley/auth/store/TokenStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { HttpClient } from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as LayerMap from "effect/LayerMap"
import * as NodeOAuthClient from "./NodeOAuthClient.ts"
import * as NodeTokenStore from "./NodeTokenStore.ts"
import * as NodeUserAgent from "./NodeUserAgent.ts"
import { ServerHttp } from "./ServerHttp.ts"

/**
 * Authorized HTTP clients, by the URLs of their servers.
 *
 * @category services
 * @since 0.1.0
 */
export class NodeOAuthClients extends Context.Service<NodeOAuthClients, {
  /**
   * The client of a server, with the service that logs in and out: for a button, or a command. It is the same for all who
   * use it at the same time, and for ten minutes after the last.
   */
  readonly layer: (url: string) => Layer.Layer<HttpClient | OAuthClient>
}>()("@parley/node/NodeOAuthClients") {}

/**
 * Who logs in, with the same defaults as one client has.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options
  extends NodeOAuthClient.Means<never, TokenStore>, Pick<NodeOAuthClient.Options, "identity" | "authorizationServers">
{
  /** What everything is sent with, for the server at a URL. Default: as of one client. */
  readonly http?: (url: string) => Layer.Layer<HttpClient>
}

const turns = (userAgent: Layer.Layer<UserAgent>): Layer.Layer<UserAgent> =>
  Layer.effect(UserAgent, Effect.flatMap(UserAgent, oneAtATime)).pipe(Layer.provide(userAgent))

const make = Effect.fnUntraced(function*({ http, ...options }: Options) {
  const store = yield* TokenStore
  const { userAgent = NodeUserAgent.layer() } = options
  const asked = userAgent === "Nobody"
    ? userAgent
    : Layer.succeedContext(yield* Layer.build(turns(userAgent)))
  const clients = yield* LayerMap.make((url: string) =>
    NodeOAuthClient.layer({
      ...options,
      url,
      tokenStore: Layer.succeed(TokenStore, store),
      userAgent: asked,
      ...(http === undefined ? {} : { http: http(url) })
    }), { idleTimeToLive: "10 minutes" })
  const layer = (url: string) => clients.get(url)
  return Context.make(NodeOAuthClients, { layer }).pipe(
    Context.add(ServerHttp, {
      layer,
      admitted: (url) => StoredLogin.next(store, options.identity ?? "default", url)
    })
  )
})

/**
 * The clients, for `NodeMcpClients` to be put over.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<NodeOAuthClients> =>
  Layer.effectContext(make(options)).pipe(
    Layer.provide(options.tokenStore ?? NodeTokenStore.layer(options.program))
  )
