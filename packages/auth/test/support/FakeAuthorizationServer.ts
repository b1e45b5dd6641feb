/**
 * An authorization server in memory, strict where a real one is: codes once and with PKCE, refresh tokens that rotate (use
 * of an old one ends the whole family), client authentication, registration, proofs of possession with nonces, and the
 * grants by assertion. What it may do and how it misbehaves are options. It lives on a `FakeHttp`, and on the test's clock.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as jose from "jose"
import * as UserAgent from "../../src/grant/UserAgent.ts"
import type { AuthorizationServerMetadata } from "../../src/metadata/AuthorizationServerMetadata.ts"
import { authenticate, checkProof, type FakeClient, oauthError, type Parties } from "./FakeClients.ts"
import * as FakeHttp from "./FakeHttp.ts"

/** What is different from an ordinary server. */
export interface Options {
  /** Default: `https://auth.example`. */
  readonly issuer?: string
  /** Members of the metadata that are different; `undefined` leaves one out. */
  readonly metadata?: {
    readonly [Key in keyof AuthorizationServerMetadata]?: AuthorizationServerMetadata[Key] | undefined
  }
  /** Clients that are registered beforehand, by id. */
  readonly clients?: { readonly [clientId: string]: FakeClient }
  /** Whether clients may register themselves, and how they then authenticate (`none`). Default: true. */
  readonly registration?: boolean | "client_secret_basic" | "client_secret_post" | "none"
  /** Whether https URLs are taken as client ids. Default: false. */
  readonly clientIdMetadata?: boolean
  /** `jwt`: access tokens are signed (RFC 9068). Default: `opaque`. */
  readonly accessTokens?: "opaque" | "jwt"
  /** Default: 3600. `undefined`: the response does not say. */
  readonly expiresIn?: number | undefined
  /** Whether the code and refresh grants give refresh tokens. Default: true. */
  readonly refreshTokens?: boolean
  /** Whether refresh tokens are good once only, and a second use ends the family. Default: true. */
  readonly rotation?: boolean
  /** What is granted of what was asked for. Default: all. */
  readonly grantedScopes?: (asked: ReadonlyArray<string>) => ReadonlyArray<string>
  /** Default: `off`. `supported`: tokens are bound where a proof comes along. */
  readonly dpop?: "off" | "supported" | "required"
  /** The nonce that proofs must have at the token endpoint; read at each request. */
  readonly dpopNonce?: () => string | undefined
  /** The `iss` of authorization responses. Default: the issuer, which the metadata promises. `undefined`: none. */
  readonly responseIss?: string | undefined
  /** The person says no, with this error. */
  readonly denies?: string
  /** Changes the redirect that the person is sent back with. */
  readonly redirects?: (location: URL) => void
  /** Subjects by the assertions that are taken by the jwt-bearer grant. */
  readonly assertions?: { readonly [assertion: string]: string }
  /** What a token exchange gives for a subject token; `undefined`: `invalid_grant`. */
  readonly exchanges?: (form: URLSearchParams) => { readonly token: string; readonly type: string } | undefined
}

/** What is known of an access token. */
export interface Issued {
  readonly token: string
  readonly clientId: string
  readonly subject: string
  readonly scopes: ReadonlyArray<string>
  readonly resource: string | undefined
  readonly family: number
  readonly jkt: string | undefined
  readonly expiresAtMillis: number
}

/** A server that runs. */
export interface FakeAuthorizationServer {
  readonly issuer: string
  readonly metadata: AuthorizationServerMetadata
  readonly endpoints: { readonly authorize: string; readonly token: string; readonly register: string }
  /** Clients by id; deleting one makes the server forget it. */
  readonly clients: Map<string, FakeClient>
  /** All access tokens so far, in order. */
  readonly issued: ReadonlyArray<Issued>
  /** The token, if it is good now: its time is not over, its family is alive. */
  readonly active: (token: string) => Effect.Effect<Issued | undefined>
  /** What it gave out beside access tokens: each is for its token endpoint alone. */
  readonly secrets: ReadonlyArray<{ readonly kind: "code" | "refresh" | "secret"; readonly value: string }>
  /** How often the grant of this type was asked for, with success or not. */
  readonly asked: (grantType: string) => number
  /** Families of tokens that were ended because an old refresh token was used again. */
  readonly familiesEnded: ReadonlySet<number>
  /** Ends all tokens. */
  readonly revokeAll: () => void
  /** The keys that access tokens are signed with. */
  readonly keys: Effect.Effect<{ readonly jwks: jose.JSONWebKeySet; readonly privateKey: jose.CryptoKey }>
  /** A person with a browser who agrees to everything: follows the authorization URL, gives where it redirects to. */
  readonly userAgent: (redirectUri?: string) => Layer.Layer<UserAgent.UserAgent>
}

interface Code {
  readonly clientId: string
  readonly redirectUri: string
  readonly challenge: string
  readonly scopes: ReadonlyArray<string>
  readonly resource: string | undefined
}

interface Family {
  readonly id: number
  readonly clientId: string
  readonly resource: string | undefined
  /** Refresh tokens, the last of which is good. */
  readonly refreshTokens: Array<string>
  readonly scopes: ReadonlyArray<string>
}

const scopesOf = (form: URLSearchParams): ReadonlyArray<string> => (form.get("scope") ?? "").split(" ").filter(Boolean)

const metadataOf = (issuer: string, options: Options): AuthorizationServerMetadata => {
  const members = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    registration_endpoint: options.registration === false ? undefined : `${issuer}/register`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ["code"],
    grant_types_supported: ["authorization_code", "refresh_token", "client_credentials"],
    code_challenge_methods_supported: ["S256"],
    token_endpoint_auth_methods_supported: ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"],
    token_endpoint_auth_signing_alg_values_supported: ["ES256", "RS256"],
    client_id_metadata_document_supported: options.clientIdMetadata === true ? true : undefined,
    dpop_signing_alg_values_supported: (options.dpop ?? "off") === "off" ? undefined : ["ES256"],
    authorization_response_iss_parameter_supported: "responseIss" in options ? undefined : true,
    ...options.metadata
  }
  return JSON.parse(JSON.stringify(members))
}

const wellKnown = (issuer: string): string => {
  const { origin, pathname } = new URL(issuer)
  return `${origin}/.well-known/oauth-authorization-server${pathname === "/" ? "" : pathname}`
}

/** Starts a server on a network. */
export const make = (http: FakeHttp.FakeHttp, options: Options = {}): FakeAuthorizationServer => {
  const issuer = options.issuer ?? "https://auth.example"
  const metadata = metadataOf(issuer, options)
  const clients = new Map(Object.entries(options.clients ?? {}))
  const endpoints = { authorize: `${issuer}/authorize`, token: `${issuer}/token`, register: `${issuer}/register` }
  const parties: Parties = { ...options, issuer, tokenEndpoint: endpoints.token, clients, usedJtis: new Set() }
  const codes = new Map<string, Code>()
  const families: Array<Family> = []
  const ended = new Set<number>()
  const dead = new Set<string>()
  const issued: Array<Issued> = []
  const asked: Array<string> = []
  let count = 0
  const secrets: Array<FakeAuthorizationServer["secrets"][number]> = []
  const fresh = (what: string): string => `${what}-${++count}-of-${new URL(issuer).host}`
  const freshSecret = (kind: "code" | "refresh" | "secret"): string => {
    const value = fresh(kind)
    secrets.push({ kind, value })
    return value
  }

  let keyPair: Promise<{ jwks: jose.JSONWebKeySet; privateKey: jose.CryptoKey }> | undefined
  const keys = Effect.promise(() =>
    keyPair ??= jose.generateKeyPair("ES256").then(async ({ privateKey, publicKey }) => ({
      privateKey,
      jwks: { keys: [{ ...await jose.exportJWK(publicKey), kid: "fake-1", alg: "ES256", use: "sig" }] }
    }))
  )

  const accessToken = (about: Omit<Issued, "token">): Effect.Effect<string> =>
    options.accessTokens !== "jwt"
      ? Effect.succeed(fresh("access"))
      : Effect.flatMap(Effect.all([keys, Clock.currentTimeMillis]), ([{ privateKey }, now]) =>
        Effect.promise(() =>
          new jose.SignJWT({
            scope: about.scopes.join(" "),
            client_id: about.clientId,
            ...(about.jkt === undefined ? {} : { cnf: { jkt: about.jkt } })
          })
            .setProtectedHeader({ alg: "ES256", kid: "fake-1", typ: "at+jwt" })
            .setIssuer(issuer).setSubject(about.subject).setJti(fresh("jti")).setAudience(about.resource ?? "nobody")
            .setIssuedAt(Math.floor(now / 1000)).setExpirationTime(Math.floor(about.expiresAtMillis / 1000))
            .sign(privateKey)
        ))

  const issue = Effect.fnUntraced(function*(
    about: Pick<Issued, "clientId" | "subject" | "scopes" | "resource" | "jkt">,
    family: Family | undefined
  ) {
    const now = yield* Clock.currentTimeMillis
    const expiresIn = "expiresIn" in options ? options.expiresIn : 3600
    const scopes = options.grantedScopes?.(about.scopes) ?? about.scopes
    const described = {
      ...about,
      scopes,
      family: family?.id ?? -1,
      expiresAtMillis: expiresIn === undefined ? Number.POSITIVE_INFINITY : now + expiresIn * 1000
    }
    const token = yield* accessToken(described)
    issued.push({ token, ...described })
    const refreshed = family !== undefined && options.refreshTokens !== false
    const rotated = refreshed && (options.rotation !== false || family.refreshTokens.length === 0)
    if (rotated) family.refreshTokens.push(freshSecret("refresh"))
    return FakeHttp.json({
      access_token: token,
      token_type: about.jkt === undefined ? "Bearer" : "DPoP",
      ...(expiresIn === undefined ? {} : { expires_in: expiresIn }),
      ...(rotated ? { refresh_token: family.refreshTokens.at(-1) } : {}),
      ...(scopes.length === 0 ? {} : { scope: scopes.join(" ") })
    }, { headers: { "cache-control": "no-store" } })
  })

  const byCode = Effect.fnUntraced(function*(form: URLSearchParams, clientId: string, jkt: string | undefined) {
    const code = codes.get(form.get("code") ?? "")
    codes.delete(form.get("code") ?? "")
    const challenge = jose.base64url.encode(
      new Uint8Array(
        yield* Effect.promise(() =>
          crypto.subtle.digest("SHA-256", new TextEncoder().encode(form.get("code_verifier") ?? ""))
        )
      )
    )
    if (
      code === undefined || code.clientId !== clientId || code.redirectUri !== form.get("redirect_uri")
      || code.challenge !== challenge
    ) return oauthError("invalid_grant", "the code is not good")
    if ((form.get("resource") ?? undefined) !== code.resource) return oauthError("invalid_target")
    const family: Family = {
      id: families.length,
      clientId,
      resource: code.resource,
      refreshTokens: [],
      scopes: code.scopes
    }
    families.push(family)
    return yield* issue({ clientId, subject: "alice", scopes: code.scopes, resource: code.resource, jkt }, family)
  })

  const byRefresh = Effect.fnUntraced(function*(form: URLSearchParams, clientId: string, jkt: string | undefined) {
    const token = form.get("refresh_token") ?? ""
    const family = families.find((one) => one.refreshTokens.includes(token))
    if (family === undefined || family.clientId !== clientId || ended.has(family.id)) return oauthError("invalid_grant")
    if (family.refreshTokens.at(-1) !== token) {
      ended.add(family.id)
      return oauthError("invalid_grant", "the refresh token was used before")
    }
    const scopes = scopesOf(form)
    return yield* issue({
      clientId,
      subject: "alice",
      scopes: scopes.length === 0 ? family.scopes : scopes,
      resource: form.get("resource") ?? family.resource,
      jkt
    }, family)
  })

  const byAssertion = (form: URLSearchParams, clientId: string, jkt: string | undefined) => {
    const subject = options.assertions?.[form.get("assertion") ?? ""]
    if (subject === undefined) return Effect.succeed(oauthError("invalid_grant", "the assertion is not good"))
    return issue(
      { clientId, subject, scopes: scopesOf(form), resource: form.get("resource") ?? undefined, jkt },
      undefined
    )
  }

  const byExchange = (form: URLSearchParams) => {
    const given = options.exchanges?.(form)
    if (given === undefined) return Effect.succeed(oauthError("invalid_grant"))
    return Effect.succeed(
      FakeHttp.json({ access_token: given.token, issued_token_type: given.type, token_type: "N_A", expires_in: 300 })
    )
  }

  const token: FakeHttp.Handler = (request) =>
    Effect.gen(function*() {
      const form = FakeHttp.form(request)
      const grantType = form.get("grant_type") ?? ""
      asked.push(grantType)
      const client = yield* authenticate(parties, request)
      const jkt = yield* checkProof(parties, request)
      switch (grantType) {
        case "authorization_code":
          return yield* byCode(form, client, jkt)
        case "refresh_token":
          return yield* byRefresh(form, client, jkt)
        case "client_credentials":
          return yield* issue({
            clientId: client,
            subject: client,
            scopes: scopesOf(form),
            resource: form.get("resource") ?? undefined,
            jkt
          }, undefined)
        case "urn:ietf:params:oauth:grant-type:jwt-bearer":
          return yield* byAssertion(form, client, jkt)
        case "urn:ietf:params:oauth:grant-type:token-exchange":
          return yield* byExchange(form)
        default:
          return oauthError("unsupported_grant_type")
      }
    }).pipe(Effect.catchTag("Refusal", ({ response }) => Effect.succeed(response)))

  const authorize: FakeHttp.Handler = ({ url }) => {
    const asked = url.searchParams
    const clientId = asked.get("client_id") ?? ""
    const redirectUri = asked.get("redirect_uri") ?? ""
    const known = clients.get(clientId)
    const byUrl = options.clientIdMetadata === true && clientId.startsWith("https://")
    if (!byUrl && (known === undefined || known.redirectUris?.includes(redirectUri) === false)) {
      return new Response("unknown client or redirect URI", { status: 400 })
    }
    const location = new URL(redirectUri)
    const challenge = asked.get("code_challenge")
    const state = asked.get("state")
    if (state !== null) location.searchParams.set("state", state)
    const iss = "responseIss" in options ? options.responseIss : issuer
    if (iss !== undefined) location.searchParams.set("iss", iss)
    if (options.denies !== undefined) location.searchParams.set("error", options.denies)
    else if (
      asked.get("response_type") !== "code" || challenge === null || asked.get("code_challenge_method") !== "S256"
    ) {
      location.searchParams.set("error", "invalid_request")
    } else {
      const code = freshSecret("code")
      codes.set(code, {
        clientId,
        redirectUri,
        challenge,
        scopes: scopesOf(asked),
        resource: asked.get("resource") ?? undefined
      })
      location.searchParams.set("code", code)
    }
    options.redirects?.(location)
    return new Response(null, { status: 302, headers: { location: location.href } })
  }

  const register: FakeHttp.Handler = (request) => {
    if (options.registration === false) return new Response("no", { status: 404 })
    const told = JSON.parse(request.body)
    const method = typeof options.registration === "string"
      ? options.registration
      : told.token_endpoint_auth_method ?? "client_secret_basic"
    const clientId = fresh("client")
    const secret = method === "none" ? undefined : freshSecret("secret")
    clients.set(clientId, { method, redirectUris: told.redirect_uris, ...(secret === undefined ? {} : { secret }) })
    return FakeHttp.json({
      ...told,
      client_id: clientId,
      token_endpoint_auth_method: method,
      ...(secret === undefined ? {} : { client_secret: secret, client_secret_expires_at: 0 })
    }, { status: 201 })
  }

  http.handle({
    [`GET ${wellKnown(issuer)}`]: () => FakeHttp.json(metadata),
    [`GET ${endpoints.authorize}`]: authorize,
    [`POST ${endpoints.token}`]: token,
    [`POST ${endpoints.register}`]: register,
    [`GET ${issuer}/jwks`]: () => Effect.map(keys, ({ jwks }) => FakeHttp.json(jwks))
  })

  return {
    issuer,
    metadata,
    endpoints,
    clients,
    issued,
    secrets,
    active: (token) =>
      Effect.map(
        Clock.currentTimeMillis,
        (now) =>
          issued.find((one) =>
            one.token === token && one.expiresAtMillis > now && !ended.has(one.family) && !dead.has(token)
          )
      ),
    asked: (grantType) => asked.filter((one) => one === grantType).length,
    familiesEnded: ended,
    revokeAll: () => {
      for (const one of issued) dead.add(one.token)
      for (const family of families) ended.add(family.id)
    },
    keys,
    userAgent: (redirectUri = "http://127.0.0.1:53682/callback") =>
      Layer.succeed(UserAgent.UserAgent, {
        open: () =>
          Effect.succeed({
            redirectUri,
            authorize: (url) =>
              http.client.execute(HttpClientRequest.get(url)).pipe(
                Effect.map((response) => new URL(response.headers["location"] ?? "about:blank")),
                Effect.orDie
              )
          })
      })
  }
}
