import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { notificationCases, overTheWire, requestCases } from "./Cases.ts"
import { examples, isObject, type Json } from "./Official.ts"

const newest = "2026-07-28"

const requests = requestCases.filter((one) => one.version === newest)
const notifications = notificationCases.filter((one) => one.version === newest)

const found = <A>(value: A | undefined, label: string): A => value ?? assert.fail(`no codec for ${label}`)

const member = (value: unknown, key: string): unknown => isObject(value) ? value[key] : undefined

/** How an official example of a type is read: the part of it that we decode, and the codec for that part. */
type Reading = { readonly part: (value: unknown) => unknown; readonly codec: Schema.Codec<unknown, unknown> }

const readingOf = (type: string): Reading | undefined => {
  const whole = (value: unknown) => value
  const params = (value: unknown) => member(value, "params")
  if (type.endsWith("RequestParams") && type !== "PaginatedRequestParams") {
    return { part: whole, codec: found(requests.find((one) => `${one.request}Params` === type), type).codec.params }
  }
  if (type.endsWith("Request")) {
    return { part: params, codec: found(requests.find((one) => one.request === type), type).codec.params }
  }
  if (type.endsWith("ResultResponse")) {
    const result = type.slice(0, -"Response".length)
    return {
      part: (value) => member(value, "result"),
      codec: found(requests.find((one) => one.result === result), type).codec.result
    }
  }
  if (type === "InputRequiredResult") {
    return { part: whole, codec: found(requests.find((one) => one.method === "tools/call"), type).codec.result }
  }
  if (type.endsWith("Result")) {
    return { part: whole, codec: found(requests.find((one) => one.result === type), type).codec.result }
  }
  if (type.endsWith("NotificationParams")) {
    return {
      part: whole,
      codec: found(notifications.find((one) => `${one.notification}Params` === type), type).codec.params
    }
  }
  if (type.endsWith("Notification")) {
    return { part: params, codec: found(notifications.find((one) => one.notification === type), type).codec.params }
  }
  return undefined
}

describe("the official examples decode and come back whole", () => {
  const messages = Object.entries(examples).flatMap(([type, byName]) => {
    const reading = readingOf(type)
    return reading === undefined
      ? []
      : Object.entries(byName as Json).map(([name, value]) => ({ type, name, value, reading }))
  })

  for (const { name, reading, type, value } of messages) {
    it(`${type}: ${name}`, () => {
      const part = reading.part(value) ?? {}
      const decoded = Schema.decodeUnknownResult(reading.codec)(part)
      if (Result.isFailure(decoded)) return assert.fail(String(decoded.failure))
      const again = overTheWire(Schema.encodeUnknownSync(reading.codec)(decoded.success))
      // One example leaves out how long it keeps, against its own schema; it gets the defaults.
      const defaults = type === "ReadResourceResultResponse" ? { ttlMs: 0, cacheScope: "private" } : {}
      assert.deepStrictEqual(again, { ...defaults, ...(part as Json) })
    })
  }

  it("there are examples of every kind of message", () => {
    const types = new Set(messages.map(({ type }) => type))
    const expected = [
      ...requests.flatMap((one) => [one.request, one.result]),
      ...notifications.map((one) => one.notification)
    ]
    assert.deepStrictEqual(expected.filter((type) => !types.has(type)), [])
  })
})
