/** What a request takes with it from round to round. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as RequestState from "../../src/session/RequestState.ts"

const Json: Schema.Codec<unknown> = Schema.Union([Schema.String, Schema.Natural, Schema.Boolean, Schema.Null])

const States = Schema.Struct({
  round: Schema.Natural,
  answers: Schema.Array(Schema.Tuple([Schema.String, Schema.String, Json, Schema.Natural])),
  steps: Schema.Array(Schema.Tuple([Schema.String, Json])),
  asked: Schema.Array(Schema.Tuple([Schema.String, Schema.String, Schema.Natural]))
})

const stateOf = ({ answers, asked, round, steps }: typeof States.Type): RequestState.State => ({
  round,
  answers: new Map(
    answers.map(([key, fingerprint, response, waitedMillis]) => [key, { fingerprint, response, waitedMillis }] as const)
  ),
  steps: new Map(steps),
  asked: new Map(
    asked.map(([key, fingerprint, askedMillis]) => [key, { method: "roots/list", fingerprint, askedMillis }] as const)
  )
})

const caller = { principal: undefined, credential: undefined }

const anything = () => true

describe("the state of a request", () => {
  it.prop("is read as it was written, until it expires", [States], ([states]) => {
    const state = stateOf(states)
    const text = RequestState.write(state, 1_000)
    assert.deepStrictEqual(RequestState.read(text, 999), Result.succeed(state))
    assert.deepStrictEqual(RequestState.read(text, 1_000), Result.fail("Expired"))
  })

  it("is not read from anything else", () => {
    for (const text of ["", "null", "{}", "{\"expiresMillis\":1}", "[]"]) {
      assert.deepStrictEqual(RequestState.read(text, 0), Result.fail("Unreadable"))
    }
  })
})

describe("the binding of a state (MRS-11, MRS-13)", () => {
  const params = { name: "tool", arguments: { a: 1, b: { c: [1, 2], d: null } } }
  const bound = RequestState.binding(caller, "tools/call", params)

  it("does not depend on how the arguments are spelled, nor on `_meta`", () => {
    const reordered = { _meta: { x: 1 }, arguments: { b: { d: null, c: [1, 2] }, a: 1 }, name: "tool" }
    assert.strictEqual(RequestState.binding(caller, "tools/call", reordered), bound)
    assert.strictEqual(
      RequestState.binding(caller, "tools/call", { name: "tool" }),
      RequestState.binding(caller, "tools/call", { name: "tool", arguments: {} })
    )
  })

  it("tells callers, methods, targets and arguments apart", () => {
    const others = [
      RequestState.binding({ ...caller, credential: "a" }, "tools/call", params),
      RequestState.binding({ ...caller, credential: "b" }, "tools/call", params),
      RequestState.binding({ ...caller, principal: "a" }, "tools/call", params),
      RequestState.binding(caller, "prompts/get", params),
      RequestState.binding(caller, "tools/call", { ...params, name: "other" }),
      RequestState.binding(caller, "tools/call", { ...params, uri: "tool" }),
      RequestState.binding(caller, "tools/call", { ...params, arguments: { ...params.arguments, a: 2 } }),
      RequestState.binding(caller, "tools/call", { ...params, arguments: { a: 1, b: { c: [2, 1], d: null } } })
    ]
    assert.strictEqual(new Set([bound, ...others]).size, others.length + 1)
  })

  it("follows the principal when its token is renewed", () => {
    const one = RequestState.binding({ principal: "ada", credential: "a" }, "tools/call", params)
    assert.strictEqual(RequestState.binding({ principal: "ada", credential: "b" }, "tools/call", params), one)
  })
})

describe("answers that come with a request", () => {
  const asked: RequestState.State = {
    ...RequestState.empty,
    round: 1,
    asked: new Map([["name", { method: "elicitation/create", fingerprint: "f", askedMillis: 100 }]])
  }

  it("belong to the question that was asked, in its words", () => {
    const state = Result.getOrThrow(RequestState.withResponses(asked, { name: "Ada" }, 350, anything))
    assert.deepStrictEqual(
      RequestState.answerTo(state, "name", "f"),
      { fingerprint: "f", response: "Ada", waitedMillis: 250 }
    )
    assert.isUndefined(RequestState.answerTo(state, "name", "g"))
    assert.isUndefined(RequestState.answerTo(state, "other", "f"))
  })

  it("are passed over when nobody asked (MRS-19)", () => {
    const responses = JSON.parse("{\"other\":1,\"__proto__\":2}")
    const state = Result.getOrThrow(RequestState.withResponses(asked, responses, 0, anything))
    assert.strictEqual(state.answers.size, 0)
  })

  it("are taken by name when they come before the question", () => {
    const state = Result.getOrThrow(RequestState.withResponses(RequestState.empty, { name: "Ada" }, 0, anything))
    assert.strictEqual(RequestState.answerTo(state, "name", "whatever")?.response, "Ada")
  })

  it("must be answers (MRS-17, MRS-18)", () => {
    const refused = (responses: unknown) =>
      Result.isFailure(
        RequestState.withResponses(asked, responses, 0, (method, response) =>
          method === "elicitation/create" && typeof response === "object")
      )
    assert.isTrue(refused({ name: 12345 }))
    for (const responses of [null, [], "x", 1]) assert.isTrue(refused(responses))
    assert.isFalse(refused(undefined))
    assert.isFalse(refused({ name: {} }))
  })

  it.prop("are told apart by fingerprints of their questions", [Schema.String, Schema.String], ([a, b]) => {
    assert.strictEqual(RequestState.fingerprint(a) === RequestState.fingerprint(b), a === b)
  })
})
