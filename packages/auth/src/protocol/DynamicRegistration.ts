/**
 * Dynamic client registration (RFC 7591): a client tells an authorization server about itself, and gets an id there.
 * Whether that is done, and what becomes of it, is decided in `grant/Registration.ts`.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Redacted from "effect/Redacted"
import * as oauth from "oauth4webapi"
import * as AuthError from "../AuthError.ts"
import * as Hiding from "../http/Hiding.ts"
import * as HostAddress from "../http/HostAddress.ts"
import * as OAuthHttp from "../http/OAuthHttp.ts"
import { type AuthorizationServerMetadata, toLibrary } from "../metadata/AuthorizationServerMetadata.ts"

/**
 * What a client says of itself.
 *
 * @category models
 * @since 0.1.0
 */
export interface ClientMetadata {
  readonly client_name: string
  readonly redirect_uris: ReadonlyArray<string>
  readonly grant_types: ReadonlyArray<string>
  readonly response_types: ReadonlyArray<string>
  /** Left out: the server decides. */
  readonly token_endpoint_auth_method?: string
  readonly application_type?: "native" | "web"
  readonly client_uri?: string
  readonly logo_uri?: string
  readonly software_id?: string
  readonly software_version?: string
  readonly scope?: string
}

/**
 * What came of it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Registered {
  readonly clientId: string
  readonly clientSecret: Redacted.Redacted | undefined
  /** When the secret ends, in milliseconds since 1970; `undefined`: it does not. */
  readonly secretExpiresAtMillis: number | undefined
  /** The `token_endpoint_auth_method` of the answer. */
  readonly method: string | undefined
}

/**
 * Whether people are sent back to a program on their own machine, or to a website: what is known of a redirect URI is on
 * loopback, or has a scheme of its own, or is `web` (ARG-12 to ARG-14).
 *
 * @category combinators
 * @since 0.1.0
 */
export const applicationTypeOf = (redirectUris: ReadonlyArray<string>): "native" | "web" => {
  const isRemote = (uri: string): boolean => {
    if (!URL.canParse(uri)) return false
    const { hostname, protocol } = new URL(uri)
    return (protocol === "https:" || protocol === "http:") && HostAddress.kindOf(hostname) !== "Loopback"
  }
  return redirectUris.some(isRemote) ? "web" : "native"
}

/**
 * The request.
 *
 * @category requests
 * @since 0.1.0
 */
export const request = (
  authorizationServer: AuthorizationServerMetadata,
  metadata: ClientMetadata
): Effect.Effect<HttpClientRequest.HttpClientRequest, AuthError.AuthError> =>
  OAuthHttp.toRequest(authorizationServer.issuer, (options) =>
    oauth.dynamicClientRegistrationRequest(
      toLibrary(authorizationServer),
      {
        ...metadata,
        redirect_uris: [...metadata.redirect_uris],
        grant_types: [...metadata.grant_types],
        response_types: [...metadata.response_types]
      },
      options
    ))

// A server that does not say when a secret ends means that it does not.
const withExpiry = (response: Response): Promise<Response> =>
  response.clone().text().then((text) => {
    const body = Hiding.parsed(text)
    return typeof body === "object" && body !== null && "client_secret" in body && !("client_secret_expires_at" in body)
      ? new Response(JSON.stringify({ ...body, client_secret_expires_at: 0 }), response)
      : response
  })

const rejected = (issuer: string) => ({ description, error }: OAuthHttp.Refused): AuthError.AuthErrorReason =>
  new AuthError.RegistrationFailed({
    issuer,
    error,
    detail: description === undefined
      ? `registration was refused: ${error}`
      : `registration was refused: ${description}`
  })

const numberOf = (value: unknown): number => typeof value === "number" ? value : 0

/**
 * What the answer says. Fails with `RegistrationFailed`, which says why, where the server does not want this client as it
 * is, because of its redirect URIs for one (ARG-15, ARG-16).
 *
 * @category responses
 * @since 0.1.0
 */
export const process = (
  authorizationServer: AuthorizationServerMetadata,
  answer: OAuthHttp.Answer
): Effect.Effect<Registered, AuthError.AuthError> =>
  Effect.map(
    OAuthHttp.process(
      answer,
      (response) => withExpiry(response).then(oauth.processDynamicClientRegistrationResponse),
      { status: 201, refused: rejected(authorizationServer.issuer) }
    ),
    (registered) => {
      const { client_id: clientId, client_secret: secret, token_endpoint_auth_method: method } = registered
      const expiry = numberOf(registered["client_secret_expires_at"])
      return {
        clientId,
        clientSecret: typeof secret === "string" && secret !== ""
          ? Redacted.make(secret, { label: "client secret" })
          : undefined,
        secretExpiresAtMillis: expiry > 0 ? expiry * 1000 : undefined,
        method: typeof method === "string" ? method : undefined
      }
    }
  )
