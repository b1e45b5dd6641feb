/**
 * What the fixture client does in each scenario, once it is connected. The suite's mock server watches and judges.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import type { Client } from "@parley/mcp/client/Client"
import * as McpClient from "@parley/mcp/client/McpClient"
import type { McpClientError } from "@parley/mcp/client/McpClientError"
import * as Revisions from "@parley/mcp/revision/Revisions"
import * as NodeMcpClient from "@parley/node/NodeMcpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
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

const scenarios: { readonly [Name in Supported]: Scenario } = {
  "http-standard-headers": standardHeaders,
  // The mock declares no capabilities, so there is nothing that a client may ask for afterwards.
  initialize: () => Effect.void,
  "json-schema-2020-12-preservation": echoSchema,
  "json-schema-ref-no-deref": (client) => client.listTools,
  "request-metadata": (client) => client.listTools,
  tools_call: addNumbers
}

/** Plays a scenario against the mock server at a URL, in one revision, or in any when none is named. */
export const play = (scenario: Supported, url: string, version: string | undefined): void => {
  const client = McpClient.layer({
    name: "parley-conformance-client",
    version: "0.1.0",
    revisions: Revisions.all.filter((revision) => version === undefined || revision.version === version)
  }).pipe(Layer.provide(NodeMcpClient.layerHttp({ url })))
  Effect.flatMap(McpClient.McpClient, scenarios[scenario]).pipe(
    Effect.provide(client),
    NodeRuntime.runMain
  )
}
