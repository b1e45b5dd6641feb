/**
 * What a protected server is to OAuth: a resource with a URL, the servers that issue tokens for it, the scopes it knows,
 * and the metadata that says all this (RFC 9728). Pure: what an author says goes in, and comes out checked.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import * as HostAddress from "../http/HostAddress.ts"
import type { ProtectedResourceMetadata } from "../metadata/ProtectedResourceMetadata.ts"
import * as WellKnown from "../metadata/WellKnown.ts"
import * as ScopeSet from "../token/ScopeSet.ts"
import type { AccessToken } from "../verifier/AccessToken.ts"
import type * as Challenge from "./Challenge.ts"
import * as Scopes from "./Scopes.ts"

/**
 * What metadata may say beside what is known already: `resource_name`, `resource_documentation`, members of one's own.
 *
 * @category models
 * @since 0.1.0
 */
export interface MetadataExtras {
  readonly resource_name?: string
  readonly resource_documentation?: string
  readonly resource_policy_uri?: string
  readonly resource_tos_uri?: string
  readonly [member: string]: unknown
}

/**
 * What an author says of a resource.
 *
 * @category models
 * @since 0.1.0
 */
export interface ResourceOptions {
  /**
   * The URL of the endpoint, as clients know it: `https://mcp.example.com/mcp`. It is told to clients to the letter, and
   * tokens must be for it (unless `audience` says otherwise). It has no fragment; without TLS it must be of a loopback host.
   */
  readonly resource: string
  /**
   * What tokens call the resource, where that is not its URL: one of these names must be in their audience (ATK-02, ATK-03),
   * to the letter. Default: {@link ResourceOptions.resource}; where it has no path, the slash at its end makes no difference.
   */
  readonly audience?: string | ReadonlyArray<string>
  /** The issuers of tokens for it, to the letter, the preferred first (APR-02). */
  readonly authorizationServers: readonly [string, ...ReadonlyArray<string>]
  /** Scopes that are good to ask for from the beginning. Default: {@link ResourceOptions.requiredScopes}. */
  readonly scopesSupported?: ReadonlyArray<string>
  /** Scopes that a token must have for anything at all. Default: none. */
  readonly requiredScopes?: ReadonlyArray<string>
  /** Which scopes include which others (ASC-06). Default: none does. */
  readonly scopeHierarchy?: Scopes.ScopeHierarchy
  /** Further members of the metadata. They replace none of those that the other options say. */
  readonly metadata?: MetadataExtras
  /** Whether the metadata is served at the root of the host too, for clients that look nowhere else. Default: true. */
  readonly metadataAtRoot?: boolean
  /** How long clients and proxies may keep the metadata, in seconds. Default: 3,600. */
  readonly metadataMaxAgeSeconds?: number
}

/**
 * How tokens are taken that are bound to a key.
 *
 * @category models
 * @since 0.1.0
 */
export interface Proofs {
  /** Whether tokens that are bound to nothing are refused. */
  readonly areRequired: boolean
  readonly algorithms: ReadonlyArray<string>
}

/**
 * A resource.
 *
 * @category models
 * @since 0.1.0
 */
export interface Resource {
  readonly url: URL
  /** The names that tokens for it are for, one of them at least. */
  readonly audience: ReadonlyArray<string>
  readonly metadata: ProtectedResourceMetadata & { readonly [member: string]: unknown }
  readonly metadataPaths: ReadonlyArray<string>
  readonly metadataMaxAgeSeconds: number
  readonly challenges: Challenge.Setting
  readonly requiredScopes: ReadonlyArray<string>
  readonly hierarchy: Scopes.ScopeHierarchy
}

const urlOf = (text: string, insecureHosts: ReadonlyArray<string>): Result.Result<URL, string> => {
  const shown = JSON.stringify(text)
  if (!URL.canParse(text)) return Result.fail(`${shown} is no URL`)
  const url = new URL(text)
  if (url.protocol !== "https:" && url.protocol !== "http:") return Result.fail(`${shown} is no URL of HTTP`)
  if (text.includes("#")) return Result.fail(`${shown} must not have a fragment`)
  if (url.username !== "" || url.password !== "") return Result.fail(`${shown} must not hold a password`)
  const isLoopback = HostAddress.kindOf(url.hostname) === "Loopback"
  const isSafe = url.protocol === "https:" || isLoopback || insecureHosts.includes(url.hostname)
  return isSafe ? Result.succeed(url) : Result.fail(`${shown} must begin with https:`)
}

/** With and without the slash where there is no path: it means the same (RFC 3986, 6.2.3), and is mixed up often. */
const spellings = (resource: string): ReadonlyArray<string> => {
  if (!URL.canParse(resource)) return [resource]
  const { origin } = new URL(resource)
  return resource === origin || resource === `${origin}/` ? [origin, `${origin}/`] : [resource]
}

const namesOf = ({ audience, resource }: ResourceOptions): ReadonlyArray<string> =>
  (audience === undefined ? [resource] : typeof audience === "string" ? [audience] : audience).flatMap(spellings)

/**
 * Whether a token is for the resource (ATK-02, ATK-03). One of which nobody says whom it is for is, if its issuer vouches
 * for that.
 *
 * @category queries
 * @since 0.1.0
 */
export const isFor = ({ audience }: Pick<Resource, "audience">, token: Pick<AccessToken, "audience">): boolean =>
  token.audience === undefined || token.audience.some((name) => audience.includes(name))

const flawIn = (options: ResourceOptions, insecureHosts: ReadonlyArray<string>): string | undefined => {
  // Types say that there is one; options may come from a file.
  if (options.authorizationServers.length === 0) return "An authorization server must be named"
  for (const issuer of options.authorizationServers) {
    const url = urlOf(issuer, insecureHosts)
    if (Result.isFailure(url)) return `The authorization server ${url.failure}`
    if (issuer.includes("?")) return `The authorization server ${JSON.stringify(issuer)} must not have a query`
  }
  const scope = [...options.requiredScopes ?? [], ...options.scopesSupported ?? []].find((one) => !Scopes.isScope(one))
  return scope === undefined ? undefined : `${JSON.stringify(scope)} is no scope`
}

const metadataOf = (options: ResourceOptions, proofs: Proofs | undefined): Resource["metadata"] => {
  const scopes = Scopes.ofResource(ScopeSet.union(options.scopesSupported ?? options.requiredScopes ?? []))
  return {
    ...options.metadata,
    resource: options.resource,
    authorization_servers: options.authorizationServers,
    ...(scopes.length === 0 ? {} : { scopes_supported: scopes }),
    bearer_methods_supported: ["header"],
    ...(proofs === undefined ? {} : {
      dpop_signing_alg_values_supported: proofs.algorithms,
      dpop_bound_access_tokens_required: proofs.areRequired
    })
  }
}

/**
 * Checks what an author says, or says what is wrong with it.
 *
 * @param proofs how tokens with keys are taken; `undefined`: they are not
 * @param insecureHosts hosts that may be without TLS although they are not loopback
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  options: ResourceOptions,
  proofs: Proofs | undefined,
  insecureHosts: ReadonlyArray<string>
): Result.Result<Resource, string> => {
  const flaw = flawIn(options, insecureHosts)
  if (flaw !== undefined) return Result.fail(flaw)
  return Result.map(
    Result.mapError(urlOf(options.resource, insecureHosts), (flaw) => `The resource ${flaw}`),
    (url) => {
      const path = WellKnown.resourcePath(url)
      const schemes: ReadonlyArray<Challenge.Scheme> = proofs === undefined
        ? ["Bearer"]
        : proofs.areRequired
        ? ["DPoP"]
        : ["Bearer", "DPoP"]
      return {
        url,
        audience: namesOf(options),
        metadata: metadataOf(options, proofs),
        metadataPaths: options.metadataAtRoot === false ? [path] : Array.from(new Set([path, WellKnown.resourcePlace])),
        metadataMaxAgeSeconds: options.metadataMaxAgeSeconds ?? 3_600,
        challenges: {
          metadataUrl: `${url.origin}${path}${url.search}`,
          schemes,
          algorithms: proofs?.algorithms ?? []
        },
        requiredScopes: Scopes.ofResource(ScopeSet.union(options.requiredScopes ?? [])),
        hierarchy: options.scopeHierarchy ?? Scopes.flat
      }
    }
  )
}
