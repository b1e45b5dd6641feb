/** The protected server's own endpoint is where the attack comes from: redirects, refusals elsewhere, forged challenges. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Attack from "../support/Attack.ts"
import * as FakeHttp from "../support/FakeHttp.ts"

const { consent, discovery, registration, server } = Attack.places
const evil = "https://evil.example"

describe("a redirect of the endpoint", () => {
  for (
    const target of [
      `${evil}/mcp`,
      "https://mcp.example:8443/mcp",
      "http://mcp.example/mcp",
      "https://169.254.169.254/x"
    ]
  ) {
    for (const status of [301, 302, 303, 307, 308]) {
      it.effect(`with ${status} to ${target} takes neither a token, nor a proof, nor a message there (ATU-04, XDP-02, SSR-04)`, () =>
        Effect.forEach(
          ["Bearer", "DPoP"],
          (type) =>
            Attack.run(
              { allowed: Attack.login, client: type === "DPoP" ? { dpop: Attack.key } : {} },
              (world) =>
                Effect.gen(function*() {
                  world.http.handle({
                    [target]: () => FakeHttp.json({})
                  })
                  assert.strictEqual(yield* world.attempt(Attack.whoami), "alice")
                  world.http.handle({
                    [`POST ${Attack.url}`]: () => new Response(null, { status, headers: { location: target } })
                  })
                  assert.notStrictEqual(yield* world.attempt(Attack.whoami), "alice")
                  // Whoever uses the HTTP client without MCP is no worse off.
                  yield* world.attempt(
                    Effect.flatMap(
                      HttpClient.HttpClient,
                      (client) =>
                        Effect.map(client.post(Attack.url, { headers: { accept: "x" } }), ({ status }) => status)
                    )
                  )
                })
            ),
          { discard: true }
        ))
    }
  }

  it.effect("on its origin, out of its folder, does not take a token along (ATU-04)", () =>
    Attack.run(
      { allowed: [...Attack.login, "POST https://mcp.example/other"], client: {} },
      (world) =>
        Effect.gen(function*() {
          assert.strictEqual(yield* world.attempt(Attack.whoami), "alice")
          world.http.handle({ "https://mcp.example/other": () => new Response(null, { status: 401 }) })
          assert.isDefined(yield* world.attempt(Attack.whoami))
        })
    ))
})

describe("a refusal from elsewhere", () => {
  const refusal = () =>
    new Response(null, {
      status: 401,
      headers: { "www-authenticate": `Bearer resource_metadata="${evil}/metadata", scope="everything"` }
    })

  for (const place of [`${evil}/mcp`, "https://mcp.example:8443/mcp", "http://mcp.example/mcp"]) {
    it.effect(`starts nothing: a 401 from ${place} (ADC-02, ATU-05)`, () =>
      Attack.run({ allowed: [...Attack.login, `GET ${place}`] }, (world) =>
        Effect.gen(function*() {
          world.http.handle({ [place]: refusal })
          const status = yield* world.attempt(Effect.gen(function*() {
            yield* Attack.whoami
            return yield* Effect.map(HttpClient.get(place), ({ status }) => String(status))
          }))
          assert.strictEqual(status, "401")
          assert.lengthOf(world.shown, 1)
        })))
  }

  it.effect("does not move discovery: metadata of another resource ends it (ADC-01, ADC-10)", () =>
    Attack.run({ allowed: [...server, `GET ${evil}/metadata`] }, (world) =>
      Effect.gen(function*() {
        world.http.handle({
          [Attack.url]: refusal,
          [`${evil}/metadata`]: () => FakeHttp.json({ resource: `${evil}/mcp`, authorization_servers: [evil] })
        })
        assert.strictEqual(yield* world.attempt(Attack.whoami), "MetadataMismatch")
      })))

  for (
    const resource of [
      "https://mcp.example.evil.example/mcp",
      "https://mcp.example/mc",
      "https://mcp.example/mcp/other",
      "https://mcp.example/mcp/../other",
      "http://mcp.example/mcp",
      "https://user@mcp.example/mcp",
      "urn:x"
    ]
  ) {
    it.effect(`metadata of the resource ${resource} is not used (ADC-01, ARQ-02)`, () =>
      Attack.run({ allowed: [...server, ...discovery] }, (world) =>
        Effect.gen(function*() {
          world.http.handle({
            [`GET ${Attack.resourceMetadata}`]: () =>
              FakeHttp.json({ resource, authorization_servers: [Attack.issuer] })
          })
          assert.strictEqual(yield* world.attempt(Attack.whoami), "MetadataMismatch")
        })))
  }
})

describe("a forged challenge", () => {
  const good = `Bearer resource_metadata="${Attack.resourceMetadata}"`

  const forged: ReadonlyArray<readonly [what: string, challenge: string]> = [
    ["a parameter in a quoted string", `Basic realm="a, Bearer resource_metadata=\\"${evil}/x\\"", ${good}`],
    ["a second parameter of the same name", `${good}, resource_metadata="${evil}/x"`],
    ["a quoted string without an end", `${good}, scope="a b`],
    ["an escape at the end", `${good}, error_description="\\`],
    ["what is no challenge", `${good}, ,,, = ; "" Bearer`],
    ["a hundred thousand commas", `${good}${",".repeat(100_000)}`],
    ["a hundred thousand quotes", `${good}, x="${"\\\"".repeat(100_000)}"`],
    ["a hundred thousand parameters", good + Array.from({ length: 100_000 }, (_, at) => `, p${at}=1`).join("")],
    ["names of prototypes", `${good}, __proto__="x", constructor="y"`]
  ]
  for (const [what, challenge] of forged) {
    it.effect(`with ${what} leads to nobody else (ADC-02, SUR-09)`, () =>
      Attack.run(
        { allowed: [...server, ...discovery, ...registration, ...consent, ...Attack.places.tokens] },
        (world) =>
          Effect.gen(function*() {
            world.http.handle({ [evil]: () => FakeHttp.json({}) })
            const own = new Set<string>()
            world.http.handle({
              [`POST ${Attack.url}`]: ({ headers }) => {
                if (headers["authorization"] !== undefined) own.add(headers["authorization"])
                return new Response(null, { status: 401, headers: { "www-authenticate": challenge } })
              }
            })
            assert.strictEqual(yield* world.attempt(Attack.whoami), "TokenNotAccepted")
            assert.lengthOf(world.shown, 1)
            assert.isAtLeast(own.size, 1)
          })
      ))
  }

  /** Short enough to be shown as a whole. */
  const opaque = { accessTokens: "opaque" } as const

  const repetitions: ReadonlyArray<readonly [where: string, challenge: (sent: string) => string]> = [
    ["the description", (sent) => `${good}, error="invalid_token", error_description="not ${sent}"`],
    ["the error", (sent) => `${good}, error="${sent}"`],
    ["a scope", (sent) => `${good}, scope="mcp:read ${sent}"`],
    ["the place of metadata", (sent) => `Bearer resource_metadata="https://mcp.example/.well-known/x?${sent}"`]
  ]
  for (const [where, challenge] of repetitions) {
    for (const status of [401, 403]) {
      it.effect(`with ${status} that repeats the token in ${where} takes it no further (ATU-04)`, () =>
        Attack.run({
          allowed: [...Attack.login, "GET https://mcp.example/.well-known/x"],
          authorizationServer: opaque
        }, (world) =>
          Effect.gen(function*() {
            world.http.handle({
              [`POST ${Attack.url}`]: ({ headers }) => {
                const [, token = ""] = headers["authorization"]?.split(" ") ?? []
                return new Response(`you sent ${token}`, {
                  status: token === "" ? 401 : status,
                  headers: { "www-authenticate": token === "" ? good : challenge(token) }
                })
              }
            })
            assert.notStrictEqual(yield* world.attempt(Attack.whoami), "alice")
            assert.isAtLeast(world.authorizationServer.issued.length, 1)
          })))
    }
  }

  it.effect("is told from a page that repeats the token: it is not shown", () =>
    Effect.forEach(
      [400, 403, 404, 500, 502],
      (status) =>
        Attack.run({ allowed: Attack.login, authorizationServer: opaque }, (world) =>
          Effect.gen(function*() {
            world.http.handle({
              [Attack.url]: ({ headers }) =>
                headers["authorization"] === undefined
                  ? new Response(null, { status: 401, headers: { "www-authenticate": good } })
                  : new Response(`you sent ${headers["authorization"]}`, { status })
            })
            assert.include(yield* world.attempt(Attack.whoami), "you sent Bearer <redacted>")
          })),
      { discard: true }
    ))

  it.effect("a request that has credentials of its own is left alone (ATU-01)", () =>
    Attack.run({ allowed: Attack.login }, (world) =>
      Effect.gen(function*() {
        const status = yield* world.attempt(Effect.gen(function*() {
          yield* Attack.whoami
          const request = HttpClientRequest.get(Attack.url, { headers: { authorization: "Bearer mine" } })
          return yield* Effect.map(HttpClient.execute(request), ({ status }) => String(status))
        }))
        assert.strictEqual(status, "401")
        assert.lengthOf(world.shown, 1)
      })))
})
