/**
 * Attacks: a whole MCP client, logged in by a person's consent, and a whole protected MCP server, over a network on which
 * somebody means ill. After each attack it is looked at everything that was sent, said, logged and traced: no secret may
 * have gone to anybody that it was not for, and nothing may have been asked that the attack does not allow by name.
 */
import { assert } from "@effect/vitest"
import * as McpClient from "@parley/mcp/client/McpClient"
import * as Tool from "@parley/mcp/contract/Tool"
import * as McpHttp from "@parley/mcp/server/McpHttp"
import * as McpServer from "@parley/mcp/server/McpServer"
import type { ServerTransport } from "@parley/mcp/server/ServerTransport"
import * as StreamableHttpClient from "@parley/mcp/transport/StreamableHttpClient"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Exit from "effect/Exit"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import { inspect } from "node:util"
import * as AuthError from "../../src/AuthError.ts"
import * as OAuthClient from "../../src/client/OAuthClient.ts"
import * as DpopKey from "../../src/dpop/DpopKey.ts"
import * as AuthorizationCode from "../../src/grant/AuthorizationCode.ts"
import { UserAgent } from "../../src/grant/UserAgent.ts"
import * as CurrentPrincipal from "../../src/server/CurrentPrincipal.ts"
import * as ProtectedResource from "../../src/server/ProtectedResource.ts"
import * as RequireScopes from "../../src/server/RequireScopes.ts"
import { TokenStore } from "../../src/store/TokenStore.ts"
import * as DpopProofVerifier from "../../src/verifier/DpopProofVerifier.ts"
import * as JwtVerifier from "../../src/verifier/JwtVerifier.ts"
import * as FakeAuthorizationServer from "./FakeAuthorizationServer.ts"
import type * as FakeHttp from "./FakeHttp.ts"
import * as FakeStore from "./FakeStore.ts"
import * as Network from "./Network.ts"
import * as Protected from "./Protected.ts"
import * as Secrets from "./Secrets.ts"

export const url = "https://mcp.example/mcp"
export const issuer = "https://auth.example"
export const resourceMetadata = "https://mcp.example/.well-known/oauth-protected-resource/mcp"
export const serverMetadata = `${issuer}/.well-known/oauth-authorization-server`

/** What a client may ask in a login where nobody means ill. `OPEN` is what a person is shown. */
export const places = {
  server: [`POST ${url}`, `GET ${url}`, `DELETE ${url}`],
  discovery: [`GET ${resourceMetadata}`, `GET ${serverMetadata}`],
  registration: [`POST ${issuer}/register`],
  consent: [`OPEN ${issuer}/authorize`],
  tokens: [`POST ${issuer}/token`]
} as const

/** All of a login. */
export const login: ReadonlyArray<string> = Object.values(places).flat()

/** What the protected server may ask: for the keys of its issuer. */
const ofServer: ReadonlyArray<string> = [`GET ${serverMetadata}`, `GET ${issuer}/jwks`]

/** What a person does with a URL; `browse` goes there, and gives where one is sent back to. */
export type Person = (url: URL, browse: (url: URL) => Effect.Effect<URL>) => Effect.Effect<URL, AuthError.AuthError>

export interface Setting {
  /** All that the client may ask, and show. */
  readonly allowed: ReadonlyArray<string>
  /** The authorization server that the protected server trusts. */
  readonly authorizationServer?: FakeAuthorizationServer.Options
  readonly resource?: Partial<ProtectedResource.Options>
  readonly grant?: Partial<AuthorizationCode.Options>
  readonly client?: Partial<OAuthClient.Options>
  readonly proofs?: DpopProofVerifier.Options
  /** Default: agrees to everything. */
  readonly person?: Person
}

/** Uses of a client. */
export type Use<A> = Effect.Effect<
  A,
  unknown,
  McpClient.McpClient | OAuthClient.OAuthClient | HttpClient.HttpClient | Scope.Scope
>

export interface World {
  readonly network: Network.Network
  readonly http: FakeHttp.FakeHttp
  readonly store: FakeStore.FakeStore
  /** The one that the protected server trusts. */
  readonly authorizationServer: FakeAuthorizationServer.FakeAuthorizationServer
  /** Adds another, who may mean ill; what it gives out is for it alone. */
  readonly another: (options: FakeAuthorizationServer.Options) => FakeAuthorizationServer.FakeAuthorizationServer
  /** Adds a secret that the test has brought along. */
  readonly bring: (secret: Secrets.Secret) => void
  /** What the client has shown to the person. */
  readonly shown: ReadonlyArray<URL>
  /** A new client, as a process that shares the store is: what comes of its use, or the tag of the reason why nothing did. */
  readonly attempt: <A>(use: Use<A>) => Effect.Effect<A | string>
  /** Answers of the protected server to whoever has stolen something: the status, and the error of its challenge. */
  readonly steal: (
    headers: { readonly [name: string]: string },
    method?: string
  ) => Effect.Effect<readonly [status: number, error: string | undefined]>
}

interface Witness {
  readonly texts: Array<string>
  readonly layer: Layer.Layer<never>
}

const textsOf = (error: unknown): ReadonlyArray<string> => [
  String(error),
  JSON.stringify(error) ?? "",
  inspect(error, { depth: 20, maxStringLength: null })
]

/** Hears every line of log, of every level, and sees every span. */
const makeWitness = (): Witness => {
  const texts: Array<string> = []
  const logger = Logger.make(({ cause, message }) => {
    texts.push(inspect(message, { depth: 20 }), Cause.pretty(cause))
  })
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      const { attribute, end, event } = span
      return Object.assign(span, {
        attribute: (key: string, value: unknown) => {
          texts.push(`${span.name} ${key}=${inspect(value, { depth: 20 })}`)
          attribute.call(span, key, value)
        },
        event: (name: string, ...rest: [bigint, Record<string, unknown>?]) => {
          texts.push(`${span.name} ${name} ${inspect(rest[1], { depth: 20 })}`)
          event.call(span, name, ...rest)
        },
        end: (time: bigint, exit: Exit.Exit<unknown, unknown>) => {
          texts.push(`${span.name} ${inspect([...span.attributes], { depth: 20 })}`)
          if (Exit.isFailure(exit)) texts.push(Cause.pretty(exit.cause))
          end.call(span, time, exit)
        }
      })
    }
  })
  return {
    texts,
    layer: Layer.mergeAll(
      Logger.layer([logger]),
      Layer.succeed(Tracer.Tracer, tracer),
      Layer.succeed(References.MinimumLogLevel, "All")
    )
  }
}

const tools = McpServer.layer(
  [
    Tool.serve("whoami", {}, () => Effect.map(CurrentPrincipal.CurrentPrincipal, ({ subject }) => subject ?? "")),
    RequireScopes.apply(Tool.serve("write", {}, () => Effect.succeed("written")), ["mcp:write"])
  ],
  { name: "server", version: "1.0.0", middleware: [CurrentPrincipal.middleware] }
)

const toRequest = ({ body, headers, method, url }: FakeHttp.Arrived): Request =>
  new Request(url, {
    method,
    headers: Object.entries(headers).flatMap(([name, value]): ReadonlyArray<[string, string]> =>
      value === undefined ? [] : [[name, value]]
    ) as Array<[string, string]>,
    ...(body === "" ? {} : { body })
  })

/** The protected server, in the time of the test. What it says to those whom it refuses is witnessed. */
const serve = Effect.fnUntraced(function*(network: Network.Network, witness: Witness, setting: Setting) {
  const surroundings = Layer.merge(witness.layer, Layer.succeed(Clock.Clock, yield* Clock.Clock))
  const gate = (transport: Layer.Layer<ServerTransport>) =>
    ProtectedResource.protect(transport, {
      resource: url,
      authorizationServers: [issuer],
      requiredScopes: ["mcp:read"],
      dpop: "accepted",
      ...setting.resource
    }).pipe(
      Layer.provide([
        Layer.provide(
          JwtVerifier.layer({ issuer }),
          Layer.succeed(HttpClient.HttpClient, network.clientOf("server"))
        ),
        DpopProofVerifier.layer(setting.proofs)
      ]),
      Layer.provide(surroundings)
    )
  const { handler } = yield* Effect.acquireRelease(
    Effect.sync(() =>
      McpHttp.toWebHandler(Layer.provideMerge(tools, surroundings), { allowedHosts: ["mcp.example"], protect: gate })
    ),
    ({ dispose }) => Effect.promise(dispose)
  )
  network.http.handle({
    [new URL(url).origin]: (request) =>
      Effect.promise(async () => {
        const response = await handler(toRequest(request))
        if (response.status >= 400) {
          witness.texts.push(inspect([...response.headers]), await response.clone().text())
        }
        return response
      })
  })
})

const personWith = (network: Network.Network, shown: Array<URL>, person: Person = (url, browse) => browse(url)) => {
  const browse = (url: URL) =>
    network.clientOf("person").execute(HttpClientRequest.get(url)).pipe(
      Effect.map(({ headers }) => new URL(headers["location"] ?? "about:blank")),
      Effect.orDie
    )
  return Layer.succeed(UserAgent, {
    open: ({ isFixed, issuer }) =>
      Effect.succeed({
        redirectUri: `http://127.0.0.1:53682/${isFixed ? "" : `${Base64Url.encode(issuer)}/`}callback`,
        authorize: (url) =>
          Effect.suspend(() => {
            shown.push(url)
            return person(url, browse)
          })
      })
  })
}

const errorOf = (challenge: string | undefined): string | undefined => /error="([^"]*)"/.exec(challenge ?? "")?.[1]

interface Recorded {
  readonly world: World
  readonly evidence: () => Secrets.Evidence
}

const make = Effect.fnUntraced(function*(setting: Setting, witness: Witness) {
  const network = Network.make()
  const { http } = network
  const store = FakeStore.make()
  const shown: Array<URL> = []
  const brought: Array<Secrets.Secret> = []
  const authorizationServer = FakeAuthorizationServer.make(http, {
    issuer,
    accessTokens: "jwt",
    dpop: "supported",
    ...setting.authorizationServer
  })
  const authorizationServers = [authorizationServer]
  yield* serve(network, witness, setting)
  const grant = AuthorizationCode.make({ clientName: "victim", ...setting.grant })
  const client = McpClient.layer({ name: "victim", version: "1.0.0" }).pipe(
    Layer.provide(StreamableHttpClient.layer({ url })),
    Layer.provideMerge(OAuthClient.layer({ url, grant, ...setting.client })),
    Layer.provide([
      Layer.succeed(TokenStore, store.service),
      Layer.succeed(HttpClient.HttpClient, network.clientOf("client")),
      personWith(network, shown, setting.person)
    ])
  )
  const world: World = {
    network,
    http,
    store,
    authorizationServer,
    shown,
    another: (options) => {
      const other = FakeAuthorizationServer.make(http, options)
      authorizationServers.push(other)
      return other
    },
    bring: (secret) => void brought.push(secret),
    attempt: (use) =>
      use.pipe(
        Effect.provide(client),
        Effect.scoped,
        Effect.catchCause((cause) => {
          const error = Cause.squash(cause)
          witness.texts.push(Cause.pretty(cause), ...textsOf(cause), ...textsOf(error), `${(error as Error).stack}`)
          return Effect.succeed(AuthError.find(error)?.reason._tag ?? `${error}`)
        })
      ),
    steal: (headers, method = "POST") =>
      network.clientOf("thief").execute(
        HttpClientRequest.setHeaders(
          method === "POST"
            ? HttpClientRequest.bodyJsonUnsafe(
              HttpClientRequest.post(url),
              Protected.modernRequest("tools/call", { name: "whoami", arguments: {} })
            )
            : HttpClientRequest.get(url),
          {
            accept: "application/json, text/event-stream",
            ...Protected.modernHeaders("tools/call", "whoami"),
            ...headers
          }
        )
      ).pipe(
        Effect.map(({ headers, status }) => [status, errorOf(headers["www-authenticate"])] as const),
        Effect.orDie
      )
  }
  const evidence = (): Secrets.Evidence => ({
    authorizationServers,
    requests: http.requests.filter(({ by }) => by !== "thief"),
    shown,
    texts: witness.texts,
    brought
  })
  return { world, evidence } satisfies Recorded
})

const straysOf = (network: Network.Network, shown: ReadonlyArray<URL>, allowed: ReadonlyArray<string>) => [
  ...network.sentBy("client").map(Network.placeOf).filter((place) => !allowed.includes(place))
    .map((place) => `the client asked ${place}`),
  ...shown.map((url) => Network.placeOf({ method: "OPEN", url })).filter((place) => !allowed.includes(place))
    .map((place) => `the client showed ${place}`),
  ...network.sentBy("server").map(Network.placeOf).filter((place) => !ofServer.includes(place))
    .map((place) => `the server asked ${place}`)
]

/**
 * Makes a world, has it attacked, and looks at what is left of it: nothing is lost, and nobody was asked but who was
 * allowed.
 */
export const run = (
  setting: Setting,
  attack: (world: World) => Effect.Effect<void, unknown, Scope.Scope>
): Effect.Effect<void, unknown> =>
  Effect.scoped(Effect.gen(function*() {
    const witness = makeWitness()
    const { evidence, world } = yield* make(setting, witness)
    yield* Effect.provide(attack(world), witness.layer)
    const leaks = yield* Effect.promise(() => Secrets.leaks(evidence()))
    assert.deepStrictEqual([...straysOf(world.network, world.shown, setting.allowed), ...leaks], [])
  }))

/** A key for clients whose tokens are to be bound. */
export const key = DpopKey.generate()

/** Calls the tool that says who one is. */
export const whoami: Use<string> = Effect.flatMap(
  McpClient.McpClient,
  (client) =>
    Effect.map(client.callTool({ name: "whoami" }), ({ content }) => (content[0] as { readonly text: string }).text)
)

/** Calls the tool that takes one more scope. */
export const write: Use<string> = Effect.flatMap(
  McpClient.McpClient,
  (client) =>
    Effect.map(client.callTool({ name: "write" }), ({ content }) => (content[0] as { readonly text: string }).text)
)
