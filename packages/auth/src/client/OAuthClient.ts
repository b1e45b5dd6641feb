/**
 * An HTTP client that is authorized for one MCP server, as a layer over another. It gets tokens when the server asks for
 * them, refreshes them before they end, asks for more when they do not suffice, and shows them to nobody else. How tokens are
 * got is a value, the grant; where they are kept is the `TokenStore` in the context.
 *
 * @since 0.1.0
 */
import * as Interlude from "@parley/mcp/transport/Interlude"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { AuthError } from "../AuthError.ts"
import { AuthLimits } from "../AuthLimits.ts"
import type { Dpop } from "../dpop/Dpop.ts"
import type { Grant } from "../grant/Grant.ts"
import * as GuardedHttpClient from "../http/GuardedHttpClient.ts"
import * as Discovery from "../metadata/Discovery.ts"
import { TokenStore } from "../store/TokenStore.ts"
import * as Account from "./Account.ts"
import * as Authorized from "./Authorized.ts"
import * as Authorizer from "./Authorizer.ts"
import type * as Session from "./Session.ts"

/**
 * Whether the client has tokens. Nothing in it is secret.
 *
 * @category models
 * @since 0.1.0
 */
export type Status =
  | { readonly _tag: "LoggedOut" }
  | {
    readonly _tag: "LoggedIn"
    /** The server as its authorization server knows it. */
    readonly resource: string
    readonly issuer: string
    readonly scopes: ReadonlyArray<string>
    /** When the access token ends, in milliseconds since 1970; `undefined`: the issuer did not say. */
    readonly expiresAtMillis: number | undefined
    /** Whether it can be renewed without asking anybody. */
    readonly isRefreshable: boolean
  }

/**
 * The tokens of the HTTP client that is beside it in the context.
 *
 * @category services
 * @since 0.1.0
 */
export class OAuthClient extends Context.Service<OAuthClient, {
  /**
   * Gets tokens now, unless there are good ones: for a button, or to have the browser open before the work begins. Without
   * it they are got when the server first asks for them.
   */
  readonly login: Effect.Effect<Status, AuthError>
  /**
   * Gives tokens back, where the authorization server takes them (RFC 7009), and forgets them, here and in the store. A login
   * that is under way ends, as one that was denied: so does one whose browser the person has closed.
   */
  readonly logout: Effect.Effect<void, AuthError>
  /** What there is. Asks nobody but the store, and waits for no login. */
  readonly status: Effect.Effect<Status, AuthError>
}>()("@parley/auth/client/OAuthClient") {}

/**
 * For which server, and how.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<E = never, R = never> {
  /**
   * The MCP server, absolute. Requests to its scheme, host and port, in the folder of its path or below, get tokens; no
   * others do. Its host counts as named in `AllowPrivateHosts`.
   */
  readonly url: string | URL
  /** How tokens are got: a grant, or what makes one when the layer is built. */
  readonly grant: Grant | Effect.Effect<Grant, E, R>
  /** Whose tokens they are, where several users share a store. Default: `default`. */
  readonly identity?: string
  /**
   * Scopes to ask for: together with those that the server's challenge names, else in place of all that its metadata lists.
   * Default: what the server says (ASP-02).
   */
  readonly scopes?: ReadonlyArray<string>
  /** The key to bind tokens to, where the authorization server binds them (RFC 9449). Default: none; tokens are bearer's. */
  readonly dpop?: Dpop | Effect.Effect<Dpop, E, R>
  /** Which of several authorization servers are tried, in which order. Default: all, as the metadata has them. */
  readonly authorizationServers?: (issuers: ReadonlyArray<string>) => ReadonlyArray<string>
}

const statusOf = (session: Session.Session | undefined): Status => {
  const tokens = session?.credentials.tokens
  if (session === undefined || tokens === undefined) return { _tag: "LoggedOut" }
  return {
    _tag: "LoggedIn",
    resource: session.found.discovered.resource,
    issuer: tokens.issuer,
    scopes: tokens.scopes,
    expiresAtMillis: tokens.expiresAtMillis,
    isRefreshable: tokens.refreshToken !== undefined
  }
}

const made = <A, E, R>(value: A | Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.isEffect(value) ? value : Effect.succeed(value)

/**
 * An authorized HTTP client over the one in the context, and the service that logs it in and out. What is done lives as long
 * as the scope, whoever gives up waiting for it; nothing is asked of anybody before the first request.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function*<E = never, R = never>(
  options: Options<E, R>
): Effect.fn.Return<
  { readonly client: HttpClient.HttpClient; readonly service: OAuthClient["Service"] },
  E,
  HttpClient.HttpClient | TokenStore | Scope.Scope | R
> {
  const client = yield* HttpClient.HttpClient
  const url = String(options.url)
  const { hostname } = new URL(url)
  const means = {
    identity: options.identity ?? "default",
    grant: yield* made<Grant, E, R>(options.grant),
    dpop: options.dpop === undefined ? undefined : yield* made<Dpop, E, R>(options.dpop),
    store: yield* TokenStore,
    guarded: yield* GuardedHttpClient.context({ named: [hostname] }),
    limits: yield* AuthLimits,
    unwritten: new Map()
  }
  const authorizer = Authorizer.make({
    url,
    means,
    scopes: options.scopes,
    discover: (challenges) => Discovery.discover({ url, challenges, choose: options.authorizationServers })
  }, yield* Effect.scope)
  const login = Effect.flatMap(Account.status(authorizer), (session) =>
    statusOf(session)._tag === "LoggedIn"
      ? Account.login(authorizer, [])
      : Effect.flatMap(Authorized.challenges(client, url), (found) => Account.login(authorizer, found)))
  return {
    client: Authorized.make(client, authorizer),
    service: {
      login: Effect.map(login, statusOf),
      logout: Account.logout(authorizer),
      status: Effect.map(Account.status(authorizer), statusOf)
    }
  }
})

/**
 * As `make`: the HTTP client in the context becomes one that is authorized for the server at `url`. That one is not to
 * follow redirects by itself (`HttpClient.followRedirects`): it would send the body of a request for tokens wherever the
 * authorization server says, before this could refuse.
 *
 * @example
 * ```ts
 * import { OAuthClient } from "@parley/auth"
 * import { McpClient } from "@parley/mcp"
 * import * as StreamableHttpClient from "@parley/mcp/transport/StreamableHttpClient"
 * import * as Layer from "effect/Layer"
 *
 * const url = "https://mcp.example/mcp"
 *
 * export const live = (options: OAuthClient.Options) =>
 *   McpClient.layer({ name: "me", version: "1.0.0" }).pipe(
 *     Layer.provide(StreamableHttpClient.layer({ url })),
 *     Layer.provide(OAuthClient.layer({ ...options, url }))
 *   )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = <E = never, R = never>(
  options: Options<E, R>
): Layer.Layer<HttpClient.HttpClient | OAuthClient, E, HttpClient.HttpClient | TokenStore | Exclude<R, Scope.Scope>> =>
  Layer.effectContext(
    Effect.map(make(options), ({ client, service }) =>
      Context.make(HttpClient.HttpClient, client).pipe(
        Context.add(OAuthClient, service),
        Context.add(Interlude.IsPossible, true)
      ))
  )
