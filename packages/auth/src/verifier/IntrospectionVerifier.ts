/**
 * Verifies access tokens by asking their issuer (RFC 7662): for tokens that say nothing by themselves, and for issuers whose
 * word is to be asked before that of a signature. What the issuer has said is good for a short time; tokens themselves are
 * not kept, only their hashes; those that were found good apart from the others, so that garbage does not push them out.
 * How the issuer is asked is said in `protocol/Introspection.ts`, what its claims mean in `TokenClaims.ts`.
 *
 * @since 0.1.0
 */
import * as Cache from "effect/Cache"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { AuthLimits } from "../AuthLimits.ts"
import type { AuthorizationServerMetadata } from "../metadata/AuthorizationServerMetadata.ts"
import * as Introspection from "../protocol/Introspection.ts"
import type * as ClientAuthentication from "../token/ClientAuthentication.ts"
import * as TokenEndpoint from "../token/TokenEndpoint.ts"
import type { AccessToken } from "./AccessToken.ts"
import * as IssuerMetadata from "./IssuerMetadata.ts"
import * as TokenClaims from "./TokenClaims.ts"
import * as TokenHash from "./TokenHash.ts"
import { TokenRejection } from "./TokenRejection.ts"
import { TokenVerifier } from "./TokenVerifier.ts"
import * as VerifiedTokens from "./VerifiedTokens.ts"
import { type Limits, VerifierLimits } from "./VerifierLimits.ts"

/**
 * Whom to ask, and what tokens must say.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The issuer, to the letter. */
  readonly issuer: string
  /** Where it is asked. Default: where its metadata says. */
  readonly introspectionEndpoint?: string | undefined
  /** This server, as a client of the issuer. */
  readonly client: ClientAuthentication.Client
  /**
   * Whether a token is taken of which the issuer does not say whom it is for. Only for issuers that call tokens active to
   * the server alone that they are for (ATK-03); any other token of theirs would be good here. Default: false.
   */
  readonly allowMissingAudience?: boolean | undefined
  /** How far the clocks of issuer and server may be apart, in milliseconds. Default: 30,000. */
  readonly clockSkewMillis?: number | undefined
}

/** What is asked about; it reaches the request, and is forgotten with it. */
class Asked extends Context.Service<Asked, Redacted.Redacted>()("@parley/auth/verifier/IntrospectionVerifier/Asked") {}

/** Some issuers repeat what they were asked about; what is known of a caller holds no token (ATK-08). */
const withoutToken = (claims: TokenClaims.Claims, token: Redacted.Redacted): TokenClaims.Claims =>
  Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== Redacted.value(token)))

/** What the issuer leaves out: its own name, as it was asked itself. */
const completed = (claims: TokenClaims.Claims, { issuer }: TokenClaims.Expected) => ({
  ...claims,
  iss: claims["iss"] ?? issuer
})

const introspect = Effect.fnUntraced(function*(
  metadata: Effect.Effect<AuthorizationServerMetadata, TokenRejection>,
  expected: TokenClaims.Expected,
  options: Options
): Effect.fn.Return<AccessToken, TokenRejection, Asked | HttpClient.HttpClient> {
  const token = yield* Asked
  const asked = { authorizationServer: yield* metadata, client: options.client, token }
  const claims = yield* Effect.mapError(
    TokenEndpoint.run(Introspection, asked),
    (error) => IssuerMetadata.unavailable(error.message)
  )
  if (claims["active"] !== true) {
    return yield* new TokenRejection({ problem: "Inactive", detail: "the issuer does not call it active" })
  }
  const now = yield* Clock.currentTimeMillis
  const accessToken = yield* Effect.fromResult(
    TokenClaims.toAccessToken(completed(claims, expected), expected, now)
  )
  return { ...accessToken, claims: withoutToken(claims, token) }
})

/** Metadata that names the endpoint: that of the issuer, kept for a while, or what the operator says. */
const makeMetadata = Effect.fnUntraced(function*(
  { introspectionEndpoint, issuer }: Options,
  { inactiveMillis }: Limits
) {
  if (introspectionEndpoint !== undefined) {
    return Effect.succeed({ issuer, introspection_endpoint: introspectionEndpoint })
  }
  const { metadataMillis } = yield* AuthLimits
  const cache = yield* Cache.makeWith(IssuerMetadata.get, {
    capacity: 1,
    timeToLive: (exit) => Exit.isSuccess(exit) ? metadataMillis : inactiveMillis
  })
  return Cache.get(cache, issuer)
})

const isFinding = (exit: Exit.Exit<AccessToken, TokenRejection>): boolean =>
  Exit.isFailure(exit) &&
  exit.cause.reasons.every((reason) => reason._tag === "Fail" && reason.error.problem !== "Unavailable")

/**
 * A verifier that asks the issuer. Requests about the same token are one; what came of it is remembered within the
 * `VerifierLimits`, and no longer than the token is good. That an issuer could not be asked is not remembered.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  options: Options
): Effect.Effect<TokenVerifier["Service"], never, HttpClient.HttpClient> =>
  Effect.gen(function*() {
    const limits = yield* VerifierLimits
    const client = yield* IssuerMetadata.client([options.issuer, options.introspectionEndpoint])
    const expected: TokenClaims.Expected = {
      issuer: options.issuer,
      mayLackAudience: options.allowMissingAudience === true,
      clockSkewMillis: options.clockSkewMillis ?? 30_000
    }
    const metadata = yield* Effect.provideService(makeMetadata(options, limits), HttpClient.HttpClient, client)
    const good = VerifiedTokens.make(limits.introspectedMax, limits.introspectedMillisMax)
    const asking = yield* Cache.makeWith(
      (_hash: string) => Effect.provideService(introspect(metadata, expected, options), HttpClient.HttpClient, client),
      {
        capacity: limits.introspectedMax,
        timeToLive: (exit) => isFinding(exit) ? limits.inactiveMillis : 0,
        requireServicesAt: "lookup"
      }
    )
    return {
      verify: Effect.fnUntraced(function*(token: Redacted.Redacted, made?: () => string) {
        const text = Redacted.value(token)
        if (text === "" || text.length > limits.tokenCharactersMax) {
          return yield* new TokenRejection({ problem: "Malformed", detail: "it is empty, or too long" })
        }
        const hash = made === undefined ? TokenHash.of(text) : made()
        const known = good.get(hash, yield* Clock.currentTimeMillis)
        if (known !== undefined) return known
        const found = yield* Effect.provideService(Cache.get(asking, hash), Asked, token)
        good.put(hash, found, yield* Clock.currentTimeMillis)
        return found
      })
    }
  })

/**
 * Verifies tokens by asking their issuer (ATK-01, ATK-03), for the gate of a protected server. It is asked through the
 * HTTP client in the context, guarded: hosts that the options name may be private, others may not.
 *
 * @example
 * ```ts
 * import * as IntrospectionVerifier from "@parley/auth/verifier/IntrospectionVerifier"
 * import * as Redacted from "effect/Redacted"
 *
 * export const Tokens = IntrospectionVerifier.layer({
 *   issuer: "https://auth.example",
 *   client: {
 *     clientId: "mcp-server",
 *     authentication: { _tag: "client_secret_basic", secret: Redacted.make("from the configuration") }
 *   }
 * })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<TokenVerifier, never, HttpClient.HttpClient> =>
  Layer.effect(TokenVerifier, make(options))
