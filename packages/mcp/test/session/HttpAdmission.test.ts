import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as HttpAdmission from "../../src/session/HttpAdmission.ts"
import * as HttpPolicy from "../../src/session/HttpPolicy.ts"

type Headers = { readonly [name: string]: string }

const headerOf = (headers: Headers): HttpAdmission.Header => (name) =>
  Object.hasOwn(headers, name) ? headers[name] : undefined

/** The verdict in one word, or the status of the refusal. */
const verdict = (method: string, headers: Headers = {}, policy = HttpPolicy.make()) => {
  const admission = HttpAdmission.admit(policy, method, headerOf({ host: "localhost", ...headers }))
  return admission._tag === "Refusal" ? admission.status : admission._tag
}

describe("the head of a request", () => {
  const verbs = [
    ["GET", "Get"],
    ["DELETE", "Delete"],
    ["OPTIONS", "Preflight"],
    ["PUT", 405],
    ["PATCH", 405],
    ["HEAD", 405],
    ["post", 405],
    ["", 405]
  ] as const
  it.each(verbs)("with the verb %s: %s", (method, expected) => {
    assert.strictEqual(verdict(method), expected)
  })

  it("with a verb that is not served names those that are", () => {
    const admission = HttpAdmission.admit(HttpPolicy.make(), "PUT", headerOf({ host: "localhost" }))
    assert.deepInclude(admission, { headers: { allow: "GET, POST, DELETE, OPTIONS" } })
  })

  const contentTypes = [
    ["application/json", "Post"],
    ["Application/JSON", "Post"],
    [" application/json ", "Post"],
    ["application/json; charset=utf-8", "Post"],
    ["application/json ;charset=utf-8", "Post"],
    ["application/jsonp", 415],
    ["application/json+x", 415],
    ["text/json", 415],
    ["text/plain; application/json", 415],
    ["text/plain", 415],
    ["application/x-www-form-urlencoded", 415],
    ["", 415]
  ] as const
  it.each(contentTypes)("of a POST with the content type %s: %s", (contentType, expected) => {
    assert.strictEqual(verdict("POST", { "content-type": contentType }), expected)
  })

  it("of a POST without a content type is refused", () => {
    assert.strictEqual(verdict("POST"), 415)
  })

  it("is judged by its host and origin before all else (HTC-03, HTC-04)", () => {
    for (const method of ["GET", "POST", "DELETE", "OPTIONS", "PUT"]) {
      assert.strictEqual(verdict(method, { host: "evil.net" }), 403)
      assert.strictEqual(verdict(method, { origin: "https://evil.net" }), 403)
    }
    const admission = HttpAdmission.admit(HttpPolicy.make(), "GET", headerOf({}))
    assert.deepInclude(admission, { _tag: "Refusal", status: 403 })
  })

  const Verb = Schema.Literals(["GET", "POST", "DELETE", "OPTIONS", "PUT"])
  it.prop("is refused with a JSON-RPC error, or not at all", [Verb, Schema.String, Schema.String], (
    [method, origin, contentType]
  ) => {
    const header = headerOf({ host: "localhost", origin, "content-type": contentType })
    const admission = HttpAdmission.admit(HttpPolicy.make(), method, header)
    return admission._tag !== "Refusal" ||
      (admission.error.code === -32600 && [403, 405, 415].includes(admission.status))
  })
})

describe("what a caller accepts", () => {
  const cases = [
    [undefined, "json stream"],
    ["*/*", "json stream"],
    ["text/html, */*;q=0.1", "json stream"],
    ["application/json, text/event-stream", "json stream"],
    ["text/event-stream,application/json", "json stream"],
    ["APPLICATION/JSON ; q=1, Text/Event-Stream", "json stream"],
    ["application/*, text/*", "json stream"],
    ["application/json", "json"],
    ["application/*", "json"],
    ["text/event-stream", "stream"],
    ["text/*", "stream"],
    ["text/html", ""],
    ["application/jsonp, text/event-streams", ""],
    ["", ""]
  ] as const
  it.each(cases)("%s: %s", (accept, expected) => {
    const { eventStream, json } = HttpAdmission.acceptance(accept)
    assert.strictEqual([...(json ? ["json"] : []), ...(eventStream ? ["stream"] : [])].join(" "), expected)
  })

  const Type = Schema.Literals(["application/json", "text/event-stream", "text/html", "image/png"])
  it.prop("does not depend on order, case or parameters", [Schema.NonEmptyArray(Type)], ([types]) => {
    const expected = { json: types.includes("application/json"), eventStream: types.includes("text/event-stream") }
    const written = types.toReversed().map((type) => ` ${type.toUpperCase()}; q=0.5`).join(",")
    assert.deepStrictEqual(HttpAdmission.acceptance(types.join(",")), expected)
    assert.deepStrictEqual(HttpAdmission.acceptance(written), expected)
    return true
  })
})

describe("refusals", () => {
  it("of bodies too large and of callers that take nothing have their status", () => {
    assert.deepStrictEqual([HttpAdmission.bodyTooLarge.status, HttpAdmission.notAcceptable.status], [413, 406])
  })

  const statuses = [
    [-32700, 400],
    [-32600, 400],
    [-32020, 400],
    [-32021, 400],
    [-32022, 400],
    [-32601, 404],
    [-32602, 200],
    [-32603, 200],
    [1, 200],
    [undefined, 200]
  ] as const
  it.each(statuses)("with the code %s have the status %s (HTM-17, MET-09, VER-02, HDR-11, ERR-13)", (code, status) => {
    assert.strictEqual(HttpAdmission.statusOfCode(code), status)
  })
})

describe("CORS", () => {
  const origin = "http://localhost:8080"

  it("says nothing to callers that are no web page", () => {
    assert.deepStrictEqual(HttpAdmission.corsHeaders(undefined), {})
  })

  it("names the one origin that asked, and lets it read the session id and the challenges", () => {
    assert.deepStrictEqual(HttpAdmission.corsHeaders(origin), {
      "access-control-allow-origin": origin,
      "access-control-expose-headers": "mcp-session-id, www-authenticate, dpop-nonce",
      vary: "origin"
    })
  })

  it("allows the headers that a preflight asks for, or else those of the protocol", () => {
    const asked = HttpAdmission.preflightHeaders(headerOf({ origin, "access-control-request-headers": "x-one, x-two" }))
    assert.strictEqual(asked["access-control-allow-headers"], "x-one, x-two")
    assert.strictEqual(asked["access-control-allow-origin"], origin)
    assert.include(asked["access-control-allow-methods"], "DELETE")
    const silent = HttpAdmission.preflightHeaders(headerOf({ origin }))["access-control-allow-headers"]?.split(", ")
    assert.includeMembers(silent ?? [], ["mcp-session-id", "mcp-protocol-version", "mcp-method", "last-event-id"])
  })
})
