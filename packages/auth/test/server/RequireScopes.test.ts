/** Who calls, inside of handlers, and which scopes that takes. */
import { assert, describe, it } from "@effect/vitest"
import * as Catalog from "@parley/mcp/contract/Catalog"
import * as Policy from "@parley/mcp/contract/Policy"
import * as Prompt from "@parley/mcp/contract/Prompt"
import * as Resource from "@parley/mcp/contract/Resource"
import * as Tool from "@parley/mcp/contract/Tool"
import type { Request } from "@parley/mcp/jsonrpc/Message"
import { statelessEra } from "@parley/mcp/revision/Revisions"
import * as McpServer from "@parley/mcp/server/McpServer"
import * as Middleware from "@parley/mcp/server/Middleware"
import * as Origin from "@parley/mcp/server/Origin"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import {
  CurrentPrincipal,
  middleware,
  optionalMiddleware,
  OptionalPrincipal
} from "../../src/server/CurrentPrincipal.ts"
import type { ProtectedResource } from "../../src/server/ProtectedResource.ts"
import * as RequireScopes from "../../src/server/RequireScopes.ts"
import * as Protected from "../support/Protected.ts"

const info = { name: "server", version: "1.0.0" }
const metadataUrl = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp"

const whoami = Tool.serve(
  "whoami",
  {},
  () => Effect.map(CurrentPrincipal, ({ clientId, subject }) => subject ?? `program ${clientId}`)
)
const maybe = Tool.serve(
  "maybe",
  {},
  () =>
    Effect.map(
      OptionalPrincipal,
      Option.match({ onNone: () => "nobody", onSome: ({ subject }) => subject ?? "a program" })
    )
)

let written = 0
const write = Tool.serve("write", {}, () => Effect.sync(() => `written ${++written}`))
const writing = RequireScopes.apply(write, ["mcp:write", "mcp:audit"])
const secret = RequireScopes.apply(
  Tool.serve("secret", {}, () => Effect.succeed("secret")),
  ["mcp:write"],
  { hidden: true }
)

const textOf = (response: Response) =>
  Effect.map(
    Protected.bodyOf(response),
    ({ error, result }) =>
      error?.message ?? (result?.content as ReadonlyArray<{ readonly text: string }> | undefined)?.[0]?.text
  )

const challengeOf = (response: Response) => response.headers.get("www-authenticate")

const scopeOf = (scopes: string) =>
  `Bearer error="insufficient_scope", error_description="The token lacks a scope that this needs", `
  + `scope="${scopes}", resource_metadata="${metadataUrl}"`

describe("CurrentPrincipal", () => {
  it.effect("tells handlers who calls: a user, or a program", () =>
    Effect.gen(function*() {
      const send = yield* Protected.serve(McpServer.layer(whoami, { ...info, middleware: [middleware] }))
      const call = (token: string) =>
        Effect.flatMap(Protected.callTool(send, "whoami", Protected.bearer(token)), textOf)
      assert.strictEqual(yield* call("alice"), "alice")
      assert.strictEqual(yield* call("bob"), "bob")
      assert.strictEqual(yield* call("robot"), "program robot")
    }))

  it.effect("tells them in a session too, with the token of each request", () =>
    Effect.gen(function*() {
      const scopes = Tool.serve("scopes", {}, () => Effect.map(CurrentPrincipal, ({ scopes }) => scopes.join(" ")))
      const send = yield* Protected.serve(McpServer.layer(scopes, { ...info, middleware: [middleware] }))
      const opened = yield* send("POST", Protected.bearer("alice"), Protected.initialize)
      const session = { "mcp-session-id": opened.headers.get("mcp-session-id") ?? "" }
      const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "scopes", arguments: {} } }
      const said = (token: string) =>
        Effect.flatMap(send("POST", { ...session, ...Protected.bearer(token) }, call), textOf)
      assert.strictEqual(yield* said("alice"), "mcp:read")
      assert.strictEqual(yield* said("alice-writes"), "mcp:read mcp:write")
    }))

  it.effect("is refused to those who have shown nothing: the middleware lets nobody by (SSH-01, SSH-06)", () =>
    Effect.gen(function*() {
      const send = yield* Protected.serve(McpServer.layer(whoami, { ...info, middleware: [middleware] }), {
        options: { anonymous: true }
      })
      for (
        const response of [yield* Protected.callTool(send, "whoami", {}), yield* send("POST", {}, Protected.initialize)]
      ) {
        assert.strictEqual(response.status, 401)
        assert.strictEqual(challengeOf(response), `Bearer scope="mcp:read", resource_metadata="${metadataUrl}"`)
        assert.isNull(response.headers.get("mcp-session-id"))
      }
    }))

  it.effect("cannot be had by saying so: a principal that a middleware makes up is none", () =>
    Effect.gen(function*() {
      const pretend = Middleware.principal(() =>
        Effect.succeed("[\"https://login.example.com\",\"subject\",\"alice\"]")
      )
      const send = yield* Protected.serve(McpServer.layer(whoami, { ...info, middleware: [pretend, middleware] }), {
        options: { anonymous: true }
      })
      assert.strictEqual((yield* Protected.callTool(send, "whoami", {})).status, 401)
    }))

  it.effect("is not handed down to a server that is built while another serves a request", () =>
    Effect.gen(function*() {
      const nested = Tool.serve("nested", {}, () =>
        Effect.gen(function*() {
          yield* CurrentPrincipal
          const intercept = Middleware.toIntercept([middleware], yield* Effect.context<ProtectedResource>())
          const [revision] = statelessEra
          assert(intercept !== undefined && revision !== undefined)
          const channel = { header: () => undefined, send: () => Effect.void, caller: undefined }
          const request: Request = { _tag: "Request", id: 1, method: "ping", params: undefined }
          const inner = intercept(request, Origin.stateless(revision, {}, channel), () => Effect.succeed("\"served\""))
          return yield* Effect.match(inner, { onFailure: ({ message }) => message, onSuccess: (text) => text })
        }))
      const send = yield* Protected.serve(McpServer.layer(nested, { ...info, middleware: [middleware] }))
      const called = yield* Protected.callTool(send, "nested", Protected.bearer("alice"))
      assert.strictEqual(yield* textOf(called), "Authorization is required")
    }))

  it.effect("may be nobody, where a server says so", () =>
    Effect.gen(function*() {
      const send = yield* Protected.serve(McpServer.layer(maybe, { ...info, middleware: [optionalMiddleware] }), {
        options: { anonymous: true }
      })
      assert.strictEqual(yield* Effect.flatMap(Protected.callTool(send, "maybe", {}), textOf), "nobody")
      const called = yield* Protected.callTool(send, "maybe", Protected.bearer("alice"))
      assert.strictEqual(yield* textOf(called), "alice")
    }))
})

describe("RequireScopes", () => {
  it.effect("answers 403 and all scopes at once, before anything is done (ASC-01 to ASC-05, ATK-10)", () =>
    Effect.gen(function*() {
      const send = yield* Protected.serve(McpServer.layer(writing, info))
      const before = written
      const refused = yield* Protected.callTool(send, "write", Protected.bearer("alice-writes"))
      assert.strictEqual(refused.status, 403)
      assert.strictEqual(challengeOf(refused), scopeOf("mcp:read mcp:write mcp:audit"))
      const { error } = yield* Protected.bodyOf(refused)
      assert.strictEqual(error?.code, 403)
      assert.deepStrictEqual(error?.data, { "dev.parley/scopes": ["mcp:read", "mcp:write", "mcp:audit"] })
      assert.strictEqual(written, before)
    }))

  it.effect("answers so in a session too", () =>
    Effect.gen(function*() {
      const send = yield* Protected.serve(McpServer.layer(writing, info))
      const opened = yield* send("POST", Protected.bearer("alice"), Protected.initialize)
      const headers = { "mcp-session-id": opened.headers.get("mcp-session-id") ?? "", ...Protected.bearer("alice") }
      const params = { name: "write", arguments: {} }
      const refused = yield* send("POST", headers, { jsonrpc: "2.0", id: 1, method: "tools/call", params })
      assert.strictEqual(refused.status, 403)
      assert.strictEqual(challengeOf(refused), scopeOf("mcp:read mcp:write mcp:audit"))
    }))

  it.effect("takes a scope that includes what is needed (ASC-06)", () =>
    Effect.gen(function*() {
      const { layer } = Protected.verifier({ admin: Protected.accessToken("root", { scopes: ["mcp:admin"] }) })
      const send = yield* Protected.serve(McpServer.layer([writing, secret], info), {
        verifier: layer,
        options: { scopeHierarchy: { "mcp:admin": ["mcp:write", "mcp:audit"], "mcp:write": ["mcp:read"] } }
      })
      assert.strictEqual((yield* Protected.callTool(send, "write", Protected.bearer("admin"))).status, 200)
      assert.strictEqual((yield* Protected.callTool(send, "secret", Protected.bearer("admin"))).status, 200)
    }))

  it.effect("keeps what the token has in the challenge, so that nothing is lost by asking for exactly that (ASC-04)", () =>
    Effect.gen(function*() {
      const { layer } = Protected.verifier({
        some: Protected.accessToken("x", { scopes: ["mcp:read", "calendar", "offline_access"] })
      })
      const send = yield* Protected.serve(McpServer.layer(writing, info), { verifier: layer })
      const refused = yield* Protected.callTool(send, "write", Protected.bearer("some"))
      assert.strictEqual(challengeOf(refused), scopeOf("mcp:read mcp:write mcp:audit calendar"))
    }))

  it.effect("asks those who have shown nothing for a token", () =>
    Effect.gen(function*() {
      const send = yield* Protected.serve(McpServer.layer(writing, info), { options: { anonymous: true } })
      const refused = yield* Protected.callTool(send, "write", {})
      assert.strictEqual(refused.status, 401)
      assert.notInclude(challengeOf(refused) ?? "", "error")
    }))

  it.effect("hides what is told to be hidden, and shows the rest", () =>
    Effect.gen(function*() {
      const send = yield* Protected.serve(McpServer.layer([writing, secret], info))
      const listed = (token: string) =>
        Effect.gen(function*() {
          const headers = { ...Protected.modernHeaders("tools/list"), ...Protected.bearer(token) }
          const { result } = yield* Protected.bodyOf(
            yield* send("POST", headers, Protected.modernRequest("tools/list"))
          )
          const tools = result?.tools as ReadonlyArray<{ readonly name: string }> | undefined
          return tools?.map(({ name }) => name)
        })
      assert.deepStrictEqual(yield* listed("alice"), ["write"])
      assert.deepStrictEqual(yield* listed("alice-writes"), ["write", "secret"])
      const hidden = yield* Protected.callTool(send, "secret", Protected.bearer("alice"))
      const unknown = yield* Protected.callTool(send, "unknown", Protected.bearer("alice"))
      assert.strictEqual(hidden.status, unknown.status)
      assert.strictEqual((yield* textOf(hidden))?.replaceAll("secret", "unknown"), yield* textOf(unknown))
      assert.isNull(challengeOf(hidden))
    }))

  it.effect("holds for whole catalogs: resources, prompts, and the completions beside them", () =>
    Effect.gen(function*() {
      const Notes = Resource.template("notes://{id}", { params: { id: Schema.String }, mimeType: "text/plain" })
      const Review = Prompt.make("review", { parameters: { code: Schema.String } })
      const App = RequireScopes.apply(Catalog.make("app").add(Notes, Review), ["notes"])
      let ran = 0
      const run = Effect.sync(() => `run ${++ran}`)
      const Live = App.layer({
        resources: { "notes://{id}": { handle: () => run, complete: { id: () => Effect.as(run, ["1"]) } } },
        prompts: { review: { handle: () => run, complete: { code: () => Effect.as(run, ["a"]) } } }
      })
      const send = yield* Protected.serve(
        McpServer.layer(App, { ...info, caching: { reading: { ttlMs: 1_000, cacheScope: "public" } } }).pipe(
          Layer.provide(Live)
        )
      )
      const requests = [
        ["resources/read", "notes://1", { uri: "notes://1" }],
        ["prompts/get", "review", { name: "review", arguments: { code: "a" } }],
        ["completion/complete", undefined, {
          ref: { type: "ref/prompt", name: "review" },
          argument: { name: "code", value: "" }
        }],
        ["completion/complete", undefined, {
          ref: { type: "ref/resource", uri: "notes://{id}" },
          argument: { name: "id", value: "" }
        }]
      ] as const
      for (const [method, name, params] of requests) {
        const headers = { ...Protected.modernHeaders(method, name), ...Protected.bearer("alice") }
        const refused = yield* send("POST", headers, Protected.modernRequest(method, params))
        assert.deepStrictEqual([method, refused.status, challengeOf(refused)], [method, 403, scopeOf("mcp:read notes")])
      }
      assert.strictEqual(ran, 0)
    }))

  it.effect("guards what stands beside a handler: choices, subscribing in both eras, and what a template lists", () =>
    Effect.gen(function*() {
      const Notes = Resource.template("notes://{id}", { params: { id: Schema.String } })
      const Level = Prompt.make("level", { parameters: { level: Schema.Literals(["low", "high"]) } })
      const App = RequireScopes.apply(Catalog.make("app").add(Notes, Level), ["notes"]).add(Resource.make("open://1"))
      const Live = App.layer({
        resources: {
          "open://1": () => Effect.succeed("for all"),
          "notes://{id}": { handle: () => Effect.succeed("a note"), list: Effect.succeed([{ params: { id: "1" } }]) }
        },
        prompts: { level: () => Effect.succeed("level") }
      })
      const { layer } = Protected.verifier({
        alice: Protected.accessToken("alice"),
        reader: Protected.accessToken("alice", { scopes: ["mcp:read", "notes"] })
      })
      const send = yield* Protected.serve(McpServer.layer(App, info).pipe(Layer.provide(Live)), {
        verifier: layer
      })
      const alone = (token: string, method: string, params: object) =>
        send(
          "POST",
          { ...Protected.modernHeaders(method), ...Protected.bearer(token) },
          Protected.modernRequest(method, params)
        )
      const opened = yield* send("POST", Protected.bearer("alice"), Protected.initialize)
      const session = { "mcp-session-id": opened.headers.get("mcp-session-id") ?? "" }
      const within = (token: string, method: string, params: object) =>
        send("POST", { ...session, ...Protected.bearer(token) }, { jsonrpc: "2.0", id: 1, method, params })
      const choosing = { ref: { type: "ref/prompt", name: "level" }, argument: { name: "level", value: "" } }
      const hearing = (uri: string) => ({ notifications: { resourceSubscriptions: [uri] } })
      const attempts = [
        (token: string) => alone(token, "completion/complete", choosing),
        (token: string) => alone(token, "subscriptions/listen", hearing("notes://1")),
        (token: string) => within(token, "resources/subscribe", { uri: "notes://1" })
      ]
      for (const attempt of attempts) {
        const refused = yield* attempt("alice")
        assert.deepStrictEqual([refused.status, challengeOf(refused)], [403, scopeOf("mcp:read notes")])
        const admitted = yield* attempt("reader")
        assert.strictEqual(admitted.status, 200)
        if (admitted.headers.get("content-type") === "text/event-stream") {
          yield* Effect.promise(() => admitted.body?.cancel() ?? Promise.resolve())
        }
      }
      assert.strictEqual((yield* within("alice", "resources/subscribe", { uri: "open://1" })).status, 200)
      const listed = (token: string) =>
        Effect.map(
          Effect.flatMap(alone(token, "resources/list", {}), Protected.bodyOf),
          ({ result }) =>
            (result?.resources as ReadonlyArray<{ readonly uri: string }> | undefined)?.map(({ uri }) => uri)
        )
      assert.deepStrictEqual(yield* listed("alice"), ["open://1"])
      assert.deepStrictEqual(yield* listed("reader"), ["open://1", "notes://1"])
    }))

  it.effect("keeps what only some may read out of caches that are shared", () =>
    Effect.gen(function*() {
      const note = Resource.serve("notes://1", {
        mimeType: "text/plain",
        caching: { ttlMs: 1_000, cacheScope: "public" }
      }, () => Effect.succeed("a note"))
      const send = yield* Protected.serve(McpServer.layer(RequireScopes.apply(note, ["mcp:read"]), info))
      const headers = { ...Protected.modernHeaders("resources/read", "notes://1"), ...Protected.bearer("alice") }
      const { result } = yield* Protected.bodyOf(
        yield* send("POST", headers, Protected.modernRequest("resources/read", { uri: "notes://1" }))
      )
      assert.strictEqual(result?.cacheScope, "private")
      assert.strictEqual(result?.ttlMs, 1_000)
    }))

  it.effect("stands outside of the policies that a component has, and can depend on arguments", () =>
    Effect.gen(function*() {
      let seen = 0
      const counting = Policy.make(Effect.succeed((_, effect) => {
        seen += 1
        return effect
      }))
      const guarded = RequireScopes.apply(Policy.apply(write, counting), ["mcp:write"])
      const byArguments = RequireScopes.policy(({ name }) => name === "other" ? ["other"] : [])
      const other = Tool.serve("other", {}, () => Effect.succeed("other"))
      const send = yield* Protected.serve(McpServer.layer([guarded, other], { ...info, policies: [byArguments] }))
      assert.strictEqual((yield* Protected.callTool(send, "write", Protected.bearer("alice"))).status, 403)
      assert.strictEqual(seen, 0)
      assert.strictEqual((yield* Protected.callTool(send, "write", Protected.bearer("alice-writes"))).status, 200)
      assert.strictEqual(seen, 1)
      const refused = yield* Protected.callTool(send, "other", Protected.bearer("alice"))
      assert.strictEqual(challengeOf(refused), scopeOf("mcp:read other"))
    }))

  it.effect("can be asked for in the midst of a handler", () =>
    Effect.gen(function*() {
      const late = Tool.serve("late", {}, () => Effect.as(RequireScopes.check(["late"]), "done"))
      const send = yield* Protected.serve(McpServer.layer(late, { ...info, middleware: [middleware] }))
      const refused = yield* Protected.callTool(send, "late", Protected.bearer("alice"))
      assert.strictEqual(refused.status, 403)
      assert.strictEqual(challengeOf(refused), scopeOf("mcp:read late"))
    }))
})
