/**
 * The endpoints of an Effect `HttpApi`, served as MCP tools that call the API over an `HttpClient`. It is a client of
 * the API like any other: requests go through the API's own schemas, middleware and security, even when
 * `InProcessHttpClient` keeps them inside the process.
 *
 * How the parts correspond:
 *
 * - Path parameters, query, payload and headers are arguments: {@link Options.layout} says how they lie. Headers
 *   that carry credentials never are, and `Options.headers` fills in those that are the server's to know.
 * - Successes in JSON are structured content, text is text, bytes are an image, a sound or a resource by their content
 *   type, and no content is nothing. Answers of several kinds in one endpoint are text.
 * - Declared errors, those of middleware too, are results with `isError`: their message as text, their JSON in `_meta`
 *   for typed clients. What else may happen (no connection, another status) is masked.
 * - `OpenApi.Summary` is the title, `OpenApi.Description` the description. `GET`, `HEAD`, `OPTIONS` and `QUERY` are
 *   listed as read-only, `PUT` as idempotent, `DELETE` as idempotent and destructive.
 * - Left out are endpoints with `OpenApi.Exclude`, and those that no tool can stand for: streams, upgrades, forms with
 *   files. {@link leftOut} tells which.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiClient from "effect/http-api/HttpApiClient"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import type * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as OpenApi from "effect/http-api/OpenApi"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { JsonObject } from "../../contract/ParameterSchema.ts"
import * as Served from "../../contract/Served.ts"
import * as Tool from "../../contract/Tool.ts"
import type { ToolAnnotations } from "../../schema/ToolDefinition.ts"
import * as BoundedResponse from "./BoundedResponse.ts"
import { clientKey } from "./EffectInternals.ts"
import * as HttpApiArguments from "./HttpApiArguments.ts"
import type { Credentials } from "./HttpApiCredentials.ts"
import * as HttpApiOutput from "./HttpApiOutput.ts"

/**
 * An endpoint and the group that it stands in.
 *
 * @category models
 * @since 0.1.0
 */
export interface Subject {
  readonly group: HttpApiGroup.Top
  readonly endpoint: HttpApiEndpoint.Top
}

/**
 * Headers by name, each made for one call. A failure is for the model.
 *
 * @category models
 * @since 0.1.0
 */
export interface Headers {
  readonly [name: string]: Effect.Effect<string, Tool.ToolError, unknown>
}

/**
 * Credentials of any number of middleware.
 *
 * @category models
 * @since 0.1.0
 */
export type Security = ReadonlyArray<Credentials<unknown>>

/**
 * How an API is served.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<out H extends Headers = {}, out S extends Security = readonly []> {
  /** Where the API is. Default: where the `HttpClient` sends a request for a path alone. */
  readonly baseUrl?: string | URL
  /** Changes the client for this API: retries, a rate limit, another client altogether. */
  readonly transformClient?: (client: HttpClient.HttpClient) => HttpClient.HttpClient
  /** Which endpoints become tools. Default: all. */
  readonly include?: (subject: Subject) => boolean
  /** The name of a tool. Default: `group_endpoint`, and the endpoint alone in a top-level group. */
  readonly name?: (subject: Subject) => string
  /** What is listed of a tool besides, or instead of, what its endpoint says of itself. */
  readonly present?: (subject: Subject) => Tool.Presentation
  /** How arguments are laid out. Default: `flat`. */
  readonly layout?: HttpApiArguments.Layout
  /** Declared headers that the server fills in, by name. They are no arguments. */
  readonly headers?: H
  /**
   * How many bytes of an answer are read; one that has more is a result with `isError`. Default: 8 MiB. It is counted in
   * memory, before the answer is decoded: what reaches the model is limited by `Policy.responseSize`.
   */
  readonly responseBytesMax?: number
  /** Credentials for the security middleware of the API. Default: none are sent. */
  readonly security?: S
}

/**
 * Options of which it is forgotten what they need.
 *
 * @category models
 * @since 0.1.0
 */
export type AnyOptions = Options<Headers, Security>

type HeaderServices<H> = { [Name in keyof H]: H[Name] extends Effect.Effect<unknown, unknown, infer R> ? R : never }[
  keyof H
]

type SecurityServices<S extends Security> = S[number] extends infer C ? C extends Credentials<infer R> ? R : never
  : never

/**
 * What the tools of an API need: a client, the client side of middleware that requires one, and what the options need.
 *
 * @category type-level
 * @since 0.1.0
 */
export type Needs<Groups extends HttpApiGroup.Constraint, H extends Headers, S extends Security> =
  | HttpClient.HttpClient
  | HttpApiGroup.MiddlewareClient<Groups>
  | HeaderServices<H>
  | SecurityServices<S>

/**
 * What the compiler shows when a schema of the API needs services: MCP tools encode and decode without any.
 *
 * @category type-level
 * @since 0.1.0
 */
export interface SchemaNeedsServices<R> {
  readonly "schemas of served endpoints cannot need services": R
}

type ServiceFree<R> = [R] extends [never] ? unknown : SchemaNeedsServices<R>

type SchemaServices<Groups> =
  | HttpApiEndpoint.ClientServices<HttpApiGroup.Endpoints<Groups>>
  | HttpApiEndpoint.ServerServices<HttpApiGroup.Endpoints<Groups>>

const readOnly: ToolAnnotations = { readOnlyHint: true }
const idempotent: ToolAnnotations = { readOnlyHint: false, idempotentHint: true }

/** What a verb promises (RFC 9110, 9.2). Of the others nothing is known but that they may change something. */
const annotationsByVerb: ReadonlyMap<string, ToolAnnotations> = new Map([
  ["GET", readOnly],
  ["HEAD", readOnly],
  ["OPTIONS", readOnly],
  ["QUERY", readOnly],
  ["PUT", idempotent],
  ["DELETE", { ...idempotent, destructiveHint: true }]
])

const presentationOf = (subject: Subject, present: AnyOptions["present"]): Tool.Presentation => {
  const { annotations, method } = subject.endpoint
  const title = Context.getOrUndefined(annotations, OpenApi.Summary)
  const description = Context.getOrUndefined(annotations, OpenApi.Description) ?? title
  const own = present?.(subject) ?? {}
  return {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...own,
    annotations: { ...annotationsByVerb.get(method) ?? { readOnlyHint: false }, ...own.annotations }
  }
}

/** Names of tools have few characters to choose from (TOL-09). */
const defaultName = ({ endpoint, group }: Subject): string =>
  (group.topLevel ? endpoint.identifier : `${group.identifier}_${endpoint.identifier}`).replace(/[^\w.-]/g, "_")

const withheldFrom = (endpoint: HttpApiEndpoint.Top, headers: AnyOptions["headers"]): HttpApiArguments.Withheld => {
  const keys = Array.from(endpoint.middlewares as ReadonlySet<HttpApiMiddleware.AnyService>)
    .flatMap((middleware) => HttpApiMiddleware.isSecurity(middleware) ? Object.values(middleware.security) : [])
    .flatMap((scheme) => scheme._tag === "ApiKey" ? [scheme] : [])
  const inHeaders = keys.flatMap((scheme) => scheme.in === "header" ? [scheme.key] : [])
  return {
    headers: new Set([...inHeaders, ...Object.keys(headers ?? {})].map((name) => name.toLowerCase())),
    query: new Set(keys.flatMap((scheme) => scheme.in === "query" ? [scheme.key] : []))
  }
}

const obstacle = ({ endpoint, successes }: Callable, headers: AnyOptions["headers"]): string | undefined => {
  const filled = new Set(Object.keys(headers ?? {}).map((name) => name.toLowerCase()))
  return HttpApiOutput.obstacle(endpoint, successes) ??
    HttpApiArguments.obstacle(endpoint, withheldFrom(endpoint, headers), filled)
}

/** Sends with the client in the context of the call, so that all else can be made before there is one. */
const clientOf = ({ responseBytesMax = 8 * 1024 * 1024, transformClient }: AnyOptions): HttpClient.HttpClient.With<
  HttpClientError.HttpClientError | Tool.ToolError,
  HttpClient.HttpClient
> =>
  HttpClient.makeWith(
    (request: Effect.Effect<HttpClientRequest.HttpClientRequest>) =>
      Effect.flatMap(
        HttpClient.HttpClient,
        (client) => Effect.flatMap(request, (transformClient?.(client) ?? client).execute)
      ).pipe(
        Effect.flatMap((response) => BoundedResponse.buffer(response, responseBytesMax))
      ),
    Effect.succeed
  )

type ClientMiddleware = HttpApiMiddleware.HttpApiMiddlewareClient<unknown, unknown, unknown>

/** Puts credentials on a request, and then lets the client side of the middleware in the call's context have it. */
const middlewareFor = (middleware: string, security: AnyOptions["security"] = []): ClientMiddleware => {
  const credentials = security.find((one) => one.middleware === middleware)
  const key = Context.Service<ClientMiddleware, ClientMiddleware>(clientKey(middleware))
  return (options) =>
    Effect.contextWith((context: Context.Context<never>) => {
      const own = Context.getOrUndefined(context, key)
      const send = (request: HttpClientRequest.HttpClientRequest) =>
        own === undefined ? options.next(request) : own({ ...options, request })
      return credentials === undefined
        ? send(options.request)
        : Effect.flatMap(credentials.authorize(options.request), send)
    })
}

/** An endpoint with all that is known of it, and the function that calls it. */
interface Callable extends Subject {
  readonly isExcluded: boolean
  readonly successes: HttpApiOutput.Responses
  readonly errors: HttpApiOutput.Responses
  readonly call: Call
}

type Call = (request: JsonObject) => Effect.Effect<unknown, unknown, unknown>

/** Clients of endpoints by group; those of a top-level group stand beside the groups. */
interface Calls {
  readonly [name: string]: Call & { readonly [name: string]: Call }
}

/** Effect's own client of the API, made once. */
const callsOf = (api: HttpApi.Top, options: AnyOptions): Calls => {
  const middlewares = Object.values(api.groups)
    .flatMap((group) => Object.values(group.endpoints))
    .flatMap(({ middlewares }) => Array.from(middlewares as ReadonlySet<HttpApiMiddleware.AnyService>))
  const context = new Map(
    middlewares.map(({ key }) => [clientKey(key), middlewareFor(key, options.security)] as const)
  )
  const made = HttpApiClient.makeWith(api, { httpClient: clientOf(options), baseUrl: options.baseUrl })
  // Making it reads the context and does nothing else; the type of the client is that of any API.
  return Effect.runSyncWith(Context.makeUnsafe<HttpApiGroup.MiddlewareClient<HttpApiGroup.Top>>(context))(
    made
  ) as unknown as Calls
}

const callablesOf = (api: HttpApi.Top, options: AnyOptions): ReadonlyArray<Callable> => {
  const calls = callsOf(api, options)
  const callables: Array<Callable> = []
  HttpApi.reflect(api, {
    onGroup: () => undefined,
    onEndpoint: ({ endpoint, errors, group, mergedAnnotations, successes }) => {
      const call = group.topLevel ? calls[endpoint.identifier] : calls[group.identifier]?.[endpoint.identifier]
      const isExcluded = Context.get(mergedAnnotations, OpenApi.Exclude)
      if (call !== undefined) callables.push({ endpoint, group, isExcluded, successes, errors, call })
    }
  })
  return callables
}

/** An API of any groups is read as one whose groups are not known. */
const includedIn = (api: object, options: AnyOptions): ReadonlyArray<Callable> =>
  callablesOf(api as HttpApi.Top, options).filter((callable) =>
    !callable.isExcluded && (options.include?.(callable) ?? true)
  )

/** What is no declared error is a defect here, so that it cannot pass for one that has the same members. */
const maskUndeclared = (error: unknown): Effect.Effect<never, unknown> =>
  HttpClientError.isHttpClientError(error) || Schema.isSchemaError(error) ? Effect.die(error) : Effect.fail(error)

const nothingFilled: Effect.Effect<HttpApiArguments.Filled> = Effect.succeed({})

const filledBy = (headers: AnyOptions["headers"]) =>
  headers === undefined
    ? nothingFilled
    : Effect.all(Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])))

const serveOne = (callable: Callable, options: AnyOptions): Served.Served<Tool.Any, unknown> => {
  const { call, endpoint, errors, successes } = callable
  const name = (options.name ?? defaultName)(callable)
  const layout = options.layout ?? "flat"
  const args = HttpApiArguments.make(endpoint, layout, withheldFrom(endpoint, options.headers))
  const { show, success } = HttpApiOutput.success(successes)
  const filled = filledBy(options.headers)
  const tool: Tool.Any = {
    ...Tool.make(name, presentationOf(callable, options.present)),
    parameters: args.parameters,
    success,
    failure: HttpApiOutput.failure(errors)
  }
  return Served.make(tool, (given: JsonObject) =>
    Effect.flatMap(filled, (filled) => {
      const request = args.request(given, filled)
      return Result.isFailure(request)
        ? Effect.fail(Tool.fail(`Invalid arguments for tool "${name}": ${request.failure}`))
        : Effect.map(Effect.catch(call(request.success), maskUndeclared), show)
    }))
}

/**
 * The endpoints of an API as tools with their handlers, for `McpServer.layer` and `Registry.add`. The API is called
 * with the `HttpClient` in the context.
 *
 * @example
 * ```ts
 * import { McpServer } from "@parley/mcp"
 * import * as HttpApiTools from "@parley/mcp/server/bridge/HttpApiTools"
 * import * as FetchHttpClient from "effect/http/FetchHttpClient"
 * import * as HttpApi from "effect/http-api/HttpApi"
 * import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
 * import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
 * import * as Layer from "effect/Layer"
 * import * as Schema from "effect/Schema"
 *
 * const Books = HttpApiGroup.make("books").add(
 *   HttpApiEndpoint.get("find", "/books/:id", {
 *     params: { id: Schema.Int },
 *     success: Schema.Struct({ title: Schema.String })
 *   })
 * )
 * const Library = HttpApi.make("library").add(Books)
 *
 * // One tool, `books_find`, that takes `{ id: 1 }`.
 * const tools = HttpApiTools.serve(Library, { baseUrl: "https://library.example" })
 *
 * export const Server = McpServer.layer(tools, { name: "library", version: "1.0.0" }).pipe(
 *   Layer.provide(FetchHttpClient.layer)
 * )
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const serve = <
  Id extends string,
  Groups extends HttpApiGroup.Constraint,
  const H extends Headers = {},
  const S extends Security = readonly []
>(
  api: HttpApi.HttpApi<Id, Groups> & ServiceFree<SchemaServices<Groups>>,
  options: Options<H, S> = {}
): ReadonlyArray<Served.Served<Tool.Any, Needs<Groups, H, S>>> => {
  const served = includedIn(api, options)
    .filter((callable) => obstacle(callable, options.headers) === undefined)
    .map((callable) => serveOne(callable, options))
  // What the groups and the options need is known to their types; here they are data.
  return served as ReadonlyArray<Served.Served<Tool.Any, Needs<Groups, H, S>>>
}

/**
 * An endpoint that is included but no tool can stand for, and why.
 *
 * @category models
 * @since 0.1.0
 */
export interface LeftOut extends Subject {
  readonly reason: string
}

/**
 * The endpoints that {@link serve} leaves out although the options include them.
 *
 * @category queries
 * @since 0.1.0
 */
export const leftOut = <Id extends string, Groups extends HttpApiGroup.Constraint>(
  api: HttpApi.HttpApi<Id, Groups>,
  options: AnyOptions = {}
): ReadonlyArray<LeftOut> =>
  includedIn(api, options).flatMap((callable) => {
    const reason = obstacle(callable, options.headers)
    const { endpoint, group } = callable
    return reason === undefined ? [] : [{ endpoint, group, reason }]
  })
