import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { notificationCases, notificationMessage, overTheWire, requestCases, requestMessage } from "./Cases.ts"
import { generate } from "./Generator.ts"
import { isObject, type Official } from "./Official.ts"

const runs = { arbitrary: { runs: 20 } }

const encoded = (schema: Schema.Codec<unknown, unknown>, value: unknown) =>
  overTheWire(Schema.encodeUnknownSync(schema)(value))

/** The official schemas describe what a request may be answered with; asking is one of the answers where there is. */
const resultErrors = (official: Official, definition: string, value: unknown) =>
  isObject(value) && value.resultType === "input_required"
    ? official.errors("InputRequiredResult", value)
    : official.errors(definition, value)

describe("what the dated schemas say, the official schemas accept", () => {
  for (const one of requestCases) {
    it.prop(`${one.label} params`, [one.codec.params], ([params]) => {
      const message = requestMessage(one, encoded(one.codec.params, params))
      assert.deepStrictEqual(one.official.errors(one.request, message), [])
    }, runs)

    it.prop(`${one.label} result`, [one.codec.result], ([result]) => {
      assert.deepStrictEqual(resultErrors(one.official, one.result, encoded(one.codec.result, result)), [])
    }, runs)
  }

  for (const one of notificationCases) {
    it.prop(`${one.label} params`, [one.codec.params], ([params]) => {
      const message = notificationMessage(one, encoded(one.codec.params, params))
      assert.deepStrictEqual(one.official.errors(one.notification, message), [])
    }, runs)
  }
})

const success = <A, E>(result: Result.Result<A, E>): A =>
  Result.isSuccess(result) ? result.success : assert.fail(String(result.failure))

const member = (value: unknown, key: string): unknown => isObject(value) ? value[key] : undefined

const seeds = Array.from({ length: 25 }, (_, seed) => seed)

describe("what the official schemas accept, the dated schemas decode and give back whole", () => {
  for (const one of requestCases) {
    it(`${one.label} params`, () => {
      for (const seed of seeds) {
        const params = member(generate(one.official, one.request, seed), "params")
        const decoded = success(one.codec.decodeParams(params))
        assert.deepStrictEqual(encoded(one.codec.params, decoded), overTheWire(params ?? {}))
      }
    })

    it(`${one.label} result`, () => {
      for (const seed of seeds) {
        const result = generate(one.official, one.result, seed)
        assert.deepStrictEqual(encoded(one.codec.result, success(one.codec.decodeResult(result))), overTheWire(result))
      }
    })
  }

  for (const one of notificationCases) {
    it(`${one.label} params`, () => {
      for (const seed of seeds) {
        const params = member(generate(one.official, one.notification, seed), "params")
        const decoded = success(one.codec.decodeParams(params))
        assert.deepStrictEqual(encoded(one.codec.params, decoded), overTheWire(params ?? {}))
      }
    })
  }
})

describe("members that only other revisions have may hold anything", () => {
  for (const one of requestCases) {
    it(`${one.label}`, () => {
      for (const seed of seeds) {
        const params = member(generate(one.official, one.request, seed, true), "params")
        const message = requestMessage(one, encoded(one.codec.params, success(one.codec.decodeParams(params))))
        assert.deepStrictEqual(one.official.errors(one.request, message), [])
        const result = encoded(
          one.codec.result,
          success(one.codec.decodeResult(generate(one.official, one.result, seed, true)))
        )
        assert.deepStrictEqual(resultErrors(one.official, one.result, result), [])
      }
    })
  }

  for (const one of notificationCases) {
    it(`${one.label}`, () => {
      for (const seed of seeds) {
        const params = member(generate(one.official, one.notification, seed, true), "params")
        const message = notificationMessage(one, encoded(one.codec.params, success(one.codec.decodeParams(params))))
        assert.deepStrictEqual(one.official.errors(one.notification, message), [])
      }
    })
  }
})
