/**
 * Our client and the reference server that keeps a graph of knowledge (`@modelcontextprotocol/server-memory`).
 */
import { assert, describe, layer } from "@effect/vitest"
import { McpClient } from "@parley/mcp"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Path from "node:path"
import {
  client,
  failing,
  Folder,
  giving,
  hears,
  installed,
  live,
  overStdio,
  saying,
  type Trials,
  tryTools
} from "./Servers.ts"

const program = installed("@modelcontextprotocol/server-memory")

const transport = Layer.unwrap(
  Effect.map(Folder, (folder) => overStdio({ program, env: { MEMORY_FILE_PATH: Path.join(folder, "memory.jsonl") } }))
).pipe(Layer.provide(Folder.layer))

const ada = { name: "Ada", entityType: "person", observations: ["counts"] }
const engine = { name: "Engine", entityType: "machine", observations: [] }
const knows = { from: "Ada", to: "Engine", relationType: "programs" }
const remembered = { ...ada, observations: ["counts", "writes"] }

/** Each builds on those before it. */
const trials: Trials = {
  create_entities: { arguments: { entities: [ada, engine] }, check: giving({ entities: [ada, engine] }) },
  create_relations: { arguments: { relations: [knows] }, check: giving({ relations: [knows] }) },
  add_observations: {
    arguments: { observations: [{ entityName: "Ada", contents: ["writes"] }] },
    check: giving({ results: [{ entityName: "Ada", addedObservations: ["writes"] }] })
  },
  read_graph: { check: giving({ entities: [remembered, engine], relations: [knows] }) },
  search_nodes: { arguments: { query: "writes" }, check: giving({ entities: [remembered], relations: [knows] }) },
  open_nodes: { arguments: { names: ["Engine"] }, check: giving({ entities: [engine], relations: [knows] }) },
  delete_observations: {
    arguments: { deletions: [{ entityName: "Ada", observations: ["counts"] }] },
    check: saying("Observations deleted")
  },
  delete_relations: { arguments: { relations: [knows] }, check: saying("Relations deleted") },
  delete_entities: { arguments: { entityNames: ["Engine"] }, check: saying("Entities deleted") }
}

describe("the memory server over stdio", () => {
  layer(Layer.provide(client, transport), live)((it) => {
    tryTools(it, trials)

    it.effect("reads the graph as a resource", () =>
      Effect.gen(function*() {
        const { listResources, readResource } = yield* McpClient.McpClient
        const [resource] = yield* listResources
        assert.strictEqual(resource?.uri, "memory://knowledge-graph")
        const [contents] = (yield* readResource("memory://knowledge-graph")).contents
        assert.deepStrictEqual(JSON.parse(contents !== undefined && "text" in contents ? contents.text : ""), {
          entities: [{ ...ada, observations: ["writes"] }],
          relations: []
        })
      }))

    it.effect("tells of its graph whenever that changes", () =>
      Effect.gen(function*() {
        const { callTool, resourceUpdates } = yield* McpClient.McpClient
        const uri = "memory://knowledge-graph"
        const change = callTool({ name: "create_entities", arguments: { entities: [engine] } })
        const [update] = yield* hears(resourceUpdates(uri), ({ cause }) => cause !== "Changed", change)
        assert.strictEqual(update?.uri, uri)
      }))

    it.effect("hears that a call was wrong", () =>
      Effect.gen(function*() {
        const { callTool } = yield* McpClient.McpClient
        failing(/entities/)(yield* callTool({ name: "create_entities", arguments: { entities: "none" } }))
        failing(/not found/)(yield* callTool({ name: "no_such_tool" }))
      }))
  })
})
