/** How a client asks its user for servers of sessions: forms, defaults, checks, and URLs. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Elicitation from "../../../src/client/answering/Elicitation.ts"
import { RpcError } from "../../../src/jsonrpc/RpcError.ts"
import { v2025_03_26 } from "../../../src/revision/v2025_03_26.ts"
import { v2025_06_18 } from "../../../src/revision/v2025_06_18.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import { sent } from "../ScriptedPeer.ts"
import { answerTo, ask, done, formParams, info, scripted, settle, silently } from "./Asking.ts"

const method = "elicitation/create"

const fields = {
  name: { type: "string", default: "John Doe" },
  age: { type: "integer", default: 30 },
  score: { type: "number", default: 95.5 },
  status: { type: "string", enum: ["active", "inactive"], default: "active" },
  verified: { type: "boolean", default: true },
  tags: { type: "array", items: { type: "string", enum: ["a", "b"] }, default: ["b"] },
  note: { type: "string" }
}

const defaults = { name: "John Doe", age: 30, score: 95.5, status: "active", verified: true, tags: ["b"] }

const accepting = (content?: Elicitation.Content, settings: { readonly fillDefaults?: boolean } = {}) =>
  Elicitation.layer({ form: () => Effect.succeed(Elicitation.accept(content)), ...settings })

const visiting = Elicitation.layer({ url: () => Effect.succeed(Elicitation.accept()) })

describe("what a client declares", () => {
  const initialized = (services: Layer.Layer<Elicitation.Elicitation>, revision = v2025_11_25) =>
    Effect.map(
      scripted(revision, services, {}, { revisions: [revision] }),
      ({ peer }) => sent(peer, "initialize")[0]?.params?.capabilities
    )

  it.effect("is what it has handlers for (ELI-01, ELI-03, ELI-04)", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* initialized(accepting()), { elicitation: { form: {} } })
      assert.deepStrictEqual(yield* initialized(visiting), { elicitation: { url: {} } })
      const both = Elicitation.layer({
        form: () => Effect.succeed(Elicitation.decline),
        url: () => Effect.succeed(Elicitation.cancel)
      })
      assert.deepStrictEqual(yield* initialized(both), { elicitation: { form: {}, url: {} } })
      assert.deepStrictEqual(yield* initialized(accepting(), v2025_06_18), { elicitation: {} })
    }))

  it.effect("is on each request of the stateless era (ELI-02)", () =>
    Effect.gen(function*() {
      const { client, peer } = yield* scripted(v2026_07_28, accepting(), { "tools/call": done("") })
      yield* client.callTool({ name: "x" })
      for (const { params } of [...sent(peer, "server/discover"), ...sent(peer, "tools/call")]) {
        assert.deepInclude(params?._meta, {
          "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } }
        })
      }
    }))
})

describe("a form", () => {
  it.effect("comes with who asks, its fields in order, and what they start with (ELF-04, ELS-02, ELI-07)", () =>
    Effect.gen(function*() {
      const seen: Array<Elicitation.FormQuestion> = []
      const services = Elicitation.layer({
        form: (question) => Effect.sync(() => (seen.push(question), Elicitation.decline))
      })
      const { peer } = yield* scripted(v2025_11_25, services)
      const params = formParams(fields)
      assert.deepStrictEqual((yield* ask(peer, 1, method, params)).result, { action: "decline" })
      yield* ask(peer, 2, method, { ...params, mode: "form" })
      assert.lengthOf(seen, 2)
      for (const question of seen) {
        assert.deepStrictEqual(question.from.info, info)
        assert.isString(question.from.peer)
        assert.strictEqual(question.message, "Who?")
        assert.deepStrictEqual(question.requestedSchema, params.requestedSchema)
        assert.deepStrictEqual(Object.keys(question.requestedSchema.properties), Object.keys(fields))
        assert.deepStrictEqual(question.defaults, defaults)
        assert.isTrue(Result.isFailure(question.check({ age: 1.5 })))
        assert.isTrue(Result.isSuccess(question.check({ age: 2 })))
      }
    }))

  it.effect("that is accepted as it is has the defaults, of each type (ELF-04)", () =>
    Effect.gen(function*() {
      const { peer } = yield* scripted(v2025_11_25, accepting())
      const { result } = yield* ask(peer, "a", method, formParams(fields))
      assert.deepStrictEqual(result, { action: "accept", content: defaults })
    }))

  it.effect("that has defaults which it does not allow is filled in without them", () =>
    Effect.gen(function*() {
      const { peer } = yield* scripted(v2025_11_25, accepting())
      const odd = {
        email: { type: "string", format: "email", default: "" },
        status: { type: "string", enum: ["a"], default: "b" },
        few: { type: "array", items: { type: "string", enum: ["a", "b"] }, maxItems: 1, default: ["a", "b"] },
        age: { type: "integer", default: 30 }
      }
      const { result } = yield* ask(peer, 1, method, formParams(odd))
      assert.deepStrictEqual(result, { action: "accept", content: { age: 30 } })
    }))

  it.effect("keeps what the user has changed, and what the user has left empty where the program says so", () =>
    Effect.gen(function*() {
      const filled = yield* scripted(v2025_11_25, accepting({ age: 31, note: "" }))
      assert.deepStrictEqual((yield* ask(filled.peer, 1, method, formParams(fields))).result, {
        action: "accept",
        content: { ...defaults, age: 31, note: "" }
      })
      const left = yield* scripted(v2025_11_25, accepting({ age: 31 }, { fillDefaults: false }))
      assert.deepStrictEqual((yield* ask(left.peer, 1, method, formParams(fields))).result, {
        action: "accept",
        content: { age: 31 }
      })
    }))

  it.effect("whose answer does not fit is logged with the fields, and not with what the user has filled in", () =>
    Effect.gen(function*() {
      const logged: Array<string> = []
      const logger = Logger.make<unknown, void>(({ message }) => void logged.push(JSON.stringify(message)))
      const { peer } = yield* Effect.provide(
        scripted(v2025_11_25, accepting({ email: "hunter2", age: "hunter2" })),
        Logger.layer([logger])
      )
      const params = formParams({ email: { type: "string", format: "email" }, age: { type: "integer" } }, "Who?", [
        "age"
      ])
      assert.deepInclude((yield* ask(peer, 1, method, params)).error, { code: -32603 })
      assert.match(logged.join(), /email|age/)
      assert.notInclude(logged.join(), "hunter2")
    }))

  it.effect("has content only if it was accepted (ELF-07, ELS-04, ELS-06)", () =>
    Effect.gen(function*() {
      for (const answer of [Elicitation.decline, Elicitation.cancel]) {
        const services = Elicitation.layer({ form: () => Effect.succeed(answer) })
        const { peer } = yield* scripted(v2025_11_25, services)
        assert.deepStrictEqual((yield* ask(peer, 1, method, formParams(fields))).result, { action: answer.action })
      }
    }))

  it.effect.each([
    ["a type", { age: "old" }],
    ["an integer", { age: 1.5 }],
    ["a choice", { status: "gone" }],
    ["a choice among several", { tags: ["c"] }]
  ])("whose answer does not fit is not sent: %s (ELF-05)", ([, content]) =>
    Effect.gen(function*() {
      const { peer } = yield* scripted(v2025_11_25, accepting(content as Elicitation.Content))
      const { error, result } = yield* ask(peer, 1, method, formParams(fields))
      assert.isUndefined(result)
      assert.deepInclude(error, { code: -32603 })
    }).pipe(silently))

  it.effect("that lacks what is required is not sent (ELF-05)", () =>
    Effect.gen(function*() {
      const { peer } = yield* scripted(v2025_11_25, accepting({}))
      const { error } = yield* ask(peer, 1, method, formParams(fields, "Who?", ["note"]))
      assert.deepInclude(error, { code: -32603 })
    }).pipe(silently))

  it.effect("is answered in the words of the first revision that has forms", () =>
    Effect.gen(function*() {
      const { peer } = yield* scripted(v2025_06_18, accepting({ name: "Ada", sure: true }))
      const { result } = yield* ask(
        peer,
        1,
        method,
        formParams({ name: { type: "string" }, sure: { type: "boolean", default: false } }, "Who?", ["name"])
      )
      assert.deepStrictEqual(result, { action: "accept", content: { name: "Ada", sure: true } })
    }))

  const Filled = Schema.Struct({
    age: Schema.optionalKey(Schema.Int),
    verified: Schema.optionalKey(Schema.Boolean),
    status: Schema.optionalKey(Schema.Literals(["active", "inactive"])),
    tags: Schema.optionalKey(Schema.Array(Schema.Literals(["a", "b"])))
  })

  it.effect.prop(
    "any answer that fits arrives with the defaults under it",
    { content: Filled },
    ({ content }) =>
      Effect.scoped(Effect.gen(function*() {
        const { peer } = yield* scripted(v2025_11_25, accepting(content))
        const { result } = yield* ask(peer, 1, method, formParams(fields))
        assert.deepStrictEqual(
          result,
          JSON.parse(JSON.stringify({ action: "accept", content: { ...defaults, ...content } }))
        )
      })),
    { arbitrary: { runs: 50 } }
  )
})

describe("a visit", () => {
  const seeing = (seen: Array<Elicitation.VisitQuestion>) =>
    Elicitation.layer({ url: (visit) => Effect.sync(() => (seen.push(visit), Elicitation.accept({ secret: "x" }))) })

  it.effect("comes with the whole URL, its domain and warnings, and has no content (ELU-23, ELF-07)", () =>
    Effect.gen(function*() {
      const seen: Array<Elicitation.VisitQuestion> = []
      const { peer } = yield* scripted(v2025_11_25, seeing(seen))
      const url = "https://pay.example:8443/a?b=c#d"
      const { result } = yield* ask(peer, 1, method, { mode: "url", message: "Pay", url, elicitationId: "e1" })
      assert.deepStrictEqual(result, { action: "accept" })
      assert.deepInclude(seen[0], {
        message: "Pay",
        url,
        domain: "pay.example:8443",
        warnings: [],
        elicitationId: "e1"
      })
      assert.deepStrictEqual(seen[0]?.from.info, info)
    }))

  it("warns of what may mislead (ELU-24)", () => {
    assert.deepStrictEqual(Elicitation.warningsOf("https://example.com/"), [])
    assert.deepStrictEqual(Elicitation.warningsOf("http://example.com/"), ["NotEncrypted"])
    assert.deepStrictEqual(Elicitation.warningsOf("https://xn--pple-43d.com/"), ["Punycode"])
    assert.deepStrictEqual(Elicitation.warningsOf("https://аpple.com/"), ["Punycode"])
    assert.deepStrictEqual(Elicitation.warningsOf("https://bank.example@evil.example/"), ["UserName"])
    assert.deepStrictEqual(Elicitation.warningsOf("nothing"), [])
  })

  it.effect.each(["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "not a url"])(
    "of %s is refused before anybody sees it (ELU-18, SUR-09)",
    (url) =>
      Effect.gen(function*() {
        const seen: Array<Elicitation.VisitQuestion> = []
        const { peer } = yield* scripted(v2025_11_25, seeing(seen))
        const { error } = yield* ask(peer, 1, method, { mode: "url", message: "Pay", url, elicitationId: "e1" })
        assert.deepInclude(error, { code: -32602 })
        assert.lengthOf(seen, 0)
      })
  )

  it.effect("is done when the server says so; other ids are nothing, nor is a second word (ELU-04, ELU-07)", () =>
    Effect.gen(function*() {
      const started = yield* Deferred.make<void>()
      const services = Elicitation.layer({
        url: ({ completed }) =>
          Deferred.succeed(started, undefined).pipe(Effect.andThen(completed), Effect.as(Elicitation.accept()))
      })
      const { peer } = yield* scripted(v2025_11_25, services)
      const complete = (elicitationId: unknown) =>
        peer.send({ method: "notifications/elicitation/complete", params: { elicitationId } })
      peer.send({
        id: 1,
        method,
        params: { mode: "url", message: "Pay", url: "https://pay.example/", elicitationId: " e/1 " }
      })
      yield* Deferred.await(started)
      for (const id of ["e1", "e/1", "", 7]) complete(id)
      yield* settle
      assert.lengthOf(peer.heard.filter(({ id, method }) => id === 1 && method === undefined), 0)
      complete(" e/1 ")
      complete(" e/1 ")
      assert.deepStrictEqual((yield* answerTo(peer, 1)).result, { action: "accept" })
    }))
})

describe("a mode that was not declared", () => {
  it.effect("is -32602 (ELI-08)", () =>
    Effect.gen(function*() {
      const forms = yield* scripted(v2025_11_25, accepting())
      const visit = { mode: "url", message: "Pay", url: "https://pay.example/", elicitationId: "e1" }
      assert.deepInclude((yield* ask(forms.peer, 1, method, visit)).error, { code: -32602 })
      const visits = yield* scripted(v2025_11_25, visiting)
      assert.deepInclude((yield* ask(visits.peer, 1, method, formParams(fields))).error, { code: -32602 })
      const odd = yield* ask(forms.peer, 2, method, { ...formParams(fields), mode: "voice" })
      assert.deepInclude(odd.error, { code: -32602 })
    }))

  it.effect("a revision without elicitation has no such method", () =>
    Effect.gen(function*() {
      const { peer } = yield* scripted(v2025_03_26, accepting(), {}, { revisions: [v2025_03_26] })
      assert.deepInclude((yield* ask(peer, 1, method, formParams(fields))).error, { code: -32601 })
      assert.deepStrictEqual(sent(peer, "initialize")[0]?.params?.capabilities, {})
    }))
})

describe("a handler", () => {
  class User extends Context.Service<User, { readonly name: string }>()("test/User") {}

  it.effect("runs in the context that its layer was built in", () =>
    Effect.gen(function*() {
      const services = Elicitation.layer({
        form: () => Effect.map(User, ({ name }) => Elicitation.accept({ name }))
      }).pipe(Layer.provide(Layer.succeed(User, { name: "Ada" })))
      const { peer } = yield* scripted(v2025_11_25, services)
      const { result } = yield* ask(peer, 1, method, formParams({ name: { type: "string" } }))
      assert.deepStrictEqual(result, { action: "accept", content: { name: "Ada" } })
    }))

  it.effect("that fails with an error of the protocol answers with it; any other failure tells nothing", () =>
    Effect.gen(function*() {
      const failures: ReadonlyArray<readonly [Effect.Effect<never, unknown>, number, string]> = [
        [Effect.fail(new RpcError({ code: -5, message: "busy" })), -5, "busy"],
        [Effect.fail("the password is 123"), -32603, "The client could not answer"],
        [Effect.die(new Error("the password is 123")), -32603, "The client could not answer"],
        [Effect.interrupt, -32603, "The client could not answer"]
      ]
      for (const [form, code, message] of failures) {
        const { peer } = yield* scripted(v2025_11_25, Elicitation.layer({ form: () => form }))
        assert.deepStrictEqual((yield* ask(peer, 1, method, formParams(fields))).error, { code, message })
      }
    }).pipe(silently))
})
