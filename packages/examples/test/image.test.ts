/** Pictures as content: they are real ones, of the size that was asked for. */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it, layer } from "@effect/vitest"
import { McpClient } from "@parley/mcp"
import type { CallToolResult } from "@parley/mcp/schema/Tool"
import * as InMemoryTransport from "@parley/mcp/testing/InMemoryTransport"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Layer from "effect/Layer"
import sharp from "sharp"
import { Server } from "../src/image/Server.ts"
import * as Program from "./Program.ts"

const Both = Layer.mergeAll(Server, McpClient.layer({ name: "test", version: "1" })).pipe(
  Layer.provide([InMemoryTransport.layer, NodeFileSystem.layer])
)

/** The format and size of the one picture that a tool answered with. */
const pictureOf = (result: unknown) =>
  Effect.promise(async () => {
    const [image, ...others] = (result as CallToolResult).content
    assert.strictEqual(others.length, 0)
    assert(image?.type === "image" && image.mimeType === "image/png")
    const { format, height, width } = await sharp(Buffer.from(image.data, "base64")).metadata()
    return { format, height, width }
  })

const red = Effect.promise(() =>
  sharp({ create: { width: 300, height: 150, channels: 3, background: "red" } }).jpeg().toBuffer()
)

layer(Both)("image", (it) => {
  it.effect("scales a picture down", () =>
    Effect.gen(function*() {
      const client = yield* McpClient.McpClient
      const picture = Base64.encode(yield* red)
      const small = yield* client.callTool({ name: "thumbnail", arguments: { picture, size: 32 } })
      assert.deepStrictEqual(yield* pictureOf(small), { format: "png", width: 32, height: 16 })
      const usual = yield* client.callTool({ name: "thumbnail", arguments: { picture } })
      assert.deepStrictEqual(yield* pictureOf(usual), { format: "png", width: 128, height: 64 })
    }))

  it.effect("says what is no picture", () =>
    Effect.gen(function*() {
      const client = yield* McpClient.McpClient
      const { content, isError } = yield* client.callTool({
        name: "thumbnail",
        arguments: { picture: Base64.encode("not a picture") }
      })
      assert.isTrue(isError)
      assert.deepStrictEqual(content, [{ type: "text", text: "This is not a picture, or too large a one" }])
    }))

  it.effect("answers with a file", () =>
    Effect.gen(function*() {
      const client = yield* McpClient.McpClient
      const logo = yield* client.callTool({ name: "logo", arguments: { size: 48 } })
      assert.deepStrictEqual(yield* pictureOf(logo), { format: "png", width: 48, height: 48 })
    }))
})

describe("image as a program", () => {
  it.live("serves over stdio, and ends with stdin", () =>
    Effect.gen(function*() {
      const picture = Base64.encode(yield* red)
      const { code, results } = yield* Program.converse("image/main.ts", [
        { method: "tools/call", params: { name: "thumbnail", arguments: { picture, size: 20 } } },
        { method: "tools/call", params: { name: "logo", arguments: { size: 16 } } }
      ])
      assert.deepStrictEqual(yield* pictureOf(results[0]), { format: "png", width: 20, height: 10 })
      assert.deepStrictEqual(yield* pictureOf(results[1]), { format: "png", width: 16, height: 16 })
      assert.strictEqual(code, 0)
    }))
})
