/**
 * The files of the corpus, read and written at the edge. With `UPDATE_CASSETTES=1` in the environment they are written anew
 * where the conversation is another now; prose in them stays.
 */
import type { Client } from "@parley/mcp/client/Client"
import * as McpClient from "@parley/mcp/client/McpClient"
import * as Revisions from "@parley/mcp/revision/Revisions"
import * as McpTest from "@parley/mcp/testing/McpTest"
import * as WireRecorder from "@parley/mcp/testing/WireRecorder"
import { ClientTransport } from "@parley/mcp/transport/ClientTransport"
import * as DuplexClient from "@parley/mcp/transport/DuplexClient"
import * as HttpSseClient from "@parley/mcp/transport/HttpSseClient"
import * as StreamableHttpClient from "@parley/mcp/transport/StreamableHttpClient"
import * as Archive from "@parley/simulation/cassette/Archive"
import type * as Cassette from "@parley/simulation/cassette/Cassette"
import * as Recording from "@parley/simulation/cassette/Recording"
import type * as Replay from "@parley/simulation/cassette/Replay"
import * as Revising from "@parley/simulation/cassette/Revising"
import * as Stage from "@parley/simulation/cassette/Stage"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { library } from "./Library.ts"
import { stories, type Story } from "./Stories.ts"

const folder = new URL("../../corpus/", import.meta.url)

/** Whether files are to be brought up to date. */
export const isUpdate: boolean = process.env.UPDATE_CASSETTES === "1"

/** A file of the corpus. */
export interface Entry {
  readonly name: string
  readonly revision: string
  readonly story: Story
  readonly file: URL
}

/** All that there is to be. */
export const entries: ReadonlyArray<Entry> = Object.entries(stories).flatMap(([name, story]) =>
  story.revisions.map((revision) => ({
    name: `${revision}/${name}`,
    revision,
    story,
    file: new URL(`${revision}/${name}.md`, folder)
  }))
)

/** The files that there are, by the names of their entries. */
export const files = (): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .map((path) => path.replaceAll("\\", "/").slice(0, -".md".length))
    .toSorted()

/** The revision of a version. */
export const revisionsOf = (version: string) => Revisions.all.filter((revision) => revision.version === version)

/** The cassette in the file. */
export const read = ({ file }: Entry): Cassette.Cassette => Result.getOrThrow(Archive.parse(readFileSync(file, "utf8")))

/** Writes a file if it says something else now. */
export const write = ({ file }: Entry, cassette: Cassette.Cassette): void => {
  const text = Archive.print(cassette)
  if (existsSync(file) && readFileSync(file, "utf8") === text) return
  mkdirSync(new URL(".", file), { recursive: true })
  writeFileSync(file, text)
}

const optionsOf = ({ story: { policy, way } }: Entry) => ({ way, ...(policy === undefined ? {} : { policy }) })

/** Holds the conversation anew, between our own client and server. */
export const record = (entry: Entry): Effect.Effect<Cassette.Cassette, unknown> =>
  Effect.gen(function*() {
    const { revision, story } = entry
    const recorder = yield* WireRecorder.make()
    const script = story.script?.()
    yield* Effect.scoped(Effect.gen(function*() {
      const { connect } = yield* McpTest.host(library, optionsOf(entry))
      const { client } = yield* connect({
        name: "reader",
        version: "1.0.0",
        revisions: revisionsOf(revision),
        recorder,
        ...(script === undefined ? {} : { script })
      })
      yield* story.act(client)
    }))
    return Recording.fromTranscript(recorder.transcript(), {
      title: story.title,
      about: story.about,
      front: { revision, over: story.way, client: "reader 1.0.0", server: "library 1.0.0" }
    })
  }).pipe(Stage.onVirtualTime)

/** The old file as it is to be, or a new one. */
export const revised = (entry: Entry, now: Cassette.Cassette): Cassette.Cassette =>
  existsSync(entry.file) ? Revising.revise(read(entry), now) : now

const transportOf = ({ story: { way } }: Entry, { connection, httpClient }: Replay.ClientEnd) => {
  if (way === "line") return Effect.succeed(DuplexClient.make(Effect.succeed(connection)))
  if (way === "sse") return Effect.succeed(HttpSseClient.fromClient(httpClient, { url: "http://localhost/sse" }))
  return Effect.provideService(
    StreamableHttpClient.make({ url: "http://localhost/mcp" }),
    HttpClient.HttpClient,
    httpClient
  )
}

const clientOf = (entry: Entry, end: Replay.ClientEnd) =>
  Effect.gen(function*(): Effect.fn.Return<Client, unknown, Scope.Scope> {
    const { revision, story } = entry
    const script = story.script?.()
    const made = Effect.provideService(
      McpClient.make({ name: "reader", version: "1.0.0", revisions: revisionsOf(revision) }),
      ClientTransport,
      yield* transportOf(entry, end)
    )
    return yield* script === undefined ? made : Effect.provideContext(made, script.context)
  })

/** Plays a client through the story, over what a cassette gives it. */
export const act = (entry: Entry) => (end: Replay.ClientEnd): Effect.Effect<unknown, unknown> =>
  Effect.scoped(Effect.flatMap(clientOf(entry, end), entry.story.act))

/** Our own server, as the story has it. */
export const serve = (entry: Entry) => Stage.serve(library, optionsOf(entry))
