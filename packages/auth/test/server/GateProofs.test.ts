/** Tokens that are bound to a key, and attempts that fail: the gate by itself, in virtual time. */
import { assert, describe, it } from "@effect/vitest"
import * as Tool from "@parley/mcp/contract/Tool"
import * as McpServer from "@parley/mcp/server/McpServer"
import type { Refusal } from "@parley/mcp/session/HttpAdmission"
import type { HttpExchange } from "@parley/mcp/transport/HttpExchange"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import * as FailedAttempts from "../../src/server/FailedAttempts.ts"
import * as Gate from "../../src/server/Gate.ts"
import * as Resource from "../../src/server/Resource.ts"
import { type Presented, ProofVerifier } from "../../src/verifier/ProofVerifier.ts"
import { ProofRejection } from "../../src/verifier/TokenRejection.ts"
import { TokenVerifier } from "../../src/verifier/TokenVerifier.ts"
import * as Protected from "../support/Protected.ts"

/** Takes the proof `good`, wants a nonce of the proof `stale`, and gives one with each answer. */
const proofs = () => {
  const seen: Array<Presented> = []
  const service: ProofVerifier["Service"] = {
    algorithms: ["ES256"],
    verify: (presented) => {
      seen.push(presented)
      if (presented.proof === "good") return Effect.succeed({ nonce: "next" })
      return Effect.fail(
        presented.proof === "stale"
          ? new ProofRejection({ error: "use_dpop_nonce", detail: "no nonce", nonce: "fresh" })
          : new ProofRejection({ error: "invalid_dpop_proof", detail: "it is wrong" })
      )
    }
  }
  return { seen, service }
}

interface Changes extends Partial<Omit<Gate.Setting, "attempts">> {
  readonly limits?: Partial<FailedAttempts.Limits>
}

const gateWith = ({ limits, ...changes }: Changes = {}) =>
  Effect.gen(function*() {
    const { areRequired = false } = { areRequired: changes.isProofRequired }
    const taken = changes.proofs === undefined ? undefined : { areRequired, algorithms: changes.proofs.algorithms }
    return Gate.make({
      resource: Result.getOrThrow(Resource.make(Protected.options, taken, [])),
      verifier: yield* TokenVerifier,
      tokenCharactersMax: 16_384,
      proofs: undefined,
      isProofRequired: false,
      isAnonymousAllowed: false,
      concealed: [],
      endpoint: undefined,
      peerHeader: undefined,
      attempts: FailedAttempts.make({ ...FailedAttempts.defaultLimits, ...limits }),
      ...changes
    })
  }).pipe(Effect.provide(Protected.verifier().layer))

type Headers = { readonly [name: string]: string }

const exchange = (headers: Headers, url = "/mcp"): HttpExchange => ({
  method: "POST",
  url,
  header: (name) => headers[name],
  body: "",
  respond: () => undefined,
  stream: () => assert.fail("nothing is streamed"),
  onClose: () => undefined
})

const refusal = (gate: Effect.Success<ReturnType<typeof gateWith>>, headers: Headers, url?: string) =>
  Effect.map(Effect.flip(gate.admit(exchange(headers, url))), (one: Refusal) => ({
    status: one.status,
    challenge: one.headers?.["www-authenticate"]?.replace(/,? (?:scope|resource_metadata)="[^"]*"/g, ""),
    nonce: one.headers?.["dpop-nonce"],
    retryAfter: one.headers?.["retry-after"]
  }))

const bound = (proof?: string): Headers => ({
  authorization: "DPoP bound",
  ...(proof === undefined ? {} : { dpop: proof })
})

describe("Gate with proofs", () => {
  it.effect("has the proof verified with all that it must fit, and hands on the nonce (XDP-07, XDP-11)", () =>
    Effect.gen(function*() {
      const { seen, service } = proofs()
      const gate = yield* gateWith({ proofs: service })
      const caller = yield* gate.admit(exchange(bound("good"), "/mcp?x=1#y"))
      assert.strictEqual(caller?.headers?.["dpop-nonce"], "next")
      assert.strictEqual(caller?.principal, JSON.stringify([Protected.issuer, "subject", "alice"]))
      const [presented] = seen
      assert.deepStrictEqual(
        { ...presented, accessToken: Redacted.value(presented?.accessToken ?? Redacted.make("")) },
        {
          proof: "good",
          method: "POST",
          url: Protected.resource,
          accessToken: "bound",
          jkt: "thumbprint"
        }
      )
    }))

  it.effect("gives the nonce with the answer, whether that is JSON or a stream", () =>
    Effect.gen(function*() {
      const hello = McpServer.layer(Tool.serve("hello", {}, () => Effect.succeed("Hello")), { name: "s", version: "1" })
      for (const response of ["json", "sse"] as const) {
        const send = yield* Protected.serve(hello, {
          options: { dpop: "required" },
          policy: { response },
          proofs: Layer.succeed(ProofVerifier, proofs().service)
        })
        const called = yield* Protected.callTool(send, "hello", bound("good"))
        assert.deepStrictEqual([called.status, called.headers.get("dpop-nonce")], [200, "next"])
        assert.include(yield* Effect.promise(() => called.text()), "Hello")
        const url = new URL("/.well-known/oauth-protected-resource/mcp", Protected.resource).href
        const metadata = yield* Effect.flatMap(
          send("GET", {}, undefined, url),
          (one) => Effect.promise(() => one.json())
        )
        assert.deepInclude(metadata, {
          dpop_signing_alg_values_supported: ["ES256"],
          dpop_bound_access_tokens_required: true
        })
      }
    }))

  it.effect("goes by what the author says of the host, not the request (XDP-07)", () =>
    Effect.gen(function*() {
      const { seen, service } = proofs()
      const gate = yield* gateWith({ proofs: service })
      yield* gate.admit(exchange({ ...bound("good"), host: "evil.example.com" }, "https://evil.example.com/other?q"))
      const behind = yield* gateWith({ proofs: service, endpoint: "https://mcp.example.com/api/mcp" })
      yield* behind.admit(exchange(bound("good"), "/mcp"))
      assert.deepStrictEqual(seen.map(({ url }) => url), [
        "https://mcp.example.com/other",
        "https://mcp.example.com/api/mcp"
      ])
    }))

  it.effect("refuses a proof that is missing, wrong, or without nonce, and says so (XDP-09)", () =>
    Effect.gen(function*() {
      const gate = yield* gateWith({ proofs: proofs().service })
      for (const headers of [bound(), bound("wrong")]) {
        assert.deepStrictEqual(yield* refusal(gate, headers), {
          status: 401,
          challenge:
            "DPoP error=\"invalid_dpop_proof\", error_description=\"The proof is not valid\", algs=\"ES256\", Bearer",
          nonce: undefined,
          retryAfter: undefined
        })
      }
      const stale = yield* refusal(gate, bound("stale"))
      assert.deepStrictEqual([stale.status, stale.nonce], [401, "fresh"])
      assert.include(stale.challenge, "error=\"use_dpop_nonce\"")
    }))

  it.effect("takes a bound token in no other way: not as bearer token, not without proofs (XDP-13)", () =>
    Effect.gen(function*() {
      const { seen, service } = proofs()
      const accepting = yield* gateWith({ proofs: service })
      const stolen = yield* refusal(accepting, { ...Protected.bearer("bound"), dpop: "good" })
      assert.strictEqual(stolen.status, 401)
      assert.match(stolen.challenge ?? "", /^Bearer error="invalid_token"/)
      // and no proof makes a bearer token a bound one
      const pretended = yield* refusal(accepting, { authorization: "DPoP alice", dpop: "good" })
      assert.match(pretended.challenge ?? "", /^DPoP error="invalid_token"/)
      const without = yield* gateWith()
      assert.strictEqual((yield* refusal(without, bound("good"))).challenge, "Bearer")
      assert.strictEqual(seen.length, 0)
      assert.isDefined(yield* accepting.admit(exchange(Protected.bearer("alice"))))
    }))

  it.effect("takes nothing else, where it is told to", () =>
    Effect.gen(function*() {
      const gate = yield* gateWith({ proofs: proofs().service, isProofRequired: true })
      assert.deepStrictEqual(yield* refusal(gate, Protected.bearer("alice")), {
        status: 401,
        challenge: "DPoP algs=\"ES256\"",
        nonce: undefined,
        retryAfter: undefined
      })
      assert.isDefined(yield* gate.admit(exchange(bound("good"))))
    }))

  it.effect("a token that is for somebody else is refused before its proof is looked at (XDP-13)", () =>
    Effect.gen(function*() {
      const { seen, service } = proofs()
      const gate = yield* gateWith({ proofs: service })
      const refused = yield* refusal(gate, { authorization: "DPoP for-somebody-else", dpop: "good" })
      assert.match(refused.challenge ?? "", /^DPoP error="invalid_token"/)
      assert.strictEqual(seen.length, 0)
    }))
})

const limits = { windowMillis: 60_000, peerFailuresMax: 3, sharedFailuresMax: 3, tokenFailuresMax: 2 }

describe("Gate and failed attempts", () => {
  it.effect("keeps a peer out without verifying anything, and lets it in again", () =>
    Effect.gen(function*() {
      const counted = Protected.verifier()
      const gate = yield* Effect.provide(
        Effect.flatMap(TokenVerifier, (verifier) => gateWith({ verifier, limits, peerHeader: "x-forwarded-for" })),
        counted.layer
      )
      const from = (token: string, peer: string) => ({ ...Protected.bearer(token), "x-forwarded-for": peer })
      // what stands before the last comma was written by anybody
      const statuses: Array<number> = []
      for (const [index, token] of ["a", "b", "c", "d"].entries()) {
        statuses.push((yield* refusal(gate, from(token, `10.0.0.${index}, 192.0.2.1`))).status)
      }
      assert.deepStrictEqual(statuses, [401, 401, 401, 429])
      assert.deepStrictEqual(counted.asked, ["a", "b", "c"])
      yield* TestClock.adjust("20 seconds")
      assert.deepStrictEqual(yield* refusal(gate, from("alice", "192.0.2.1")), {
        status: 429,
        challenge: undefined,
        nonce: undefined,
        retryAfter: "40"
      })
      assert.isDefined(yield* gate.admit(exchange(from("alice", "192.0.2.2"))))
      yield* TestClock.adjust("40 seconds")
      assert.isDefined(yield* gate.admit(exchange(from("alice", "192.0.2.1"))))
    }))

  it.effect("goes on with those behind the same peer that were in before", () =>
    Effect.gen(function*() {
      const gate = yield* gateWith({ limits, peerHeader: "x-real-ip" })
      const peer = { "x-real-ip": "192.0.2.1" }
      assert.isDefined(yield* gate.admit(exchange({ ...Protected.bearer("alice"), ...peer })))
      for (const token of ["a", "b", "c"]) yield* refusal(gate, { ...Protected.bearer(token), ...peer })
      assert.strictEqual((yield* refusal(gate, { ...Protected.bearer("bob"), ...peer })).status, 429)
      assert.isDefined(yield* gate.admit(exchange({ ...Protected.bearer("alice"), ...peer })))
    }))

  it.effect("keeps no good token out where peers are not known, however many others fail", () =>
    Effect.gen(function*() {
      const gate = yield* gateWith({ limits })
      const statuses: Array<number> = []
      for (const token of ["a", "b", "c", "d"]) statuses.push((yield* refusal(gate, Protected.bearer(token))).status)
      assert.deepStrictEqual(statuses, [401, 401, 401, 429])
      assert.isDefined(yield* gate.admit(exchange(Protected.bearer("alice"))))
      // one whose token ends must learn of it, and get another
      assert.strictEqual((yield* refusal(gate, Protected.bearer("expired"))).status, 401)
    }))

  it.effect("does not count tokens that have ended, nor what is nobody's fault, nor the first step of a client", () =>
    Effect.gen(function*() {
      const gate = yield* gateWith({ limits, proofs: proofs().service })
      for (let round = 0; round < 5; round++) {
        assert.strictEqual((yield* refusal(gate, Protected.bearer("expired"))).status, 401)
        assert.strictEqual((yield* refusal(gate, Protected.bearer("unknowable"))).status, 503)
        assert.strictEqual((yield* refusal(gate, Protected.bearer("poor"))).status, 403)
        assert.strictEqual((yield* refusal(gate, bound("stale"))).status, 401)
        assert.strictEqual((yield* refusal(gate, {})).status, 401)
      }
    }))

  it.effect("does not hold a theft against the token that was stolen", () =>
    Effect.gen(function*() {
      const gate = yield* gateWith({ limits, proofs: proofs().service, peerHeader: "x-real-ip" })
      const thief = { "x-real-ip": "203.0.113.9" }
      for (const headers of [bound("wrong"), Protected.bearer("bound"), bound(), bound("wrong")]) {
        yield* refusal(gate, { ...headers, ...thief })
      }
      assert.strictEqual((yield* refusal(gate, { ...bound("wrong"), ...thief })).status, 429)
      assert.isDefined(yield* gate.admit(exchange({ ...bound("good"), "x-real-ip": "192.0.2.1" })))
    }))

  it.effect("a token that keeps failing is refused unseen, from wherever it comes", () =>
    Effect.gen(function*() {
      const counted = Protected.verifier()
      const gate = yield* Effect.provide(
        Effect.flatMap(TokenVerifier, (verifier) => gateWith({ verifier, limits })),
        counted.layer
      )
      const statuses: Array<number> = []
      for (let round = 0; round < 4; round++) statuses.push((yield* refusal(gate, Protected.bearer("bad"))).status)
      assert.deepStrictEqual(statuses, [401, 401, 429, 429])
      assert.deepStrictEqual(counted.asked, ["bad", "bad"])
    }))
})
