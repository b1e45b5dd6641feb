/**
 * An HTTP client for everything that OAuth asks of whom a server names: it refuses hosts and schemes that are not to be
 * trusted, follows no redirect to another origin, and bounds how long a response is and how long it takes. What a name
 * resolves to it cannot see; an HTTP client that connects by itself can (`privateAddressCode`).
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Headers from "effect/http/Headers"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as UrlParams from "effect/http/UrlParams"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as AuthError from "../AuthError.ts"
import { AuthLimits, type Limits } from "../AuthLimits.ts"
import { AllowInsecureHttpHosts, AllowPrivateHosts } from "../InsecureAllowances.ts"
import { codeOf } from "./CodedError.ts"
import * as TrustedUrl from "./TrustedUrl.ts"

/**
 * What is trusted beside what the allowances say.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Hosts that count as if `AllowPrivateHosts` named them: that of the server whose URL a user gave. Default: none. */
  readonly named?: ReadonlyArray<string> | undefined
}

/**
 * The `code` of the error with which a connection is refused because of what a name resolved to (SSR-06).
 *
 * @category constants
 * @since 0.1.0
 */
export const privateAddressCode = "ERR_PRIVATE_ADDRESS"

/** What a guarded client goes by. */
interface Guard {
  readonly client: HttpClient.HttpClient
  readonly allowances: TrustedUrl.Allowances
  readonly limits: Limits
  readonly init: RequestInit
}

type Request = HttpClientRequest.HttpClientRequest
type Response = HttpClientResponse.HttpClientResponse

/** Most redirects of one request, all on its origin. */
const redirectsMax = 3

/** Causes are nested; so deep they are looked at. */
const depthMax = 5

const detailMax = 200

const untrusted = (url: string | URL, problem: string): AuthError.AuthError =>
  AuthError.make(new AuthError.UntrustedUrl({ url: TrustedUrl.shown(url), problem }))

const invalid = (url: string | URL, detail: string): AuthError.AuthError =>
  AuthError.make(new AuthError.InvalidResponse({ url: TrustedUrl.shown(url), detail }))

const unreachable = (url: string | URL, detail: string): AuthError.AuthError =>
  AuthError.make(new AuthError.Unreachable({ url: TrustedUrl.shown(url), detail }))

/** An error and what caused it, from the outside in. */
const chainOf = (cause: unknown): ReadonlyArray<Error> => {
  const chain: Array<Error> = []
  let next = cause
  while (next instanceof Error && chain.length < depthMax) {
    chain.push(next)
    next = next.cause
  }
  return chain
}

/** HTTP clients quote what they cannot send. */
const isSafe = (text: string, { headers, url }: Request): boolean =>
  text !== "" && text.length <= detailMax && !text.includes(url) &&
  !Object.values(headers).some((value) => text.includes(value.trim()))

const detailOf = ({ reason }: HttpClientError.HttpClientError): string => {
  const chain = chainOf(reason.cause)
  const code = chain.map(codeOf).findLast((found) => found !== undefined)
  const text = chain.at(-1)?.message
  if (code !== undefined) return code
  return text !== undefined && isSafe(text, reason.request) ? text : reason._tag
}

/**
 * What an error of a guarded client means: `UntrustedUrl`, `InvalidResponse`, or `Unreachable` for all that broke on the
 * way. Nothing of the request but its URL, without query, is in that.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toAuthError = (error: HttpClientError.HttpClientError): AuthError.AuthError => {
  const { cause, request } = error.reason
  const known = AuthError.find(cause)
  if (known !== undefined) return known
  const isPrivate = chainOf(cause).some((each) => codeOf(each) === privateAddressCode)
  return isPrivate
    ? untrusted(request.url, "its name resolves to an address that is not public, which is not allowed by name")
    : unreachable(request.url, detailOf(error))
}

/** Errors are printed with the request in them: it is named, and what may be secret is left out. */
const toHttpError = (request: Request, cause: AuthError.AuthError): HttpClientError.HttpClientError =>
  new HttpClientError.HttpClientError({
    reason: new HttpClientError.TransportError({
      request: HttpClientRequest.makeWith(
        request.method,
        TrustedUrl.shown(request.url),
        UrlParams.empty,
        Option.none(),
        Headers.empty,
        HttpBody.empty
      ),
      cause,
      description: cause.message
    })
  })

const judged = (request: Request, { allowances }: Guard): Effect.Effect<URL, AuthError.AuthError> =>
  Effect.mapError(
    Effect.fromResult(
      TrustedUrl.judge(Option.getOrElse(HttpClientRequest.toUrl(request), () => request.url), allowances)
    ),
    AuthError.make
  )

/** `fetch` follows redirects unless told, and a span would have the query. Nobody's trace goes to another's server. */
const send = (request: Request, { client, init }: Guard) =>
  HttpClient.withScope(client).execute(request).pipe(
    Effect.mapError(toAuthError),
    Effect.provideService(FetchHttpClient.RequestInit, init),
    Effect.provideService(HttpClient.TracerPropagationEnabled, false),
    Effect.provideService(HttpClient.TracerHeaderFilter, () => false),
    Effect.provideService(UrlParams.CurrentRedactedNames, [/(?:)/])
  )

const isRedirect = ({ status }: Response): boolean =>
  status === 301 || status === 302 || status === 303 || status === 307 || status === 308

/** Where the same request goes next; `undefined`: this response is the answer. */
const redirectOf = (
  request: Request,
  url: URL,
  response: Response,
  redirects: number
): Result.Result<Request | undefined, AuthError.AuthError> => {
  if (response.url !== "" && URL.canParse(response.url) && new URL(response.url).origin !== url.origin) {
    return Result.fail(untrusted(response.url, `the HTTP client was redirected there from ${url.origin}`))
  }
  // What browsers let be seen of a redirect.
  if (response.status === 0) return Result.fail(invalid(url, "it is a redirect"))
  const { location } = response.headers
  if (!isRedirect(response) || location === undefined) return Result.succeed(undefined)
  if (!URL.canParse(location, url.href)) return Result.fail(invalid(url, "it redirects to what is no URL"))
  const next = new URL(location, url.href)
  if (next.origin !== url.origin) return Result.fail(untrusted(next, `${url.origin} redirects there`))
  if (request.method !== "GET" && request.method !== "HEAD") {
    return Result.fail(untrusted(next, `it would get what was sent to ${TrustedUrl.shown(url)}`))
  }
  if (redirects >= redirectsMax) return Result.fail(invalid(url, `more than ${redirectsMax} redirects`))
  return Result.succeed(HttpClientRequest.setUrl(request, next))
}

/** Of a response without a body Effect says that it is an error to read it. */
const streamOf = ({ stream }: Response) =>
  Stream.catchIf(stream, ({ reason }) => reason._tag === "EmptyBodyError", () => Stream.empty)

/** Reads a body as far as it may go. */
const bodyOf = (
  response: Response,
  url: URL,
  { limits }: Guard
): Effect.Effect<Uint8Array<ArrayBuffer>, AuthError.AuthError> =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let length = 0
    const tooLong = Effect.fail(invalid(url, `it is longer than ${limits.responseBytesMax} bytes`))
    if (Number(response.headers["content-length"] ?? 0) > limits.responseBytesMax) return tooLong
    const reading = Stream.runForEach(Stream.mapError(streamOf(response), toAuthError), (chunk) => {
      length += chunk.length
      chunks.push(chunk)
      return length > limits.responseBytesMax ? tooLong : Effect.void
    })
    return Effect.map(reading, () => {
      const body = new Uint8Array(length)
      chunks.reduce((at, chunk) => {
        body.set(chunk, at)
        return at + chunk.length
      }, 0)
      return body
    })
  })

const hasNoBody = (status: number): boolean => status === 204 || status === 205 || status === 304

const received = (request: Request, url: URL, response: Response, guard: Guard) =>
  Effect.flatMap(bodyOf(response, url, guard), (body) => {
    const { headers, status } = response
    return Effect.try({
      try: () =>
        HttpClientResponse.fromWeb(
          request,
          new globalThis.Response(hasNoBody(status) ? null : body, { status, headers: { ...headers } })
        ),
      catch: () => invalid(url, `it has the status ${status}`)
    })
  })

/** Gives the answer, or the request that is to be sent next. */
const step = (
  request: Request,
  guard: Guard,
  redirects: number
): Effect.Effect<Result.Result<Response, Request>, AuthError.AuthError> =>
  Effect.gen(function*() {
    const url = yield* judged(request, guard)
    const response = yield* send(request, guard)
    const next = yield* Effect.fromResult(redirectOf(request, url, response, redirects))
    return next === undefined ? Result.succeed(yield* received(request, url, response, guard)) : Result.fail(next)
    // What is not read by now is of no use: the connection is let go.
  }).pipe(Effect.scoped)

const follow = (request: Request, guard: Guard, redirects: number): Effect.Effect<Response, AuthError.AuthError> =>
  Effect.flatMap(step(request, guard, redirects), (outcome) =>
    Result.isSuccess(outcome)
      ? Effect.succeed(outcome.success)
      : follow(outcome.failure, guard, redirects + 1))

const run = (request: Request, guard: Guard): Effect.Effect<Response, HttpClientError.HttpClientError> => {
  const { requestMillisMax } = guard.limits
  return follow(request, guard, 0).pipe(
    Effect.timeoutOrElse({
      duration: requestMillisMax,
      orElse: () => Effect.fail(unreachable(request.url, `no answer within ${requestMillisMax} ms`))
    }),
    Effect.mapError((error) => toHttpError(request, error))
  )
}

const guarded = (guard: Guard): HttpClient.HttpClient =>
  HttpClient.makeWith(
    (request: Effect.Effect<Request>) => Effect.flatMap(request, (each) => run(each, guard)),
    Effect.succeed
  )

/**
 * Guards the client in the context. Allowances and limits are those in force where this is run, not where requests are;
 * so is `FetchHttpClient.RequestInit`, whose `redirect` is always `manual`. Responses have been read when they are given.
 *
 * Its errors are `HttpClientError`s whose reason is a `TransportError` with the `AuthError` as its cause (SSR-01 to
 * SSR-04).
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options = {}): Effect.Effect<HttpClient.HttpClient, never, HttpClient.HttpClient> =>
  Effect.gen(function*() {
    const client = yield* HttpClient.HttpClient
    const limits = yield* AuthLimits
    const allowances = yield* TrustedUrl.allowances(options.named ?? [])
    const init = yield* Effect.serviceOption(FetchHttpClient.RequestInit)
    return guarded({
      client,
      limits,
      allowances,
      init: { ...Option.getOrUndefined(init), redirect: "manual" }
    })
  })

/**
 * A guarded client, together with the allowances by which it was made (`options` included), for whatever checks URLs that
 * it does not ask itself (`TrustedUrl.check`). For `Effect.provideContext`, around discovery and grants.
 *
 * @category constructors
 * @since 0.1.0
 */
export const context = (
  options: Options = {}
): Effect.Effect<Context.Context<HttpClient.HttpClient>, never, HttpClient.HttpClient> =>
  Effect.gen(function*() {
    const client = yield* make(options)
    const privateHosts = yield* AllowPrivateHosts
    const insecureHosts = yield* AllowInsecureHttpHosts
    return Context.make(HttpClient.HttpClient, client).pipe(
      Context.add(AllowPrivateHosts, [...privateHosts, ...options.named ?? []]),
      Context.add(AllowInsecureHttpHosts, insecureHosts)
    )
  })

/**
 * As `make`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options = {}): Layer.Layer<HttpClient.HttpClient, never, HttpClient.HttpClient> =>
  Layer.effect(HttpClient.HttpClient, make(options))
