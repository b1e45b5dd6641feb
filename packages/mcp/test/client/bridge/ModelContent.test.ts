/** What a model is given of the result of a tool. */
import { assert, describe, it } from "@effect/vitest"
import * as ModelContent from "../../../src/client/bridge/ModelContent.ts"
import type { ContentBlock } from "../../../src/schema/Content.ts"
import { CallToolResult } from "../../../src/schema/Tool.ts"

const shown = (...content: ReadonlyArray<ContentBlock>) =>
  ModelContent.toParts({ content }).map((part) =>
    part.type === "text" ? part.text : { mediaType: part.mediaType, fileName: part.fileName, data: part.data }
  )

const bytes = Uint8Array.of(1, 2, 3)

describe("the content of a result", () => {
  it("is text and files", () => {
    assert.deepStrictEqual<unknown>(
      shown(
        { type: "text", text: "text" },
        { type: "image", data: "AQID", mimeType: "image/png" },
        { type: "audio", data: "AQID", mimeType: "audio/wav" },
        { type: "resource", resource: { uri: "a://text", text: "inside" } },
        { type: "resource", resource: { uri: "a://pdf", mimeType: "application/pdf", blob: "AQID" } }
      ),
      [
        "text",
        { mediaType: "image/png", fileName: undefined, data: bytes },
        { mediaType: "audio/wav", fileName: undefined, data: bytes },
        "a://text:\ninside",
        { mediaType: "application/pdf", fileName: "a://pdf", data: bytes }
      ]
    )
  })

  it("is described where it cannot be shown", () => {
    assert.deepStrictEqual<unknown>(
      shown(
        { type: "resource", resource: { uri: "a://zip", mimeType: "application/zip", blob: "AQID" } },
        { type: "resource", resource: { uri: "a://bytes", blob: "AQID" } },
        { type: "image", data: "no base64", mimeType: "image/png" },
        { type: "image", data: "AQID", mimeType: "image/svg+xml" },
        { type: "resource_link", uri: "a://one", name: "one" },
        { type: "resource_link", uri: "a://two", name: "two", mimeType: "text/plain", description: "The second" }
      ),
      [
        "[a://zip, about 3 bytes that are not shown]",
        "[a://bytes, about 3 bytes that are not shown]",
        "[image/png, about 6 bytes that are not shown]",
        "[image/svg+xml, about 3 bytes that are not shown]",
        "[one](a://one)",
        "[two](a://two): text/plain, The second"
      ]
    )
  })

  it("leaves out what is for the user alone, and what is empty", () => {
    assert.deepStrictEqual<unknown>(
      shown(
        { type: "text", text: "secret", annotations: { audience: ["user"] } },
        { type: "text", text: "" },
        { type: "text", text: "open", annotations: { audience: ["user", "assistant"] } }
      ),
      ["open"]
    )
  })

  it("is the structured content where there is no other, and never nothing", () => {
    assert.deepInclude(ModelContent.toParts({ content: [], structuredContent: { a: 1 } })[0], { text: "{\"a\":1}" })
    assert.deepInclude(ModelContent.toParts({ content: [], structuredContent: null })[0], { text: "null" })
    assert.deepInclude(ModelContent.toParts({ content: [] })[0], { text: "Done" })
  })

  it.prop("has a part, and none without text, whatever the server sends", [CallToolResult], ([result]) => {
    const parts = ModelContent.toParts(result)
    assert.isNotEmpty(parts)
    assert.isTrue(parts.every((part) => part.type === "file" || part.text !== ""))
    assert.isNotEmpty(ModelContent.toText(result))
  })
})
