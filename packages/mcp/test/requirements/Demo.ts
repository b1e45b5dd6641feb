/** A server with one of everything, for tests of what the specification demands of any server. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { Component } from "../../src/contract/Catalog.ts"
import * as ClientLog from "../../src/contract/ClientLog.ts"
import * as Content from "../../src/contract/Content.ts"
import { McpRequest } from "../../src/contract/McpRequest.ts"
import * as Progress from "../../src/contract/Progress.ts"
import * as Prompt from "../../src/contract/Prompt.ts"
import * as Resource from "../../src/contract/Resource.ts"
import type * as Served from "../../src/contract/Served.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import { claimed, modernVersion, type Params, type Received, request, serverInfo } from "../support/Messages.ts"

export const bytes = new Uint8Array([0, 1, 128, 255])

export const tools = [
  Tool.serve(
    "add",
    { parameters: { a: Schema.Finite, b: Schema.Finite }, success: Schema.Struct({ sum: Schema.Finite }) },
    ({ a, b }) => Effect.succeed({ sum: a + b })
  ),
  Tool.serve("echo", { parameters: { text: Schema.String } }, ({ text }) => Effect.succeed(text)),
  Tool.serve("list", { success: Schema.Array(Schema.Finite) }, () => Effect.succeed([1, 2])),
  Tool.serve("media", {}, () =>
    Effect.succeed([
      Content.image(bytes, "image/png"),
      Content.audio(bytes, "audio/wav"),
      Content.resource("demo://bytes", bytes, "application/octet-stream")
    ])),
  Tool.serve(
    "tell",
    { parameters: { word: Schema.String } },
    ({ word }) =>
      Effect.gen(function*() {
        yield* Progress.report({ progress: 1 })
        yield* ClientLog.warning(word)
        return word
      })
  ),
  Tool.serve(
    "who",
    {},
    () =>
      Effect.map(McpRequest, ({ clientCapabilities, clientInfo, header, meta, protocolVersion }) =>
        JSON.stringify({
          capabilities: clientCapabilities,
          name: clientInfo?.name,
          version: protocolVersion,
          authorization: header("authorization"),
          vendor: meta["com.example/vendor"]
        }))
  )
]

export const resources = [
  Resource.serve("demo://text", { name: "text", mimeType: "text/plain" }, () => Effect.succeed("text")),
  Resource.serve("demo://bytes", { name: "bytes" }, () => Effect.succeed(bytes)),
  Resource.serve("demo://gone", { name: "gone" }, (uri) => Effect.fail(Resource.notFound(uri))),
  Resource.serveTemplate(
    "demo://items/{id}",
    { params: { id: Schema.String }, name: "items" },
    ({ id }) => Effect.succeed(`item ${id}`)
  )
]

export const prompts = [
  Prompt.serve("review", { parameters: { code: Schema.String } }, ({ code }) => Effect.succeed(`Review ${code}`))
]

class Failed extends Schema.TaggedError<Failed>()("Failed", {}) {}

/** A server whose only tool fails as it has declared. */
export const failing = McpServer.make(
  Tool.serve("fail", { failure: Failed }, () => Effect.fail(new Failed())),
  serverInfo
)

/** A tool, a resource, a template or a prompt. */
export type AnyComponent = Served.Served<Component, never>

/** Everything. */
export const server = McpServer.make([...tools, ...resources, ...prompts], serverInfo)

export const sessionVersions = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] as const

export const versions = [...sessionVersions, modernVersion] as const

/** Asks something in a revision, and waits for the answer. */
export type Ask = (method: string, params?: Params) => Effect.Effect<Received>

type AnyServer = Effect.Success<typeof server>

/** A way to ask a server on a line: in a session, or with a claim on each request. */
export const onLine = (server: AnyServer, version: string): Effect.Effect<Ask, never, Scope.Scope> =>
  version === modernVersion
    ? Effect.map(Line.open(server), (line): Ask => (method, params) => line.ask(method, claimed(params)))
    : Effect.map(Line.openSession(server, version), (line): Ask => line.ask)

/** A way to ask a server over HTTP, which must answer each request with one message. */
export const overHttp = (server: AnyServer, version: string): Effect.Effect<Ask, never, Scope.Scope> =>
  Effect.gen(function*() {
    const http = yield* Http.make(server)
    const session = version === modernVersion ? {} : yield* http.initialize(version)
    let id = 0
    return (method, params = {}) => {
      const name = typeof params.name === "string" ? params.name : params.uri
      const post = version === modernVersion
        ? http.post(request(++id, method, claimed(params)), Http.modernHeaders(method, name as string | undefined))
        : http.post(request(++id, method, params), session)
      return Effect.map(post, (exchange) => exchange.messages().at(-1) ?? { jsonrpc: "2.0" })
    }
  })

export const roads = { "on a line": onLine, "over HTTP": overHttp }
