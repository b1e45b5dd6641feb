/** One authorization server gives itself out as another, or has a client take its answer for another's. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as jose from "jose"
import * as Attack from "../support/Attack.ts"
import type * as FakeAuthorizationServer from "../support/FakeAuthorizationServer.ts"
import * as FakeHttp from "../support/FakeHttp.ts"
import * as Secrets from "../support/Secrets.ts"

const evil = "https://evil.example"
const evilMetadata = `GET ${evil}/.well-known/oauth-authorization-server`

const { consent, discovery, registration, server } = Attack.places
/** As far as a person can be asked, and not further: no code goes anywhere. */
const untilTheAnswer = [...server, ...discovery, ...registration, ...consent]

const promised = { metadata: { authorization_response_iss_parameter_supported: true } }
const unpromised = { metadata: { authorization_response_iss_parameter_supported: undefined } }

const answers: ReadonlyArray<readonly [how: string, FakeAuthorizationServer.Options]> = [
  ["that names another issuer", { responseIss: evil, ...promised }],
  ["that names another issuer where none was promised", { responseIss: evil, ...unpromised }],
  ["that names none where one was promised", { responseIss: undefined, ...promised }],
  ["that names an empty one", { responseIss: "", ...unpromised }],
  ["that names the issuer with a slash", { responseIss: `${Attack.issuer}/`, ...promised }],
  ["that names the issuer in capitals", { responseIss: Attack.issuer.toUpperCase(), ...promised }],
  ["that names the issuer with its port", { responseIss: `${Attack.issuer}:443`, ...promised }],
  ["that names the issuer escaped", { responseIss: Attack.issuer.replace("auth", "%61uth"), ...promised }],
  ["that names the issuer twice", { redirects: (url) => url.searchParams.append("iss", Attack.issuer) }],
  ["that names the issuer and another", { redirects: (url) => url.searchParams.append("iss", evil) }]
]

/** The protected server, or whoever stands in for it, names another authorization server. */
const names = (world: Attack.World, issuer: string): void =>
  world.http.handle({
    [Attack.resourceMetadata]: () => FakeHttp.json({ resource: Attack.url, authorization_servers: [issuer] })
  })

/** Whoever stands in for the protected server takes no token. */
const refuses = (world: Attack.World): void =>
  world.http.handle({
    [Attack.url]: () =>
      new Response(null, {
        status: 401,
        headers: { "www-authenticate": `Bearer resource_metadata="${Attack.resourceMetadata}"` }
      })
  })

describe("a mix-up of issuers", () => {
  for (const [how, authorizationServer] of answers) {
    it.effect(`sends no code for an answer ${how} (ARQ-15 to ARQ-18, ARQ-20)`, () =>
      Attack.run({ allowed: untilTheAnswer, authorizationServer }, (world) =>
        Effect.gen(function*() {
          assert.strictEqual(yield* world.attempt(Attack.whoami), "InvalidRedirect")
        })))
  }

  it.effect("takes an answer without an issuer where none was promised (ARQ-19)", () =>
    Attack.run(
      { allowed: Attack.login, authorizationServer: { responseIss: undefined } },
      (world) =>
        Effect.gen(function*() {
          assert.strictEqual(yield* world.attempt(Attack.whoami), "alice")
        })
    ))

  it.effect("does not show what an error of another issuer says (ARQ-21)", () =>
    Attack.run({
      allowed: untilTheAnswer,
      authorizationServer: {
        denies: "access_denied",
        redirects: (url) => {
          url.searchParams.set("iss", evil)
          url.searchParams.set("error_description", "call-0900-EVIL")
        }
      }
    }, (world) =>
      Effect.gen(function*() {
        world.bring({ kind: "description", value: "call-0900-EVIL", mayBeIn: () => true })
        assert.strictEqual(yield* world.attempt(Attack.whoami), "InvalidRedirect")
      })))

  /** The evil server sends people on to the honest one, where they are known, with the id of a client that is known there. */
  const sentOn: Attack.Person = (url, browse) => {
    const honest = new URL(`${Attack.issuer}/authorize${url.search}`)
    honest.searchParams.set("client_id", "known")
    return browse(honest)
  }
  const honest: FakeAuthorizationServer.Options = { clients: { known: { method: "none" } } }
  const evilPlaces = [evilMetadata, `POST ${evil}/register`, `OPEN ${evil}/authorize`]

  for (const isPromised of [true, false]) {
    it.effect(`takes no code of an honest server to an evil one that ${isPromised ? "promises" : "does not promise"} issuers (ARQ-16, ARQ-18)`, () =>
      Attack.run({
        allowed: [...server, `GET ${Attack.resourceMetadata}`, ...evilPlaces],
        authorizationServer: honest,
        person: sentOn
      }, (world) =>
        Effect.gen(function*() {
          world.another({ issuer: evil, ...(isPromised ? promised : unpromised) })
          names(world, evil)
          assert.strictEqual(yield* world.attempt(Attack.whoami), "InvalidRedirect")
          assert.lengthOf(world.authorizationServer.secrets, 1, "the honest server has given a code")
        })))
  }

  /** Where neither says who it is, the redirect URI does (RFC 9700, 4.4.2.2). */
  const unsaid = { responseIss: undefined }
  for (const redirects of ["the redirect URI that was asked for", "the honest one's redirect URI"]) {
    it.effect(`takes no code of an honest server to an evil one that has it sent to ${redirects}, where no answer names an issuer (ARQ-15, ARQ-19)`, () => {
      const known: { url: URL | undefined } = { url: undefined }
      const mixedUp: Attack.Person = (url, browse) => {
        if (known.url === undefined) {
          known.url = url
          return browse(url)
        }
        const honest = new URL(`${Attack.issuer}/authorize${url.search}`)
        for (const name of redirects.startsWith("the honest") ? ["client_id", "redirect_uri"] : ["client_id"]) {
          honest.searchParams.set(name, known.url.searchParams.get(name) ?? "")
        }
        return browse(honest)
      }
      return Attack.run({
        allowed: [...Attack.login, ...evilPlaces],
        authorizationServer: unsaid,
        person: mixedUp
      }, (world) =>
        Effect.gen(function*() {
          assert.strictEqual(yield* world.attempt(Attack.whoami), "alice")
          world.another({ issuer: evil, ...unsaid })
          names(world, evil)
          refuses(world)
          assert.strictEqual(yield* world.attempt(Attack.whoami), "InvalidRedirect")
          assert.isEmpty(world.http.sentTo(`${evil}/token`))
        }))
    })
  }

  it.effect("takes no code to an evil server whose metadata shows people the honest one's page (ARQ-16, ARQ-18)", () =>
    Attack.run({
      allowed: [...server, `GET ${Attack.resourceMetadata}`, ...evilPlaces, ...consent],
      authorizationServer: { clients: { known: { method: "none" } } }
    }, (world) =>
      Effect.gen(function*() {
        world.another({ issuer: evil, metadata: { authorization_endpoint: `${Attack.issuer}/authorize` } })
        world.http.handle({ [`POST ${evil}/register`]: () => FakeHttp.json({ client_id: "known" }, { status: 201 }) })
        names(world, evil)
        assert.strictEqual(yield* world.attempt(Attack.whoami), "InvalidRedirect")
      })))
})

describe("metadata that changes while a person is asked", () => {
  for (const member of ["token_endpoint", "issuer", "authorization_endpoint"]) {
    it.effect(`does not move the token request: another ${member} (ARQ-15)`, () => {
      const swapped = { person: undefined as Attack.Person | undefined }
      return Attack.run({
        allowed: Attack.login,
        person: (url, browse) => swapped.person?.(url, browse) ?? browse(url)
      }, (world) =>
        Effect.gen(function*() {
          swapped.person = (url, browse) => {
            const metadata = { ...world.authorizationServer.metadata, [member]: `${evil}/token` }
            world.http.handle({
              [`GET ${Attack.serverMetadata}`]: ({ by }) =>
                FakeHttp.json(by === "client" ? metadata : world.authorizationServer.metadata)
            })
            return browse(url)
          }
          assert.strictEqual(yield* world.attempt(Attack.whoami), "alice")
        }))
    })
  }

  it.effect("does not move it to another authorization server; later that one gets a client of its own, and none of the tokens (ARG-17 to ARG-19, ADC-11, ADC-12, ATU-05)", () => {
    const swapped = { world: undefined as Attack.World | undefined }
    return Attack.run({
      allowed: [...Attack.login, evilMetadata, `POST ${evil}/register`, `OPEN ${evil}/authorize`, `POST ${evil}/token`],
      person: (url, browse) => {
        if (swapped.world !== undefined) names(swapped.world, evil)
        return browse(url)
      }
    }, (world) =>
      Effect.gen(function*() {
        swapped.world = world
        const other = world.another({ issuer: evil })
        assert.strictEqual(yield* world.attempt(Attack.whoami), "alice")
        refuses(world)
        assert.strictEqual(yield* world.attempt(Attack.whoami), "TokenNotAccepted")
        assert.strictEqual(other.asked("refresh_token"), 0)
        const known = [...world.authorizationServer.clients.keys()]
        for (const { body, url } of world.http.sentTo(evil)) {
          for (const id of known) assert.notInclude(`${url.href} ${body}`, id)
        }
      }))
  })
})

describe("metadata of another issuer", () => {
  it.effect("is not used where the honest one's is expected (ADC-09, ADC-10)", () =>
    Attack.run(
      { allowed: [...server, ...discovery, `GET ${Attack.issuer}/.well-known/openid-configuration`] },
      (world) =>
        Effect.gen(function*() {
          world.another({ issuer: evil })
          world.http.handle({
            [`GET ${Attack.serverMetadata}`]: () =>
              FakeHttp.json({ ...world.authorizationServer.metadata, issuer: evil })
          })
          assert.strictEqual(yield* world.attempt(Attack.whoami), "MetadataMismatch")
        })
    ))

  it.effect("is not used where it gives itself out as the honest one's (ADC-09, ADC-10)", () =>
    Attack.run({
      allowed: [
        ...server,
        `GET ${Attack.resourceMetadata}`,
        evilMetadata,
        `GET ${evil}/.well-known/openid-configuration`
      ]
    }, (world) =>
      Effect.gen(function*() {
        const other = world.another({ issuer: evil })
        world.http.handle({ [evilMetadata]: () => FakeHttp.json({ ...other.metadata, issuer: Attack.issuer }) })
        names(world, evil)
        assert.strictEqual(yield* world.attempt(Attack.whoami), "MetadataMismatch")
      })))

  it.effect("does not make a client show what was registered with the honest one beforehand (ARG-17, ARG-18, ARG-20)", () =>
    Attack.run({
      allowed: [...server, `GET ${Attack.resourceMetadata}`, evilMetadata],
      grant: { registered: { clientId: "known", issuer: Attack.issuer, clientSecret: Redacted.make("known-by-both") } }
    }, (world) =>
      Effect.gen(function*() {
        world.another({ issuer: evil, clients: { known: { method: "client_secret_basic" } } })
        world.bring({ kind: "secret", value: "known-by-both", mayBeIn: () => false })
        names(world, evil)
        assert.strictEqual(yield* world.attempt(Attack.whoami), "RegistrationFailed")
      })))

  it.effect("gets no secret of a client that is bound to the first that it was shown to, where nobody said to whom (ARG-17, ARG-18, ARG-20)", () =>
    Attack.run({
      allowed: [...server, ...discovery, ...consent, ...Attack.places.tokens, evilMetadata],
      authorizationServer: { clients: { known: { method: "client_secret_basic", secret: "s3cret/of+known" } } },
      grant: { registered: { clientId: "known", clientSecret: Redacted.make("s3cret/of+known") } }
    }, (world) =>
      Effect.gen(function*() {
        const { token } = world.authorizationServer.endpoints
        world.bring(Secrets.forTokenEndpoint("secret", "s3cret/of+known", token, ["authorization"]))
        assert.strictEqual(yield* world.attempt(Attack.whoami), "alice")
        world.another({ issuer: evil, clients: { known: { method: "client_secret_basic" } } })
        names(world, evil)
        refuses(world)
        assert.strictEqual(yield* world.attempt(Attack.whoami), "RegistrationFailed")
      })))

  it.effect("gets no assertion of a client that has a key (ARG-18, ADC-12)", () =>
    Effect.gen(function*() {
      const { privateKey, publicKey } = yield* Effect.promise(() =>
        jose.generateKeyPair("ES256", { extractable: true })
      )
      const jwk = yield* Effect.promise(() => jose.exportJWK(privateKey))
      const key = yield* Effect.promise(() => jose.exportJWK(publicKey))
      yield* Attack.run({
        allowed: [...server, ...discovery, ...consent, ...Attack.places.tokens, evilMetadata],
        authorizationServer: { clients: { known: { method: "private_key_jwt", key } } },
        grant: {
          registered: {
            clientId: "known",
            issuer: Attack.issuer,
            privateKey: { privateKey: Redacted.make(JSON.stringify(jwk)) }
          }
        }
      }, (world) =>
        Effect.gen(function*() {
          world.bring(Secrets.kept("key of the client", jwk.d ?? assert.fail()))
          world.another({ issuer: evil })
          assert.strictEqual(yield* world.attempt(Attack.whoami), "alice")
          assert.isTrue(world.http.requests.some(({ body }) => body.includes("client_assertion=")))
          names(world, evil)
          refuses(world)
          assert.strictEqual(yield* world.attempt(Attack.whoami), "RegistrationFailed")
        }))
    }))
})
