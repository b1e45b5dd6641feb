/**
 * A protected server and its authorization server on one loopback port. Refresh tokens are good once; a second use ends
 * the family, as OAuth 2.1 advises. Whoever asks for consent gets it.
 */
import * as Effect from "effect/Effect"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"

export interface RotatingServer {
  /** The protected resource. */
  readonly url: string
  readonly counts: { codes: number; refreshes: number; reuses: number; consents: number }
  /** How many requests came, whatever they were. */
  readonly requests: () => number
  /** No access token that was issued is good any more; the refresh token still is. */
  readonly endAccess: () => void
}

interface State {
  readonly counts: RotatingServer["counts"]
  readonly access: Set<string>
  readonly refresh: Set<string>
  readonly used: Set<string>
  issued: number
}

const json = (response: Http.ServerResponse, status: number, body: object, headers: Http.OutgoingHttpHeaders = {}) =>
  void response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body))

const issue = (state: State, response: Http.ServerResponse): void => {
  const number = ++state.issued
  state.access.add(`access-${number}`)
  state.refresh.add(`refresh-${number}`)
  json(response, 200, {
    access_token: `access-${number}`,
    refresh_token: `refresh-${number}`,
    token_type: "Bearer",
    expires_in: 3_600
  }, { "cache-control": "no-store" })
}

const token = (state: State, form: URLSearchParams, response: Http.ServerResponse): void => {
  if (form.get("grant_type") === "authorization_code") {
    state.counts.codes++
    return issue(state, response)
  }
  const presented = form.get("refresh_token") ?? ""
  if (state.refresh.delete(presented)) {
    state.used.add(presented)
    state.counts.refreshes++
    return issue(state, response)
  }
  if (state.used.has(presented)) {
    state.counts.reuses++
    state.refresh.clear()
    state.access.clear()
  }
  json(response, 400, { error: "invalid_grant" })
}

const documents = (base: string): { readonly [path: string]: object } => ({
  "/.well-known/oauth-protected-resource/mcp": { resource: `${base}/mcp`, authorization_servers: [base] },
  "/.well-known/oauth-authorization-server": {
    issuer: base,
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    registration_endpoint: `${base}/register`,
    response_types_supported: ["code"],
    grant_types_supported: ["authorization_code", "refresh_token"],
    code_challenge_methods_supported: ["S256"],
    token_endpoint_auth_methods_supported: ["none"]
  }
})

const authorize = (state: State, query: URLSearchParams, response: Http.ServerResponse): void => {
  state.counts.consents++
  const back = new URL(query.get("redirect_uri") ?? "")
  back.searchParams.set("code", "code-1")
  back.searchParams.set("state", query.get("state") ?? "")
  response.writeHead(302, { location: back.href }).end()
}

/** What is behind the gate. */
export type Handler = (request: Request) => Promise<Response>

const empty: Handler = () => Promise.resolve(Response.json({}))

const admit = async (
  handler: Handler,
  url: URL,
  { headers, method = "GET" }: Http.IncomingMessage,
  body: string,
  response: Http.ServerResponse
): Promise<void> => {
  const shown = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)])
  const answered = await handler(
    new Request(url, { method, headers: shown, ...(method === "POST" ? { body } : {}) })
  )
  response.writeHead(answered.status, Object.fromEntries(answered.headers))
  for await (const chunk of answered.body ?? []) response.write(chunk)
  response.end()
}

const answer = (
  state: State,
  base: string,
  handler: Handler,
  request: Http.IncomingMessage,
  body: string,
  response: Http.ServerResponse
) => {
  const url = new URL(request.url ?? "/", base)
  const document = documents(base)[url.pathname]
  if (document !== undefined) return json(response, 200, document)
  if (url.pathname === "/authorize") return authorize(state, url.searchParams, response)
  if (url.pathname === "/token") return token(state, new URLSearchParams(body), response)
  if (url.pathname === "/register") return json(response, 201, { ...JSON.parse(body), client_id: "registered" })
  if (url.pathname !== "/mcp") return json(response, 404, {})
  if (state.access.has(request.headers.authorization?.replace("Bearer ", "") ?? "")) {
    return void admit(handler, url, request, body, response)
  }
  json(response, 401, {}, {
    "www-authenticate": `Bearer resource_metadata="${base}/.well-known/oauth-protected-resource/mcp"`
  })
}

const listening = (server: Http.Server) =>
  Effect.acquireRelease(
    Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )

/** Listens for as long as the scope, in front of a handler. */
export const serving = Effect.fnUntraced(function*(handler: Handler) {
  const state: State = {
    counts: { codes: 0, refreshes: 0, reuses: 0, consents: 0 },
    access: new Set(),
    refresh: new Set(),
    used: new Set(),
    issued: 0
  }
  let base = ""
  let requests = 0
  const server = Http.createServer((request, response) => {
    requests++
    let body = ""
    request.on("data", (piece: Buffer) => {
      body += piece.toString()
    })
    request.on("end", () => answer(state, base, handler, request, body, response))
  })
  yield* listening(server)
  // A server that listens on a port has such an address.
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const endAccess = (): void => state.access.clear()
  return { url: `${base}/mcp`, counts: state.counts, requests: () => requests, endAccess } satisfies RotatingServer
})

/** Listens for as long as the scope. */
export const make = serving(empty)

/** A server whose metadata says that its authorization server is at an issuer; gives its URL. */
export const pointingTo = (issuer: string) =>
  Effect.gen(function*() {
    const server = Http.createServer((request, response) => {
      const base = `http://${request.headers.host ?? ""}`
      const isMetadata = request.url === "/.well-known/oauth-protected-resource/mcp"
      if (isMetadata) return json(response, 200, { resource: `${base}/mcp`, authorization_servers: [issuer] })
      json(response, request.url === "/mcp" ? 401 : 404, {})
    })
    yield* listening(server)
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
  })
