/**
 * What a protected server says to a caller that it does not let in: the header `WWW-Authenticate`, for bearer tokens
 * (RFC 6750, 3) and for tokens that are bound to a key (RFC 9449, 7.1), with the place of the metadata (RFC 9728, 5.1).
 * Pure. When a challenge is due is decided elsewhere.
 *
 * @since 0.1.0
 */
import * as WwwAuthenticate from "../http/WwwAuthenticate.ts"

/**
 * The way in which a token is presented.
 *
 * @category models
 * @since 0.1.0
 */
export type Scheme = "Bearer" | "DPoP"

/**
 * What is the same in all challenges of a server.
 *
 * @category models
 * @since 0.1.0
 */
export interface Setting {
  /** The URL of the metadata. */
  readonly metadataUrl: string
  /** The schemes that are taken, the preferred first. */
  readonly schemes: ReadonlyArray<Scheme>
  /** Algorithms of proofs. */
  readonly algorithms: ReadonlyArray<string>
}

/**
 * What was wrong with a credential. A caller that has shown none is told of no error (RFC 6750, 3.1).
 *
 * @category models
 * @since 0.1.0
 */
export interface Problem {
  /** How the credential was presented; the error stands in the challenge of that scheme. */
  readonly scheme: Scheme
  readonly error:
    | "invalid_request"
    | "invalid_token"
    | "insufficient_scope"
    | "invalid_dpop_proof"
    | "use_dpop_nonce"
  /** A sentence for developers: ASCII, and nothing that the caller has sent. */
  readonly description?: string
}

const toChallenge = (
  { algorithms, metadataUrl }: Setting,
  scheme: Scheme,
  scopes: ReadonlyArray<string>,
  problem: Problem | undefined
): WwwAuthenticate.Challenge => ({
  scheme,
  parameters: {
    ...(problem?.scheme === scheme
      ? {
        error: problem.error,
        ...(problem.description === undefined ? {} : { error_description: problem.description })
      }
      : {}),
    ...(scheme === "DPoP" && algorithms.length > 0 ? { algs: algorithms.join(" ") } : {}),
    ...(scopes.length === 0 ? {} : { scope: scopes.join(" ") }),
    resource_metadata: metadataUrl
  }
})

/**
 * The value of the header: a challenge for each scheme that is taken, first of all that of the scheme which was used
 * (APR-03 to APR-05). The scopes are all that it takes to get in, or to do what was tried.
 *
 * @category constructors
 * @since 0.1.0
 */
export const header = (setting: Setting, scopes: ReadonlyArray<string>, problem?: Problem): string => {
  const used = setting.schemes.filter((scheme) => scheme === problem?.scheme)
  const others = setting.schemes.filter((scheme) => scheme !== problem?.scheme)
  return WwwAuthenticate.print(
    [...used, ...others].map((scheme) => toChallenge(setting, scheme, scopes, problem))
  )
}
