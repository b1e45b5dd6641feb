/**
 * What logging in needs on the other side, until the end of the scope: an authorization server, a server that the official
 * SDK protects, and the official SDK client.
 */
import * as Effect from "effect/Effect"
import { type Oidc, type Options, startOidc } from "../../src/foreign/oidc.ts"
import { startProtectedSdk } from "../../src/foreign/sdk-v2-protected.ts"
import { logIn, type LoginOptions, metadata } from "./SdkLogin.ts"

const until = <A extends { readonly close: () => Promise<void> }>(open: () => Promise<A>) =>
  Effect.acquireRelease(Effect.promise(open), ({ close }) => Effect.promise(close))

/** A client id metadata document, by its URL, that both clients may go by. */
export const documentUrl = "https://client.example/metadata.json"

/** What is at that URL. */
export const document = { client_id: documentUrl, ...metadata }

/** A client that has a secret and needs nobody. */
export const machine = {
  client_id: "machine",
  client_secret: "a secret that is long enough to be one",
  grant_types: ["client_credentials"],
  redirect_uris: [],
  response_types: []
}

/** An authorization server. */
export const oidcWith = (options: Options = {}) => until(() => startOidc(options))

/** A server that the official SDK protects. */
export const sdkServer = (oidc: Oidc) => until(() => startProtectedSdk(oidc))

/** The official SDK client, logged in. */
export const sdkClient = (url: string, options: LoginOptions = {}) => until(() => logIn(url, options))

/** The paths at an authorization server that were asked, without those that only tell where others are. */
export const asked = (oidc: Oidc): ReadonlyArray<string> =>
  oidc.requests.map(({ path }) => path).filter((path) => !path.startsWith("/.well-known/") && path !== "/jwks")
