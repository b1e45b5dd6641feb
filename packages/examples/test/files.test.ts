/** A folder and its files: what is found, what completes, and that nothing outside is to be had. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it, layer } from "@effect/vitest"
import { McpClient } from "@parley/mcp"
import * as InMemoryTransport from "@parley/mcp/testing/InMemoryTransport"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import { serve } from "../src/files/Server.ts"
import { eras, start } from "./Clients.ts"

/** A folder with a file beside it, and links from the one to the other. */
const Folder = Layer.unwrap(
  Effect.gen(function*() {
    const files = yield* FileSystem.FileSystem
    const root = yield* files.makeTempDirectoryScoped()
    const folder = `${root}/folder`
    yield* files.makeDirectory(`${folder}/deep/er`, { recursive: true })
    yield* files.writeFileString(`${root}/secret.txt`, "secret")
    yield* files.writeFileString(`${folder}/a b.txt`, "blank")
    yield* files.writeFileString(`${folder}/deep/er/c%.txt`, "percent")
    yield* files.symlink(`${root}/secret.txt`, `${folder}/link.txt`)
    yield* files.symlink(root, `${folder}/up`)
    yield* files.writeFileString(`${folder}/odd:name.txt`, "odd")
    return Layer.mergeAll(serve(folder), McpClient.layer({ name: "test", version: "1" }))
  }).pipe(Effect.orDie)
).pipe(Layer.provide([InMemoryTransport.layer, NodeServices.layer]))

const template = { type: "ref/resource", uri: "files:///{+path}" } as const

layer(Folder)("files", (it) => {
  it.effect("lists what is in the folder, and reads what is listed", () =>
    Effect.gen(function*() {
      const { listResources, readResource } = yield* McpClient.McpClient
      const resources = yield* listResources
      assert.deepStrictEqual(resources.map(({ name, uri }) => [name, uri]), [
        ["a b.txt", "files:///a%20b.txt"],
        ["deep/er/c%.txt", "files:///deep/er/c%25.txt"]
      ])
      const texts = yield* Effect.forEach(resources, ({ uri }) => readResource(uri))
      assert.deepStrictEqual(
        texts.map(({ contents: [first] }) => first !== undefined && "text" in first ? first.text : ""),
        ["blank", "percent"]
      )
    }))

  it.effect("completes a path while it is typed", () =>
    Effect.gen(function*() {
      const { complete } = yield* McpClient.McpClient
      const values = (value: string) =>
        Effect.map(complete({ ref: template, argument: { name: "path", value } }), ({ values }) => values)
      assert.deepStrictEqual(yield* values(""), ["a b.txt", "deep/er/c%.txt"])
      assert.deepStrictEqual(yield* values("deep/"), ["deep/er/c%.txt"])
      assert.deepStrictEqual(yield* values("up/"), [])
    }))

  it.effect.each([
    "files:///../secret.txt",
    "files:///deep/../../secret.txt",
    "files:///%2e%2e/secret.txt",
    "files:///..%2Fsecret.txt",
    "files:///..%5Csecret.txt",
    "files:////etc/hosts",
    "files:///%2Fetc%2Fhosts",
    "files:///C:/secret.txt",
    "files:///link.txt",
    "files:///up/secret.txt",
    "files:///deep",
    "files:///nowhere.txt"
  ])("has nothing to read at %s", (uri) =>
    Effect.gen(function*() {
      const { readResource } = yield* McpClient.McpClient
      const { message } = yield* Effect.flip(readResource(uri))
      assert.match(message, /^(?:Resource not found|Invalid resource URI)/)
    }))
})

describe.concurrent("files as a program", () => {
  it.live.each(eras)("with %s, serves the library of the story", ([, revisions]) =>
    Effect.gen(function*() {
      const client = yield* start("files/main.ts", revisions)
      const uris = (yield* client.listResources).map(({ uri }) => uri)
      assert.deepStrictEqual(uris, [
        "files:///about.txt",
        "files:///poems/autumn.txt",
        "files:///poems/winter.txt"
      ])
      const { contents } = yield* client.readResource("files:///poems/winter.txt")
      assert.include(JSON.stringify(contents), "A window, and behind it snow")
    }).pipe(Effect.scoped, Effect.timeout("15 seconds")))
})
