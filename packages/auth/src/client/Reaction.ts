/**
 * What a response of a server calls for, as a pure function: nothing, another proof, a token, or a token for more. Only a
 * 401 starts authorization, and only a 403 that says so asks for more scopes (ADC-02, ASP-06): whatever else a server
 * answers is for whoever asked.
 *
 * @since 0.1.0
 */
import * as WwwAuthenticate from "../http/WwwAuthenticate.ts"
import * as ScopeSet from "../token/ScopeSet.ts"

/**
 * What is seen of a response.
 *
 * @category models
 * @since 0.1.0
 */
export interface Seen {
  readonly status: number
  readonly challenges: ReadonlyArray<WwwAuthenticate.Challenge>
  /** Whether a proof was sent, and the response names a nonce that it did not have. */
  readonly hasNewNonce: boolean
}

/**
 * What is to be done.
 *
 * @category models
 * @since 0.1.0
 */
export type Reaction =
  /** The response is for whoever asked. */
  | { readonly _tag: "Pass" }
  /** The same request, with a proof that has the nonce (RFC 9449, 9). */
  | { readonly _tag: "ProveAgain" }
  | {
    readonly _tag: "Authorize"
    /** What the server says it needs; `undefined` where it does not say. */
    readonly scopes: ScopeSet.ScopeSet | undefined
    readonly description: string | undefined
  }
  | { readonly _tag: "StepUp"; readonly scopes: ScopeSet.ScopeSet | undefined }

const pass: Reaction = { _tag: "Pass" }

/** The longest description that is shown, in characters. */
const describedMax = 300

/** The challenges whose parameters are those of OAuth. */
const ofTokens = (challenges: Seen["challenges"]) => challenges.filter(({ scheme }) => /^(bearer|dpop)$/i.test(scheme))

const isError = (challenges: Seen["challenges"], error: string): boolean =>
  challenges.some(({ parameters }) => parameters["error"] === error)

/**
 * Decides. The challenges of all schemes of tokens are looked at: a server may name several.
 *
 * @category decisions
 * @since 0.1.0
 */
export const decide = ({ challenges, hasNewNonce, status }: Seen): Reaction => {
  if (status !== 401 && status !== 403) return pass
  const own = ofTokens(challenges)
  const named = ScopeSet.parse(WwwAuthenticate.parameter(own, "scope"))
  const scopes = named.length === 0 ? undefined : named
  if (status === 403) return isError(own, "insufficient_scope") ? { _tag: "StepUp", scopes } : pass
  if (hasNewNonce && isError(own, "use_dpop_nonce")) return { _tag: "ProveAgain" }
  const description = WwwAuthenticate.parameter(own, "error_description")?.slice(0, describedMax)
  return { _tag: "Authorize", scopes, description }
}
