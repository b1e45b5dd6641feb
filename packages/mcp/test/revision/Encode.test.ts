import { assert, describe, it } from "@effect/vitest"
import type * as Schema from "effect/Schema"
import type { Encode, Wire } from "../../src/revision/Revision.ts"
import { ClientCapabilities, ServerCapabilities } from "../../src/schema/Capabilities.ts"
import { Implementation } from "../../src/schema/Implementation.ts"
import { InputRequiredResult } from "../../src/schema/InputRequired.ts"
import { Prompt } from "../../src/schema/Prompt.ts"
import { Resource, ResourceTemplate } from "../../src/schema/Resource.ts"
import { Tool } from "../../src/schema/Tool.ts"
import * as Canonical from "./Canonical.ts"
import {
  notificationCases,
  notificationMessage,
  overTheWire,
  requestCases,
  requestMessage,
  revisionOf
} from "./Cases.ts"
import { isObject, official, versions } from "./Official.ts"

const runs = { arbitrary: { runs: 20 } }

const wire = (value: unknown): Wire => isObject(value) ? value : assert.fail("not an object")

describe("canonical values, encoded, are what the official schema says and no more", () => {
  for (const one of requestCases) {
    const { params, result } = Canonical.requests[one.method]!

    it.prop(`${one.label} params`, [params], ([value]) => {
      const encoded = overTheWire(one.revision.encode.requestParams(one.method, wire(value)))
      assert.deepStrictEqual(one.official.errorsClosed(one.request, requestMessage(one, encoded)), [])
    }, runs)

    it.prop(`${one.label} result`, [result], ([value]) => {
      const encoded = overTheWire(one.revision.encode.result(one.method, wire(value)))
      assert.deepStrictEqual(one.official.errorsClosed(one.result, encoded), [])
    }, runs)
  }

  for (const one of notificationCases) {
    it.prop(`${one.label} params`, [Canonical.notifications[one.method]!], ([value]) => {
      const encoded = one.revision.encode.notification(one.method, wire(value))
      // Only a cancellation that does not say of what may be impossible to say.
      if (encoded === undefined) return one.method === "notifications/cancelled" && wire(value).requestId === undefined
      const message = notificationMessage(one, overTheWire(encoded))
      assert.deepStrictEqual(one.official.errorsClosed(one.notification, message), [])
      return true
    }, runs)
  }
})

/** A part of messages: its definition, its canonical schema, and its own encoder. */
const part = <A>(
  definition: string,
  schema: Schema.Codec<A, unknown>,
  encode: (self: Encode) => (value: A) => Wire
) => ({
  definition,
  check: (version: (typeof versions)[number]) =>
    it.prop(`${version} ${definition}`, [schema], ([value]) => {
      const encoded = overTheWire(encode(revisionOf(version).encode)(value))
      assert.deepStrictEqual(official[version].errorsClosed(definition, encoded), [])
    }, runs)
})

const parts = [
  part("Tool", Tool, (encode) => encode.tool),
  part("Resource", Resource, (encode) => encode.resource),
  part("ResourceTemplate", ResourceTemplate, (encode) => encode.resourceTemplate),
  part("Prompt", Prompt, (encode) => encode.prompt),
  part("Implementation", Implementation, (encode) => encode.implementation),
  part("ServerCapabilities", ServerCapabilities, (encode) => encode.serverCapabilities),
  part("ClientCapabilities", ClientCapabilities, (encode) => encode.clientCapabilities)
]

describe("parts of messages, encoded alone", () => {
  for (const version of versions) for (const one of parts) one.check(version)

  it.prop("2026-07-28 InputRequiredResult", [InputRequiredResult], ([value]) => {
    const encoded = overTheWire(revisionOf("2026-07-28").encode.inputRequiredResult(value))
    assert.deepStrictEqual(official["2026-07-28"].errorsClosed("InputRequiredResult", encoded), [])
  }, runs)
})

describe("encoding twice changes nothing more", () => {
  for (const one of requestCases) {
    const { params, result } = Canonical.requests[one.method]!
    const { encode } = one.revision

    it.prop(one.label, [params, result], ([someParams, someResult]) => {
      const once = encode.requestParams(one.method, wire(someParams))
      assert.strictEqual(encode.requestParams(one.method, once), once)
      const answer = encode.result(one.method, wire(someResult))
      assert.strictEqual(encode.result(one.method, answer), answer)
    }, { arbitrary: { runs: 8 } })
  }
})
