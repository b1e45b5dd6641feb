import { assert, describe, it } from "@effect/vitest"
import * as Core from "@modelcontextprotocol/core"
import type { Wire } from "../../src/revision/Revision.ts"
import * as Canonical from "./Canonical.ts"
import { notificationCases, notificationMessage, overTheWire, requestCases, requestMessage } from "./Cases.ts"
import { isObject } from "./Official.ts"

/** The validators of the official TypeScript SDK: another hand, the two newest revisions in one set of schemas. */
const validators = Core as unknown as {
  readonly [name: string]: {
    readonly safeParse: (value: unknown) => { readonly success: boolean; readonly error?: Error }
  }
}

const runs = { arbitrary: { runs: 20 } }

const wire = (value: unknown): Wire => isObject(value) ? value : assert.fail("not an object")

const accepts = (definition: string, value: unknown) => {
  const validator = validators[`${definition}Schema`]
  if (validator === undefined) return assert.fail(`the SDK has no ${definition}Schema`)
  const { error } = validator.safeParse(value)
  assert.isUndefined(error, error?.message)
}

/** Where the SDK's public schema is another one than the official definition of the same name. */
const resultName = (definition: string) =>
  definition === "CreateMessageResult" ? "CreateMessageResultWithTools" : definition

/** An empty result has no members of its own, and the SDK, unlike the specification, permits no others. */
const withoutOthers = (definition: string, value: unknown) =>
  definition === "EmptyResult" && isObject(value) && value._meta !== undefined
    ? { _meta: value._meta }
    : definition === "EmptyResult"
    ? {}
    : value

const isNewest = (one: { readonly version: string }) => one.version === "2025-11-25" || one.version === "2026-07-28"

describe("canonical values, encoded, are accepted by the official SDK", () => {
  for (const one of requestCases.filter(isNewest)) {
    const { params, result } = Canonical.requests[one.method]!
    // The SDK's public schema of this request is that of the session era: a URL question must have an id.
    const isOther = one.method === "elicitation/create" && one.revision.era === "stateless"

    if (!isOther) {
      it.prop(`${one.label} params`, [params], ([value]) => {
        const encoded = one.revision.encode.requestParams(one.method, wire(value))
        accepts(one.request, overTheWire(requestMessage(one, encoded)))
      }, runs)
    }

    it.prop(`${one.label} result`, [result], ([value]) => {
      const encoded = overTheWire(one.revision.encode.result(one.method, wire(value)))
      accepts(resultName(one.result), withoutOthers(one.result, encoded))
    }, runs)
  }

  for (const one of notificationCases.filter(isNewest)) {
    it.prop(`${one.label} params`, [Canonical.notifications[one.method]!], ([value]) => {
      const encoded = one.revision.encode.notification(one.method, wire(value))
      if (encoded !== undefined) accepts(one.notification, overTheWire(notificationMessage(one, encoded)))
    }, runs)
  }
})
