/**
 * What the fixture client does in each scenario, once it is connected. The suite's mock server watches and judges.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Elicitation from "@parley/mcp/client/answering/Elicitation"
import * as Roots from "@parley/mcp/client/answering/Roots"
import * as Sampling from "@parley/mcp/client/answering/Sampling"
import type { Client } from "@parley/mcp/client/Client"
import * as McpClient from "@parley/mcp/client/McpClient"
import type { McpClientError } from "@parley/mcp/client/McpClientError"
import * as Revisions from "@parley/mcp/revision/Revisions"
import * as NodeMcpClient from "@parley/node/NodeMcpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { Supported } from "./Supported.ts"

type Scenario = (client: Client) => Effect.Effect<unknown, McpClientError>

const standardHeaders: Scenario = Effect.fnUntraced(function*(client) {
  for (const { name } of yield* client.listTools) yield* client.callTool({ name })
  for (const { uri } of yield* client.listResources) yield* client.readResource(uri)
  for (const { name } of yield* client.listPrompts) yield* client.getPrompt({ name })
})

const echoSchema: Scenario = Effect.fnUntraced(function*(client) {
  const tools = yield* client.listTools
  const schema = tools.find((tool) => tool.name === "json_schema_2020_12_tool")?.inputSchema
  yield* client.callTool({ name: "json_schema_echo", arguments: { schema } })
})

const addNumbers: Scenario = (client) =>
  Effect.andThen(client.listTools, client.callTool({ name: "add_numbers", arguments: { a: 5, b: 3 } }))

const reconnect: Scenario = (client) => Effect.andThen(client.listTools, client.callTool({ name: "test_reconnection" }))

const Context = Schema.fromJsonString(Schema.Struct({
  toolCalls: Schema.Array(Schema.Struct({ name: Schema.String, arguments: Schema.Record(Schema.String, Schema.Json) }))
}))

const customHeaders: Scenario = Effect.fnUntraced(function*(client) {
  yield* client.listTools
  const { toolCalls } = Schema.decodeUnknownSync(Context)(process.env["MCP_CONFORMANCE_CONTEXT"])
  for (const call of toolCalls) yield* client.callTool(call)
})

/** Whatever is left in the list may be called. */
const everyTool: Scenario = Effect.fnUntraced(function*(client) {
  for (const { name } of yield* client.listTools) yield* client.callTool({ name, arguments: { region: "us-west1" } })
})

const clientDefaults: Scenario = (client) => client.callTool({ name: "test_client_elicitation_defaults" })

const requestState: Scenario = Effect.fnUntraced(function*(client) {
  for (const { name } of yield* client.listTools) yield* client.callTool({ name })
})

/** Someone who agrees to everything, and leaves the rest of a form as it is. */
const Answers = Layer.mergeAll(
  Elicitation.layer({
    form: ({ requestedSchema: { properties } }) =>
      Effect.succeed(Elicitation.accept("confirmed" in properties ? { confirmed: true } : {}))
  }),
  Sampling.layer({
    createMessage: () => Effect.succeed({ role: "assistant", content: { type: "text", text: "4" }, model: "none" })
  }),
  Roots.layer([])
)

const scenarios: { readonly [Name in Supported]: Scenario } = {
  "elicitation-sep1034-client-defaults": clientDefaults,
  "http-custom-headers": customHeaders,
  "http-invalid-tool-headers": everyTool,
  "http-standard-headers": standardHeaders,
  // The mock declares no capabilities, so there is nothing that a client may ask for afterwards.
  initialize: () => Effect.void,
  "json-schema-2020-12-preservation": echoSchema,
  "json-schema-ref-no-deref": (client) => client.listTools,
  // Here too; that the client keeps to it is no failure.
  "request-metadata": (client) => Effect.ignore(client.listTools),
  "sep-2322-client-request-state": requestState,
  "sse-retry": reconnect,
  tools_call: addNumbers
}

/** Plays a scenario against the mock server at a URL, in one revision, or in any when none is named. */
export const play = (scenario: Supported, url: string, version: string | undefined): void => {
  const client = McpClient.layer({
    name: "parley-conformance-client",
    version: "0.1.0",
    revisions: Revisions.all.filter((revision) => version === undefined || revision.version === version)
  }).pipe(Layer.provide([NodeMcpClient.layerHttp({ url }), Answers]))
  Effect.flatMap(McpClient.McpClient, scenarios[scenario]).pipe(
    Effect.provide(client),
    NodeRuntime.runMain
  )
}
