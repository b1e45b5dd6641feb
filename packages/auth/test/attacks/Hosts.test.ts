/** Metadata that sends a client to places inside: to the machine itself, its network, its cloud; by name or by redirect. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Attack from "../support/Attack.ts"
import * as FakeHttp from "../support/FakeHttp.ts"

const { consent, discovery, registration, server, tokens } = Attack.places
const evil = "https://evil.example"
const oidcMetadata = `GET ${Attack.issuer}/.well-known/openid-configuration`

/** All of these are inside, however they are written. */
const hosts = [
  "169.254.169.254",
  "127.0.0.1",
  "2130706433",
  "0x7f000001",
  "0177.0.0.1",
  "127.1",
  "10.0.0.1",
  "172.16.0.1",
  "192.168.1.1",
  "100.100.100.200",
  "0.0.0.0",
  "[::1]",
  "[::]",
  "[fd00:ec2::254]",
  "[fe80::1]",
  "[::ffff:169.254.169.254]",
  "[::ffff:a9fe:a9fe]",
  "[64:ff9b::a9fe:a9fe]",
  "[2002:7f00:1::]",
  "localhost",
  "localhost.",
  "x.localhost",
  "metadata.google.internal",
  "printer.local",
  "intranet"
]

/** Whatever listens there is glad to answer. */
const listens = (world: Attack.World, origin: string): void =>
  world.http.handle({ [new URL(origin).origin]: () => FakeHttp.json({ secret: "of the inside" }) })

const challenge = (parameters: string): FakeHttp.Handler => () =>
  new Response(null, { status: 401, headers: { "www-authenticate": `Bearer ${parameters}` } })

const metadata = (world: Attack.World, changes: object): void =>
  world.http.handle({
    [`GET ${Attack.serverMetadata}`]: ({ by }) =>
      FakeHttp.json({ ...world.authorizationServer.metadata, ...by === "client" ? changes : {} })
  })

describe("metadata that points inside", () => {
  for (const host of hosts) {
    for (const scheme of ["https", "http"]) {
      const inside = `${scheme}://${host}/latest`

      it.effect(`as the place of metadata: ${inside} is not asked (SSR-01 to SSR-03, SUR-09)`, () =>
        Attack.run({ allowed: [...server, ...discovery] }, (world) =>
          Effect.gen(function*() {
            listens(world, inside)
            world.http.handle({
              [Attack.url]: challenge(`resource_metadata="${inside}"`),
              [`GET ${Attack.serverMetadata}`]: () => new Response(null, { status: 404 }),
              [`GET ${Attack.resourceMetadata}`]: () =>
                FakeHttp.json({ resource: Attack.url, authorization_servers: [inside] })
            })
            assert.strictEqual(yield* world.attempt(Attack.whoami), "DiscoveryFailed")
          })))

      it.effect(`as an endpoint: ${inside} is neither asked nor shown (SSR-01 to SSR-03, SUR-02, SUR-04)`, () =>
        Effect.forEach(
          [
            ["registration_endpoint", []],
            ["authorization_endpoint", registration],
            ["token_endpoint", [...registration, ...consent]]
          ] as const,
          ([member, before]) =>
            Attack.run({ allowed: [...server, ...discovery, ...before] }, (world) =>
              Effect.gen(function*() {
                listens(world, inside)
                metadata(world, { [member]: inside })
                assert.strictEqual(yield* world.attempt(Attack.whoami), "UntrustedUrl", member)
              })),
          { discard: true }
        ))
    }
  }

  it.effect("the server fetches no keys from there, and lets nobody in without them (SSR-01, SSR-03)", () =>
    Effect.forEach(hosts, (host) =>
      Attack.run({ allowed: Attack.login }, (world) =>
        Effect.gen(function*() {
          listens(world, `https://${host}`)
          world.http.handle({
            [`GET ${Attack.serverMetadata}`]: () =>
              FakeHttp.json({ ...world.authorizationServer.metadata, jwks_uri: `https://${host}/jwks` })
          })
          assert.include(yield* world.attempt(Attack.whoami), "Tokens cannot be verified")
        })), { discard: true }))
})

describe("an authorization endpoint that is none", () => {
  const pages = [
    "javascript:alert(1)",
    "JavaScript:alert(1)//https://auth.example",
    "file:///etc/passwd",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "ms-msdt:/id",
    "http://auth.example/authorize",
    "https://auth.example@evil.example/authorize",
    "https://user:password@auth.example/authorize",
    "https://auth.example/authorize#fragment",
    "//evil.example/authorize",
    "/authorize",
    "--gpu-launcher=calc"
  ]
  for (const page of pages) {
    it.effect(`is not shown: ${page} (SUR-01 to SUR-04, SUR-09)`, () =>
      Attack.run(
        { allowed: [...server, ...discovery, oidcMetadata, ...registration] },
        (world) =>
          Effect.gen(function*() {
            metadata(world, { authorization_endpoint: page })
            const outcome = yield* world.attempt(Attack.whoami)
            assert.include(["DiscoveryFailed", "UntrustedUrl"], outcome)
          })
      ))
  }
})

describe("a redirect", () => {
  const redirect = (location: string, status = 302): FakeHttp.Handler => () =>
    new Response(null, { status, headers: { location } })

  const targets = [`${evil}/x`, "https://169.254.169.254/x", "http://auth.example/x", "https://auth.example:8443/x"]

  for (const target of targets) {
    it.effect(`of metadata to ${target} is not followed, nor behind one on the same origin (SSR-04)`, () =>
      Effect.forEach(
        [target, `${Attack.issuer}/hop`],
        (first) =>
          Attack.run(
            { allowed: [...server, ...discovery, oidcMetadata, `GET ${Attack.issuer}/hop`] },
            (world) =>
              Effect.gen(function*() {
                listens(world, target)
                world.http.handle({
                  [`GET ${Attack.serverMetadata}`]: redirect(first),
                  [`GET ${Attack.issuer}/hop`]: redirect(target)
                })
                assert.strictEqual(yield* world.attempt(Attack.whoami), "DiscoveryFailed")
              })
          ),
        { discard: true }
      ))

    for (const status of [301, 302, 303, 307, 308]) {
      it.effect(`with ${status} of what is posted is not followed to ${target}: no code, no secret goes there (SSR-04)`, () =>
        Effect.forEach(["token", "register"] as const, (endpoint) =>
          Attack.run({
            allowed: [...server, ...discovery, ...registration, ...endpoint === "token" ? [...consent, ...tokens] : []]
          }, (world) =>
            Effect.gen(function*() {
              world.http.handle({ [`POST ${world.authorizationServer.endpoints[endpoint]}`]: redirect(target, status) })
              listens(world, `${evil}/`)
              assert.strictEqual(yield* world.attempt(Attack.whoami), "UntrustedUrl")
            })), { discard: true }))
    }
  }

  it.effect("chain on one origin ends after a few (SSR-04)", () =>
    Attack.run({ allowed: [...server, ...discovery, oidcMetadata] }, (world) =>
      Effect.gen(function*() {
        world.http.handle({ [`GET ${Attack.serverMetadata}`]: redirect(Attack.serverMetadata) })
        assert.strictEqual(yield* world.attempt(Attack.whoami), "DiscoveryFailed")
        assert.isAtMost(world.http.sentTo(Attack.serverMetadata).length, 4)
      })))
})
