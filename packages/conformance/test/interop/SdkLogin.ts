/**
 * The official SDK client, version 2, that logs in as its documentation shows: a provider that keeps everything in memory
 * and has a browser, and a transport that is told of the redirect.
 */
import {
  Client,
  type OAuthClientMetadata,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  type VersionNegotiationMode
} from "@modelcontextprotocol/client"
import { visit } from "../../src/foreign/browser.ts"

/** What a provider keeps. */
interface Memory {
  client?: StoredOAuthClientInformation
  tokens?: StoredOAuthTokens
  verifier?: string
  state?: string
  discovered?: OAuthDiscoveryState
  redirect?: URL
}

/** Who logs in, and how. */
export interface LoginOptions {
  readonly mode?: VersionNegotiationMode
  /** Default: `ada`. */
  readonly person?: string
  /** The URL of a client id metadata document. */
  readonly documentUrl?: string
}

/** What the client says of itself; nothing listens at the redirect URI. */
export const metadata: OAuthClientMetadata = {
  client_name: "interop",
  redirect_uris: ["http://127.0.0.1:9/callback"],
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  token_endpoint_auth_method: "none",
  application_type: "native"
}

const providerOf = (memory: Memory, { documentUrl, person }: LoginOptions): OAuthClientProvider => ({
  redirectUrl: metadata.redirect_uris[0],
  clientMetadata: metadata,
  ...(documentUrl === undefined ? {} : { clientMetadataUrl: documentUrl }),
  state: () => memory.state = crypto.randomUUID(),
  clientInformation: () => memory.client,
  saveClientInformation: (client) => void (memory.client = client),
  tokens: () => memory.tokens,
  saveTokens: (tokens) => void (memory.tokens = tokens),
  saveCodeVerifier: (verifier) => void (memory.verifier = verifier),
  codeVerifier: () => memory.verifier ?? "",
  discoveryState: () => memory.discovered,
  saveDiscoveryState: (state) => void (memory.discovered = state),
  redirectToAuthorization: async (url) => void (memory.redirect = await visit(url, person))
})

/** A client that is logged in. */
export interface LoggedIn {
  readonly revision: string | undefined
  /** Calls a tool, and logs in with more scopes when it must; gives the text. */
  readonly call: (name: string, args?: { readonly [name: string]: unknown }) => Promise<string>
  readonly tools: () => Promise<ReadonlyArray<string>>
  /** What it was given. */
  readonly tokens: () => StoredOAuthTokens | undefined
  readonly close: () => Promise<void>
}

/** The answer to the redirect, once the browser has come back. */
const finish = async (transport: StreamableHTTPClientTransport, memory: Memory, error: unknown): Promise<void> => {
  const redirect = memory.redirect
  delete memory.redirect
  if (!UnauthorizedError.isInstance(error) || redirect === undefined) throw error
  if (redirect.searchParams.get("state") !== memory.state) throw new Error("The state is another")
  await transport.finishAuth(redirect.searchParams)
}

/** Connects to a protected server, and logs in on the way. */
export const logIn = async (url: string, options: LoginOptions = {}): Promise<LoggedIn> => {
  const memory: Memory = {}
  const authProvider = providerOf(memory, options)
  const open = () => new StreamableHTTPClientTransport(new URL(url), { authProvider })
  const make = () =>
    new Client({ name: "interop", version: "0.1.0" }, { versionNegotiation: { mode: options.mode ?? "auto" } })
  const first = open()
  await make().connect(first).catch((error: unknown) => finish(first, memory, error))
  const client = make()
  const transport = open()
  await client.connect(transport)
  const call: LoggedIn["call"] = async (name, args = {}) => {
    const { content } = await client.callTool({ name, arguments: args })
    return content.map((block) => block.type === "text" ? block.text : "").join("")
  }
  return {
    revision: client.getNegotiatedProtocolVersion(),
    call: (name, args) =>
      call(name, args).catch(async (error: unknown) => {
        await finish(transport, memory, error)
        return call(name, args)
      }),
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    tokens: () => memory.tokens,
    close: async () => {
      if (transport.sessionId !== undefined) await transport.terminateSession()
      await client.close()
    }
  }
}
