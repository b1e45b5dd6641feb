/** What errors say back of what they were sent. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Echo from "../../src/jsonrpc/Echo.ts"

const forms = [
  { form: "name", echo: Echo.name, max: Echo.nameLengthMax },
  { form: "sentence", echo: Echo.sentence, max: Echo.sentenceLengthMax }
]

describe.each(forms)("a $form that is said back", ({ echo, max }) => {
  it("is whole up to its limit", () => {
    const longest = "a".repeat(max)
    assert.strictEqual(echo(longest), longest)
    assert.strictEqual(echo(`${longest}b`), `${longest}…`)
  })

  it.prop("is never longer, and always text", [Schema.String, Schema.Natural], ([text, times]) => {
    const echoed = echo(text.repeat(times % 10_000))
    assert.isAtMost(echoed.length, max + 1)
    if (text.isWellFormed()) assert.isTrue(echoed.isWellFormed())
  })

  it("is cut between characters, and not inside of one", () => {
    assert.isTrue(echo(`a${"💥".repeat(max)}`).isWellFormed())
  })
})
