/** Responses of authorization servers that are too long, take too long, or repeat what they were sent. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { defaultLimits } from "../../src/AuthLimits.ts"
import * as Attack from "../support/Attack.ts"
import * as FakeHttp from "../support/FakeHttp.ts"
import * as Network from "../support/Network.ts"

const { consent, discovery, registration, server, tokens } = Attack.places
const wellKnown = [
  `GET https://mcp.example/.well-known/oauth-protected-resource`,
  `GET https://mcp.example/.well-known/oauth-authorization-server`,
  `GET https://mcp.example/.well-known/openid-configuration`,
  `GET ${Attack.issuer}/.well-known/openid-configuration`
]

interface Place {
  readonly place: string
  readonly allowed: ReadonlyArray<string>
  readonly outcome: ReadonlyArray<string>
}

const places: ReadonlyArray<Place> = [
  {
    // The same document is at the root, too.
    place: `GET ${Attack.resourceMetadata}`,
    allowed: [...Attack.login, ...wellKnown],
    outcome: ["alice"]
  },
  {
    place: `GET ${Attack.serverMetadata}`,
    allowed: [...server, ...discovery, ...wellKnown],
    outcome: ["DiscoveryFailed"]
  },
  {
    place: `POST ${Attack.issuer}/register`,
    allowed: [...server, ...discovery, ...registration],
    outcome: ["InvalidResponse", "Unreachable"]
  },
  {
    place: `POST ${Attack.issuer}/token`,
    allowed: [...server, ...discovery, ...registration, ...consent, ...tokens],
    outcome: ["InvalidResponse", "Unreachable"]
  }
]

/** A body that does not end. Counts what was read of it. */
const endless = () => {
  const state = { bytes: 0, isCancelled: false }
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      state.bytes += 16_384
      controller.enqueue(new Uint8Array(16_384).fill(32))
    },
    cancel: () => void (state.isCancelled = true)
  })
  return { state, body }
}

describe("a response", () => {
  for (const { allowed, outcome, place } of places) {
    it.effect(`without an end is read as far as the limit, and let go: ${place}`, () =>
      Attack.run({ allowed }, (world) =>
        Effect.gen(function*() {
          const { body, state } = endless()
          let isServed = false
          world.http.handle({
            [place]: () => {
              if (isServed) return new Response(null, { status: 404 })
              isServed = true
              return new Response(body, { headers: { "content-type": "application/json" } })
            }
          })
          const found = yield* world.attempt(Attack.whoami)
          assert.include(outcome, found)
          assert.isAtMost(state.bytes, 2 * defaultLimits.responseBytesMax)
          assert.isTrue(state.isCancelled)
        })))

    it.effect(`that never comes, or never ends, is waited for no longer than the limit: ${place}`, () =>
      Effect.forEach(["nothing", "a beginning"], (what) =>
        Attack.run({ allowed }, (world) =>
          Effect.gen(function*() {
            world.http.handle({
              [place]: () =>
                what === "nothing"
                  ? Effect.never
                  : new Response(
                    new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array([123])) })
                  )
            })
            const clock = Network.clock(world.network, [place])
            assert.include(outcome, yield* Effect.raceFirst(world.attempt(Attack.whoami), clock))
          })), { discard: true }))

    it.effect(`that is deep, or no JSON, is no response: ${place}`, () =>
      Effect.forEach(
        ["[".repeat(100_000), "{\"a\":".repeat(40_000), "<html>", "", "null", "\"x\"", "[]"],
        (text) =>
          Attack.run({ allowed }, (world) =>
            Effect.gen(function*() {
              world.http.handle({
                [place]: () => new Response(text, { headers: { "content-type": "application/json" } })
              })
              assert.include(outcome, yield* world.attempt(Attack.whoami))
            })),
        { discard: true }
      ))
  }

  for (const status of [200, 400, 401, 403, 500]) {
    it.effect(`with ${status} that repeats code, verifier and secret puts none of them into an error`, () =>
      Attack.run({
        allowed: [...server, ...discovery, ...registration, ...consent, ...tokens],
        authorizationServer: { registration: "client_secret_basic" }
      }, (world) =>
        Effect.gen(function*() {
          world.http.handle({
            [`POST ${Attack.issuer}/token`]: ({ body, headers }) => {
              const form = new URLSearchParams(body)
              const basic = headers["authorization"] ?? ""
              const said = [
                body,
                form.get("code"),
                form.get("code_verifier"),
                basic,
                atob(basic.slice("Basic ".length))
              ].join(" ")
              return FakeHttp.json({ error: said, error_description: said, error_uri: said, token_type: said }, {
                status,
                headers: { "www-authenticate": "Basic realm=\"x\"" }
              })
            }
          })
          const found = yield* world.attempt(Attack.whoami)
          assert.include(["GrantRefused", "InvalidResponse", "Unreachable"], found)
        })))
  }
})
