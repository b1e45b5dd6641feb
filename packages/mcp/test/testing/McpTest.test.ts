/** A client of a server in one line, with scripted answers, on every revision and every way that there is. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import * as Elicitation from "../../src/client/answering/Elicitation.ts"
import type { Client } from "../../src/client/Client.ts"
import * as McpClient from "../../src/client/McpClient.ts"
import type { Revision } from "../../src/revision/Revision.ts"
import { all } from "../../src/revision/Revisions.ts"
import { v2024_11_05 } from "../../src/revision/v2024_11_05.ts"
import { v2025_11_25 } from "../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../src/revision/v2026_07_28.ts"
import * as McpTest from "../../src/testing/McpTest.ts"
import * as Script from "../../src/testing/Script.ts"
import * as Transcript from "../../src/testing/Transcript.ts"
import * as WireRecorder from "../../src/testing/WireRecorder.ts"
import { Server } from "./Specimen.ts"

const ways: ReadonlyArray<readonly [McpTest.Way, Revision]> = [
  ...all.map((revision) => ["line", revision] as const),
  ...all.filter((revision) => revision !== v2024_11_05).map((revision) => ["http", revision] as const),
  ["sse", v2024_11_05]
]

const textOf = (client: Client, name: string) =>
  Effect.map(client.callTool({ name }), ({ content }) => content[0]?.type === "text" ? content[0].text : "no text")

/** What a scope that is closed after something went well ends with. */
const endOf = <E>(effect: Effect.Effect<unknown, E, Scope.Scope>): Effect.Effect<string> =>
  Effect.map(Effect.exit(Effect.scoped(effect)), (exit) => Exit.isSuccess(exit) ? "" : Cause.pretty(exit.cause))

describe("a client in one line", () => {
  it.effect("that knows nothing that goes over a way is told so", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(McpTest.make(Server, { way: "sse", revisions: [v2026_07_28] }))
      assert.include(error.message, "the client speaks none that goes over this transport")
    }))

  for (const [way, revision] of ways) {
    it.effect(`speaks ${revision.version} to the server over ${way}`, () =>
      Effect.gen(function*() {
        const { client, recorded } = yield* McpTest.make(Server, { way, revisions: [revision] })
        assert.strictEqual(client.server.revision.version, revision.version)
        const result = yield* client.callTool({ name: "add", arguments: { a: 1, b: 2 } })
        assert.deepStrictEqual(result.content, [{ type: "text", text: "{\"sum\":3}" }])
        yield* Transcript.expect(recorded(), "…\n→ tools/call add {a: 1, b: 2}\n← {content: …, …}")
      }))
  }

  it.effect("speaks the newest revision, as any client does", () =>
    Effect.gen(function*() {
      const { client } = yield* McpTest.make(Server)
      assert.strictEqual(client.server.revision.version, v2026_07_28.version)
    }))

  it.effect("is a layer too", () =>
    Effect.gen(function*() {
      const tools = yield* Effect.flatMap(McpClient.McpClient, (client) => client.listTools)
      assert.include(tools.map(({ name }) => name), "add")
    }).pipe(Effect.provide(McpTest.layer(Server, { way: "http" }))))

  it.effect("shares its server with others, each on a wire of its own", () =>
    Effect.gen(function*() {
      const { connect, server } = yield* McpTest.host(Server, { way: "http" })
      const recorder = yield* WireRecorder.make({ client: "bob" })
      const [ann, bob] = [yield* connect(), yield* connect({ recorder, revisions: [v2025_11_25] })]
      yield* Effect.all([textOf(ann.client, "long"), textOf(bob.client, "long")], { concurrency: 2 })
      assert.strictEqual(server.versions[0], v2026_07_28.version)
      assert.notInclude(JSON.stringify(ann.recorded()), "bob")
      yield* Transcript.expect(
        Transcript.of(bob.recorded(), "bob"),
        "→ POST /mcp\n→ initialize\n← 200 {mcp-session-id: <s>}\n← …\n…\n→ POST /mcp {mcp-session-id: <s>}\n…"
      )
    }))

  it.effect("hangs up with its scope, in the middle of a call too", () =>
    Effect.gen(function*() {
      for (const way of ["line", "http", "sse"] as const) {
        const revisions = [way === "sse" ? v2024_11_05 : v2025_11_25]
        yield* Effect.scoped(Effect.flatMap(
          McpTest.make(Server, { way, revisions }),
          ({ client }) => Effect.forkScoped(client.callTool({ name: "never" }), { startImmediately: true })
        ))
      }
    }))
})

const everything = () =>
  Script.make([
    Script.form("Who are you?", Elicitation.accept({ name: "Ada" })),
    Script.sample(/7\?$/u, "42"),
    Script.roots([{ uri: "file:///home" }])
  ])

describe("questions are answered by a script", () => {
  for (const [way, revision] of ways.filter(([, { version }]) => version >= "2025-06-18")) {
    it.effect(`in ${revision.version} over ${way}`, () =>
      Effect.gen(function*() {
        const script = everything()
        const { client } = yield* McpTest.make(Server, { way, revisions: [revision], script })
        assert.strictEqual(yield* textOf(client, "name"), "Hello, Ada!")
        assert.strictEqual(yield* textOf(client, "think"), "{\"type\":\"text\",\"text\":\"42\"}")
        assert.strictEqual(yield* textOf(client, "places"), "file:///home")
        assert.deepStrictEqual(script.asked().map(({ _tag }) => _tag), ["Form", "Sample", "Roots"])
        yield* script.finished
      }))
  }

  it.effect("with visits, and answers that are found out", () =>
    Effect.gen(function*() {
      const script = Script.make([
        Script.visit(({ domain }) => domain === "example.com", ({ url }) => Effect.succeed(visited(url)))
      ])
      const { client } = yield* McpTest.make(Server, { script })
      assert.strictEqual(yield* textOf(client, "visit"), "signed in")
    }))

  it.effect("as often as they are asked, where it is played by what fits", () =>
    Effect.gen(function*() {
      const script = Script.make([
        Script.sample("another", "wrong"),
        Script.form(/^Who/u, Elicitation.accept({ name: "Bob" })),
        Script.form(/./u, Elicitation.decline)
      ], { play: "byMatch" })
      yield* Effect.scoped(Effect.gen(function*() {
        const { client } = yield* McpTest.make(Server, { script, revisions: [v2025_11_25] })
        assert.strictEqual(yield* textOf(client, "name"), "Hello, Bob!")
        assert.strictEqual(yield* textOf(client, "name"), "Hello, Bob!")
      })).pipe(Effect.exit)
      const { message } = yield* Effect.flip(script.finished)
      assert.strictEqual(message, "Nobody asked for Sample another\nNobody asked for Form /./u")
    }))

  it.effect("as often as they are asked, by an expression that remembers where it was", () =>
    Effect.gen(function*() {
      const script = Script.make([Script.form(/Who/gu, Elicitation.accept({ name: "Eve" }))], { play: "byMatch" })
      const { client } = yield* McpTest.make(Server, { script })
      for (let time = 0; time < 3; time++) assert.strictEqual(yield* textOf(client, "name"), "Hello, Eve!")
    }))

  for (const revision of [v2025_11_25, v2026_07_28]) {
    it.effect(`and one that has no answer says what was asked, in ${revision.version}`, () =>
      Effect.gen(function*() {
        const script = Script.make([Script.form("Another?", Elicitation.cancel)])
        const asked = "The server asked for the form \"Who are you?\" (name), and the script has Form Another? next"
        const text = yield* Effect.scoped(
          Effect.flatMap(
            McpTest.make(Server, { script, revisions: [revision] }),
            ({ client }) => Effect.match(textOf(client, "name"), { onSuccess: (text) => text, onFailure: String })
          )
        ).pipe(Effect.exit)
        // The scope says so, however the handler took it.
        assert.isTrue(Exit.isFailure(text))
        assert.strictEqual((yield* Effect.flip(script.finished)).message, `${asked}\nNobody asked for Form Another?`)
      }))
  }

  it.effect("and the end of the scope says what nobody asked for", () =>
    Effect.gen(function*() {
      const unplayed = yield* endOf(McpTest.make(Server, { script: everything() }))
      assert.include(unplayed, "Nobody asked for Form Who are you?")
      assert.include(unplayed, "Nobody asked for the roots")
      // What went wrong before is what is told of.
      const failed = yield* endOf(Effect.andThen(
        McpTest.make(Server, { script: everything() }),
        ({ client }) => client.callTool({ name: "nothing" })
      ))
      assert.notInclude(failed, "Nobody asked")
    }))

  it.effect("and nothing else is declared than it can answer", () =>
    Effect.gen(function*() {
      const { client, recorded } = yield* McpTest.make(Server, {
        script: Script.make([Script.roots([])], { play: "byMatch" }),
        revisions: [v2025_11_25]
      })
      yield* Transcript.expect(recorded(), "→ initialize {capabilities: {roots: {}}, …}\n…")
      assert.include(yield* textOf(client, "name"), "cannot")
      yield* textOf(client, "places")
    }))
})

const visited = (url: string): Elicitation.Answer =>
  url === "https://example.com/" ? Elicitation.accept() : Elicitation.decline
