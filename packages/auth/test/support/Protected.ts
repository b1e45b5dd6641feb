/** Protected servers in memory: tokens by table, requests through the web handler, and what was logged. */
import { sessionEra, statelessEra } from "@parley/mcp/revision/Revisions"
import * as McpHttp from "@parley/mcp/server/McpHttp"
import type * as McpServer from "@parley/mcp/server/McpServer"
import type { ServerTransport } from "@parley/mcp/server/ServerTransport"
import type * as HttpPolicy from "@parley/mcp/session/HttpPolicy"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as ProtectedResource from "../../src/server/ProtectedResource.ts"
import type { AccessToken } from "../../src/verifier/AccessToken.ts"
import { ProofVerifier } from "../../src/verifier/ProofVerifier.ts"
import { TokenRejection } from "../../src/verifier/TokenRejection.ts"
import { TokenVerifier } from "../../src/verifier/TokenVerifier.ts"

export const resource = "https://mcp.example.com/mcp"
export const issuer = "https://login.example.com"

/** A good token of a user. */
export const accessToken = (subject: string, changes: Partial<AccessToken> = {}): AccessToken => ({
  issuer,
  subject,
  clientId: "client",
  audience: [resource],
  scopes: ["mcp:read"],
  expiresAtMillis: undefined,
  jkt: undefined,
  claims: {},
  ...changes
})

export type Tokens = { readonly [token: string]: AccessToken | TokenRejection }

const rejected = (problem: TokenRejection["problem"]) => new TokenRejection({ problem, detail: `it is ${problem}` })

/** One token for each thing that a token may be. */
export const tokens: Tokens = {
  alice: accessToken("alice"),
  "alice-renewed": accessToken("alice"),
  "alice-writes": accessToken("alice", { scopes: ["mcp:read", "mcp:write"] }),
  bob: accessToken("bob"),
  robot: accessToken("", { subject: undefined, clientId: "robot" }),
  nameless: accessToken("", { subject: undefined, clientId: undefined }),
  poor: accessToken("carol", { scopes: ["profile"] }),
  bound: accessToken("alice", { jkt: "thumbprint" }),
  "for-another-server": accessToken("alice", { audience: ["https://other.example.com/mcp"] }),
  expired: rejected("Expired"),
  "for-somebody-else": rejected("Audience"),
  future: rejected("NotYetValid"),
  unknowable: rejected("Unavailable")
}

/** Verifies by table; whatever is not in it is garbage. Counts how often it was asked. */
export const verifier = (table: Tokens = tokens) => {
  const asked: Array<string> = []
  return {
    asked,
    layer: Layer.succeed(TokenVerifier, {
      verify: (token) => {
        const text = Redacted.value(token)
        asked.push(text)
        const found = Object.hasOwn(table, text) ? table[text] : undefined
        if (found === undefined) return Effect.fail(rejected("Malformed"))
        return found instanceof TokenRejection ? Effect.fail(found) : Effect.succeed(found)
      }
    })
  }
}

export const options = {
  resource,
  authorizationServers: [issuer],
  requiredScopes: ["mcp:read"]
} as const satisfies ProtectedResource.Options

/** What tests change about a protected server. */
export interface Setting {
  readonly options?: Partial<ProtectedResource.Options>
  readonly policy?: Partial<HttpPolicy.HttpPolicy>
  readonly verifier?: Layer.Layer<TokenVerifier>
  readonly proofs?: Layer.Layer<ProofVerifier>
  /** Gets what is logged; nothing is printed. */
  readonly log?: Array<unknown>
}

type Gated = ServerTransport | ProtectedResource.ProtectedResource

const gate = (transport: Layer.Layer<ServerTransport>, setting: Setting): Layer.Layer<Gated, unknown> =>
  ProtectedResource.protect(transport, { ...options, ...setting.options }).pipe(
    Layer.provide(setting.verifier ?? verifier().layer),
    Layer.provide(setting.proofs ?? noProofs)
  )

const noProofs = Layer.succeed(ProofVerifier, {
  algorithms: ["ES256"],
  verify: () => Effect.die("no proof is expected here")
})

/** A server behind a gate, as a function from request to response; it ends with the scope. */
export const serve = (server: Layer.Layer<McpServer.McpServer, unknown, Gated>, setting: Setting = {}) => {
  const { log = [] } = setting
  const logger = Logger.make(({ message }) => void log.push(message))
  return Effect.map(
    Effect.acquireRelease(
      Effect.sync(() =>
        McpHttp.toWebHandler(Layer.provide(server, Logger.layer([logger])), {
          allowedHosts: "any",
          ...setting.policy,
          protect: (transport) => gate(transport, setting)
        })
      ),
      ({ dispose }) => Effect.promise(dispose)
    ),
    ({ handler }) => (method: string, headers: Headers = {}, body?: object, url: string = resource) =>
      Effect.promise(() => handler(toRequest(method, headers, body, url)))
  )
}

const toRequest = (method: string, headers: Headers, body: object | undefined, url: string): Request =>
  new Request(url, {
    method,
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      accept: "application/json, text/event-stream",
      ...headers
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })

type Headers = { readonly [name: string]: string }

/** Sends a request, and gives the response. */
export type Send = Effect.Success<ReturnType<typeof serve>>

export const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` })

export const modern: string = statelessEra[0]?.version ?? ""
export const legacy: string = sessionEra[0]?.version ?? ""

export const initialize = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: { protocolVersion: legacy, capabilities: {}, clientInfo: { name: "test", version: "1" } }
}

/** A request that stands by itself. */
export const modernRequest = (method: string, params: object = {}) => ({
  jsonrpc: "2.0",
  id: 1,
  method,
  params: {
    ...params,
    _meta: {
      "io.modelcontextprotocol/protocolVersion": modern,
      "io.modelcontextprotocol/clientCapabilities": {},
      "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" }
    }
  }
})

export const modernHeaders = (method: string, name?: string): Headers => ({
  "mcp-protocol-version": modern,
  "mcp-method": method,
  ...(name === undefined ? {} : { "mcp-name": name })
})

/** Calls a tool in the stateless era. */
export const callTool = (send: Send, name: string, headers: Headers) =>
  send(
    "POST",
    { ...modernHeaders("tools/call", name), ...headers },
    modernRequest("tools/call", { name, arguments: {} })
  )

/** What a response says, as far as tests look. */
export interface Said {
  readonly result?: { readonly [name: string]: unknown }
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

export const bodyOf = (response: Response): Effect.Effect<Said> =>
  Effect.promise(() => response.json() as Promise<Said>)
