/**
 * What an observer on the wire sees: programs that serve over HTTP stand behind a proxy each, whose URL is known before
 * they start, and all that passes is written down in one list, in the order in which it came.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"

/** A request that passed, and what it was answered with. */
export interface Passed {
  /** `server` or `issuer`, say. */
  readonly to: string
  readonly method: string
  /** Without its query. */
  readonly path: string
  readonly authorization: string | undefined
  /** The parameters of the query and of the form, or the members of the JSON. */
  readonly parameters: { readonly [name: string]: unknown }
  status: number
  challenge: string | undefined
}

const parametersOf = (query: URLSearchParams, type: string, body: string): Passed["parameters"] => ({
  ...Object.fromEntries(query),
  ...(type.startsWith("application/json") && body !== ""
    ? JSON.parse(body)
    : Object.fromEntries(new URLSearchParams(type.startsWith("application/x-www-form-urlencoded") ? body : "")))
})

const bodyOf = (request: Http.IncomingMessage): Promise<string> =>
  request.setEncoding("utf8").toArray().then((chunks) => chunks.join(""))

/** A proxy; `lead` says where to. */
export interface Proxy {
  readonly origin: string
  readonly lead: (url: string) => void
}

const forward = (target: string, request: Http.IncomingMessage, body: string, response: Http.ServerResponse) =>
  new Promise<Http.IncomingMessage>((resolve, reject) => {
    const { headers, method, url = "/" } = request
    const onward = Http.request(new URL(url, target), { agent: false, headers, method: method ?? "GET" }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(response)
      resolve(answer)
    })
    onward.once("error", reject)
    // The end of whoever asked is the end of the question.
    response.once("close", () => onward.destroy())
    onward.end(body)
  })

/** Opens a proxy for a program, until the end of the scope; what passes is added to the list. */
export const proxy = (to: string, list: Array<Passed>): Effect.Effect<Proxy, never, Scope.Scope> =>
  Effect.gen(function*() {
    let target = ""
    const server = Http.createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? "/", "http://proxy")
      void bodyOf(request).then((body) => {
        const passed: Passed = {
          to,
          method: request.method ?? "",
          path: pathname,
          authorization: request.headers.authorization,
          parameters: parametersOf(searchParams, request.headers["content-type"] ?? "", body),
          status: 0,
          challenge: undefined
        }
        list.push(passed)
        return forward(target, request, body, response).then((answer) => {
          passed.status = answer.statusCode ?? 0
          passed.challenge = answer.headers["www-authenticate"]
        })
      }).catch(() => response.destroy())
    })
    yield* Effect.acquireRelease(
      Effect.promise(() => new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))),
      () =>
        Effect.promise(() => {
          server.closeAllConnections()
          return new Promise<void>((resolve) => void server.close(() => resolve()))
        })
    )
    return {
      origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      lead: (url) => void (target = url)
    }
  })
