/** Proofs and tokens between ours and another implementation, `oauth4webapi`, in both directions. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import * as jose from "jose"
import * as oauth from "oauth4webapi"
import * as DpopKey from "../../src/dpop/DpopKey.ts"
import * as DpopProofVerifier from "../../src/verifier/DpopProofVerifier.ts"
import * as FakeIssuer from "../support/FakeIssuer.ts"

const issuer = "https://auth.example"
const url = "https://mcp.example/mcp"

const now = 1_700_000_000

/** A proof of the other implementation, for a POST of a token. */
const proofOf = (token: string, nonce: string | undefined) =>
  Effect.promise(async () => {
    const pair = await oauth.generateKeyPair("ES256")
    const handle = oauth.DPoP({}, pair, {
      [oauth.modifyAssertion]: (_header, payload) => {
        payload["iat"] = now
        if (nonce !== undefined) payload["nonce"] = nonce
      }
    })
    const sent: Array<Record<string, string>> = []
    await oauth.protectedResourceRequest(token, "POST", new URL(`${url}?a=b`), undefined, "{}", {
      DPoP: handle,
      [oauth.customFetch]: (_url, { headers }) => {
        sent.push(headers)
        return Promise.resolve(new Response("{}"))
      }
    })
    return { proof: sent[0]?.["dpop"] ?? "", jkt: await handle.calculateThumbprint() }
  })

describe("another implementation", () => {
  it.effect("makes proofs that are taken here, with nonces and without (XDP-07, XDP-11)", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(now * 1000)
      const accessToken = Redacted.make("token")
      const presented = { method: "POST", url, accessToken }
      const verifier = yield* DpopProofVerifier.make()
      yield* verifier.verify({ ...presented, ...(yield* proofOf("token", undefined)) })
      const strict = yield* DpopProofVerifier.make({ nonceMillis: 60_000 })
      const { nonce } = yield* Effect.flip(
        strict.verify({ ...presented, ...(yield* proofOf("token", undefined)) })
      )
      yield* strict.verify({ ...presented, ...(yield* proofOf("token", nonce)) })
      const other = yield* Effect.flip(verifier.verify({ ...presented, ...(yield* proofOf("other", undefined)) }))
      assert.include(other.detail, "another token")
    }))

  it.effect("takes the proofs that are made here (XDP-03)", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(now * 1000)
      const real = yield* TestClock.withLive(Clock.currentTimeMillis)
      const key = yield* DpopKey.generate()
      const signer = yield* FakeIssuer.signer("1")
      const token = yield* signer.sign({
        iss: issuer,
        aud: url,
        sub: "alice",
        client_id: "c",
        jti: "1",
        iat: now,
        exp: now + 60,
        cnf: { jkt: key.jkt }
      })
      const validate = (proof: string) =>
        Effect.promise(() =>
          oauth.validateJwtAccessToken(
            { issuer, jwks_uri: `${issuer}/jwks` },
            new Request(url, { method: "POST", headers: { authorization: `DPoP ${token}`, dpop: proof } }),
            url,
            {
              requireDPoP: true,
              [oauth.clockSkew]: now - Math.floor(real / 1000),
              [oauth.customFetch]: () => Promise.resolve(FakeIssuer.keySet([signer]))
            }
          )
        )
      const proof = yield* key.prove({ method: "POST", url: `${url}?a=b#c`, accessToken: Redacted.make(token) })
      assert.strictEqual((yield* validate(proof)).sub, "alice")
      const wrong = yield* key.prove({ method: "GET", url, accessToken: Redacted.make(token) })
      assert.strictEqual((yield* Effect.exit(validate(wrong)))._tag, "Failure")
      assert.strictEqual(jose.decodeProtectedHeader(proof).typ, "dpop+jwt")
    }))
})
