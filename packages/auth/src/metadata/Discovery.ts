/**
 * Finds out which authorization server protects an MCP server, and what it says of itself. A place that has no usable
 * document is passed over for the next; what documents must not say ends it. Whether the client can do what the
 * authorization server wants, PKCE for one, is not looked at here.
 *
 * All that is asked goes through the HTTP client in the context, which is to be a guarded one: the URLs come from servers.
 *
 * @since 0.1.0
 */
import { v2025_03_26 } from "@parley/mcp/revision/v2025_03_26"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Result from "effect/Result"
import * as AuthError from "../AuthError.ts"
import * as Hiding from "../http/Hiding.ts"
import * as TrustedUrl from "../http/TrustedUrl.ts"
import * as WwwAuthenticate from "../http/WwwAuthenticate.ts"
import { AuthorizationServerMetadata } from "./AuthorizationServerMetadata.ts"
import type { Discovered } from "./Discovered.ts"
import * as Document from "./Document.ts"
import { ProtectedResourceMetadata } from "./ProtectedResourceMetadata.ts"
import * as ResourceUri from "./ResourceUri.ts"
import * as WellKnown from "./WellKnown.ts"

/**
 * What is known before.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The URL of the MCP server. */
  readonly url: string
  /** What came with the 401, as `WwwAuthenticate.parse` gives it. */
  readonly challenges?: ReadonlyArray<WwwAuthenticate.Challenge> | undefined
  /**
   * Which of the issuers that the metadata names are tried, and in which order; whatever it adds is left out. Default:
   * all, as the metadata has them. At most 8 are tried.
   */
  readonly choose?: ((issuers: ReadonlyArray<string>) => ReadonlyArray<string>) | undefined
}

/** Most issuers that are asked: each costs up to three requests, and a server may name as many as it likes. */
const issuersMax = 8

const resourceKind = Document.kind(ProtectedResourceMetadata, "resource")
const serverKind = Document.kind(AuthorizationServerMetadata, "issuer")

/** What was asked so far, and what is to be remembered of it. */
interface Trace {
  readonly server: URL
  readonly steps: Array<AuthError.DiscoveryStep>
  /** Whether a place could not say whether it has a document, or has one that is not taken. */
  isUnsure: boolean
  /** The first issuer that gave itself out as another. */
  mismatch: { readonly expected: string; readonly found: string } | undefined
}

type Needs = HttpClient.HttpClient

const note = (
  { steps }: Trace,
  document: AuthError.DiscoveryStep["document"],
  place: string,
  outcome: string
): Effect.Effect<void> => {
  const url = TrustedUrl.shown(place)
  steps.push({ document, url, outcome })
  return Effect.logDebug(`Discovery: ${url}: ${outcome}`)
}

const failed = ({ server, steps }: Trace, detail: string): AuthError.AuthError =>
  AuthError.make(new AuthError.DiscoveryFailed({ resource: TrustedUrl.shown(server), detail, steps }))

const mismatched = (
  { steps }: Trace,
  member: "resource" | "issuer",
  expected: string,
  found: string
): AuthError.AuthError =>
  AuthError.make(
    new AuthError.MetadataMismatch({ member, expected: Hiding.shown(expected), found: Hiding.shown(found), steps })
  )

/** Asks one place; `undefined` when it has no document. */
const ask = <A>(
  trace: Trace,
  document: AuthError.DiscoveryStep["document"],
  url: string,
  headers: { readonly [name: string]: string },
  kind: Document.Kind<A>
): Effect.Effect<Result.Result<A, Document.Miss>, never, Needs> =>
  Effect.tap(Document.get(url, headers, kind), (got) => {
    if (Result.isSuccess(got)) return note(trace, document, url, "200")
    trace.isUnsure ||= !got.failure.isAbsent
    return note(trace, document, url, got.failure.outcome)
  })

const resourceAt = (
  trace: Trace,
  url: string
): Effect.Effect<ProtectedResourceMetadata | undefined, AuthError.AuthError, Needs> =>
  Effect.gen(function*() {
    const got = yield* ask(trace, "ProtectedResource", url, {}, resourceKind)
    if (Result.isFailure(got)) return undefined
    const { authorization_servers, resource } = got.success
    if (!ResourceUri.covers(resource, trace.server)) {
      return yield* mismatched(trace, "resource", ResourceUri.canonical(trace.server), resource)
    }
    if (authorization_servers !== undefined && authorization_servers.length > 0) return got.success
    trace.isUnsure = true
    yield* note(trace, "ProtectedResource", url, "it names no authorization server")
    return undefined
  })

/** Gives the first of what effects give. */
const firstOf = <A, B, E, R>(
  values: ReadonlyArray<A>,
  attempt: (value: A) => Effect.Effect<B | undefined, E, R>
): Effect.Effect<B | undefined, E, R> =>
  Effect.gen(function*() {
    for (const value of values) {
      const found = yield* attempt(value)
      if (found !== undefined) return found
    }
    return undefined
  })

/** What is never asked through the HTTP client, but shown or sent to, is a URL of HTTP at least (SUR-01, SUR-03). */
const isHttpUrl = (url: string): boolean => /^https?:\/\//i.test(url) && URL.canParse(url)

const flawOf = (metadata: AuthorizationServerMetadata): string | undefined => {
  const { authorization_endpoint, registration_endpoint, token_endpoint } = metadata
  if (token_endpoint === undefined) return "it names no token endpoint"
  const endpoints = [token_endpoint, authorization_endpoint, registration_endpoint]
  return endpoints.every((url) => url === undefined || isHttpUrl(url)) ? undefined : "an endpoint is no URL of HTTP"
}

/** Metadata of an issuer from one place; what another issuer says of itself is never used (ADC-09, ADC-10). */
const serverAt = (
  trace: Trace,
  url: string,
  issuers: ReadonlyArray<string>,
  headers: { readonly [name: string]: string }
): Effect.Effect<AuthorizationServerMetadata | undefined, never, Needs> =>
  Effect.gen(function*() {
    let got = yield* ask(trace, "AuthorizationServer", url, headers, serverKind)
    if (Result.isFailure(got) && got.failure.isSilent && Object.keys(headers).length > 0) {
      // A browser asks beforehand whether a header may be sent, and servers that know of none say no.
      got = yield* ask(trace, "AuthorizationServer", url, {}, serverKind)
    }
    if (Result.isFailure(got)) return undefined
    const { issuer } = got.success
    const flaw = issuers.includes(issuer) ? flawOf(got.success) : "the issuer in it is another"
    if (flaw === undefined) return got.success
    trace.isUnsure = true
    if (!issuers.includes(issuer)) trace.mismatch ??= { expected: issuers[0] ?? "", found: issuer }
    yield* note(trace, "AuthorizationServer", url, flaw)
    return undefined
  })

const serverOf = (
  trace: Trace,
  issuer: string
): Effect.Effect<AuthorizationServerMetadata | undefined, never, Needs> => {
  // Neither has an issuer (RFC 8414, 2); places cannot be made of one that does.
  if (!isHttpUrl(issuer) || /[?#]/.test(issuer)) {
    return Effect.as(note(trace, "AuthorizationServer", issuer, "refused: it is no issuer"), undefined)
  }
  const places = WellKnown.authorizationServer(new URL(issuer))
  return firstOf(places, (url) => serverAt(trace, url, [issuer], {}))
}

const protectedBy = (
  trace: Trace,
  protectedResource: ProtectedResourceMetadata,
  choose: Options["choose"]
): Effect.Effect<Discovered, AuthError.AuthError, Needs> =>
  Effect.gen(function*() {
    const named = Array.from(new Set(protectedResource.authorization_servers))
    const issuers = choose === undefined ? named : choose(named).filter((issuer) => named.includes(issuer))
    const authorizationServer = yield* firstOf(issuers.slice(0, issuersMax), (issuer) => serverOf(trace, issuer))
    if (authorizationServer !== undefined) {
      return { resource: protectedResource.resource, protectedResource, authorizationServer }
    }
    const { mismatch } = trace
    return yield* mismatch === undefined
      ? failed(
        trace,
        issuers.length === 0 ? "none of those that it names was chosen" : "none of those that it names can be used"
      )
      : mismatched(trace, "issuer", mismatch.expected, mismatch.found)
  })

/** All servers of the oldest rules must have PKCE, and none must say so (A03-13). */
const pkce = { code_challenge_methods_supported: ["S256"] }

/** What a server of the oldest rules would say of itself. */
const assumed = (server: URL): AuthorizationServerMetadata => ({
  issuer: server.origin,
  ...WellKnown.defaultEndpoints(server),
  response_types_supported: ["code"],
  ...pkce
})

/** The rules before there was protected resource metadata: the server itself is the authorization server. */
const byOldestRules = (trace: Trace, isNamed: boolean): Effect.Effect<Discovered, AuthError.AuthError, Needs> =>
  Effect.gen(function*() {
    const { server } = trace
    const resource = ResourceUri.canonical(server)
    const issuers = [server.origin, `${server.origin}/`]
    const headers = { "mcp-protocol-version": v2025_03_26.version }
    const found = yield* firstOf(
      WellKnown.authorizationServer(new URL(server.origin)),
      (url) => serverAt(trace, url, issuers, headers)
    )
    if (found !== undefined) {
      return { resource, protectedResource: undefined, authorizationServer: { ...pkce, ...found } }
    }
    const { isUnsure, mismatch } = trace
    if (mismatch !== undefined) return yield* mismatched(trace, "issuer", mismatch.expected, mismatch.found)
    // Endpoints are guessed only where all places say that they have nothing, and nobody said that one has.
    if (isNamed) return yield* failed(trace, "the document that its challenge names cannot be used")
    if (isUnsure) return yield* failed(trace, "no place has a document that can be used")
    return { resource, protectedResource: undefined, authorizationServer: assumed(server) }
  })

/**
 * Discovers the authorization server of an MCP server.
 *
 * The protected resource metadata is looked for where the challenge says, at the path of the endpoint, and at the root
 * (ADC-01, ADC-03, ADC-04); the metadata of the authorization servers that it names, one after the other, in the places of
 * RFC 8414 and OpenID Connect (ADC-06 to ADC-08). A place that is missing, broken, refused or unreachable, or whose
 * document names another issuer, is passed over. Only where there is no protected resource metadata anywhere do the rules
 * of 2025 apply, first edition: metadata at the root of the server, else default endpoints there (A03-03 to A03-10);
 * those are not guessed when a place did not answer, answered with a status of 500 or above, or was named by the challenge.
 *
 * Fails with `MetadataMismatch`, and asks nothing more, when metadata is of another resource; with `MetadataMismatch` too
 * when issuers gave themselves out as others and none can be used; else with `DiscoveryFailed`. Both tell every place that
 * was asked.
 *
 * @category operations
 * @since 0.1.0
 */
export const discover = (
  { challenges = [], choose, url }: Options
): Effect.Effect<Discovered, AuthError.AuthError, HttpClient.HttpClient> =>
  Effect.gen(function*() {
    if (!isHttpUrl(url)) {
      return yield* AuthError.make(
        new AuthError.UntrustedUrl({ url: TrustedUrl.shown(url), problem: "it is no URL of HTTP" })
      )
    }
    const server = new URL(url)
    const trace: Trace = { server, steps: [], isUnsure: false, mismatch: undefined }
    const named = WwwAuthenticate.parameter(challenges, "resource_metadata")
    const found = yield* firstOf(
      WellKnown.protectedResource(server, named),
      (place) => resourceAt(trace, place)
    )
    if (found !== undefined) return yield* protectedBy(trace, found, choose)
    return yield* byOldestRules(trace, named !== undefined)
  })
