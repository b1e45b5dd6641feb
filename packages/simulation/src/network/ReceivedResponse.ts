/**
 * A response as an Effect `HttpClientResponse`, over a body that is still arriving.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Cookies from "effect/http/Cookies"
import * as Headers from "effect/http/Headers"
import * as HttpClientError from "effect/http/HttpClientError"
import type { HttpClientRequest } from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as UrlParams from "effect/http/UrlParams"
import * as Inspectable from "effect/Inspectable"
import * as Option from "effect/Option"
import { pipeArguments } from "effect/Pipeable"
import * as Schema from "effect/Schema"
import type { ReceivedBody } from "./ReceivedBody.ts"

/**
 * What a response consists of.
 *
 * @category models
 * @since 0.1.0
 */
export interface Parts {
  readonly request: HttpClientRequest
  readonly url: string
  readonly status: number
  readonly headers: { readonly [name: string]: string }
  readonly body: ReceivedBody<HttpClientError.HttpClientError>
}

const parseJson = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Json))

type Failure = HttpClientError.HttpClientError

/** What the members of a response are made of: they are its prototype's, so that making one costs nothing. */
interface Own extends Pick<HttpClientResponse.HttpClientResponse, "request" | "url" | "status" | "headers"> {
  readonly body: ReceivedBody<Failure>
}

/** Found by the prototype as `this`, which is a response. */
type Self = HttpClientResponse.HttpClientResponse & Own

const unusable = (response: Self, cause: unknown): Failure =>
  new HttpClientError.HttpClientError({
    reason: new HttpClientError.DecodeError({ request: response.request, response, cause })
  })

const unsupported = (response: Self, what: string): Effect.Effect<never, Failure> =>
  Effect.suspend(() => Effect.fail(unusable(response, new Error(`${what} is not simulated`))))

const Proto: Omit<HttpClientResponse.HttpClientResponse, keyof Own> & ThisType<Self> = {
  ...Inspectable.BaseProto,
  [HttpClientResponse.TypeId]: HttpClientResponse.TypeId,
  [HttpIncomingMessage.TypeId]: HttpIncomingMessage.TypeId,
  remoteAddress: Option.none(),
  get cookies() {
    const setCookie = this.headers["set-cookie"]
    return setCookie === undefined ? Cookies.empty : Cookies.fromSetCookie([setCookie])
  },
  get stream() {
    return this.body.bytes
  },
  get text() {
    return this.body.text
  },
  get json() {
    return Effect.flatMap(
      this.body.text,
      (text) => text === "" ? Effect.succeed(null) : Effect.mapError(parseJson(text), (cause) => unusable(this, cause))
    )
  },
  get urlParamsBody() {
    return Effect.map(this.body.text, (text) => UrlParams.fromInput(new URLSearchParams(text)))
  },
  get arrayBuffer() {
    return Effect.map(this.body.text, (text) => new TextEncoder().encode(text).buffer)
  },
  get formData() {
    return unsupported(this, "A form as a response")
  },
  get upgrade() {
    return unsupported(this, "An upgrade")
  },
  toJSON() {
    return { _id: "HttpClientResponse", request: this.request.toJSON(), status: this.status }
  },
  pipe() {
    return pipeArguments(this, arguments)
  }
}

/**
 * A response whose head has come.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = ({ body, headers, request, status, url }: Parts): HttpClientResponse.HttpClientResponse => {
  const own: Own = { request, url, status, headers: Headers.fromInput(headers), body }
  return Object.assign(Object.create(Proto), own)
}
