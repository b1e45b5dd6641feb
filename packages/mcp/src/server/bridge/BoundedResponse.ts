/**
 * Reading no more of an API's answer than is agreed on. What a tool gives goes to a model, and what is read is held in
 * memory: an API that answers without end must not take the server along.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { HttpClientError } from "effect/http/HttpClientError"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Stream from "effect/Stream"
import * as Tool from "../../contract/Tool.ts"

const tooLarge = (bytesMax: number) =>
  Effect.fail(Tool.fail(`The answer has more than ${bytesMax} bytes, and no more is read`))

const joined = (chunks: ReadonlyArray<Uint8Array>, length: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}

const read = (
  { stream }: HttpClientResponse.HttpClientResponse,
  bytesMax: number
): Effect.Effect<Uint8Array<ArrayBuffer>, HttpClientError | Tool.ToolError> =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let length = 0
    const reading = Stream.runForEach(stream, (chunk) => {
      length += chunk.length
      if (length > bytesMax) return tooLarge(bytesMax)
      chunks.push(chunk)
      return Effect.void
    })
    return Effect.map(
      Effect.catchIf(
        reading,
        (error) => error._tag === "HttpClientError" && error.reason._tag === "EmptyBodyError",
        () => Effect.void
      ),
      () => joined(chunks, length)
    )
  })

/** Statuses beside 1xx whose responses have no body (RFC 9110, 15). */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304])

/**
 * The response with its body in memory. It fails, for the model to read, as soon as the body turns out to be larger than
 * `bytesMax`; what was compressed is counted as it is after that.
 *
 * @category conversions
 * @since 0.1.0
 */
export const buffer = (
  response: HttpClientResponse.HttpClientResponse,
  bytesMax: number
): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError | Tool.ToolError> => {
  const { headers, request, status } = response
  if (status < 200 || bodiless.has(status)) return Effect.succeed(response)
  if (Number(headers["content-length"]) > bytesMax) return tooLarge(bytesMax)
  return Effect.map(
    read(response, bytesMax),
    (body) => HttpClientResponse.fromWeb(request, new Response(body, { status, headers }))
  )
}
