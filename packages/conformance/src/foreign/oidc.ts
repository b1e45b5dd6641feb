/**
 * An authorization server that nobody here wrote, `oidc-provider`, on a free port of this machine and in this process:
 * with dynamic registration, client id metadata documents, resource indicators, tokens that are JWTs or opaque, refresh
 * tokens that are used once, client credentials, proof of possession and introspection. Who comes to log in has a browser,
 * which is here too, and agrees without being asked.
 */
import { exportJWK, generateKeyPair } from "jose"
import { randomBytes } from "node:crypto"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import Provider, { type ClientMetadata, type Configuration } from "oidc-provider"
import { makeStorage } from "./oidc-storage.ts"

/** A server that tokens are issued for. */
export interface Protected {
  /** The scopes that it knows. */
  readonly scopes: ReadonlyArray<string>
  /** Default: `jwt`. */
  readonly format?: "jwt" | "opaque"
  /** How long a token is good, in seconds. Default: an hour. */
  readonly tokenSeconds?: number
}

/** A request that came, without its secrets. */
export interface Came {
  readonly method: string
  readonly path: string
  /** What it was answered with. */
  readonly status: number
  /** Of the query, and of the form or the JSON. */
  readonly parameters: { readonly [name: string]: string }
}

/** What an authorization server is made with. */
export interface Options {
  /** Clients that are known from the start. */
  readonly clients?: ReadonlyArray<ClientMetadata>
  /** Client id metadata documents by their URLs, so that nothing is fetched. */
  readonly documents?: { readonly [url: string]: unknown }
  /** What clients may register for, beside `openid` and `offline_access`. Default: `mcp:read` and `mcp:write`. */
  readonly scopes?: ReadonlyArray<string>
  /** Default: true. */
  readonly registration?: boolean
  /** Whether clients get no more scopes than they registered for. Default: false, because the SDK registers for too few. */
  readonly holdsToScopes?: boolean
  /** Whether proofs must have a nonce. Default: false. */
  readonly nonces?: boolean
  /** The name of the issuer behind its origin, such as `/tenant1`; its metadata is behind that name only. Default: none. */
  readonly path?: string
}

/** Storage that forgets which scopes a client has registered for. */
const forgetful = (storage: ReturnType<typeof makeStorage>): ReturnType<typeof makeStorage> => (kind) => {
  const adapter = storage(kind)
  if (kind !== "Client") return adapter
  return {
    ...adapter,
    upsert: (id, payload, expiresIn) => adapter.upsert(id, { ...payload, scope: undefined }, expiresIn)
  }
}

/** A running authorization server. */
export interface Oidc {
  readonly issuer: string
  /** What came so far, in order. */
  readonly requests: ReadonlyArray<Came>
  /** From now on, tokens are issued for this resource. */
  readonly protect: (resource: string, how: Protected) => void
  /** The requests for tokens of a grant. */
  readonly tokenRequests: (grantType: string) => ReadonlyArray<Came>
  readonly close: () => Promise<void>
}

const keys = async () => {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true })
  return { keys: [{ ...await exportJWK(privateKey), alg: "ES256", use: "sig", kid: "first" }] }
}

const hour = 3_600

const features = (
  { documents = {}, nonces = false, registration = true }: Options,
  resources: ReadonlyMap<string, Protected>
): NonNullable<Configuration["features"]> => ({
  devInteractions: { enabled: false },
  userinfo: { enabled: false },
  rpInitiatedLogout: { enabled: false },
  registration: { enabled: registration },
  clientCredentials: { enabled: true },
  introspection: { enabled: true, allowedPolicy: () => true },
  revocation: { enabled: true, allowedPolicy: () => true },
  dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => nonces },
  clientIdMetadataDocument: {
    enabled: true,
    ack: "draft-02",
    allowFetch: (_, clientId) => Object.hasOwn(documents, clientId),
    allowClient: () => true
  },
  resourceIndicators: {
    enabled: true,
    defaultResource: (_context, _client, oneOf) => oneOf ?? [],
    useGrantedResource: () => true,
    getResourceServerInfo: (_, resource) => {
      const { format = "jwt", scopes, tokenSeconds = hour } = resources.get(resource) ?? { scopes: [] }
      return {
        scope: scopes.join(" "),
        audience: resource,
        accessTokenFormat: format,
        accessTokenTTL: tokenSeconds,
        ...(format === "jwt" ? { jwt: { sign: { alg: "ES256" } } } : {})
      }
    }
  }
})

const configuration = async (
  options: Options,
  resources: ReadonlyMap<string, Protected>,
  storage: ReturnType<typeof makeStorage>
): Promise<Configuration> => ({
  adapter: storage,
  clients: options.clients ?? [],
  jwks: await keys(),
  cookies: { keys: [randomBytes(32).toString("hex")] },
  features: features(options, resources),
  clientDefaults: { id_token_signed_response_alg: "ES256" },
  scopes: ["openid", "offline_access", ...options.scopes ?? ["mcp:read", "mcp:write"]],
  responseTypes: ["code"],
  pkce: { required: () => true },
  clientAuthMethods: ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"],
  interactions: { url: (_, { uid }) => `${options.path ?? ""}/interaction/${uid}` },
  findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  issueRefreshToken: (_, client) => client.grantTypeAllowed("refresh_token"),
  rotateRefreshToken: () => true,
  expiresWithSession: () => false,
  ttl: {
    AccessToken: (_, token) => token.resourceServer?.accessTokenTTL ?? hour,
    ClientCredentials: (_, token) => token.resourceServer?.accessTokenTTL ?? hour,
    Session: hour,
    Grant: hour,
    Interaction: 600,
    RefreshToken: hour,
    AuthorizationCode: 60,
    IdToken: hour
  },
  fetch: async (input) => {
    const document = options.documents?.[String(input)]
    return document === undefined ? new Response(null, { status: 404 }) : Response.json(document)
  }
})

/** Whoever sits at the browser says so in a cookie; the page that would ask for a password and consent is left out. */
const interact = async (provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const person = /(?:^|; )person=([^;]+)/.exec(request.headers.cookie ?? "")?.[1]
  if (person === undefined) {
    const error = { error: "access_denied", error_description: "Nobody agreed" }
    return provider.interactionFinished(request, response, error, { mergeWithLastSubmission: false })
  }
  const { grantId, params } = await provider.interactionDetails(request, response)
  const grant = (grantId === undefined ? undefined : await provider.Grant.find(grantId)) ??
    new provider.Grant({ accountId: person, clientId: String(params["client_id"]) })
  const scope = String(params["scope"] ?? "")
  if (scope !== "") {
    grant.addOIDCScope(scope)
    for (const resource of [params["resource"] ?? []].flat()) grant.addResourceScope(String(resource), scope)
  }
  const result = { login: { accountId: person }, consent: { grantId: await grant.save() } }
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
}

/** What is not written down. */
const secrets = new Set([
  "assertion",
  "client_assertion",
  "client_secret",
  "code",
  "code_verifier",
  "refresh_token",
  "subject_token",
  "token"
])

const shown = (parameters: object): Came["parameters"] =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, secrets.has(name) ? "…" : String(value)])
  )

const listen = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port))
  })

/** Starts an authorization server. */
export const startOidc = async (options: Options = {}): Promise<Oidc> => {
  const server = createServer()
  const path = options.path ?? ""
  const issuer = `http://127.0.0.1:${await listen(server)}${path}`
  const resources = new Map<string, Protected>()
  const storage = options.holdsToScopes === true ? makeStorage() : forgetful(makeStorage())
  const requests: Array<Came> = []
  const provider = new Provider(issuer, await configuration(options, resources, storage))
  provider.use(async (context, next) => {
    await next()
    const { method, oidc, path, query, status } = context
    requests.push({ method, path, status, parameters: shown({ ...query, ...oidc?.body }) })
  })
  const serve = provider.callback()
  server.on("request", (request, response) => {
    const { url = "" } = request
    if (!url.startsWith(`${path}/`)) return void response.writeHead(404).end()
    if (url.startsWith(`${path}/interaction/`)) return void interact(provider, request, response)
    // To it, paths begin behind the name; from the whole URL it knows what they are to others.
    Object.assign(request, { originalUrl: url, url: url.slice(path.length) })
    void serve(request, response)
  })
  return {
    issuer,
    requests,
    protect: (resource, how) => void resources.set(resource, how),
    tokenRequests: (grantType) =>
      requests.filter(({ method, parameters }) => method === "POST" && parameters["grant_type"] === grantType),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      })
  }
}
