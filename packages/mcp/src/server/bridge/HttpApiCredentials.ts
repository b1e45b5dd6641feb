/**
 * The credentials that calls of an HTTP API carry. They are the server's own: what an API is to be shown is supplied
 * here, scheme by scheme, by effects that run for each call. The token that a client of MCP showed to this server is
 * never sent on, unless somebody writes {@link insecureForwardCallerToken} (ATK-08).
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpApiSecurity from "effect/http-api/HttpApiSecurity"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Redacted from "effect/Redacted"
import { McpRequest } from "../../contract/McpRequest.ts"
import type { ToolError } from "../../contract/Tool.ts"

type Scheme = HttpApiSecurity.HttpApiSecurity

/**
 * Gives a credential for one call, or `undefined` when there is none. Its failure is for the model.
 *
 * @category models
 * @since 0.1.0
 */
export type Source<A, R> = Effect.Effect<A | undefined, ToolError, R>

/**
 * The credentials for one security middleware of an API.
 *
 * @category models
 * @since 0.1.0
 */
export interface Credentials<out R> {
  readonly _tag: "Credentials"
  /** The key of the middleware. */
  readonly middleware: string
  /** Puts credentials on a request. */
  readonly authorize: (
    request: HttpClientRequest.HttpClientRequest
  ) => Effect.Effect<HttpClientRequest.HttpClientRequest, ToolError, R>
}

/**
 * Sources by the names that a middleware gives its schemes; the first that gives a credential is used.
 *
 * @category type-level
 * @since 0.1.0
 */
export type Sources<Schemes extends { readonly [name: string]: Scheme }> = {
  readonly [Name in keyof Schemes]?: Source<HttpApiSecurity.HttpApiSecurity.Type<Schemes[Name]>, unknown>
}

type ServicesOf<S> = {
  [Name in keyof S]: S[Name] extends Effect.Effect<unknown, unknown, infer R> ? R : never
}[keyof S]

type Put = (request: HttpClientRequest.HttpClientRequest, credential: never) => HttpClientRequest.HttpClientRequest

const withKey = ({ in: place, key }: HttpApiSecurity.ApiKey) =>
(
  request: HttpClientRequest.HttpClientRequest,
  credential: Redacted.Redacted
): HttpClientRequest.HttpClientRequest => {
  const value = Redacted.value(credential)
  switch (place) {
    case "header":
      return HttpClientRequest.setHeader(request, key, value)
    case "query":
      return HttpClientRequest.setUrlParam(request, key, value)
    case "cookie": {
      const cookie = `${key}=${encodeURIComponent(value)}`
      const before = request.headers.cookie
      return HttpClientRequest.setHeader(request, "cookie", before === undefined ? cookie : `${before}; ${cookie}`)
    }
  }
}

/** How the credential of a scheme is put on a request. */
const putOf = (scheme: Scheme): Put => {
  switch (scheme._tag) {
    case "ApiKey":
      return withKey(scheme)
    case "Basic":
      return (request, { password, username }: HttpApiSecurity.Credentials) =>
        HttpClientRequest.basicAuth(request, username, password)
    case "Http":
      return (request, credential: Redacted.Redacted) =>
        HttpClientRequest.setHeader(request, "authorization", `${scheme.scheme} ${Redacted.value(credential)}`)
  }
}

interface Way {
  readonly source: Source<unknown, unknown>
  readonly put: Put
}

const authorize = (
  request: HttpClientRequest.HttpClientRequest,
  [way, ...rest]: ReadonlyArray<Way>
): Effect.Effect<HttpClientRequest.HttpClientRequest, ToolError, unknown> =>
  way === undefined
    ? Effect.succeed(request)
    : Effect.flatMap(way.source, (credential) =>
      // The source of a scheme gives what its `put` takes: `supply` has seen to that.
      credential === undefined ? authorize(request, rest) : Effect.succeed(way.put(request, credential as never)))

/**
 * Supplies the credentials of a security middleware, by the names of its schemes. Where several are given, the first
 * that is not `undefined` is used; without any, the call is sent bare and the API answers as it does then.
 *
 * @example
 * ```ts
 * import * as HttpApiCredentials from "@parley/mcp/server/bridge/HttpApiCredentials"
 * import * as Config from "effect/Config"
 * import * as Effect from "effect/Effect"
 * import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
 * import * as HttpApiSecurity from "effect/http-api/HttpApiSecurity"
 *
 * class Authorization extends HttpApiMiddleware.Service<Authorization>()("Authorization", {
 *   security: { token: HttpApiSecurity.bearer }
 * }) {}
 *
 * export const credentials = HttpApiCredentials.supply(Authorization, { token: Effect.orDie(Config.Redacted("TOKEN"))
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const supply = <
  Schemes extends { readonly [name: string]: Scheme },
  const S extends Sources<Schemes>
>(
  middleware: { readonly key: string; readonly security: Schemes },
  sources: S
): Credentials<ServicesOf<S>> => {
  const ways = Object.entries(sources as { readonly [name: string]: Source<unknown, unknown> }).flatMap(
    ([name, source]): ReadonlyArray<Way> => {
      const scheme = Object.hasOwn(middleware.security, name) ? middleware.security[name] : undefined
      return scheme === undefined ? [] : [{ source, put: putOf(scheme) }]
    }
  )
  return {
    _tag: "Credentials",
    middleware: middleware.key,
    // What the sources need is known to `S`; as data they have forgotten it.
    authorize: (request) => authorize(request, ways) as ReturnType<Credentials<ServicesOf<S>>["authorize"]>
  }
}

/**
 * The bearer token that the client of MCP showed to this server, to be sent on to the API. The specification forbids
 * it (ATK-08): the API cannot tell the client from this server, and this server may hold a token that was meant for
 * nobody else. It is for an API that is the same resource as the MCP server, behind the same audience. Behind a gate that
 * keeps tokens to itself there is nothing to send.
 *
 * @category insecure
 * @since 0.1.0
 */
export const insecureForwardCallerToken: Source<Redacted.Redacted, McpRequest> = Effect.contextWith(
  (context: Context.Context<McpRequest>) => {
    const token = /^bearer +(\S+)$/i.exec(Context.get(context, McpRequest).header("authorization") ?? "")?.[1]
    return Effect.succeed(token === undefined ? undefined : Redacted.make(token))
  }
)
