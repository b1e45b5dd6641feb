/**
 * What a client keeps in its store about one server, as texts under keys: what was discovered, and for each issuer the
 * tokens and what they were asked for. Nothing is sent here, and nothing is decided.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { AuthError } from "../AuthError.ts"
import { AuthorizationServerMetadata } from "../metadata/AuthorizationServerMetadata.ts"
import type { Discovered } from "../metadata/Discovered.ts"
import { ProtectedResourceMetadata } from "../metadata/ProtectedResourceMetadata.ts"
import type { TokenStore } from "../store/TokenStore.ts"
import { TokenSet } from "../token/TokenSet.ts"

/**
 * Tokens of one issuer for one resource, and what is remembered of how they were got.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Credentials = Schema.Struct({
  /** Absent when they were refused, or given back. */
  tokens: Schema.optionalKey(TokenSet),
  /** The scopes that were asked for last; absent: the parameter was left out. */
  asked: Schema.optionalKey(Schema.Array(Schema.String)),
  /** When the tokens came, in milliseconds since 1970. */
  obtainedAtMillis: Schema.optionalKey(Schema.Finite)
})

/**
 * Tokens of one issuer for one resource, and what is remembered of how they were got.
 *
 * @category models
 * @since 0.1.0
 */
export type Credentials = typeof Credentials.Type

/**
 * What was discovered about a server, and when.
 *
 * @category models
 * @since 0.1.0
 */
export interface Found {
  readonly discovered: Discovered
  /** In milliseconds since 1970. */
  readonly atMillis: number
  /** Where a challenge of the server said that its metadata is; `undefined`: none did. */
  readonly metadataUrl: string | undefined
}

const FoundSchema = Schema.Struct({
  resource: Schema.String,
  protectedResource: Schema.optionalKey(ProtectedResourceMetadata),
  authorizationServer: AuthorizationServerMetadata,
  atMillis: Schema.Finite,
  metadataUrl: Schema.optionalKey(Schema.String)
})

/**
 * A record, and the version that it has in the store.
 *
 * @category models
 * @since 0.1.0
 */
export interface Versioned<A> {
  /** `undefined`: there is nothing, or nothing that is understood. */
  readonly record: A | undefined
  /** `undefined`: there is nothing. */
  readonly version: string | undefined
}

// As arrays of JSON no two different keys have one text.
const keyOf = (...parts: ReadonlyArray<string>): string => JSON.stringify(parts)

/**
 * Where the tokens of an issuer for a resource are (ADC-11).
 *
 * @category keys
 * @since 0.1.0
 */
export const keyOfTokens = (identity: string, { authorizationServer, resource }: Discovered): string =>
  keyOf("tokens", identity, resource, authorizationServer.issuer)

/**
 * Where it is kept what was discovered about a server, by its URL.
 *
 * @category keys
 * @since 0.1.0
 */
export const keyOfFound = (identity: string, url: string): string =>
  // However it is written: a program may put a slash after the host, and another one leave it out.
  keyOf("discovered", identity, URL.canParse(url) ? new URL(url).href : url)

type Store = TokenStore["Service"]

const reading = <A>(
  store: Store,
  key: string,
  decode: (text: unknown) => Result.Result<A, unknown>
): Effect.Effect<Versioned<A>, AuthError> =>
  Effect.flatMap(store.get(key), (stored): Effect.Effect<Versioned<A>> => {
    if (stored === undefined) return Effect.succeed({ record: undefined, version: undefined })
    const decoded = decode(Redacted.value(stored.value))
    if (Result.isSuccess(decoded)) return Effect.succeed({ record: decoded.success, version: stored.version })
    // What was written by another version of this library is written anew. The text is not shown: it may hold tokens.
    const nothing = { record: undefined, version: stored.version }
    return Effect.as(Effect.logWarning("A record in the token store is not understood and will be replaced"), nothing)
  })

const decodeCredentials = Schema.decodeUnknownResult(Schema.fromJsonString(Credentials))
const encodeCredentials = Schema.encodeSync(Schema.fromJsonString(Credentials))
const decodeFound = Schema.decodeUnknownResult(Schema.fromJsonString(FoundSchema))
const encodeFound = Schema.encodeSync(Schema.fromJsonString(FoundSchema))

/**
 * Reads tokens.
 *
 * @category operations
 * @since 0.1.0
 */
export const read = (store: Store, key: string): Effect.Effect<Versioned<Credentials>, AuthError> =>
  reading(store, key, decodeCredentials)

/**
 * Writes tokens, as `put` of the store does: gives `undefined` when somebody else was first.
 *
 * @category operations
 * @since 0.1.0
 */
export const write = (store: Store, key: string, record: Credentials, expected: string | undefined) =>
  Effect.suspend(() => store.put(key, Redacted.make(encodeCredentials(record), { label: "tokens" }), expected))

/**
 * Reads what was discovered.
 *
 * @category operations
 * @since 0.1.0
 */
export const readFound = (store: Store, key: string): Effect.Effect<Found | undefined, AuthError> =>
  Effect.map(reading(store, key, decodeFound), ({ record }) => {
    if (record === undefined) return undefined
    const { atMillis, authorizationServer, metadataUrl, protectedResource, resource } = record
    return { atMillis, metadataUrl, discovered: { resource, protectedResource, authorizationServer } }
  })

/**
 * Writes what was discovered, over whatever is there.
 *
 * @category operations
 * @since 0.1.0
 */
export const writeFound = (store: Store, key: string, { atMillis, discovered, metadataUrl }: Found) =>
  Effect.flatMap(store.get(key), (stored) => {
    const { authorizationServer, protectedResource, resource } = discovered
    const text = encodeFound({
      resource,
      authorizationServer,
      atMillis,
      ...(protectedResource === undefined ? {} : { protectedResource }),
      ...(metadataUrl === undefined ? {} : { metadataUrl })
    })
    return Effect.asVoid(store.put(key, Redacted.make(text, { label: "metadata" }), stored?.version))
  })
