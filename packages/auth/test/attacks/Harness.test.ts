/** The harness of the attacks: a good login passes, and it complains about everything that it is there for. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import { UntrustedUrl } from "../../src/AuthError.ts"
import * as AuthError from "../../src/AuthError.ts"
import * as DpopKey from "../../src/dpop/DpopKey.ts"
import * as Attack from "../support/Attack.ts"
import type { Party } from "../support/Network.ts"
import * as Secrets from "../support/Secrets.ts"
import { sent } from "../support/Servers.ts"

const send = (world: Attack.World, request: HttpClientRequest.HttpClientRequest, party: Party = "client") =>
  Effect.exit(world.network.clientOf(party).execute(request))

const given = (world: Attack.World, kind: string): string =>
  world.authorizationServer.secrets.find((secret) => secret.kind === kind)?.value ?? assert.fail(`no ${kind}`)

const token = ({ authorizationServer }: Attack.World): string => authorizationServer.issued[0]?.token ?? assert.fail()

const formOf = ({ authorizationServer, http }: Attack.World) =>
  sent(http.sentTo(authorizationServer.endpoints.token)[0])

const post = (url: string, form: { readonly [name: string]: string }) =>
  HttpClientRequest.bodyUrlParams(HttpClientRequest.post(url), form)

const to = (url: string, headers: { readonly [name: string]: string }) => HttpClientRequest.get(url, { headers })

/** A client that breaks a rule, after a login, and what the harness says. */
const planted: ReadonlyArray<readonly [what: string, (world: Attack.World) => Effect.Effect<unknown>, said: RegExp]> = [
  [
    "a request to a stranger",
    (world) => send(world, to("https://evil.example/", {})),
    /client asked GET https:\/\/evil/
  ],
  [
    "a request to another path",
    (world) => send(world, to(`${Attack.issuer}/x`, {})),
    /client asked GET https:\/\/auth/
  ],
  ["a request by the server", (world) => send(world, to(Attack.url, {}), "server"), /server asked GET https:\/\/mcp/],
  [
    "a token to its issuer",
    (world) => send(world, to(Attack.serverMetadata, { authorization: `Bearer ${token(world)}` })),
    /access token in authorization/
  ],
  ["a token in a URL", (world) => send(world, to(`${Attack.url}?access_token=${token(world)}`, {})), /token in url/],
  ["a token in a body", (world) => send(world, post(Attack.url, { t: token(world) })), /access token in body/],
  [
    "a refresh token to the server",
    (world) => send(world, post(Attack.url, { t: given(world, "refresh") })),
    /refresh/
  ],
  ["a code to the server", (world) => send(world, to(Attack.url, { x: given(world, "code") })), /code in x/],
  [
    "a secret where clients register",
    (world) => send(world, post(`${Attack.issuer}/register`, { s: given(world, "secret") })),
    /secret in body/
  ],
  [
    "a password to the server",
    (world) => send(world, to(Attack.url, { authorization: `Basic ${btoa(`x:${given(world, "secret")}`)}` })),
    /secret in authorization/
  ],
  [
    "a verifier to the server",
    (world) => send(world, post(Attack.url, { v: formOf(world)["code_verifier"] ?? "" })),
    /verifier in body/
  ],
  ["an assertion to the server", (world) => {
    const jwt = `e30.${btoa(JSON.stringify({ aud: Attack.issuer })).replaceAll("=", "")}.x`
    return send(world, post(Attack.url, { client_assertion: jwt }))
  }, /client_assertion in body/],
  [
    "a proof for another URL",
    (world) =>
      Effect.flatMap(
        DpopKey.generate(),
        (key) =>
          Effect.flatMap(key.prove({ method: "GET", url: "https://evil.example/" }), (dpop) =>
            send(world, to(Attack.url, { dpop })))
      ),
    /proof in dpop of GET/
  ],
  ["a key", (world) => {
    world.bring(Secrets.kept("key", "private-part"))
    return send(world, post(Attack.url, { key: "private-part" }))
  }, /key in body/],
  ["a token in a line of log", (world) => Effect.logTrace({ deep: { in: [token(world)] } }), /access token is in/],
  [
    "a code in a span",
    (world) => Effect.withSpan(Effect.void, "x", { attributes: { code: given(world, "code") } }),
    /code is in: x/
  ],
  [
    "a code in an event of a span",
    (world) =>
      Effect.withSpan(
        Effect.flatMap(Effect.currentSpan, (span) =>
          Effect.sync(() => span.event("y", 0n, { code: given(world, "code") }))).pipe(Effect.orDie),
        "x"
      ),
    /code is in: x/
  ],
  [
    "a refresh token in an error",
    (world) => world.attempt(AuthError.make(new UntrustedUrl({ url: "x", problem: given(world, "refresh") }))),
    /refresh is in/
  ],
  [
    "a token in what hangs on an error",
    (world) => world.attempt(Effect.fail(new Error("x", { cause: { headers: { authorization: token(world) } } }))),
    /token is in/
  ]
]

describe("the harness of the attacks", () => {
  it.effect("is content with a login in which nobody means ill, and nothing is sent to whom it is not for (ATU-04 to ATU-06)", () =>
    Attack.run({ allowed: Attack.login }, (world) =>
      Effect.gen(function*() {
        assert.strictEqual(yield* world.attempt(Attack.whoami), "alice")
        assert.strictEqual(yield* world.attempt(Attack.write), "written")
        assert.lengthOf(world.shown, 2)
      })))

  for (const [what, plant, said] of planted) {
    it.effect(`complains about ${what}`, () =>
      Effect.gen(function*() {
        const exit = yield* Effect.exit(
          Attack.run({ allowed: Attack.login, authorizationServer: { registration: "client_secret_basic" } }, (world) =>
            Effect.gen(function*() {
              assert.strictEqual(yield* world.attempt(Attack.whoami), "alice")
              yield* plant(world)
            }))
        )
        assert.isTrue(Exit.isFailure(exit))
        const told = Exit.isFailure(exit) ? Cause.squash(exit.cause) as { readonly actual?: unknown } : {}
        assert.match(JSON.stringify(told.actual), said)
      }))
  }

  it.effect("complains about what a person is shown", () =>
    Effect.gen(function*() {
      const allowed = Attack.login.filter((place) => !place.startsWith("OPEN"))
      const exit = yield* Effect.exit(Attack.run({ allowed }, (world) => world.attempt(Attack.whoami)))
      assert.include(JSON.stringify(Exit.isFailure(exit) ? Cause.squash(exit.cause) : ""), "client showed OPEN")
    }))
})
