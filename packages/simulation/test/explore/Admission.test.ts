/** Every request that can be put together of these parts: it is let in when nothing is wrong with it, and only then. */
import { assert, describe, it } from "@effect/vitest"
import type { Request } from "@parley/mcp/jsonrpc/Message"
import type { RpcError } from "@parley/mcp/jsonrpc/RpcError"
import type { Revision } from "@parley/mcp/revision/Revision"
import * as Revisions from "@parley/mcp/revision/Revisions"
import { MetaKey } from "@parley/mcp/schema/Meta"
import * as HttpAdmission from "@parley/mcp/session/HttpAdmission"
import * as HttpPolicy from "@parley/mcp/session/HttpPolicy"
import * as StatelessAdmission from "@parley/mcp/session/StatelessAdmission"
import * as Result from "effect/Result"
import type * as Machine from "../../src/explore/Machine.ts"
import { broken, holds } from "./Expect.ts"

/** A request that is put together part by part, in any order; parts that are missing are not there. */
type Parts = { readonly [part: string]: string }

interface Put {
  readonly part: string
  readonly is: string
}

type Options = { readonly [part: string]: ReadonlyArray<string> }

/** Says what is wrong with what was decided about a request. */
type Judge = (parts: Parts) => string | undefined

const machine = (options: Options, judge: Judge): Machine.Machine<Parts, Put> => ({
  initial: {},
  events: (parts) =>
    Object.entries(options).flatMap(([part, values]) =>
      Object.hasOwn(parts, part) ? [] : values.map((is) => ({ part, is }))
    ),
  step: (parts, { is, part }) => ({ ...parts, [part]: is }),
  key: (parts) => JSON.stringify(Object.keys(options).map((part) => parts[part] ?? null)),
  invariants: [{ name: "rightly decided", check: judge }]
})

const bounds = { depthMax: 10 }

const endpoint: Options = {
  verb: ["POST", "GET", "DELETE", "OPTIONS", "PUT"],
  host: ["localhost:80", "evil.example", "localhost.evil.example"],
  origin: ["http://localhost", "http://evil.example", "null"],
  "content-type": ["application/json", "Application/JSON; charset=utf-8", "text/plain", "application/jsonp"]
}

const isLocal = (host: string | undefined): boolean => host === "localhost:80"

const expectedOf = ({ "content-type": type, host, origin, verb = "" }: Parts): string => {
  if (!isLocal(host) || (origin !== undefined && origin !== "http://localhost")) return "403 unreadable"
  switch (verb) {
    case "POST":
      return type?.toLowerCase().startsWith("application/json") === true && type !== "application/jsonp"
        ? "Post"
        : "415"
    case "GET":
      return "Get"
    case "DELETE":
      return "Delete"
    case "OPTIONS":
      return "Preflight"
    default:
      return "405"
  }
}

const judgeEndpoint = (admit: typeof HttpAdmission.admit): Judge => (parts) => {
  const admission = admit(HttpPolicy.make(), parts.verb ?? "", (name) => parts[name])
  const decided = admission._tag === "Refusal"
    ? `${admission.status}${admission.unreadable === true ? " unreadable" : ""}`
    : admission._tag
  const expected = expectedOf(parts)
  return decided === expected ? undefined : `it is ${decided} instead of ${expected}`
}

const stateless = Revisions.statelessEra[0]?.version ?? ""
const session = Revisions.sessionEra[0]?.version ?? ""
const wrapped = "=?base64?Zm9v?="

const request: Options = {
  method: ["tools/call", "tools/list"],
  name: ["foo", "bar"],
  version: [stateless, session, "2099-01-01"],
  capabilities: ["{}", "none"],
  level: ["loud"],
  "mcp-protocol-version": [stateless, ` ${stateless} `, session],
  "mcp-method": ["tools/call", "tools/list"],
  "mcp-name": ["foo", wrapped, "=?base64?!?="]
}

const requestOf = ({ capabilities, level, method = "ping", name, version }: Parts): Request => ({
  _tag: "Request",
  id: 1,
  method,
  params: {
    ...(name === undefined ? {} : { name }),
    _meta: {
      ...(version === undefined ? {} : { [MetaKey.protocolVersion]: version }),
      ...(capabilities === undefined ? {} : { [MetaKey.clientCapabilities]: capabilities === "{}" ? {} : 7 }),
      ...(level === undefined ? {} : { [MetaKey.logLevel]: level })
    }
  }
})

interface Checks {
  readonly compareHeaders: typeof StatelessAdmission.compareHeaders
  readonly admitMeta: typeof StatelessAdmission.admitMeta
  readonly requireHeaders: typeof StatelessAdmission.requireHeaders
}

/** In the order in which the driver decides. */
const admit = (checks: Checks, parts: Parts): Result.Result<Revision, RpcError> => {
  const request = requestOf(parts)
  const header = (name: string): string | undefined => parts[name]
  const differs = checks.compareHeaders(header, request)
  if (differs !== undefined) return Result.fail(differs.error)
  const all = new Map(Revisions.all.map((revision) => [revision.version, revision]))
  const revision = checks.admitMeta(request.params, all, Array.from(all.keys()))
  if (Result.isFailure(revision)) return revision
  const lacks = checks.requireHeaders(header, request)
  return lacks === undefined ? revision : Result.fail(lacks.error)
}

const namesOf: { readonly [name: string]: string | undefined } = { foo: "foo", [wrapped]: "foo" }

const isRight = (parts: Parts): boolean => {
  const { capabilities, level = "info", method = "ping", name, version } = parts
  const mirrorsName = method !== "tools/call" || name === undefined || namesOf[parts["mcp-name"] ?? ""] === name
  return version === stateless && capabilities === "{}" && level === "info" && mirrorsName &&
    parts["mcp-protocol-version"]?.trim() === stateless && parts["mcp-method"] === method
}

const judgeRequest = (checks: Checks): Judge => (parts) => {
  const admitted = admit(checks, parts)
  if (Result.isSuccess(admitted) === isRight(parts)) return undefined
  return Result.isSuccess(admitted) ? "it was let in" : `it was refused: ${admitted.failure.message}`
}

describe("every head of an HTTP request", () => {
  it("is decided on by host, origin, verb and content type, in this order", () => {
    const { states } = holds(machine(endpoint, judgeEndpoint(HttpAdmission.admit)), bounds, 480)
    assert.strictEqual(states, 6 * 4 * 4 * 5)
  })

  it("is found out where the verb comes before the host", () => {
    const admit: typeof HttpAdmission.admit = (policy, method, header) =>
      method === "OPTIONS" ? { _tag: "Preflight" } : HttpAdmission.admit(policy, method, header)
    assert.deepStrictEqual(broken(machine(endpoint, judgeEndpoint(admit)), bounds), ["rightly decided", 1])
  })

  it("is found out where the beginning of a name is enough", () => {
    const admit: typeof HttpAdmission.admit = (policy, method, header) =>
      HttpAdmission.admit(policy, method, (name) => name === "host" ? header(name)?.slice(0, 9) : header(name))
    assert.deepStrictEqual(broken(machine(endpoint, judgeEndpoint(admit)), bounds), ["rightly decided", 1])
  })
})

describe("every request without a session", () => {
  it("is let in when headers and body agree on all that they say, and only then", () => {
    const { states } = holds(machine(request, judgeRequest(StatelessAdmission)), bounds, 10_000)
    assert.strictEqual(states, 3 * 3 * 4 * 3 * 2 * 4 * 3 * 4)
  })

  it.each(
    [
      ["the headers are not compared", { compareHeaders: () => undefined }],
      ["no header is demanded", { requireHeaders: () => undefined }],
      ["the name is not compared", {
        requireHeaders: (header, request) => StatelessAdmission.requireHeaders(header, { ...request, params: {} })
      }],
      ["any revision will do", {
        admitMeta: (params, revisions, supported) =>
          Result.orElse(
            StatelessAdmission.admitMeta(params, revisions, supported),
            (error) => error.message.includes(session) ? Result.succeed(Revisions.withoutHeader) : Result.fail(error)
          )
      }]
    ] satisfies ReadonlyArray<readonly [string, Partial<Checks>]>
  )("is found out where %s", (_, changes) => {
    const [invariant] = broken(machine(request, judgeRequest({ ...StatelessAdmission, ...changes })), bounds)
    assert.strictEqual(invariant, "rightly decided")
  })
})
