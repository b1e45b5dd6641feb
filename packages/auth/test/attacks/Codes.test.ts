/** Somebody else's answer is put before a client: a code of another session, an old answer, one that was used. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Attack from "../support/Attack.ts"

const { consent, discovery, registration, server } = Attack.places
const untilTheAnswer = [...server, ...discovery, ...registration, ...consent]

describe("the injection of a code", () => {
  it.effect("of another session is worth nothing: its verifier is another (ARQ-08, ARQ-10)", () => {
    let stolen: string | undefined
    return Attack.run({
      allowed: Attack.login,
      person: (url, browse) =>
        Effect.gen(function*() {
          if (stolen === undefined) {
            // The thief begins a login with the id of the same client, and keeps the code.
            const own = new URL(url)
            own.searchParams.set("code_challenge", "a".repeat(43))
            stolen = (yield* browse(own)).searchParams.get("code") ?? ""
          }
          const location = yield* browse(url)
          location.searchParams.set("code", stolen)
          return location
        })
    }, (world) =>
      Effect.gen(function*() {
        assert.strictEqual(yield* world.attempt(Attack.whoami), "GrantRefused")
        assert.lengthOf(world.authorizationServer.issued, 0)
      }))
  })

  it.effect("with an answer of an earlier login is refused (ARQ-14 to ARQ-16)", () => {
    const answers: Array<URL> = []
    return Attack.run({
      allowed: Attack.login,
      person: (url, browse) => Effect.map(browse(url), (location) => answers[answers.push(location) - 2] ?? location)
    }, (world) =>
      Effect.gen(function*() {
        assert.strictEqual(yield* world.attempt(Attack.whoami), "alice")
        // One more scope, and so one more login, to which the answer of the first comes once more.
        const before = world.authorizationServer.asked("authorization_code")
        assert.strictEqual(yield* world.attempt(Attack.write), "InvalidRedirect")
        assert.strictEqual(world.authorizationServer.asked("authorization_code"), before)
      }))
  })

  const forgeries: ReadonlyArray<readonly [what: string, forge: (location: URL) => void]> = [
    ["another state", ({ searchParams }) => searchParams.set("state", "x")],
    ["no state", ({ searchParams }) => searchParams.delete("state")],
    ["an empty state", ({ searchParams }) => searchParams.set("state", "")],
    ["two states", ({ searchParams }) => searchParams.append("state", searchParams.get("state") ?? "")],
    ["no code", ({ searchParams }) => searchParams.delete("code")],
    ["an empty code", ({ searchParams }) => searchParams.set("code", "")],
    ["two codes", ({ searchParams }) => searchParams.append("code", "x")],
    ["an error of another request", ({ searchParams }) => {
      searchParams.set("state", "x")
      searchParams.set("error", "access_denied")
    }],
    ["its parameters in the fragment", (location) => {
      location.hash = location.search.slice(1)
      location.search = ""
    }],
    ["tokens in it", ({ searchParams }) => {
      searchParams.delete("code")
      searchParams.set("access_token", "x")
    }]
  ]
  for (const [what, forge] of forgeries) {
    it.effect(`with ${what} in the answer goes nowhere (ARQ-14 to ARQ-16)`, () =>
      Attack.run({
        allowed: untilTheAnswer,
        person: (url, browse) => Effect.tap(browse(url), (location) => Effect.sync(() => forge(location)))
      }, (world) =>
        Effect.gen(function*() {
          assert.strictEqual(yield* world.attempt(Attack.whoami), "InvalidRedirect")
        })))
  }

  it.effect("that was used: the second redirect of one code gets no second token (ARQ-14)", () => {
    let first: URL | undefined
    return Attack.run({
      allowed: Attack.login,
      person: (url, browse) =>
        first === undefined
          ? Effect.tap(browse(url), (location) => Effect.sync(() => void (first = location)))
          : Effect.sync(() => {
            const again = new URL(first ?? "")
            again.searchParams.set("state", url.searchParams.get("state") ?? "")
            return again
          })
    }, (world) =>
      Effect.gen(function*() {
        assert.strictEqual(yield* world.attempt(Attack.whoami), "alice")
        assert.strictEqual(yield* world.attempt(Attack.write), "GrantRefused")
        assert.lengthOf(world.authorizationServer.issued, 1)
      }))
  })
})
