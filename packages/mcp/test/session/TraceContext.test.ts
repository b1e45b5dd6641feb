/** What travels with a trace: passed on when it is in the format of its specification, and dropped otherwise. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { luggage } from "../../src/session/TraceContext.ts"

const trace = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7", sampled: true }

const many = (count: number) => Array.from({ length: count }, (_, index) => `k${index}=1`).join(",")

const tracestates = {
  good: ["a=1", "a=1,b=2", " a=1 , ,b=2,", "fw529a3039@dt=FfAB;x y!", "0a/b*c_d-e=~", many(32), `a=${"x".repeat(256)}`],
  wrong: ["", " ", ",", "a", "a=", "=1", "A=1", "a=1,a=2", "a=1=2", "a=\u00e9", "a=1\n", "a=\u0000", many(33)]
}

const baggages = {
  good: ["a=1", "a=", "userId=alice , serverNode = DF%2028;p1;p2=v2 , b=x=y", "a=1,a=2", many(180)],
  wrong: [
    "",
    ",",
    "a",
    "a=1,",
    "=1",
    "a b=1",
    "a=1 2",
    "a=\"1\"",
    "a=1;",
    "a=1;p q",
    "a=\\",
    "a=\u00e9",
    "a=1\r\nx: y",
    many(181)
  ]
}

const tooLong = `a=${"x".repeat(8191)}`

describe("tracestate", () => {
  it.each(tracestates.good)("is passed on: %s (TRC-01, KEY-08)", (tracestate) => {
    assert.deepStrictEqual(luggage({ tracestate }, trace), { tracestate })
    // Without a trace it is the state of nothing.
    assert.deepStrictEqual(luggage({ tracestate }, undefined), {})
  })

  it.each([...tracestates.wrong, tooLong])("is dropped: %j (TRC-01, KEY-08)", (tracestate) => {
    assert.deepStrictEqual(luggage({ tracestate, baggage: "a=1" }, trace), { baggage: "a=1" })
  })
})

describe("baggage", () => {
  it.each(baggages.good)("is passed on: %s (TRC-02, KEY-08)", (baggage) => {
    assert.deepStrictEqual(luggage({ baggage }, undefined), { baggage })
  })

  it.each([...baggages.wrong, tooLong])("is dropped: %j (TRC-02, KEY-08)", (baggage) => {
    assert.deepStrictEqual(luggage({ baggage, tracestate: "a=1" }, trace), { tracestate: "a=1" })
  })
})

describe("luggage", () => {
  it("that is no text is dropped", () => {
    assert.deepStrictEqual(luggage({ baggage: 1, tracestate: ["a=1"] }, trace), {})
  })

  it.prop(
    "is never more than a header can carry",
    [Schema.String, Schema.String],
    ([baggage, tracestate]) =>
      Object.values(luggage({ baggage, tracestate }, trace)).every((text) => /^[\t -~]*$/.test(text))
  )

  it("of the worst length is judged at once", () => {
    for (const text of [" ".repeat(8192), "a=1;".repeat(2048), `a${" ".repeat(8190)}b`, `${"a,".repeat(4096)}`]) {
      assert.deepStrictEqual(luggage({ baggage: text, tracestate: text }, trace), {})
    }
  })
})
