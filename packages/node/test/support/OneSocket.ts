/** A client with one socket, so that a test can tell whether a connection survived what was sent on it. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"

export interface Answer {
  readonly status: number
  readonly headers: Http.IncomingHttpHeaders
  readonly body: string
  readonly socket: unknown
}

export interface Sent {
  readonly body?: string
  readonly headers?: { readonly [name: string]: string | undefined }
  readonly method?: string
  readonly path?: string
  /** Whether the length of the body is kept from the server. */
  readonly chunked?: boolean
}

const common = { "content-type": "application/json", accept: "application/json, text/event-stream" }

export type Send = (request: Sent) => Effect.Effect<Answer, Error>

/** Sends requests one after the other; the socket is closed with the scope. */
export const make = (url: URL): Effect.Effect<Send, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => new Http.Agent({ keepAlive: true, maxSockets: 1 })),
      (agent) => Effect.sync(() => agent.destroy())
    ),
    (agent) => ({ body = "", chunked = false, headers = {}, method = "POST", path = url.pathname }) =>
      Effect.callback<Answer, Error>((resume) => {
        const length = chunked ? {} : { "content-length": Buffer.byteLength(body) }
        const defined = Object.entries({ ...common, ...headers, ...length }).filter(([, value]) => value !== undefined)
        const request = Http.request({
          agent,
          host: url.hostname,
          port: url.port,
          path,
          method,
          headers: Object.fromEntries(defined)
        }, (response) => {
          const { socket } = response
          let text = ""
          response.setEncoding("utf8")
          response.on("data", (piece: string) => {
            text += piece
          })
          response.on("end", () =>
            resume(Effect.succeed({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: text,
              socket
            })))
        })
        request.on("error", (error) => resume(Effect.fail(error)))
        // Written apart from the end: `end(body)` would add the length by itself.
        if (chunked) request.write(body)
        request.end(chunked ? undefined : body)
      })
  )
