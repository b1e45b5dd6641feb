/** The notes server in memory: its tools, resources and prompt, its drawings, and the life of its database. */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { McpClient, McpServer } from "@parley/mcp"
import * as InMemoryTransport from "@parley/mcp/testing/InMemoryTransport"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import sharp from "sharp"
import { type Note, NotesCatalog } from "../src/notes/Contract.ts"
import { Database } from "../src/notes/Database.ts"
import { NotesHandlers } from "../src/notes/Handlers.ts"
import { Notes } from "../src/notes/Notes.ts"
import * as Thumbnail from "../src/notes/Thumbnail.ts"

const Server = McpServer.layer(NotesCatalog, { name: "notes", version: "1" }).pipe(
  Layer.provide(NotesHandlers),
  Layer.provide(Notes.layer)
)

/** A client of a server of its own, over a database. */
const over = <E, R>(database: Layer.Layer<Database, E, R>) =>
  Effect.provide(
    Layer.mergeAll(Server, McpClient.layer({ name: "test", version: "1" })).pipe(
      Layer.provide([InMemoryTransport.layer, database])
    ),
    { local: true }
  )

const inMemory = Effect.provide([NodeFileSystem.layer, Logger.layer([])])

const client = McpClient.of(NotesCatalog)

const bread = { topic: "Food", title: "Bread", body: "Rye, and olives" }
const olives = { topic: "food", title: "OLIVES", body: "100% green_ones" }
const fence = { topic: "Garden", title: "Fence", body: "Paint it" }

const titles = ({ notes }: { readonly notes: ReadonlyArray<Note> }) => notes.map((note) => note.title)

describe("the notes server", () => {
  it.effect("adds notes, numbers them, and says when they were written", () =>
    Effect.gen(function*() {
      const { tools } = yield* client
      yield* TestClock.adjust("1 hour")
      const note = yield* tools.add_note(bread)
      assert.deepStrictEqual(note, { id: 1, ...bread, createdAt: DateTime.makeUnsafe(3_600_000) })
      assert.strictEqual((yield* tools.add_note(olives)).id, 2)
    }).pipe(over(Database.layer(":memory:")), inMemory))

  it.effect("finds notes by what they say and by topic, the newest first", () =>
    Effect.gen(function*() {
      const { tools } = yield* client
      yield* Effect.forEach([bread, olives, fence], (note) => tools.add_note(note))
      assert.deepStrictEqual(titles(yield* tools.search_notes({ limit: 20 })), ["Fence", "OLIVES", "Bread"])
      assert.deepStrictEqual(titles(yield* tools.search_notes({ limit: 2 })), ["Fence", "OLIVES"])
      assert.deepStrictEqual(titles(yield* tools.search_notes({ text: "olives", limit: 20 })), ["OLIVES", "Bread"])
      assert.deepStrictEqual(titles(yield* tools.search_notes({ topic: "FOOD", limit: 20 })), ["OLIVES", "Bread"])
      // What a pattern would mean by these is not meant.
      assert.deepStrictEqual(titles(yield* tools.search_notes({ text: "0% g", limit: 20 })), ["OLIVES"])
      assert.deepStrictEqual(titles(yield* tools.search_notes({ text: "%", topic: "Garden", limit: 20 })), [])
    }).pipe(over(Database.layer(":memory:")), inMemory))

  it.effect("deletes a note once, and declares that it is not there", () =>
    Effect.gen(function*() {
      const { tools } = yield* client
      const note = yield* tools.add_note(bread)
      assert.deepStrictEqual(yield* tools.delete_note({ id: 1 }), note)
      const errors = [
        yield* Effect.flip(tools.delete_note({ id: 1 })),
        yield* Effect.flip(tools.draw_note({ id: 1, width: 64 }))
      ]
      for (const error of errors) {
        assert(error._tag === "ToolFailure")
        assert.deepInclude(error.failure, { _tag: "NoteNotFound", id: 1 })
      }
    }).pipe(over(Database.layer(":memory:")), inMemory))

  it.effect("says what its tools do to the notes", () =>
    Effect.gen(function*() {
      const tools = yield* Effect.flatMap(McpClient.McpClient, ({ listTools }) => listTools)
      const hints = tools.map((
        { annotations, name }
      ) => [name, annotations?.readOnlyHint, annotations?.destructiveHint])
      assert.deepStrictEqual(hints, [
        ["add_note", false, false],
        ["search_notes", true, undefined],
        ["delete_note", false, true],
        ["draw_note", true, undefined]
      ])
    }).pipe(over(Database.layer(":memory:")), inMemory))

  it.effect("reads one note, and the list of all", () =>
    Effect.gen(function*() {
      const { resources, tools } = yield* client
      yield* Effect.forEach([bread, fence], (note) => tools.add_note(note))
      const one = yield* resources["notes://{id}"]({ id: 1 })
      assert.deepStrictEqual(one.contents, [
        { uri: "notes://1", mimeType: "text/markdown", text: "# Bread\n\nRye, and olives\n" }
      ])
      const all = yield* resources["notes://index"]()
      assert.deepStrictEqual(all.contents, [{
        uri: "notes://index",
        mimeType: "text/markdown",
        text: "# Garden\n\n- [Fence](notes://2)\n\n# Food\n\n- [Bread](notes://1)\n"
      }])
    }).pipe(over(Database.layer(":memory:")), inMemory))

  it.effect("tells a missing note from a URI that makes no sense", () =>
    Effect.gen(function*() {
      const { readResource } = yield* McpClient.McpClient
      const messages = yield* Effect.forEach(["notes://7", "notes://seven", "notes://-1", "note://1"], (uri) =>
        Effect.map(Effect.flip(readResource(uri)), ({ message }) => message.split(":")[0]))
      assert.deepStrictEqual(messages, [
        "Resource not found",
        "Invalid resource URI",
        "Invalid resource URI",
        "Resource not found"
      ])
    }).pipe(over(Database.layer(":memory:")), inMemory))

  it.effect("asks for a summary with the notes at hand", () =>
    Effect.gen(function*() {
      const { prompts, tools } = yield* client
      yield* Effect.forEach([bread, fence, olives], (note) => tools.add_note(note))
      const { messages } = yield* prompts.summarize_topic({ topic: "food" })
      assert.deepStrictEqual(
        messages.map(({ content }) => content.type === "resource" ? content.resource.uri : content.type),
        ["text", "notes://3", "notes://1"]
      )
      const error = yield* Effect.flip(prompts.summarize_topic({ topic: "weather" }))
      assert.strictEqual(error.message, "There are no notes on \"weather\"")
    }).pipe(over(Database.layer(":memory:")), inMemory))

  it.effect("lists the notes there are, and completes their numbers and topics", () =>
    Effect.gen(function*() {
      const { tools } = yield* client
      const { complete, listResources } = yield* McpClient.McpClient
      yield* Effect.forEach([bread, olives, fence], (note) => tools.add_note(note))
      assert.deepStrictEqual(
        (yield* listResources).map(({ title, uri }) => `${uri} ${title}`),
        ["notes://index All notes", "notes://3 Fence", "notes://2 OLIVES", "notes://1 Bread"]
      )
      const topics = (value: string) =>
        complete({ ref: { type: "ref/prompt", name: "summarize_topic" }, argument: { name: "topic", value } })
      assert.deepStrictEqual((yield* topics("")).values, ["Food", "Garden"])
      assert.deepStrictEqual((yield* topics("fo")).values, ["Food"])
      // What a pattern would mean by these is not meant.
      assert.deepStrictEqual((yield* topics("%")).values, [])
      const ids = (value: string) =>
        complete({ ref: { type: "ref/resource", uri: "notes://{id}" }, argument: { name: "id", value } })
      assert.deepStrictEqual((yield* ids("")).values, ["3", "2", "1"])
      assert.deepStrictEqual((yield* ids("2")).values, ["2"])
    }).pipe(over(Database.layer(":memory:")), inMemory))

  it.effect("tells who listens that there is a note more or less, and who subscribed that it is gone", () =>
    Effect.gen(function*() {
      const { tools } = yield* client
      const { listChanges, resourceUpdates } = yield* McpClient.McpClient
      const told = yield* Queue.unbounded<string>()
      const hear = Stream.merge(
        Stream.map(Stream.filter(listChanges, ({ kind }) => kind === "resources"), ({ cause }) => `${cause} list`),
        Stream.map(resourceUpdates("notes://index", "notes://1"), ({ cause, uri }) => `${cause} ${uri}`)
      )
      yield* Effect.forkScoped(Stream.runForEach(hear, (line) => Queue.offer(told, line)), { startImmediately: true })
      const hearing = (count: number) => Effect.replicateEffect(Queue.take(told), count)
      assert.sameMembers(yield* hearing(3), ["Listening list", "Listening notes://index", "Listening notes://1"])
      yield* tools.add_note(bread)
      assert.sameMembers(yield* hearing(2), ["Changed list", "Changed notes://index"])
      yield* tools.delete_note({ id: 1 })
      assert.sameMembers(yield* hearing(3), ["Changed list", "Changed notes://index", "Changed notes://1"])
    }).pipe(Effect.scoped, over(Database.layer(":memory:")), inMemory))

  it.effect("masks what goes wrong in the database", () =>
    Effect.gen(function*() {
      const database = yield* Database
      const { callTool } = yield* McpClient.McpClient
      database.exec("DROP TABLE notes")
      const { content, isError } = yield* callTool({ name: "add_note", arguments: bread })
      assert.isTrue(isError)
      assert.notInclude(JSON.stringify(content), "no such table")
    }).pipe(
      (effect) => Effect.flatMap(Database, (database) => effect.pipe(over(Layer.succeed(Database, database)))),
      Effect.provide(Database.layer(":memory:")),
      inMemory
    ))
})

describe("the drawing of a note", () => {
  const draw = (note: Note, width: number) => Effect.map(Thumbnail.png(note, width), (png) => sharp(png))

  const note: Note = { id: 1, ...bread, createdAt: DateTime.makeUnsafe(0) }

  it.effect("is a PNG of the width that was asked for, and tells a client so", () =>
    Effect.gen(function*() {
      const { tools } = yield* client
      yield* tools.add_note(bread)
      const { content } = yield* tools.draw_note({ id: 1, width: 96 })
      const image = content[0]
      assert(image?.type === "image" && image.mimeType === "image/png")
      const { format, height, width } = yield* Effect.promise(() => sharp(Buffer.from(image.data, "base64")).metadata())
      assert.deepStrictEqual({ format, height, width }, { format: "png", height: 96, width: 96 })
    }).pipe(over(Database.layer(":memory:")), inMemory))

  it.effect("shows what the note says", () =>
    Effect.gen(function*() {
      const pixels = (of: Note) =>
        Effect.flatMap(draw(of, 128), (image) => Effect.promise(() => image.raw().toBuffer()))
      const drawn = yield* pixels(note)
      assert.isTrue(drawn.equals(yield* pixels(note)))
      assert.isFalse(drawn.equals(yield* pixels({ ...note, body: "Wheat" })))
      assert.isFalse(drawn.equals(yield* pixels({ ...note, title: "Cheese" })))
    }))

  it.effect.prop(
    "can be made of any text",
    { topic: Schema.String, title: Schema.String, body: Schema.String },
    (texts) =>
      Effect.gen(function*() {
        const image = yield* draw({ ...note, ...texts }, 32)
        assert.strictEqual((yield* Effect.promise(() => image.metadata())).width, 32)
      }),
    { arbitrary: { runs: 30 } }
  )

  it("takes markup in a note for text", () => {
    const svg = Thumbnail.svg({ ...note, title: "<b>&", body: "</text><image href='file:///etc/hosts'/>\u0000\ud800" })
    assert.include(svg, "&lt;b&gt;&amp;")
    assert.notInclude(svg, "<image")
    assert.notInclude(svg, "\u0000")
    assert.isTrue(svg.isWellFormed())
  })
})

describe("the database", () => {
  const logged = (messages: Array<unknown>) =>
    Logger.layer([Logger.make(({ message }) => void messages.push(...[message].flat()))])

  it.effect("in a file keeps the notes, and is closed with the server", () =>
    Effect.gen(function*() {
      const files = yield* FileSystem.FileSystem
      const directory = yield* files.makeTempDirectoryScoped()
      const path = `${directory}/notes.db`
      const messages: Array<unknown> = []
      yield* Effect.flatMap(client, ({ tools }) => tools.add_note(bread)).pipe(
        over(Database.layer(path)),
        Effect.provide(logged(messages))
      )
      assert.deepStrictEqual(messages, [`Opened the database ${path}`, `Closed the database ${path}`])
      // Closing folds the write-ahead log into the file and removes it.
      assert.deepStrictEqual(yield* files.readDirectory(directory), ["notes.db"])
      const found = yield* Effect.flatMap(client, ({ tools }) => tools.search_notes({ limit: 20 })).pipe(
        over(Database.layer(path))
      )
      assert.deepStrictEqual(titles(found), ["Bread"])
    }).pipe(inMemory))

  it.effect("without a path is in a temporary file, which is gone with the server", () =>
    Effect.gen(function*() {
      const files = yield* FileSystem.FileSystem
      const messages: Array<unknown> = []
      yield* Effect.gen(function*() {
        const { tools } = yield* client
        yield* tools.add_note(bread)
        const path = String(messages[0]).replace("Opened the database ", "")
        assert.isTrue(yield* files.exists(path))
        return path
      }).pipe(
        over(Database.layerTemporary),
        Effect.provide(logged(messages)),
        Effect.flatMap(files.exists),
        Effect.map((exists) => assert.isFalse(exists))
      )
    }).pipe(inMemory))

  it.effect("that cannot be opened is a failure that says so", () =>
    Effect.gen(function*() {
      const missing = yield* Effect.flip(Layer.build(Database.layer("/nowhere/at/all/notes.db")))
      assert.include(missing.message, "Cannot open the database /nowhere/at/all/notes.db: ")
      const files = yield* FileSystem.FileSystem
      const path = yield* files.makeTempFileScoped()
      yield* files.writeFileString(path, "This is prose, and no database, however long one reads on. ".repeat(20))
      const prose = yield* Effect.flip(Layer.build(Database.layer(path)))
      assert.include(prose.message, "file is not a database")
    }).pipe(inMemory))
})
