/**
 * The gate of a protected server: it looks at the credential of every request, has the token and the proof verified, and
 * says who calls or refuses (ATK-01 to ATK-07, SSH-01, SSH-06). It keeps no sessions, and believes nothing that it was told
 * before. The log says why somebody was refused, and never with which token.
 *
 * @since 0.1.0
 */
import type { HttpGate } from "@parley/mcp/server/http/HttpGate"
import type { Caller } from "@parley/mcp/session/Caller"
import type { Refusal } from "@parley/mcp/session/HttpAdmission"
import type { HttpExchange } from "@parley/mcp/transport/HttpExchange"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { AccessToken } from "../verifier/AccessToken.ts"
import type { ProofVerifier } from "../verifier/ProofVerifier.ts"
import * as TokenHash from "../verifier/TokenHash.ts"
import { type ProofRejection, TokenRejection } from "../verifier/TokenRejection.ts"
import type { TokenVerifier } from "../verifier/TokenVerifier.ts"
import type { Scheme } from "./Challenge.ts"
import * as Credential from "./Credential.ts"
import type { Attempt, FailedAttempts, Fault } from "./FailedAttempts.ts"
import * as MetadataRoute from "./MetadataRoute.ts"
import * as Principal from "./Principal.ts"
import * as Refusals from "./Refusals.ts"
import * as Resource from "./Resource.ts"
import * as Scopes from "./Scopes.ts"

/**
 * What a gate is made of.
 *
 * @category models
 * @since 0.1.0
 */
export interface Setting {
  readonly resource: Resource.Resource
  readonly verifier: TokenVerifier["Service"]
  /** Longer tokens are not looked at. */
  readonly tokenCharactersMax: number
  /** Absent where tokens that are bound to a key are not taken. */
  readonly proofs: ProofVerifier["Service"] | undefined
  /** Whether tokens that are bound to no key are refused. */
  readonly isProofRequired: boolean
  /** Whether somebody who shows no credential may come in as nobody. */
  readonly isAnonymousAllowed: boolean
  /** Request headers that nothing behind the gate gets to see. */
  readonly concealed: ReadonlyArray<string>
  /** The URL that proofs are for, where it is not the one that was asked. */
  readonly endpoint: string | undefined
  /** The header in which a proxy says where a request comes from. */
  readonly peerHeader: string | undefined
  readonly attempts: FailedAttempts
}

/** A request with a token, on its way through the gate. */
interface Presented {
  readonly setting: Setting
  readonly exchange: HttpExchange
  readonly scheme: Scheme
  readonly token: Redacted.Redacted
  /** The hash of the token; made out once, when it is needed first. */
  readonly hash: () => string
  readonly peer: string | undefined
}

/** What was added last was added by the proxy that is nearest; what stands before it, anybody may have written. */
const peerOf = ({ peerHeader }: Setting, { header }: HttpExchange): string | undefined => {
  const value = peerHeader === undefined ? undefined : header(peerHeader)
  const peer = value?.slice(value.lastIndexOf(",") + 1).trim()
  return peer === "" ? undefined : peer
}

const hashing = (token: Redacted.Redacted): () => string => {
  let hash: string | undefined
  return () => hash ??= TokenHash.of(Redacted.value(token))
}

/** Counts a failure. Once there were too many, what is told is this, and not what was wrong. */
const fail = (
  { attempts }: Setting,
  attempt: Attempt,
  fault: Fault,
  why: { readonly problem: string; readonly detail: string },
  refusal: Refusal
): Effect.Effect<never, Refusal> =>
  Effect.flatMap(Clock.currentTimeMillis, (nowMillis) => {
    const waitMillis = attempts.failed(attempt, fault, nowMillis)
    return waitMillis === undefined
      ? Effect.andThen(Effect.logInfo("A request was refused", why), Effect.fail(refusal))
      : Effect.fail(Refusals.tooManyAttempts(waitMillis))
  })

const onTokenRejected = (presented: Presented, { detail, problem }: TokenRejection): Effect.Effect<never, Refusal> => {
  const { peer, scheme, setting } = presented
  if (problem === "Unavailable") {
    return Effect.andThen(Effect.logWarning("A token cannot be verified", detail), Effect.fail(Refusals.unavailable))
  }
  // Every good token comes to this, and whoever has one must learn of it: that is no failed attempt.
  if (problem === "Expired") {
    return Effect.andThen(
      Effect.logDebug("A request was refused", { problem, detail }),
      Effect.fail(Refusals.invalidToken(setting.resource, scheme, "The access token has expired"))
    )
  }
  return fail(
    setting,
    { peer, tokenHash: presented.hash() },
    "Token",
    { problem, detail },
    Refusals.invalidToken(setting.resource, scheme, "The access token is not valid here")
  )
}

const onProofRejected = (
  { peer, setting }: Presented,
  { detail, error, nonce }: ProofRejection
): Effect.Effect<never, Refusal> => {
  const refusal = Refusals.invalidProof(setting.resource, error, nonce)
  // A client learns its first nonce like this.
  if (error === "use_dpop_nonce") return Effect.fail(refusal)
  return fail(setting, { peer, tokenHash: undefined }, "Request", { problem: error, detail }, refusal)
}

/** A token may be shown in one way only: one that is bound to a key is worth nothing without it (RFC 9449, 7.1 and 7.2). */
const misuseOf = ({ scheme, setting }: Presented, { jkt }: AccessToken): string | undefined => {
  if (jkt !== undefined && setting.proofs === undefined) return "The token is bound to a key, and proofs are not taken"
  if (jkt !== undefined && scheme === "Bearer") return "The token is bound to a key, and was shown as bearer token"
  if (jkt === undefined && scheme === "DPoP") return "The token is bound to no key, and was shown with a proof"
  if (jkt === undefined && setting.isProofRequired) return "The token is bound to no key"
  return undefined
}

/** The path is the one that was asked; the rest is what the author says, not what the request claims of its host. */
const urlOf = ({ endpoint, resource }: Setting, { url }: HttpExchange): string => {
  if (endpoint !== undefined) return endpoint
  const asked = URL.canParse(url) ? new URL(url).pathname : url.replace(/[?#][^]*$/, "")
  return `${resource.url.origin}${asked}`
}

/** Gives the nonce for the next proof, where there is one. */
const verifyProof = (presented: Presented, { jkt }: AccessToken): Effect.Effect<string | undefined, Refusal> => {
  const { exchange, setting, token } = presented
  if (jkt === undefined || setting.proofs === undefined) return Effect.undefined
  const rejected = (rejection: ProofRejection) => onProofRejected(presented, rejection)
  return setting.proofs.verify({
    // A proof that is missing is one that is not valid, and may still be answered with a nonce.
    proof: exchange.header("dpop") ?? "",
    method: exchange.method,
    url: urlOf(setting, exchange),
    accessToken: token,
    jkt
  }).pipe(Effect.catch(rejected), Effect.map(({ nonce }) => nonce))
}

const toCaller = (
  { concealed, resource: { hierarchy } }: Setting,
  principal: Principal.Principal,
  nonce: string | undefined
): Caller => ({
  principal: principal.id,
  services: Context.make(Principal.Admitted, {
    principal,
    has: (scopes) => Scopes.missing(hierarchy, principal.scopes, scopes).length === 0
  }),
  expiresAtMillis: principal.expiresAtMillis,
  concealed,
  ...(nonce === undefined ? {} : { headers: { "dpop-nonce": nonce } })
})

const onVerified = (
  presented: Presented,
  accessToken: AccessToken,
  tokenHash: string | undefined
): Effect.Effect<Caller, Refusal> => {
  const { peer, scheme, setting } = presented
  const { resource } = setting
  const misuse = misuseOf(presented, accessToken)
  if (misuse !== undefined) {
    const refusal = Refusals.invalidToken(resource, scheme, "The access token is not valid here")
    return fail(setting, { peer, tokenHash: undefined }, "Request", { problem: "Binding", detail: misuse }, refusal)
  }
  return Effect.flatMap(verifyProof(presented, accessToken), (nonce) => {
    setting.attempts.succeeded({ peer, tokenHash })
    const lacking = Scopes.missing(resource.hierarchy, accessToken.scopes, resource.requiredScopes)
    if (lacking.length > 0) {
      const error = Refusals.insufficientScope(resource, scheme, accessToken.scopes, [])
      return Effect.fail(Refusals.fromError(error))
    }
    const id = Principal.idOf(accessToken) ?? Principal.idOfToken(accessToken, presented.hash())
    return Effect.succeed(toCaller(setting, { ...accessToken, id }, nonce))
  })
}

const forAnother = new TokenRejection({ problem: "Audience", detail: "the token is for somebody else" })

const admitToken = (presented: Presented): Effect.Effect<Caller, Refusal> =>
  Effect.flatMap(Clock.currentTimeMillis, (nowMillis) => {
    const { hash, peer, setting, token } = presented
    const tokenHash = setting.attempts.needsHash(peer) ? hash() : undefined
    const waitMillis = setting.attempts.blockedMillis({ peer, tokenHash }, nowMillis)
    if (waitMillis !== undefined) return Effect.fail(Refusals.tooManyAttempts(waitMillis))
    return Effect.matchEffect(setting.verifier.verify(token, hash), {
      onFailure: (rejection) => onTokenRejected(presented, rejection),
      onSuccess: (accessToken) =>
        Resource.isFor(setting.resource, accessToken)
          ? onVerified(presented, accessToken, tokenHash)
          : onTokenRejected(presented, forAnother)
    })
  })

const admit = (
  setting: Setting,
  exchange: HttpExchange
): Effect.Effect<Caller | undefined, Refusal> => {
  const credential = Credential.read(exchange, setting.tokenCharactersMax)
  switch (credential._tag) {
    case "None":
      return setting.isAnonymousAllowed ? Effect.undefined : Effect.fail(Refusals.unauthenticated(setting.resource))
    case "Foreign":
      return Effect.fail(Refusals.unauthenticated(setting.resource))
    case "Malformed": {
      const refusal = Refusals.malformed(setting.resource, credential.scheme, credential.detail)
      const why = { problem: "Malformed", detail: credential.detail }
      return fail(setting, { peer: peerOf(setting, exchange), tokenHash: undefined }, "Request", why, refusal)
    }
    case "Token": {
      const { scheme, token } = credential
      const hash = hashing(token)
      return admitToken({ setting, exchange, scheme, token, hash, peer: peerOf(setting, exchange) })
    }
  }
}

/**
 * A gate. A defect of a verifier lets nobody in.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (setting: Setting): HttpGate["Service"] => ({
  admit: (exchange) => admit(setting, exchange),
  routes: MetadataRoute.make(setting.resource)
})
