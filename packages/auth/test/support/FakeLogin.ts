/**
 * A client of one protected server, in memory: the server takes the tokens that are good at its authorization server, which
 * rotates refresh tokens and ends a family whose old ones are used again. The grant asks it directly. Several clients made
 * in one world are processes that share a store.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as AuthError from "../../src/AuthError.ts"
import { defaultLimits, type Limits } from "../../src/AuthLimits.ts"
import * as Authorized from "../../src/client/Authorized.ts"
import * as Authorizer from "../../src/client/Authorizer.ts"
import type { Dpop } from "../../src/dpop/Dpop.ts"
import type { Grant, Need } from "../../src/grant/Grant.ts"
import * as WwwAuthenticate from "../../src/http/WwwAuthenticate.ts"
import type { Discovered } from "../../src/metadata/Discovered.ts"
import type { TokenSet } from "../../src/token/TokenSet.ts"
import * as FakeHttp from "./FakeHttp.ts"
import * as FakeStore from "./FakeStore.ts"

export const url = "https://mcp.example/mcp"

interface Issued {
  readonly scopes: ReadonlyArray<string>
  readonly issuer: string
  readonly family: number
  readonly endsAt: number
}

export interface Options {
  readonly type?: string
  /** Seconds that tokens last. Default: 3600. */
  readonly expiresIn?: number
  readonly refreshTokens?: boolean
  /** Scopes that requests need; they are told in challenges. */
  readonly needed?: (request: FakeHttp.Arrived) => ReadonlyArray<string>
  readonly granted?: (asked: ReadonlyArray<string>) => ReadonlyArray<string>
  readonly supported?: ReadonlyArray<string>
  readonly dpop?: boolean
  /** The server says that it takes tokens only that are bound to a key. */
  readonly needsBinding?: boolean
  /** No token is bound to a key, whatever was proven. */
  readonly bindsNone?: boolean
  /** Goes before each grant. */
  readonly asked?: Effect.Effect<void, AuthError.AuthError>
  /** Where challenges say that the metadata is. Who looks elsewhere finds another authorization server. */
  readonly metadataUrl?: string
  /** Goes before each discovery. */
  readonly discovering?: Effect.Effect<void, AuthError.AuthError>
  /** Goes before each refresh. */
  readonly refreshing?: Effect.Effect<void, AuthError.AuthError>
  /** Comes of giving tokens back. */
  readonly revoking?: Effect.Effect<void, AuthError.AuthError>
  /** Whether the server takes a token that is good. */
  readonly takes?: (token: string, request: FakeHttp.Arrived) => boolean
}

export interface World {
  readonly http: FakeHttp.FakeHttp
  readonly store: FakeStore.FakeStore
  issuer: string
  /** The scopes that each grant was asked for. */
  readonly grants: Array<ReadonlyArray<string> | undefined>
  readonly needs: Array<Need>
  refreshes: number
  /** The refresh tokens that were used, in order. */
  readonly refreshed: Array<string>
  discoveries: number
  /** Access tokens that were given back. */
  readonly revoked: Array<string>
  readonly ended: Set<number>
  readonly revokeAccess: () => void
  readonly client: (options?: ClientOptions) => Effect.Effect<Client, never, Scope.Scope>
}

export interface ClientOptions {
  readonly identity?: string
  readonly scopes?: ReadonlyArray<string>
  readonly limits?: Partial<Limits>
  readonly dpop?: Dpop
}

export interface Client {
  readonly http: HttpClient.HttpClient
  readonly authorizer: Authorizer.Authorizer
}

const refusedGrant = (issuer: string) => AuthError.make(new AuthError.GrantRefused({ issuer, error: "invalid_grant" }))

export const make = (options: Options = {}): World => {
  const access = new Map<string, Issued>()
  const families: Array<string> = []
  let count = 0
  const issue = (scopes: ReadonlyArray<string>, issuer: string, family: number, proven: Dpop | undefined) =>
    Effect.map(Clock.currentTimeMillis, (now): TokenSet => {
      const dpop = options.bindsNone === true ? undefined : proven
      const accessToken = `access-${++count}`
      const refreshToken = `refresh-${count}`
      const endsAt = now + (options.expiresIn ?? 3600) * 1000
      access.set(accessToken, { scopes, issuer, family, endsAt })
      families[family] = refreshToken
      return {
        accessToken: Redacted.make(accessToken),
        tokenType: dpop === undefined ? "Bearer" : "DPoP",
        ...(options.refreshTokens === false ? {} : { refreshToken: Redacted.make(refreshToken) }),
        expiresAtMillis: endsAt,
        scopes,
        issuer,
        ...(dpop === undefined ? {} : { jkt: dpop.jkt })
      }
    })
  const grant: Grant = {
    type: options.type ?? "authorization_code",
    obtain: (need) =>
      Effect.gen(function*() {
        world.grants.push(need.scopes)
        world.needs.push(need)
        yield* options.asked ?? Effect.void
        const scopes = options.granted?.(need.scopes ?? []) ?? need.scopes ?? []
        return yield* issue(scopes, need.discovered.authorizationServer.issuer, families.length, need.dpop)
      }),
    refresh: (tokens, need) =>
      Effect.gen(function*() {
        world.refreshes++
        yield* options.refreshing ?? Effect.void
        const token = tokens.refreshToken === undefined ? "" : Redacted.value(tokens.refreshToken)
        world.refreshed.push(token)
        const { family = -1 } = access.get(token.replace("refresh", "access")) ?? {}
        if (families[family] !== token) {
          world.ended.add(family)
          return yield* refusedGrant(tokens.issuer)
        }
        if (world.ended.has(family)) return yield* refusedGrant(tokens.issuer)
        return yield* issue(tokens.scopes, tokens.issuer, family, need.dpop)
      }),
    revoke: (tokens) =>
      Effect.suspend(() => {
        world.revoked.push(Redacted.value(tokens.accessToken))
        return options.revoking ?? Effect.void
      })
  }
  const http = FakeHttp.make({
    [url]: (request) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const token = request.headers["authorization"]?.replace(/^(Bearer|DPoP) /, "") ?? ""
        const known = access.get(token)
        const needed = options.needed?.(request) ?? []
        const scope = needed.length === 0 ? "" : `, scope="${needed.join(" ")}"`
        const metadata = options.metadataUrl === undefined ? "" : `, resource_metadata="${options.metadataUrl}"`
        const isGood = known !== undefined && known.endsAt > now && known.issuer === world.issuer &&
          !world.ended.has(known.family) && (options.takes?.(token, request) ?? true)
        const challenge = (error: string) => ({
          headers: { "www-authenticate": `Bearer realm="x"${error}${scope}${metadata}` }
        })
        if (!isGood) return new Response("no", { status: 401, ...challenge("") })
        if (!needed.every((one) => known.scopes.includes(one))) {
          return new Response("no", { status: 403, ...challenge(", error=\"insufficient_scope\"") })
        }
        return FakeHttp.json({ body: request.body })
      })
  })
  const world: World = {
    http,
    store: FakeStore.make(),
    issuer: "https://auth.example",
    grants: [],
    needs: [],
    refreshes: 0,
    refreshed: [],
    discoveries: 0,
    revoked: [],
    ended: new Set(),
    revokeAccess: () => access.clear(),
    client: () => Effect.die("made below")
  }
  const discover: Authorizer.Parts["discover"] = Effect.fnUntraced(function*(challenges) {
    world.discoveries++
    yield* options.discovering ?? Effect.void
    const isElsewhere = WwwAuthenticate.parameter(challenges, "resource_metadata") !== options.metadataUrl
    const discovered: Discovered = {
      resource: url,
      protectedResource: {
        resource: url,
        ...(options.supported === undefined ? {} : { scopes_supported: options.supported }),
        ...(options.needsBinding === true ? { dpop_bound_access_tokens_required: true } : {})
      },
      authorizationServer: {
        issuer: isElsewhere ? "https://guessed.example" : world.issuer,
        ...(options.dpop === true ? { dpop_signing_alg_values_supported: ["ES256"] } : {})
      }
    }
    return discovered
  })
  const client: World["client"] = ({ dpop, identity = "alice", limits, scopes } = {}) =>
    Effect.map(Effect.scope, (scope) => {
      const authorizer = Authorizer.make({
        url,
        scopes,
        discover,
        means: {
          identity,
          grant,
          dpop,
          store: world.store.service,
          guarded: Context.make(HttpClient.HttpClient, http.client),
          limits: { ...defaultLimits, ...limits },
          unwritten: new Map()
        }
      }, scope)
      return { authorizer, http: Authorized.make(http.client, authorizer) }
    })
  return Object.assign(world, { client })
}

/** Posts a text to the server; gives the status. */
export const post = ({ http }: Client, text = "{}") =>
  Effect.map(http.execute(HttpClientRequest.bodyText(HttpClientRequest.post(url), text)), ({ status }) => status)

/** The tokens that requests to the server went with, in order. */
export const presented = ({ http }: World) => http.sentTo(url).map(({ headers }) => headers["authorization"])

/** The reason that a request failed for. */
export const reasonOf = (error: unknown) => AuthError.find(error)?.reason
