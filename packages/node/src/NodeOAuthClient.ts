/**
 * The one way to an HTTP client that logs in on Node: authorized for one server, over connections that no name can lead to a
 * private address (DNS rebinding), with tokens in a folder of this user, and a person who is asked in their browser. Each of
 * these can be replaced, and none can be forgotten.
 *
 * @example
 * ```ts
 * import { McpClient } from "@parley/mcp"
 * import * as StreamableHttpClient from "@parley/mcp/transport/StreamableHttpClient"
 * import * as NodeOAuthClient from "@parley/node/NodeOAuthClient"
 * import * as Layer from "effect/Layer"
 *
 * const url = "https://mcp.example.com/mcp"
 *
 * export const ClientLive = McpClient.layer({ name: "my-program", version: "1.0.0" }).pipe(
 *   Layer.provide(StreamableHttpClient.layer({ url })),
 *   Layer.provideMerge(NodeOAuthClient.layer({ url, program: "my-program" }))
 * )
 * ```
 *
 * @since 0.1.0
 */
import * as OAuthClient from "@parley/auth/client/OAuthClient"
import * as AuthorizationCode from "@parley/auth/grant/AuthorizationCode"
import type { Grant } from "@parley/auth/grant/Grant"
import type { UserAgent } from "@parley/auth/grant/UserAgent"
import type { TokenStore } from "@parley/auth/store/TokenStore"
import type * as Effect from "effect/Effect"
import type { HttpClient } from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as NodeGuardedDns from "./NodeGuardedDns.ts"
import * as NodeTokenStore from "./NodeTokenStore.ts"
import * as NodeUserAgent from "./NodeUserAgent.ts"

/**
 * Who logs in, and what takes the place of the defaults.
 *
 * @category models
 * @since 0.1.0
 */
export interface Means<E = never, R = never> {
  /** How the program is called: people read it where they are asked, and its tokens are in a folder of that name. */
  readonly program: string
  /** How tokens are got. Default: `AuthorizationCode.make` with the program as `clientName`. */
  readonly grant?: Grant | Effect.Effect<Grant, E, R>
  /** Where tokens are kept. Default: `NodeTokenStore.layer(program)`. */
  readonly tokenStore?: Layer.Layer<TokenStore>
  /** Who is asked. `Nobody`: what needs consent fails with `ConsentRequired`. Default: `NodeUserAgent.layer()`. */
  readonly userAgent?: Layer.Layer<UserAgent> | "Nobody"
}

/**
 * For which server, who logs in, and what takes the place of the defaults.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<E = never, R = never> extends Omit<OAuthClient.Options<E, R>, "grant">, Means<E, R> {
  /** What everything is sent with. Default: `NodeGuardedDns.layer`, with the host of `url` named. */
  readonly http?: Layer.Layer<HttpClient>
}

/** What is here need not be brought. As nested as layers make it, or the compiler cannot follow. */
type Rest<R> = Exclude<Exclude<Exclude<R, Scope.Scope>, TokenStore>, HttpClient>

/**
 * The HTTP client, and the service that logs in and out. Put MCP's transport over it: `StreamableHttpClient.layer`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = <E = never, R = never>(
  options: Options<E, R>
): Layer.Layer<HttpClient | OAuthClient.OAuthClient, E, Rest<R>> => {
  const { program, url, userAgent = NodeUserAgent.layer() } = options
  const grant = options.grant ?? AuthorizationCode.make({ clientName: program })
  const store = options.tokenStore ?? NodeTokenStore.layer(program)
  return OAuthClient.layer<E, R | TokenStore>({ ...options, grant }).pipe(
    Layer.provide(userAgent === "Nobody" ? store : Layer.merge(store, userAgent)),
    Layer.provide(options.http ?? NodeGuardedDns.layer({ named: [new URL(url).hostname] }))
  )
}
