/** How a client comes by its id, and whom it shows it to. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import * as Registration from "../../src/grant/Registration.ts"
import { TokenStore } from "../../src/store/TokenStore.ts"
import * as FakeAuthorizationServer from "../support/FakeAuthorizationServer.ts"
import * as FakeHttp from "../support/FakeHttp.ts"
import * as FakeStore from "../support/FakeStore.ts"
import { failure } from "../support/Servers.ts"

const redirectUri = "http://127.0.0.1:1/callback"
const metadataUrl = "https://app.example/client.json"

const world = (options: FakeAuthorizationServer.Options = {}) => {
  const http = FakeHttp.make()
  const store = FakeStore.make()
  const server = FakeAuthorizationServer.make(http, options)
  const registration = (client: Partial<Registration.Options> = {}) =>
    Effect.provideService(Registration.make({ clientName: "Me", ...client }), TokenStore, store.service)
  const identify = (client: Partial<Registration.Options> = {}, at = server, uri = redirectUri) =>
    Effect.flatMap(registration(client), (made) => made.identify(at.metadata, uri)).pipe(Effect.provide(http.layer))
  return { http, store, server, registration, identify, registered: () => http.sentTo(server.endpoints.register) }
}

const registered = { clientId: "pre", clientSecret: Redacted.make("s3cret") }

describe("the way to an id", () => {
  it.effect("is what was registered beforehand, before all others (ARG-02, ARG-10)", () =>
    Effect.gen(function*() {
      const { http, identify } = world({ clientIdMetadata: true })
      const client = yield* identify({ registered, metadataUrl })
      assert.strictEqual(client.clientId, "pre")
      assert.strictEqual(client.authentication._tag, "client_secret_basic")
      assert.lengthOf(http.requests, 0)
      assert.notInclude(JSON.stringify(client), "s3cret")
    }))

  it.effect("is the metadata document, where it is taken (ARG-02, ARG-03, ARG-09)", () =>
    Effect.gen(function*() {
      const { http, identify } = world({ clientIdMetadata: true })
      const client = yield* identify({ metadataUrl })
      assert.deepInclude(client, { clientId: metadataUrl, isDynamic: false })
      assert.lengthOf(http.requests, 0)
    }))

  it.effect("is registration, where documents are not taken (ARG-02, ARG-09, ARG-11)", () =>
    Effect.gen(function*() {
      const { identify, registered } = world()
      assert.isTrue((yield* identify({ metadataUrl })).isDynamic)
      assert.lengthOf(registered(), 1)
    }))

  it.effect("is none where nothing is taken, or allowed (ARG-01, ARG-02)", () =>
    Effect.gen(function*() {
      for (
        const [options, client] of [[{ registration: false as const }, { metadataUrl }], [{}, {
          dynamic: false
        }]] as const
      ) {
        const { http, identify, server } = world(options)
        assert.deepInclude(yield* failure(identify(client)), { _tag: "RegistrationFailed", issuer: server.issuer })
        assert.lengthOf(http.requests, 0)
      }
    }))

  it.effect("is not a document at a bad URL (ARG-04, ARG-06)", () =>
    Effect.gen(function*() {
      const { identify } = world({ clientIdMetadata: true })
      const reason = yield* failure(identify({ metadataUrl: "http://app.example/client.json" }))
      assert.strictEqual(reason._tag, "RegistrationFailed")
    }))

  it.effect("is told where it is refused (ARG-15, ARG-16)", () =>
    Effect.gen(function*() {
      const { http, identify, server } = world()
      http.handle({
        [`POST ${server.endpoints.register}`]: () =>
          FakeHttp.json({ error: "invalid_redirect_uri", error_description: "no loopback here" }, { status: 400 })
      })
      const reason = yield* failure(identify())
      assert.deepInclude(reason, { _tag: "RegistrationFailed", error: "invalid_redirect_uri" })
      assert.include(reason.message, "no loopback here")
    }))

  it.effect("of a website is told as such (ARG-12, ARG-14)", () =>
    Effect.gen(function*() {
      const { identify, registered } = world()
      yield* identify({}, undefined, "https://app.example/callback")
      assert.strictEqual(JSON.parse(registered()[0]?.body ?? "").application_type, "web")
    }))

  for (const method of ["client_secret_basic", "client_secret_post", "none"] as const) {
    it.effect(`leads to ${method} where the answer says so`, () =>
      Effect.gen(function*() {
        const { identify } = world({ registration: method })
        assert.strictEqual((yield* identify()).authentication._tag, method)
      }))
  }
})

describe("a registration", () => {
  it.effect("outlives the process, and is not made twice", () =>
    Effect.gen(function*() {
      const { identify, registered, store } = world({ registration: "client_secret_basic" })
      const first = yield* identify()
      const second = yield* identify()
      assert.strictEqual(second.clientId, first.clientId)
      assert.lengthOf(registered(), 1)
      assert.isTrue(store.texts().some((text) => text.includes("secret-")))
    }))

  it.effect("is made once by those that start together", () =>
    Effect.gen(function*() {
      const { identify, registered } = world()
      const clients = yield* Effect.all(Array.from({ length: 10 }, () => identify()), { concurrency: "unbounded" })
      assert.lengthOf(new Set(clients.map(({ clientId }) => clientId)), 1)
      assert.lengthOf(registered(), 1)
    }))

  it.effect("is for one redirect URI; older ones can still refresh (ARQ-12)", () =>
    Effect.gen(function*() {
      const { identify, registered, registration, server } = world()
      const first = yield* identify()
      const second = yield* identify({}, undefined, "http://127.0.0.1:2/callback")
      assert.notStrictEqual(second.clientId, first.clientId)
      assert.lengthOf(registered(), 2)
      const made = yield* registration()
      assert.strictEqual((yield* made.known(server.metadata, first.clientId))?.clientId, first.clientId)
      assert.strictEqual(yield* made.redirectUri(server.issuer), "http://127.0.0.1:2/callback")
    }))

  it.effect("is with one issuer, to the letter (ARG-17 to ARG-19, ADC-11, ADC-12)", () =>
    Effect.gen(function*() {
      const { http, identify, registration, server } = world()
      const other = FakeAuthorizationServer.make(http, { issuer: "https://other.example" })
      const first = yield* identify()
      const second = yield* identify({}, other)
      assert.notStrictEqual(second.clientId, first.clientId)
      const made = yield* registration()
      assert.isUndefined(yield* made.known(other.metadata, first.clientId))
      assert.isUndefined(yield* made.known({ ...server.metadata, issuer: `${server.issuer}/` }, first.clientId))
      for (const request of http.sentTo("https://other.example")) assert.notInclude(request.body, first.clientId)
    }))

  it.effect("that is dropped is made again", () =>
    Effect.gen(function*() {
      const { identify, registered, registration, server } = world()
      const { clientId } = yield* identify()
      yield* (yield* registration()).forget(server.issuer, clientId)
      yield* identify()
      assert.lengthOf(registered(), 2)
    }))

  it.effect("whose secret has ended is made again", () =>
    Effect.gen(function*() {
      const { http, identify, server } = world()
      http.handle({
        [`POST ${server.endpoints.register}`]: () =>
          FakeHttp.json({ client_id: "x", client_secret: "s", client_secret_expires_at: 100 }, { status: 201 })
      })
      yield* identify()
      yield* TestClock.adjust(99_000)
      yield* identify()
      assert.lengthOf(http.requests, 1)
      yield* TestClock.adjust(2000)
      yield* identify()
      assert.lengthOf(http.requests, 2)
    }))

  it.effect("that cannot be kept is not used", () =>
    Effect.gen(function*() {
      const { identify, store } = world()
      store.failWrites = 1
      assert.strictEqual((yield* failure(identify()))._tag, "StoreFailed")
    }))

  it.effect("of two clients that share a store is one for each", () =>
    Effect.gen(function*() {
      const { identify } = world()
      const one = yield* identify({ identity: "one" })
      const other = yield* identify({ identity: "other" })
      assert.notStrictEqual(one.clientId, other.clientId)
    }))
})

describe("a client that was registered beforehand", () => {
  it.effect("is not shown to another issuer than its own (ARG-17, ARG-18, ARG-20)", () =>
    Effect.gen(function*() {
      const { http, identify } = world({ clientIdMetadata: true })
      const own = { ...registered, issuer: "https://own.example" }
      const reason = yield* failure(identify({ registered: own, metadataUrl }), ["s3cret"])
      assert.strictEqual(reason._tag, "RegistrationFailed")
      assert.lengthOf(http.requests, 0)
    }))

  it.effect("belongs to the first issuer that it is used with, where nobody says (ARG-17, ARG-18, ARG-20)", () =>
    Effect.gen(function*() {
      const { http, identify } = world()
      const other = FakeAuthorizationServer.make(http, { issuer: "https://other.example" })
      yield* identify({ registered })
      yield* identify({ registered })
      assert.strictEqual((yield* failure(identify({ registered }, other), ["s3cret"]))._tag, "RegistrationFailed")
      // To the letter.
      const slash = { ...other, metadata: { ...other.metadata, issuer: "https://auth.example/" } }
      assert.strictEqual((yield* failure(identify({ registered }, slash), ["s3cret"]))._tag, "RegistrationFailed")
    }))

  it.effect("is told apart by its issuer where another one has the same id (ARG-17)", () =>
    Effect.gen(function*() {
      const { http, registration } = world()
      const other = FakeAuthorizationServer.make(http, { issuer: "https://other.example" })
      const several = ["https://auth.example", "https://other.example"].map((issuer) => ({
        clientId: "me",
        issuer,
        clientSecret: Redacted.make(`secret of ${issuer}`)
      }))
      const client = yield* (yield* registration({ registered: several })).known(other.metadata, "me")
      assert.isTrue(
        client?.authentication._tag === "client_secret_basic" &&
          Redacted.value(client.authentication.secret) === "secret of https://other.example"
      )
    }))

  it.effect("says which option tells where it belongs (ARG-20)", () =>
    Effect.gen(function*() {
      const { http, identify, server } = world()
      const other = FakeAuthorizationServer.make(http, { issuer: "https://other.example" })
      yield* identify({ registered })
      const first = (yield* failure(identify({ registered }, other))).message
      for (const words of ["pre", server.issuer, "`issuer`", "first"]) assert.include(first, words)
      const named = (yield* failure(identify({ registered: { ...registered, issuer: server.issuer } }, other))).message
      for (const words of ["pre", server.issuer, "`issuer`"]) assert.include(named, words)
      assert.notInclude(named, "first")
    }))

  it.effect("may have a registration with each of several", () =>
    Effect.gen(function*() {
      const { http, identify } = world()
      const other = FakeAuthorizationServer.make(http, { issuer: "https://other.example" })
      const several = [
        { clientId: "one", issuer: "https://auth.example" },
        { clientId: "two", issuer: "https://other.example" }
      ]
      assert.strictEqual((yield* identify({ registered: several })).clientId, "one")
      assert.strictEqual((yield* identify({ registered: several }, other)).clientId, "two")
    }))
})

describe("a client with a metadata document", () => {
  it.effect("is the same everywhere (ARG-19)", () =>
    Effect.gen(function*() {
      const { http, identify } = world({ clientIdMetadata: true })
      const other = FakeAuthorizationServer.make(http, { issuer: "https://other.example", clientIdMetadata: true })
      assert.strictEqual((yield* identify({ metadataUrl })).clientId, metadataUrl)
      assert.strictEqual((yield* identify({ metadataUrl }, other)).clientId, metadataUrl)
    }))
})
