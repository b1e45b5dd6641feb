/** What is secret goes over TLS, or nowhere: no grant sends anything to an endpoint that has none. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Redacted from "effect/Redacted"
import * as ClientCredentials from "../../src/grant/ClientCredentials.ts"
import * as EnterpriseManaged from "../../src/grant/EnterpriseManaged.ts"
import type { Grant } from "../../src/grant/Grant.ts"
import * as WorkloadIdentity from "../../src/grant/WorkloadIdentity.ts"
import * as GuardedHttpClient from "../../src/http/GuardedHttpClient.ts"
import { TokenStore } from "../../src/store/TokenStore.ts"
import * as FakeAuthorizationServer from "../support/FakeAuthorizationServer.ts"
import * as FakeHttp from "../support/FakeHttp.ts"
import * as FakeStore from "../support/FakeStore.ts"
import { failure, needOf } from "../support/Servers.ts"

const issuer = "http://auth.example"

const secret = Redacted.make("s3cret-of-mine")

const employee = (tokenEndpoint: string) =>
  EnterpriseManaged.make({
    clientId: "me",
    clientSecret: secret,
    identityProvider: { issuer: new URL(tokenEndpoint).origin, tokenEndpoint, clientId: "me-at-idp" },
    login: Effect.succeed({ token: Redacted.make("id-token") })
  })

const grants: ReadonlyArray<readonly [name: string, Effect.Effect<Grant, never, TokenStore>]> = [
  ["a client", ClientCredentials.make({ clientId: "me", clientSecret: secret })],
  ["a workload", WorkloadIdentity.make({ assertion: () => Effect.succeed(Redacted.make("jwt-of-workload")) })],
  ["an employee", employee("http://idp.example/token")]
]

describe("endpoints without TLS", () => {
  it.effect.each(grants)("get nothing of %s (AUT-05, XEM-14, XEM-16, XWI-17)", ([, make]) =>
    Effect.gen(function*() {
      const http = FakeHttp.make()
      const { metadata } = FakeAuthorizationServer.make(http, { issuer })
      const grant = yield* Effect.provideService(make, TokenStore, FakeStore.make().service)
      const obtaining = grant.obtain(needOf(metadata)).pipe(
        Effect.provide(GuardedHttpClient.layer()),
        Effect.provideService(HttpClient.HttpClient, http.client)
      )
      const reason = yield* failure(obtaining, ["s3cret-of-mine", "jwt-of-workload", "id-token"])
      assert.strictEqual(reason._tag, "UntrustedUrl")
      assert.lengthOf(http.requests, 0)
    }))
})
