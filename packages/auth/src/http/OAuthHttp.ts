/**
 * Between `oauth4webapi`, which knows what requests and responses of OAuth look like, and Effect's HTTP client, which
 * sends them: requests of the library are caught before they are sent, responses are given to it when they have been
 * received, and what it has to say of them becomes an `AuthError`. Where requests may go is not decided here; that is the
 * HTTP client's (`GuardedHttpClient.ts`).
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Redacted from "effect/Redacted"
import * as oauth from "oauth4webapi"
import * as AuthError from "../AuthError.ts"
import { codeOf } from "./CodedError.ts"
import * as GuardedHttpClient from "./GuardedHttpClient.ts"
import * as Hiding from "./Hiding.ts"
import * as TrustedUrl from "./TrustedUrl.ts"

interface Sending {
  readonly body?: unknown
  readonly headers: Record<string, string>
  readonly method: string
}

/**
 * The options that a request of the library is made with: it is caught, whatever its scheme (the HTTP client decides).
 *
 * @category models
 * @since 0.1.0
 */
export interface Catching {
  readonly [oauth.customFetch]: (url: string, sending: Sending) => Promise<Response>
  readonly [oauth.allowInsecureRequests]: true
}

/**
 * A response of an OAuth endpoint, received as a whole.
 *
 * @category models
 * @since 0.1.0
 */
export interface Answer {
  /** Where it came from, without its query. */
  readonly url: string
  readonly status: number
  /** By names in lower case. */
  readonly headers: { readonly [name: string]: string | undefined }
  /** It may hold tokens. */
  readonly body: Redacted.Redacted
  /** A text of the server without the secrets of the request that it answers, and of bounded length. */
  readonly hide: (text: string) => string
}

const attributeOf = (cause: unknown): string | undefined =>
  typeof cause === "object" && cause !== null && "attribute" in cause && typeof cause.attribute === "string"
    ? cause.attribute
    : undefined

// The texts of the library name parameters, never their values; those of others are not known.
const saidBy = (error: unknown): string =>
  error instanceof Error && codeOf(error)?.startsWith("OAUTH_") === true
    ? error.message
    : error instanceof TypeError && codeOf(error) !== undefined
    ? error.message
    : "it could not be processed"

const unmade = (issuer: string) => (error: unknown): AuthError.AuthError => {
  const attribute = error instanceof Error ? attributeOf(error.cause) : undefined
  return attribute === undefined
    ? AuthError.make(new AuthError.RegistrationFailed({ issuer, detail: `no request can be made: ${saidBy(error)}` }))
    : AuthError.make(new AuthError.Unsupported({ issuer, lacking: attribute }))
}

/**
 * The request that a function of the library would send. Fails with `Unsupported` where the metadata has no such endpoint,
 * and with `RegistrationFailed` where the client's credentials cannot be used.
 *
 * @category converting
 * @since 0.1.0
 */
export const toRequest = (
  issuer: string,
  run: (options: Catching) => Promise<Response>
): Effect.Effect<HttpClientRequest.HttpClientRequest, AuthError.AuthError> =>
  Effect.suspend(() => {
    let caught = HttpClientRequest.empty
    return Effect.tryPromise({
      try: () =>
        run({
          [oauth.allowInsecureRequests]: true,
          [oauth.customFetch]: (url, sending) => {
            caught = toHttp(url, sending)
            return Promise.resolve(new Response())
          }
        }),
      catch: unmade(issuer)
    }).pipe(Effect.map(() => caught))
  })

const toHttp = (url: string, sending: Sending): HttpClientRequest.HttpClientRequest => {
  // The library's own `user-agent` goes: the HTTP client speaks for itself.
  const { "content-type": type, "user-agent": _, ...headers } = sending.headers
  return HttpClientRequest.make(sending.method === "GET" ? "GET" : "POST")(new URL(url), {
    headers,
    ...(sending.body === undefined ? {} : { body: HttpBody.text(String(sending.body), type) })
  })
}

/**
 * Sends a request, and receives the response as a whole. Statuses are not looked at.
 *
 * @category sending
 * @since 0.1.0
 */
export const send: (
  request: HttpClientRequest.HttpClientRequest
) => Effect.Effect<Answer, AuthError.AuthError, HttpClient.HttpClient> = Effect.fnUntraced(
  function*(request: HttpClientRequest.HttpClientRequest) {
    const client = yield* HttpClient.HttpClient
    const response = yield* client.execute(request)
    return {
      url: TrustedUrl.shown(request.url),
      status: response.status,
      headers: response.headers,
      body: Redacted.make(yield* response.text, { label: "response" }),
      hide: Hiding.hiding(request)
    }
  },
  (effect) => Effect.mapError(effect, GuardedHttpClient.toAuthError)
)

type Members = { readonly [name: string]: unknown }

const membersOf = (body: string): Members | undefined => {
  const parsed = Hiding.parsed(body)
  return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
    ? Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== null))
    : undefined
}

// What servers do though no specification has it, and what the library would not take: `null` for an absent member, an
// error with the status of success (GitHub), success with another status of success. ID tokens are not for us: nothing
// here uses them, so nothing of them has to be right.
const understood = (answer: Answer, status: number): Response => {
  const body = Redacted.value(answer.body)
  const members = membersOf(body)
  const headers = { "content-type": answer.headers["content-type"] ?? "text/plain" }
  const isSuccess = answer.status < 300
  if (members === undefined) {
    return new Response(answer.status === 304 ? null : body, { status: isSuccess ? status : answer.status, headers })
  }
  const { id_token: _, ...rest } = members
  const failed = isSuccess && typeof rest["error"] === "string" && rest["access_token"] === undefined
    && rest["client_id"] === undefined
  return new Response(JSON.stringify(rest), {
    status: failed ? 400 : isSuccess ? status : answer.status,
    headers
  })
}

/**
 * The error code and description of an error response, without secrets.
 *
 * @category models
 * @since 0.1.0
 */
export interface Refused {
  /** As OAuth calls it: `invalid_grant`, `invalid_client`, … */
  readonly error: string
  readonly description: string | undefined
}

const isResponseBodyError = (error: unknown): error is oauth.ResponseBodyError =>
  codeOf(error) === oauth.RESPONSE_BODY_ERROR

const unprocessed = (answer: Answer, refused: (refused: Refused) => AuthError.AuthErrorReason) =>
(
  error: unknown
): AuthError.AuthError => {
  if (isResponseBodyError(error)) {
    const description: unknown = error.error_description
    return AuthError.make(refused({
      error: Hiding.code(answer.hide(error.error)),
      description: typeof description === "string" ? answer.hide(description) : undefined
    }))
  }
  return AuthError.make(
    new AuthError.InvalidResponse({ url: answer.url, detail: `${saidBy(error)} (HTTP ${answer.status})` })
  )
}

/**
 * What a function of the library makes of a response; `status` is the one that it takes for success (200, or 201 for
 * registrations). Fails with what `refused` makes of an error response (RFC 6749, 5.2), with `Unreachable` where trying
 * later may help (429, 5xx), else with `InvalidResponse`.
 *
 * @category receiving
 * @since 0.1.0
 */
export const process = <A>(
  answer: Answer,
  run: (response: Response) => Promise<A>,
  options: {
    readonly status: 200 | 201
    readonly refused: (refused: Refused) => AuthError.AuthErrorReason
  }
): Effect.Effect<A, AuthError.AuthError> =>
  answer.status === 429 || answer.status >= 500 && answer.status < 600
    ? Effect.fail(AuthError.make(new AuthError.Unreachable({ url: answer.url, detail: `HTTP ${answer.status}` })))
    : answer.status < 200 || answer.status > 599
    ? Effect.fail(AuthError.make(new AuthError.InvalidResponse({ url: answer.url, detail: `HTTP ${answer.status}` })))
    : Effect.tryPromise({
      try: () => run(understood(answer, options.status)),
      catch: unprocessed(answer, options.refused)
    })
