import { assert, describe, it } from "@effect/vitest"
import * as Paste from "@parley/simulation/swarm/Paste"
import * as Schema from "effect/Schema"
import { Script } from "node:vm"

/** What an expression is when it is evaluated. */
const evaluated = (text: string): unknown => new Script(`(${text})`).runInNewContext()

/** The same without the realm that it was made in, and with what is not JSON spelt out. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, member) => typeof member === "number" ? `number ${member}` : member))

describe("Paste", () => {
  it.prop("prints plain data as an expression that means it", [Schema.Json], ([json]) => {
    assert.deepStrictEqual(plain(evaluated(Paste.expression(json))), plain(json))
  })

  it("keeps what JSON does not have, and leaves out what is not there", () => {
    assert.strictEqual(Paste.expression({ endless: Infinity, gone: undefined }), "{ endless: Infinity }")
  })

  it("keeps members with any name", () => {
    const value = JSON.parse(`{"__proto__": 1, "a-b": 2, "": 3, "class": 4}`)
    assert.strictEqual(Paste.expression(value), `{ ["__proto__"]: 1, "a-b": 2, "": 3, class: 4 }`)
    assert.deepStrictEqual(plain(evaluated(Paste.expression(value))), plain(value))
  })

  it("breaks lines that are long", () => {
    const item = { action: "call", input: { tool: "deposit", arguments: { key: "step-1" } }, atMillis: 1 }
    assert.strictEqual(
      Paste.expression({ steps: [item, item], seed: 1 }),
      `{
  steps: [
    { action: "call", input: { tool: "deposit", arguments: { key: "step-1" } }, atMillis: 1 },
    { action: "call", input: { tool: "deposit", arguments: { key: "step-1" } }, atMillis: 1 }
  ],
  seed: 1
}`
    )
  })
})
