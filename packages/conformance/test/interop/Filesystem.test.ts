/**
 * Our client and the reference server for files (`@modelcontextprotocol/server-filesystem`).
 */
import { assert, describe, layer } from "@effect/vitest"
import { McpClient } from "@parley/mcp"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { writeFile } from "node:fs/promises"
import * as Path from "node:path"
import { client, failing, Folder, installed, live, overStdio, saying, type Trials, tryTools } from "./Servers.ts"

const program = installed("@modelcontextprotocol/server-filesystem")

const picture = "iVBORw0KGgo="

/** The server is started in its folder, so that paths are relative to it. Each trial builds on those before it. */
const trials: Trials = {
  list_allowed_directories: { check: saying("interop-") },
  create_directory: { arguments: { path: "notes" }, check: saying("Successfully created") },
  write_file: { arguments: { path: "notes/one.txt", content: "one\ntwo\n" }, check: saying("Successfully wrote") },
  edit_file: {
    arguments: { path: "notes/one.txt", edits: [{ oldText: "two", newText: "three" }] },
    check: saying("+three")
  },
  read_file: { arguments: { path: "notes/one.txt", head: 1 }, check: saying(/^one$/) },
  read_text_file: { arguments: { path: "notes/one.txt" }, check: saying("one\nthree\n") },
  read_media_file: {
    arguments: { path: "picture.png" },
    check: ({ content }) => {
      assert.deepStrictEqual<unknown>(content, [{ type: "image", data: picture, mimeType: "image/png" }])
    }
  },
  read_multiple_files: { arguments: { paths: ["notes/one.txt", "missing"] }, check: saying(/three[^]*missing: Error/) },
  move_file: { arguments: { source: "notes/one.txt", destination: "notes/two.txt" }, check: saying("moved") },
  list_directory: { arguments: { path: "notes" }, check: saying("[FILE] two.txt") },
  list_directory_with_sizes: { arguments: { path: "notes", sortBy: "size" }, check: saying("Total: 1 files") },
  directory_tree: { arguments: { path: "." }, check: saying("\"name\": \"two.txt\"") },
  search_files: { arguments: { path: ".", pattern: "**/*.txt" }, check: saying("two.txt") },
  get_file_info: { arguments: { path: "notes/two.txt" }, check: saying("size: 10") }
}

const transport = Layer.unwrap(Effect.gen(function*() {
  const folder = yield* Folder
  yield* Effect.promise(() => writeFile(Path.join(folder, "picture.png"), Buffer.from(picture, "base64")))
  return overStdio({ program, args: [folder], cwd: folder })
})).pipe(Layer.provide(Folder.layer))

describe("the filesystem server over stdio", () => {
  layer(Layer.provide(client, transport), live)((it) => {
    tryTools(it, trials)

    it.effect("does not get out of its folder", () =>
      Effect.gen(function*() {
        const { callTool } = yield* McpClient.McpClient
        failing(/outside allowed/)(yield* callTool({ name: "read_file", arguments: { path: "/etc/hosts" } }))
      }))

    it.effect("asks for nothing that the server does not declare", () =>
      Effect.gen(function*() {
        const { listPrompts, listResources } = yield* McpClient.McpClient
        assert.strictEqual((yield* Effect.flip(listResources)).reason._tag, "Unavailable")
        assert.strictEqual((yield* Effect.flip(listPrompts)).reason._tag, "Unavailable")
      }))
  })
})
