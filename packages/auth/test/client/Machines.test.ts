/** The pure parts of a client: scope selection, step-up, and what responses call for. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Reaction from "../../src/client/Reaction.ts"
import * as ScopeSelection from "../../src/client/ScopeSelection.ts"
import * as StepUp from "../../src/client/StepUp.ts"
import * as WwwAuthenticate from "../../src/http/WwwAuthenticate.ts"
import * as ScopeSet from "../../src/token/ScopeSet.ts"

const Scope = Schema.Literals(["a", "b", "c", "d", "e"])
const Scopes = Schema.Array(Scope)
const Maybe = Schema.UndefinedOr(Scopes)

describe("ScopeSelection", () => {
  const nothing = { challenged: undefined, supported: undefined, wanted: undefined, asked: undefined }

  it("asks for what the challenge names, else for all that the metadata lists, else for nothing (ASP-01, ASP-02)", () => {
    const all = { ...nothing, challenged: ["a"], supported: ["b", "c"] }
    assert.deepStrictEqual(ScopeSelection.select(all), ["a"])
    assert.deepStrictEqual(ScopeSelection.select({ ...all, challenged: undefined }), ["b", "c"])
    assert.isUndefined(ScopeSelection.select(nothing))
    assert.isUndefined(ScopeSelection.select({ ...nothing, supported: [] }))
  })

  it("takes the challenge's word, in the metadata or not, and less than is wanted never (ASP-03, ASP-04)", () => {
    assert.deepStrictEqual(ScopeSelection.select({ ...nothing, challenged: ["x"], supported: ["a"] }), ["x"])
    assert.deepStrictEqual(ScopeSelection.select({ ...nothing, challenged: ["x"], wanted: ["y"] }), ["x", "y"])
    assert.deepStrictEqual(ScopeSelection.select({ ...nothing, supported: ["a", "b"], wanted: ["y"] }), ["y"])
  })

  it.prop("never asks for less than before, nor leaves out what is challenged (ASP-05)", [
    Schema.Struct({ challenged: Maybe, supported: Maybe, wanted: Maybe, asked: Maybe })
  ], ([known]) => {
    const selected = ScopeSelection.select(known) ?? []
    assert.isTrue(ScopeSet.includes(selected, known.asked ?? []))
    assert.isTrue(ScopeSet.includes(selected, known.challenged ?? []))
    const any = [known.challenged, known.supported, known.wanted, known.asked].flatMap((scopes) => scopes ?? [])
    assert.isTrue(ScopeSet.includes(any, selected))
    assert.strictEqual(new Set(selected).size, selected.length)
  })
})

describe("StepUp", () => {
  const complaint = { required: ["w"], asked: ["r"], supported: undefined, rounds: 0 }

  it("asks for all that was asked for before and what is needed now, once (ASP-05 to ASP-09)", () => {
    const first = StepUp.step(StepUp.initial, complaint, 2)
    assert.deepInclude(first, { _tag: "Ask", scopes: ["r", "w"] })
    if (first._tag !== "Ask") return
    assert.deepStrictEqual(StepUp.step(first.next, { ...complaint, asked: ["r", "w"], rounds: 1 }, 2), {
      _tag: "GiveUp"
    })
    assert.strictEqual(StepUp.step(first.next, { ...complaint, required: ["v"], rounds: 1 }, 2)._tag, "Ask")
  })

  it("makes no round that would ask for nothing new because the server names nothing", () => {
    const unnamed = { ...complaint, required: undefined }
    assert.strictEqual(StepUp.step(StepUp.initial, unnamed, 2)._tag, "GiveUp")
    assert.deepInclude(StepUp.step(StepUp.initial, { ...unnamed, supported: ["r", "s"] }, 2), { scopes: ["r", "s"] })
    assert.strictEqual(StepUp.step(StepUp.initial, { ...unnamed, supported: ["r"] }, 2)._tag, "GiveUp")
  })

  it.prop("whatever a server complains of, rounds end, and nothing is dropped (ASP-08)", [
    Schema.Array(Maybe),
    Maybe
  ], ([complaints, supported]) => {
    let state = StepUp.initial
    let asked: ReadonlyArray<string> = ["a"]
    let rounds = 0
    for (const required of complaints) {
      const decision = StepUp.step(state, { required, asked, supported, rounds }, 2)
      if (decision._tag === "GiveUp") continue
      rounds++
      assert.isTrue(ScopeSet.includes(decision.scopes, asked))
      assert.isTrue(ScopeSet.includes(decision.scopes, required ?? []))
      state = decision.next
      asked = decision.scopes
    }
    assert.isAtMost(rounds, 2)
  })
})

describe("Reaction", () => {
  const decide = (status: number, header: string, hasNewNonce = false) =>
    Reaction.decide({ status, challenges: WwwAuthenticate.parse(header), hasNewNonce })

  it("begins authorization with 401 only, and asks for more on 403 only where that is said (ADC-02, ASP-06)", () => {
    for (const status of [200, 202, 301, 400, 402, 404, 405, 406, 410, 429, 500, 503]) {
      assert.deepStrictEqual(decide(status, "Bearer error=\"invalid_token\", scope=\"a\""), { _tag: "Pass" })
    }
    assert.deepStrictEqual(decide(403, "Bearer error=\"invalid_token\""), { _tag: "Pass" })
    assert.deepStrictEqual(decide(403, ""), { _tag: "Pass" })
    assert.deepStrictEqual(decide(403, "Bearer scope=\"a b\", error=\"insufficient_scope\""), {
      _tag: "StepUp",
      scopes: ["a", "b"]
    })
    assert.deepStrictEqual(decide(401, ""), { _tag: "Authorize", scopes: undefined, description: undefined })
    assert.deepStrictEqual(decide(401, "Basic realm=x, Bearer scope=\"a\", error_description=\"why\""), {
      _tag: "Authorize",
      scopes: ["a"],
      description: "why"
    })
  })

  it("sends another proof for a nonce that is new, and for no other (XDP-06)", () => {
    assert.deepStrictEqual(decide(401, "DPoP error=\"use_dpop_nonce\"", true), { _tag: "ProveAgain" })
    assert.strictEqual(decide(401, "DPoP error=\"use_dpop_nonce\"", false)._tag, "Authorize")
    assert.strictEqual(decide(401, "DPoP error=\"invalid_token\"", true)._tag, "Authorize")
  })
})
