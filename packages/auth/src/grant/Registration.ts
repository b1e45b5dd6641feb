/**
 * How a client that acts for people comes by its id at an authorization server: registered beforehand, else by its metadata
 * document, else by registering itself (ARG-01, ARG-02). What it registers is kept in the token store, under the issuer, to
 * the letter, so that neither a restart nor another process registers it again, and no issuer sees what another gave
 * (ARG-17 to ARG-19).
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as AuthError from "../AuthError.ts"
import * as OAuthHttp from "../http/OAuthHttp.ts"
import type { AuthorizationServerMetadata } from "../metadata/AuthorizationServerMetadata.ts"
import * as ClientIdMetadata from "../protocol/ClientIdMetadata.ts"
import * as DynamicRegistration from "../protocol/DynamicRegistration.ts"
import { TokenStore } from "../store/TokenStore.ts"
import * as ClientAuthentication from "../token/ClientAuthentication.ts"
import * as Preregistered from "./Preregistered.ts"

/**
 * Who the client is.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** What people are shown when they are asked. */
  readonly clientName: string
  /** Clients that were registered beforehand, one for each issuer. Where there are any, no other way is tried (ARG-20). */
  readonly registered?: Preregistered.Preregistered | ReadonlyArray<Preregistered.Preregistered> | undefined
  /** Where the metadata document of this client is (`ClientIdMetadata.document`). Default: it has none. */
  readonly metadataUrl?: string | undefined
  /** Whether the client may register itself. Default: true. */
  readonly dynamic?: boolean | undefined
  /** Further things to say of itself when it registers itself. */
  readonly about?:
    | Pick<DynamicRegistration.ClientMetadata, "client_uri" | "logo_uri" | "software_id" | "software_version">
    | undefined
  /** Keeps registrations of different clients in one store apart. Default: `default`. */
  readonly identity?: string | undefined
}

/**
 * A client, and whether it got its id by registering itself.
 *
 * @category models
 * @since 0.1.0
 */
export interface Identified extends ClientAuthentication.Client {
  /** Whether the id may be dropped, and another one got. */
  readonly isDynamic: boolean
}

/**
 * The identities of a client.
 *
 * @category models
 * @since 0.1.0
 */
export interface Registration {
  /** Whether the client registers itself with this authorization server, and its redirect URI with it. */
  readonly isDynamic: (metadata: AuthorizationServerMetadata) => boolean
  /** The redirect URI of the youngest registration with an issuer, to be used again. */
  readonly redirectUri: (issuer: string) => Effect.Effect<string | undefined, AuthError.AuthError>
  /** The client for people who are to be sent back to this URI; registers it where that is needed. */
  readonly identify: (
    metadata: AuthorizationServerMetadata,
    redirectUri: string
  ) => Effect.Effect<Identified, AuthError.AuthError, HttpClient.HttpClient>
  /** The client by its id, without registering anything; `undefined`: it is not known any more. */
  readonly known: (
    metadata: AuthorizationServerMetadata,
    clientId: string
  ) => Effect.Effect<Identified | undefined, AuthError.AuthError>
  /** Drops what was registered under this id, which the issuer does not know any more. */
  readonly forget: (issuer: string, clientId: string) => Effect.Effect<void, AuthError.AuthError>
  /** Keeps what was registered under this id for tokens that it was given, and nobody is sent away with it again. */
  readonly retire: (issuer: string, clientId: string) => Effect.Effect<void, AuthError.AuthError>
}

const Registered = Schema.Struct({
  clientId: Schema.String,
  clientSecret: Schema.optionalKey(Schema.RedactedFromValue(Schema.String)),
  secretExpiresAtMillis: Schema.optionalKey(Schema.Number),
  method: Schema.optionalKey(Schema.String),
  redirectUri: Schema.String,
  isRetired: Schema.optionalKey(Schema.Boolean)
})

type Registered = typeof Registered.Type

/** The registrations of one client with one issuer, the youngest first. */
const Record = Schema.Struct({ issuer: Schema.String, clients: Schema.Array(Registered) })

const RecordText = Schema.fromJsonString(Record)
const decode = Schema.decodeUnknownResult(RecordText)
const encode = Schema.encodeSync(RecordText)

/** How many registrations with one issuer are kept: older ones are needed to refresh what was given to them. */
const registrationsMax = 8

type Store = TokenStore["Service"]

interface Kept {
  readonly clients: ReadonlyArray<Registered>
  readonly version: string | undefined
}

const failed = (issuer: string, detail: string): Effect.Effect<never, AuthError.AuthError> =>
  Effect.fail(AuthError.make(new AuthError.RegistrationFailed({ issuer, detail })))

const makeShelf = (store: Store, identity: string) => {
  const keyOf = (issuer: string): string => JSON.stringify(["registrations", identity, issuer])

  const read = Effect.fnUntraced(function*(issuer: string): Effect.fn.Return<Kept, AuthError.AuthError> {
    const stored = yield* store.get(keyOf(issuer))
    if (stored === undefined) return { clients: [], version: undefined }
    const decoded = decode(Redacted.value(stored.value))
    const isOurs = Result.isSuccess(decoded) && decoded.success.issuer === issuer
    if (!isOurs) return { clients: [], version: stored.version }
    const now = yield* Clock.currentTimeMillis
    const isGood = ({ secretExpiresAtMillis: end }: Registered): boolean => end === undefined || end > now
    return { clients: decoded.success.clients.filter(isGood), version: stored.version }
  })

  const write = (issuer: string, clients: ReadonlyArray<Registered>, version: string | undefined) =>
    Effect.suspend(() =>
      store.put(
        keyOf(issuer),
        Redacted.make(encode({ issuer, clients: clients.slice(0, registrationsMax) }), { label: "registrations" }),
        version
      )
    )

  // By turns, so that processes that start together register once.
  const change = <A, E, R>(
    issuer: string,
    body: (kept: Kept) => Effect.Effect<A, E, R>
  ): Effect.Effect<A, E | AuthError.AuthError, R> =>
    Effect.scoped(Effect.andThen(store.lease(keyOf(issuer)), Effect.flatMap(read(issuer), body)))

  const replace = (issuer: string, clientId: string, by: (registered: Registered) => ReadonlyArray<Registered>) =>
    change(issuer, ({ clients, version }) => {
      const replaced = clients.flatMap((one) => one.clientId === clientId ? by(one) : [one])
      return Effect.asVoid(write(issuer, replaced, version))
    })

  return { read, write, change, replace }
}

type Shelf = ReturnType<typeof makeShelf>

const clientOf = (
  registered: Registered,
  metadata: AuthorizationServerMetadata
): Effect.Effect<Identified, AuthError.AuthError> =>
  Effect.fromResult(ClientAuthentication.choose({
    secret: registered.clientSecret,
    registered: registered.method,
    supported: metadata.token_endpoint_auth_methods_supported
  })).pipe(
    Effect.mapError((lacking) => AuthError.make(new AuthError.Unsupported({ issuer: metadata.issuer, lacking }))),
    Effect.map((authentication) => ({ clientId: registered.clientId, authentication, isDynamic: true }))
  )

/** What the client says of itself: refresh tokens are wanted (ATU-07), and it is where its redirect URI is (ARG-12). */
const metadataFor = (
  options: Options,
  redirectUri: string,
  metadata: AuthorizationServerMetadata
): DynamicRegistration.ClientMetadata => {
  const method = ClientAuthentication.preferred(metadata.token_endpoint_auth_methods_supported)
  return {
    ...options.about,
    client_name: options.clientName,
    redirect_uris: [redirectUri],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    application_type: DynamicRegistration.applicationTypeOf([redirectUri]),
    ...(method === undefined ? {} : { token_endpoint_auth_method: method })
  }
}

const register = Effect.fnUntraced(function*(
  options: Options,
  metadata: AuthorizationServerMetadata,
  redirectUri: string
) {
  const request = yield* DynamicRegistration.request(metadata, metadataFor(options, redirectUri, metadata))
  const answer = yield* OAuthHttp.send(request)
  const { clientId, clientSecret, method, secretExpiresAtMillis } = yield* DynamicRegistration.process(metadata, answer)
  const registered: Registered = {
    clientId,
    redirectUri,
    ...(clientSecret === undefined ? {} : { clientSecret }),
    ...(secretExpiresAtMillis === undefined ? {} : { secretExpiresAtMillis }),
    ...(method === undefined ? {} : { method })
  }
  return registered
})

const dynamic = (options: Options, shelf: Shelf, metadata: AuthorizationServerMetadata, redirectUri: string) =>
  shelf.change(metadata.issuer, ({ clients, version }) => {
    const kept = clients.find((one) => one.redirectUri === redirectUri && one.isRetired !== true)
    if (kept !== undefined) return clientOf(kept, metadata)
    return Effect.gen(function*() {
      const registered = yield* register(options, metadata, redirectUri)
      const client = yield* clientOf(registered, metadata)
      yield* shelf.write(metadata.issuer, [registered, ...clients], version)
      return client
    })
  })

const listed = (options: Options): ReadonlyArray<Preregistered.Preregistered> => {
  const { registered } = options
  return registered === undefined ? [] : "clientId" in registered ? [registered] : registered
}

/** One that names this issuer before one that names none; one for another only to say what is wrong with it. */
const chosen = (registered: ReadonlyArray<Preregistered.Preregistered>, issuer: string) =>
  registered.find((one) => one.issuer === issuer) ?? registered.find((one) => one.issuer === undefined) ?? registered[0]

const byDocument = (url: string): Effect.Effect<Identified, AuthError.AuthError> =>
  Effect.succeed({ ...ClientAuthentication.publicClient(url), isDynamic: false })

type Way =
  | { readonly _tag: "Beforehand"; readonly registered: Preregistered.Preregistered }
  | { readonly _tag: "Document"; readonly url: string }
  | { readonly _tag: "Dynamic" | "None" }

/** Decides which way is taken (ARG-02). */
const wayOf = (options: Options, metadata: AuthorizationServerMetadata): Way => {
  const registered = chosen(listed(options), metadata.issuer)
  if (registered !== undefined) return { _tag: "Beforehand", registered }
  const url = options.metadataUrl
  if (url !== undefined && metadata.client_id_metadata_document_supported === true) return { _tag: "Document", url }
  return { _tag: metadata.registration_endpoint !== undefined && options.dynamic !== false ? "Dynamic" : "None" }
}

const identify = (
  options: Options,
  store: Store,
  shelf: Shelf,
  metadata: AuthorizationServerMetadata,
  redirectUri: string
): Effect.Effect<Identified, AuthError.AuthError, HttpClient.HttpClient> => {
  const { issuer } = metadata
  const way = wayOf(options, metadata)
  switch (way._tag) {
    case "Beforehand":
      return Effect.map(
        Preregistered.client(store, { ...way.registered, identity: options.identity }, metadata),
        (client) => ({ ...client, isDynamic: false })
      )
    case "Document": {
      const problem = ClientIdMetadata.problemOf(way.url)
      return problem === undefined
        ? byDocument(way.url)
        : failed(issuer, `${way.url} cannot be a client id: ${problem}`)
    }
    case "Dynamic":
      return dynamic(options, shelf, metadata, redirectUri)
    case "None":
      return failed(
        issuer,
        "it takes neither metadata documents nor registrations of this client, and none was made before"
      )
  }
}

/**
 * The identities of a client, over the token store in the context.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options): Effect.Effect<Registration, never, TokenStore> =>
  Effect.map(TokenStore, (store) => {
    const identity = options.identity ?? "default"
    const shelf = makeShelf(store, identity)
    return {
      isDynamic: (metadata) => wayOf(options, metadata)._tag === "Dynamic",
      redirectUri: (issuer) => Effect.map(shelf.read(issuer), ({ clients }) => clients[0]?.redirectUri),
      identify: (metadata, redirectUri) => identify(options, store, shelf, metadata, redirectUri),
      known: Effect.fnUntraced(function*(metadata: AuthorizationServerMetadata, clientId: string) {
        const registered = chosen(listed(options).filter((one) => one.clientId === clientId), metadata.issuer)
        if (registered !== undefined) {
          return { ...yield* Preregistered.client(store, { ...registered, identity }, metadata), isDynamic: false }
        }
        if (clientId === options.metadataUrl) return yield* byDocument(clientId)
        const { clients } = yield* shelf.read(metadata.issuer)
        const kept = clients.find((one) => one.clientId === clientId)
        return kept === undefined ? undefined : yield* clientOf(kept, metadata)
      }),
      forget: (issuer, clientId) => shelf.replace(issuer, clientId, () => []),
      retire: (issuer, clientId) => shelf.replace(issuer, clientId, (one) => [{ ...one, isRetired: true }])
    }
  })
