/** How a client is described: to whom it registers with, and in its own document. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OAuthHttp from "../../src/http/OAuthHttp.ts"
import * as ClientIdMetadata from "../../src/protocol/ClientIdMetadata.ts"
import * as DynamicRegistration from "../../src/protocol/DynamicRegistration.ts"
import * as FakeHttp from "../support/FakeHttp.ts"
import { failure } from "../support/Servers.ts"

const issuer = "https://auth.example"
const url = `${issuer}/register`
const server = { issuer, registration_endpoint: url }

const metadata: DynamicRegistration.ClientMetadata = {
  client_name: "Me",
  redirect_uris: ["http://127.0.0.1:1/callback"],
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  application_type: "native"
}

const register = (answer: () => Response) => {
  const http = FakeHttp.make({ [`POST ${url}`]: answer })
  const registering = Effect.gen(function*() {
    const received = yield* OAuthHttp.send(yield* DynamicRegistration.request(server, metadata))
    return yield* DynamicRegistration.process(server, received)
  })
  return { http, registered: Effect.provide(registering, http.layer) }
}

describe("dynamic registration", () => {
  it.effect("says what there is to say, as JSON (ARG-11, ARG-12)", () =>
    Effect.gen(function*() {
      const { http, registered } = register(() => FakeHttp.json({ client_id: "x" }, { status: 201 }))
      assert.strictEqual((yield* registered).clientId, "x")
      assert.deepStrictEqual(JSON.parse(http.requests[0]?.body ?? ""), metadata)
      assert.include(http.requests[0]?.headers["content-type"], "application/json")
    }))

  const answers: ReadonlyArray<readonly [string, object, number, object]> = [
    ["with a secret that ends", { client_secret: "s", client_secret_expires_at: 60 }, 201, {
      secretExpiresAtMillis: 60_000
    }],
    ["with a secret that does not end", { client_secret: "s", client_secret_expires_at: 0 }, 201, {
      secretExpiresAtMillis: undefined
    }],
    ["with a secret of which it is not said when it ends", { client_secret: "s" }, 201, {
      secretExpiresAtMillis: undefined
    }],
    ["with null where there is none", { client_secret: null, client_secret_expires_at: null }, 201, {
      clientSecret: undefined
    }],
    ["with the status of any success", {}, 200, { clientId: "x" }],
    ["with another way to authenticate", { token_endpoint_auth_method: "none" }, 201, { method: "none" }]
  ]
  for (const [how, members, status, expected] of answers) {
    it.effect(`is taken ${how}`, () =>
      Effect.map(
        register(() => FakeHttp.json({ client_id: "x", ...members }, { status })).registered,
        (registered) => {
          assert.deepInclude(registered, expected)
          if ("client_secret" in members && members.client_secret !== null) {
            assert.strictEqual(Redacted.value(registered.clientSecret ?? Redacted.make("")), "s")
          }
        }
      ))
  }

  it.effect("that is refused says why (ARG-15, ARG-16)", () =>
    Effect.gen(function*() {
      const { registered } = register(() =>
        FakeHttp.json({ error: "invalid_redirect_uri", error_description: "loopback is not for web" }, { status: 400 })
      )
      const reason = yield* failure(registered)
      assert.deepInclude(reason, { _tag: "RegistrationFailed", issuer, error: "invalid_redirect_uri" })
      assert.include(reason.message, "loopback is not for web")
    }))

  it.effect("that is broken is no registration", () =>
    Effect.gen(function*() {
      for (const answer of [FakeHttp.json({}, { status: 201 }), new Response("hello", { status: 403 })]) {
        assert.strictEqual((yield* failure(register(() => answer).registered))._tag, "InvalidResponse")
      }
    }))
})

describe("the type of an application", () => {
  const types: ReadonlyArray<readonly [string, "native" | "web"]> = [
    ["http://127.0.0.1:1234/callback", "native"],
    ["http://127.1.2.3/callback", "native"],
    ["http://[::1]:5/", "native"],
    ["http://localhost/callback", "native"],
    ["https://localhost/callback", "native"],
    ["com.example.app:/callback", "native"],
    ["https://app.example/callback", "web"],
    ["https://localhost.evil.example/callback", "web"],
    ["https://127.0.0.1.evil.example/callback", "web"]
  ]
  for (const [uri, type] of types) {
    it(`is ${type} with ${uri} (ARG-13, ARG-14)`, () =>
      assert.strictEqual(DynamicRegistration.applicationTypeOf([uri]), type))
  }
})

describe("a client id metadata document", () => {
  const bad = [
    "http://app.example/client.json",
    "https://app.example",
    "https://app.example/",
    "https://app.example/a/../client.json",
    "https://app.example/./client.json",
    "https://app.example/a/%2E%2e/client.json",
    "https://app.example/a\\client.json",
    " https://app.example/client.json",
    "https://app.example/client\t.json",
    "https://me:secret@app.example/client.json",
    "https://app.example/client.json#me",
    "client.json"
  ]
  for (const url of bad) {
    it(`is not at ${JSON.stringify(url)} (ARG-04, ARG-06)`, () => assert.isString(ClientIdMetadata.problemOf(url)))
  }

  it("is at https URLs with a path (ARG-06)", () => {
    for (const url of ["https://app.example/client.json", "https://app.example/clients/me?v=1"]) {
      assert.isUndefined(ClientIdMetadata.problemOf(url))
    }
  })

  it.prop(
    "has what it must have, whatever else it has (ARG-07, ARG-08, ATU-07)",
    [Schema.Record(Schema.String, Schema.String)],
    ([extra]) => {
      const document = Result.getOrThrow(ClientIdMetadata.document({
        url: "https://app.example/client.json",
        clientName: "Me",
        redirectUris: ["http://127.0.0.1/callback"],
        extra: { client_id: "other", grant_types: [], ...extra }
      }))
      assert.deepInclude(document, {
        client_id: "https://app.example/client.json",
        client_name: "Me",
        redirect_uris: ["http://127.0.0.1/callback"],
        grant_types: ["authorization_code", "refresh_token"],
        token_endpoint_auth_method: "none",
        application_type: "native"
      })
    }
  )
})
