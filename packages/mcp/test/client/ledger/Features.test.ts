/** What a client makes of what servers say of their tools, forms and extensions, and what it declares itself. */
import { assert, describe, it } from "@effect/vitest"
import * as AiTool from "effect/ai/Tool"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Elicitation from "../../../src/client/answering/Elicitation.ts"
import * as Roots from "../../../src/client/answering/Roots.ts"
import * as Sampling from "../../../src/client/answering/Sampling.ts"
import * as ClientToolkit from "../../../src/client/bridge/ClientToolkit.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import { MetaKey } from "../../../src/schema/Meta.ts"
import { ask, formParams, sampling, scripted, silently } from "../answering/Asking.ts"
import { connect, type Heard, make, opening, sent } from "../ScriptedPeer.ts"
import { have } from "./Conversation.ts"

const inputSchema = { type: "object" }

const hints = [
  undefined,
  {},
  { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  { readOnlyHint: true, destructiveHint: true }
]

describe("the annotations of a tool", () => {
  const tools = hints.map((annotations, index) => ({
    name: `t${index}`,
    inputSchema,
    ...(annotations === undefined ? {} : { annotations })
  }))

  /** A server that has these tools, and hangs up on calls of one. */
  const serving = (lost?: string) =>
    make({
      ...opening(v2025_11_25),
      "tools/list": { result: { tools } },
      "tools/call": ({ name }) => name === lost ? "hang up" : { result: { content: [] } }
    })

  it.effect("decide neither which tools there are nor how they are called (TOL-17)", () =>
    Effect.gen(function*() {
      const peer = serving()
      const client = yield* connect(peer)
      assert.lengthOf(yield* client.listTools, tools.length)
      for (const { name } of tools) yield* client.callTool({ name, arguments: {} })
      const calls = sent(peer, "tools/call").map(({ params }) => params)
      assert.deepStrictEqual(calls, tools.map(({ name }) => ({ name, arguments: {} })))
      const toolkit = yield* ClientToolkit.make(client)
      const made = Object.values(toolkit.tools)
      assert.lengthOf(made, tools.length)
      for (const { needsApproval } of made) assert.isNotOk(needsApproval)
    }))

  it.effect("are not believed where the caller says so: what claims to be harmless is not sent again (TOL-16)", () =>
    Effect.gen(function*() {
      const peer = serving("t2")
      const client = yield* connect(peer)
      yield* client.listTools
      const error = yield* Effect.flip(client.callTool({ name: "t2" }, { repeatable: false }))
      assert.isTrue(error.mayHaveRun)
      assert.lengthOf(sent(peer, "tools/call"), 1)
    }))
})

describe("a tool in the hands of a model", () => {
  const cases = [
    [{ title: "Mine", annotations: { title: "Theirs" } }, "Mine"],
    [{ annotations: { title: "Theirs" } }, "Theirs"],
    [{}, "name"]
  ] as const
  it.effect.each(cases)(
    "%j is shown as %s: its title, that of its annotations, its name (TOL-18)",
    ([tool, shown]) =>
      Effect.gen(function*() {
        const toolkit = yield* ClientToolkit.make({
          listTools: Effect.succeed([{ name: "name", inputSchema: { type: "object" }, ...tool }]),
          callTool: () => Effect.succeed({ content: [] })
        })
        const [made] = Object.values(toolkit.tools)
        assert.isDefined(made)
        assert.strictEqual(Context.getOrUndefined(made.annotations, AiTool.Title) ?? made.name, shown)
      })
  )
})

describe("choices in a form", () => {
  const titled = [{ const: "r", title: "Red" }, { const: "g", title: "Green" }]
  const properties = {
    plain: { type: "string", enum: ["r", "g"] },
    titled: { type: "string", oneOf: titled },
    several: { type: "array", items: { type: "string", enum: ["r", "g"] } },
    severalTitled: { type: "array", items: { anyOf: titled } },
    named: { type: "string", enum: ["r", "g"], enumNames: ["Red", "Green"] }
  }
  const right = { plain: "r", titled: "g", several: ["r", "g"], severalTitled: ["g"], named: "r" }

  const answered = (content: Parameters<typeof Elicitation.accept>[0]) =>
    Effect.gen(function*() {
      const { peer } = yield* scripted(
        v2025_11_25,
        Elicitation.layer({ form: () => Effect.succeed(Elicitation.accept(content)) })
      )
      return yield* ask(peer, 1, "elicitation/create", formParams(properties))
    })

  it.effect("may have each of the forms that the schema has (ELF-03)", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual((yield* answered(right)).result, { action: "accept", content: right })
    }))

  const wrong = Object.keys(properties)
  it.effect.each(wrong)("are held to what may be chosen: %s (ELF-03)", (name) =>
    Effect.gen(function*() {
      const isList = name.startsWith("several")
      const { error } = yield* answered({ ...right, [name]: isList ? ["blue"] : "blue" })
      assert.isDefined(error)
    }).pipe(silently))
})

const services = {
  elicitation: Elicitation.layer({ form: () => Effect.succeed(Elicitation.decline) }),
  sampling: Sampling.layer({
    createMessage: () => Effect.succeed({ role: "assistant", content: { type: "text", text: "4" }, model: "m" })
  }),
  roots: Roots.layer([{ uri: "file:///home/ada" }])
}

const questions = {
  elicitation: { method: "elicitation/create", params: formParams({}) },
  sampling: { method: "sampling/createMessage", params: sampling },
  roots: { method: "roots/list", params: {} }
}

type Capability = keyof typeof services

const all: ReadonlyArray<Capability> = ["elicitation", "sampling", "roots"]

/** Every set of capabilities. */
const sets: ReadonlyArray<ReadonlyArray<Capability>> = Array.from(
  { length: 2 ** all.length },
  (_, bits) => all.filter((_, index) => (bits & (1 << index)) !== 0)
)

/** The answering services of a set. */
const layerOf = (set: ReadonlyArray<Capability>) =>
  Layer.mergeAll(
    set.includes("elicitation") ? services.elicitation : Layer.empty,
    set.includes("sampling") ? services.sampling : Layer.empty,
    set.includes("roots") ? services.roots : Layer.empty
  )

describe("what a client declares", () => {
  it.effect.each(sets.map((set) => [set] as const))(
    "is what it answers, and nothing else: %j (LIF-03)",
    ([set]) =>
      Effect.gen(function*() {
        const { peer } = yield* scripted(v2025_11_25, layerOf(set))
        const [{ params } = {}] = sent(peer, "initialize")
        assert.deepStrictEqual(Object.keys(params?.capabilities ?? {}).toSorted(), set.toSorted())
        for (const name of all) {
          const { method, params } = questions[name]
          const { error } = yield* ask(peer, name, method, params)
          assert.strictEqual(error?.code, set.includes(name) ? undefined : -32601, name)
        }
      }).pipe(silently)
  )

  const capabilitiesIn = (heard: ReadonlyArray<Heard>): ReadonlyArray<unknown> =>
    heard.flatMap(({ params }) => {
      const meta = (params?._meta ?? {}) as { readonly [key: string]: unknown }
      return params?.capabilities ?? meta[MetaKey.clientCapabilities] ?? []
    })

  it.effect.each([v2025_11_25, v2026_07_28])(
    "has no extension in it; where a server has one, the core is served (EXN-03, EXN-06): $version",
    (revision) =>
      Effect.gen(function*() {
        // The server of the conversation announces an extension that nobody here has heard of.
        const capabilities = capabilitiesIn((yield* have(revision)).heard)
        assert.isNotEmpty(capabilities)
        for (const one of capabilities) assert.hasAllKeys(one, [...all])
      }).pipe(silently)
  )
})
