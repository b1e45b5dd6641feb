import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as FileSystem from "effect/FileSystem"
import * as PlatformError from "effect/PlatformError"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Content from "../../src/contract/Content.ts"
import { ContentBlock } from "../../src/schema/Content.ts"

const isBlock = Schema.is(ContentBlock)

const bytes = new Uint8Array([137, 80, 78, 71])

const options = { annotations: { audience: ["user"], priority: 0.5 }, _meta: { "a.b/c": 1 } } as const

const blocks = [
  ["text", Content.text("t"), { type: "text", text: "t" }],
  ["text with options", Content.text("", options), { type: "text", text: "", ...options }],
  ["an image from bytes", Content.image(bytes, "image/png"), {
    type: "image",
    data: "iVBORw==",
    mimeType: "image/png"
  }],
  ["an image from Base64", Content.image("iVBORw==", "image/png", options), {
    type: "image",
    data: "iVBORw==",
    mimeType: "image/png",
    ...options
  }],
  ["sound", Content.audio(bytes, "audio/wav", options), {
    type: "audio",
    data: "iVBORw==",
    mimeType: "audio/wav",
    ...options
  }],
  ["a resource of text", Content.resource("a://b", "t", "text/plain", options), {
    type: "resource",
    resource: { uri: "a://b", mimeType: "text/plain", text: "t" },
    ...options
  }],
  ["a resource of bytes", Content.resource("a://b", bytes, "image/png"), {
    type: "resource",
    resource: { uri: "a://b", mimeType: "image/png", blob: "iVBORw==" }
  }],
  ["a link", Content.link("a://b", "n", { title: "T", description: "d", mimeType: "text/plain", ...options }), {
    type: "resource_link",
    uri: "a://b",
    name: "n",
    title: "T",
    description: "d",
    mimeType: "text/plain",
    ...options
  }]
] as const

describe("blocks", () => {
  it.each(blocks)("%s (CNT-01 to CNT-03)", (_, block, expected) => {
    assert.deepStrictEqual<unknown>(block, expected)
    assert.isTrue(isBlock(block))
  })

  it.prop("bytes come back as they were", [Schema.Uint8Array], ([data]) => {
    for (const base64 of [Content.image(data, "a/b").data, Content.audio(data, "a/b").data]) {
      assert.deepStrictEqual(Base64.decode(base64), Result.succeed(data))
    }
  })
})

describe("contents", () => {
  it("have a media type only when it is known", () => {
    assert.deepStrictEqual<unknown>(Content.contents("a://b", ""), { uri: "a://b", text: "" })
    assert.deepStrictEqual<unknown>(Content.contents("a://b", new Uint8Array()), { uri: "a://b", blob: "" })
  })
})

const files = FileSystem.layerNoop({
  readFile: (path) =>
    path.startsWith("missing")
      ? Effect.fail(PlatformError.systemError({ _tag: "NotFound", module: "FileSystem", method: "readFile" }))
      : Effect.succeed(bytes)
})

const mimeTypes = [
  ["a.png", "image/png"],
  ["/x/y.z/A.JPEG", "image/jpeg"],
  ["a.jpg", "image/jpeg"],
  ["a.gif", "image/gif"],
  ["a.webp", "image/webp"],
  ["a.svg", "image/svg+xml"],
  ["a.b.wav", "audio/wav"],
  ["a.mp3", "audio/mpeg"],
  ["a.ogg", "audio/ogg"],
  ["a.unknown", "application/octet-stream"],
  ["a", "application/octet-stream"],
  ["png", "application/octet-stream"],
  ["/x.png/y", "application/octet-stream"],
  ["a.", "application/octet-stream"],
  ["a.constructor", "application/octet-stream"],
  ["a.__proto__", "application/octet-stream"]
] as const

describe("files", () => {
  it.effect.each(mimeTypes)("%s is %s", ([path, mimeType]) =>
    Effect.gen(function*() {
      const [image, audio] = [yield* Content.imageFile(path), yield* Content.audioFile(path)]
      assert.deepStrictEqual([image.mimeType, audio.mimeType], [mimeType, mimeType])
      assert.deepStrictEqual([image.data, audio.data], ["iVBORw==", "iVBORw=="])
      assert.isTrue(isBlock(image) && isBlock(audio))
    }).pipe(Effect.provide(files)))

  it.effect("a media type that is given is taken", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Content.imageFile("a.png", "image/x")).mimeType, "image/x")
    }).pipe(Effect.provide(files)))

  it.effect("a file that cannot be read is a typed failure", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Content.imageFile("missing.png"))
      assert.strictEqual(error.reason._tag, "NotFound")
    }).pipe(Effect.provide(files)))
})
