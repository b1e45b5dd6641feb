/**
 * The official SDK clients against the demo, as its users run it: a process on stdio, or a server on a port.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { type FixtureServer, startServer } from "../../src/suite/FixtureServer.ts"
import { type Connected, pairs, startMillisMax, targetOf, textOf } from "./Peers.ts"

const demo = "examples/src/notes/main.ts"

/** The code of the JSON-RPC error that a promise is rejected with; both SDKs have it in the same place. */
const errorCode = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => assert.fail("the call did not fail"),
    (error: unknown) => (error as { readonly code?: unknown }).code
  )

interface Note {
  readonly id: number
  readonly title: string
}

describe("official clients and the demo", () => {
  let server: FixtureServer
  beforeAll(async () => {
    server = await startServer(demo, ["--port", "0"])
  }, startMillisMax)
  afterAll(() => server?.stop())

  describe.each(pairs)("%s", (_, peer, transport) => {
    let client: Connected
    beforeAll(async () => {
      client = await peer.connect(targetOf(transport, demo, server.url))
    }, startMillisMax)
    afterAll(() => client?.close())

    it("lists everything", async () => {
      assert.strictEqual(client.serverName, "notes")
      const tools = (await client.tools()).map((tool) => tool.name)
      assert.includeMembers(tools, ["add_note", "search_notes", "delete_note"])
      assert.include((await client.resources()).map((resource) => resource.uri), "notes://index")
      assert.include((await client.templates()).map((template) => template.uriTemplate), "notes://{id}")
      assert.include((await client.prompts()).map((prompt) => prompt.name), "summarize_topic")
    })

    it("calls, reads and gets", async () => {
      const topic = `${peer.name} ${transport}`
      // The tools are listed by now, so the SDK holds the structured content against the output schema.
      const added = await client.call("add_note", { topic, title: "A title", body: "A body" })
      assert.notStrictEqual(added.isError, true)
      const note = added.structuredContent as Note
      assert.strictEqual(note.title, "A title")
      assert.deepStrictEqual(JSON.parse(textOf(added)), note)

      const found = (await client.call("search_notes", { topic })).structuredContent as { readonly notes: unknown }
      assert.deepStrictEqual(found.notes, [note])
      const [contents] = await client.read(`notes://${note.id}`)
      assert.match(contents?.text ?? "", /A title[^]*A body/)
      const messages = await client.get("summarize_topic", { topic })
      assert.match(JSON.stringify(messages), /A body/)
    })

    it("gives a call up, and goes on", async () => {
      const added = await client.call("add_note", { topic: "given up", title: "A title", body: "A body" })
      const { id } = added.structuredContent as Note
      const abort = new AbortController()
      const drawing = client.call("draw_note", { id, width: 1024 }, { signal: abort.signal })
        .then(() => "drawn", () => "given up")
      abort.abort()
      assert.strictEqual(await drawing, "given up")
      const drawn = await client.call("draw_note", { id, width: 64 })
      assert.notStrictEqual(drawn.isError, true)
    })

    it("hears of failures, of the tool and of the protocol", async () => {
      const missing = await client.call("delete_note", { id: 999_999 })
      assert.strictEqual(missing.isError, true)
      assert.match(textOf(missing), /999999/)

      assert.strictEqual(await errorCode(client.read("notes://999999")), peer.resourceNotFound)
      assert.strictEqual(await errorCode(client.call("no_such_tool")), -32602)
      assert.strictEqual(await errorCode(client.get("no_such_prompt")), -32602)
      assert.isNotEmpty(await client.tools())
    })
  })
})
