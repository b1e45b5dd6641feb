import { assert, describe, it } from "@effect/vitest"
import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Params, Request } from "../../src/jsonrpc/Message.ts"
import { all } from "../../src/revision/Revisions.ts"
import { MetaKey } from "../../src/schema/Meta.ts"
import type { Header, Refusal } from "../../src/session/HttpAdmission.ts"
import * as StatelessAdmission from "../../src/session/StatelessAdmission.ts"
import { claim, claimed, modernVersion } from "../support/Messages.ts"

const byVersion = new Map(all.map((revision) => [revision.version, revision]))
const supported = all.map(({ version }) => version)

const headerOf = (headers: { readonly [name: string]: string }): Header => (name) => headers[name]

const requestOf = (method: string, params: Params | undefined = claimed()): Request => ({
  _tag: "Request",
  id: 1,
  method,
  params
})

/** A refusal as one line; `admitted` where there is none. */
const reasonOf = (refusal: Refusal | undefined) =>
  refusal === undefined ? "admitted" : `${refusal.status} ${refusal.error.code} ${refusal.error.message}`

describe("the claim to be of the stateless era", () => {
  const cases: ReadonlyArray<readonly [method: string, params: Params | undefined, expected: boolean]> = [
    ["server/discover", undefined, true],
    ["tools/list", undefined, false],
    ["tools/list", {}, false],
    ["tools/list", { _meta: {} }, false],
    ["tools/list", { _meta: { progressToken: 1 } }, false],
    ["tools/list", { _meta: null }, false],
    ["tools/list", { _meta: [MetaKey.protocolVersion] }, false],
    ["tools/list", { [MetaKey.protocolVersion]: modernVersion }, false],
    ["tools/list", { _meta: { [MetaKey.protocolVersion]: modernVersion } }, true],
    ["tools/list", { _meta: { [MetaKey.protocolVersion]: 1 } }, true],
    ["tools/list", { _meta: { [MetaKey.clientCapabilities]: {} } }, true],
    ["tools/list", { _meta: { [MetaKey.clientInfo]: {} } }, true],
    ["tools/list", { _meta: { [MetaKey.logLevel]: "info" } }, true]
  ]
  it.each(cases)("%s %j: %s", (method, params, expected) => {
    assert.strictEqual(StatelessAdmission.isClaimed({ method, params }), expected)
  })
})

describe("what a request says of itself", () => {
  const admit = (meta: unknown) => StatelessAdmission.admitMeta({ _meta: meta }, byVersion, supported)

  const reason = (meta: unknown) =>
    Result.match(admit(meta), {
      onSuccess: ({ version }) => version,
      onFailure: ({ code, message }) => `${code} ${message}`
    })

  const noVersion = `-32602 _meta lacks "${MetaKey.protocolVersion}"`
  const noCapabilities = `-32602 _meta lacks "${MetaKey.clientCapabilities}"`

  const cases: ReadonlyArray<readonly [what: string, meta: unknown, expected: string]> = [
    ["all there is", claim, modernVersion],
    ["no clientInfo", { ...claim, [MetaKey.clientInfo]: undefined }, modernVersion],
    ["a level", { ...claim, [MetaKey.logLevel]: "debug" }, modernVersion],
    ["no _meta", undefined, noVersion],
    ["_meta that is no object", [claim], noVersion],
    ["no version", { ...claim, [MetaKey.protocolVersion]: undefined }, noVersion],
    ["a version that is no string", { ...claim, [MetaKey.protocolVersion]: 20_260_728 }, noVersion],
    ["no capabilities", { ...claim, [MetaKey.clientCapabilities]: undefined }, noCapabilities],
    ["capabilities that are a list", { ...claim, [MetaKey.clientCapabilities]: [] }, noCapabilities],
    ["capabilities that are null", { ...claim, [MetaKey.clientCapabilities]: null }, noCapabilities],
    [
      "a level that is none",
      { ...claim, [MetaKey.logLevel]: "loud" },
      `-32602 _meta has an unknown "${MetaKey.logLevel}"`
    ]
  ]
  it.each(cases)("%s (MET-01, MET-02, MET-04, LOG-04)", (_, meta, expected) => {
    assert.strictEqual(reason(meta), expected)
  })

  const strange = ["1999-01-01", "2025-11-25", "", "__proto__"]
  it.each(strange)("the version '%s' is not spoken here, and the error lists what is (VER-01)", (requested) => {
    const verdict = admit({ ...claim, [MetaKey.protocolVersion]: requested })
    assert.isTrue(Result.isFailure(verdict))
    if (Result.isSuccess(verdict)) return
    assert.strictEqual(verdict.failure.code, -32022)
    assert.deepStrictEqual<unknown>(verdict.failure.data, { supported, requested })
  })
})

describe("headers against the body", () => {
  const compare = (headers: { readonly [name: string]: string }, params?: Params) =>
    reasonOf(StatelessAdmission.compareHeaders(headerOf(headers), requestOf("tools/list", params)))

  const versionDiffers = "400 -32020 The header MCP-Protocol-Version does not match the body"
  const versionMissing = "400 -32020 The header MCP-Protocol-Version is missing"
  const methodDiffers = "400 -32020 The header Mcp-Method does not match the body"

  it("must agree in version and method (HDR-01 to HDR-05)", () => {
    const version = { "mcp-protocol-version": modernVersion }
    assert.strictEqual(compare({ ...version, "mcp-method": "tools/list" }), "admitted")
    assert.strictEqual(
      compare({ "mcp-protocol-version": ` ${modernVersion} `, "mcp-method": " tools/list" }),
      "admitted"
    )
    assert.strictEqual(compare(version), "admitted")
    assert.strictEqual(compare({ "mcp-protocol-version": "2025-11-25" }), versionDiffers)
    assert.strictEqual(compare({}), versionMissing)
    assert.strictEqual(compare({}, {}), "admitted")
    assert.strictEqual(compare({ ...version, "mcp-method": "tools/call" }), methodDiffers)
    assert.strictEqual(compare({ ...version, "mcp-method": "TOOLS/LIST" }), methodDiffers)
    assert.strictEqual(compare({ "mcp-protocol-version": "x", "mcp-method": "y" }), versionDiffers)
  })

  const demand = (method: string, params: Params, headers: { readonly [name: string]: string }) =>
    reasonOf(StatelessAdmission.requireHeaders(headerOf(headers), requestOf(method, params)))

  it("must name the method (HDR-06)", () => {
    assert.strictEqual(demand("tools/list", {}, {}), "400 -32020 The header Mcp-Method is missing")
    assert.strictEqual(demand("tools/list", {}, { "mcp-method": "tools/list" }), "admitted")
  })

  const named = [["tools/call", "name"], ["prompts/get", "name"], ["resources/read", "uri"]] as const
  it.each(named)("must name what %s is about (HDR-07, HDR-11)", (method, member) => {
    const name = (headers: { readonly [name: string]: string }, value: unknown = "a") =>
      demand(method, { [member]: value }, { "mcp-method": method, ...headers })
    assert.strictEqual(name({}), "400 -32020 The header Mcp-Name is missing")
    for (const wrong of ["b", "A", "", "=?base64?!?=", "=?base64?Yg==?="]) {
      assert.strictEqual(name({ "mcp-name": wrong }), "400 -32020 The header Mcp-Name does not match the body")
    }
    for (const right of ["a", " a ", "=?base64?YQ==?="]) assert.strictEqual(name({ "mcp-name": right }), "admitted")
    assert.strictEqual(name({}, null), "admitted")
    assert.strictEqual(name({}, 1), "admitted")
  })

  it.prop("may name anything in Base64 (HDR-13, HDR-24)", [Schema.String], ([text]) => {
    const name = text.toWellFormed()
    const headers = { "mcp-method": "tools/call", "mcp-name": `=?base64?${Base64.encode(name)}?=` }
    return demand("tools/call", { name }, headers) === "admitted" &&
      demand("tools/call", { name: `${name}x` }, headers) !== "admitted"
  })
})
