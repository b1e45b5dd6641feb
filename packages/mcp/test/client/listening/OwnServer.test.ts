/** Listening to our own server, in both eras, on a line and over HTTP: what handlers and registries do is heard. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as McpClient from "../../../src/client/McpClient.ts"
import * as ClientLog from "../../../src/contract/ClientLog.ts"
import * as Registry from "../../../src/contract/Registry.ts"
import * as Resource from "../../../src/contract/Resource.ts"
import * as Tool from "../../../src/contract/Tool.ts"
import type { Revision } from "../../../src/revision/Revision.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import * as McpServer from "../../../src/server/McpServer.ts"
import * as McpTest from "../../../src/testing/McpTest.ts"
import { reading, settle, word } from "./Support.ts"

const write = Tool.serve("write", {}, () => Effect.as(Registry.resourceUpdated("test://watched"), "written"))
const grow = Tool.serve("grow", {}, () => Effect.as(Registry.listChanged("tools"), "grown"))
const say = Tool.serve("say", {}, () => Effect.as(ClientLog.warning({ careful: true }), "said"))
const watched = Resource.serve("test://watched", {}, () => Effect.succeed("watched"))

const server = (revision: Revision) =>
  McpServer.layer([write, grow, say, watched], { name: "own", version: "1", revisions: [revision] })

/** Waits until something holds. Over HTTP, bodies are read by the platform, in its own time. */
const until = (holds: () => boolean) =>
  Effect.gen(function*() {
    for (let turn = 0; turn < 1_000 && !holds(); turn++) {
      yield* Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))
    }
    assert.isTrue(holds())
  })

for (const way of ["line", "http"] as const) {
  describe(`listening to our own server over ${way}`, () => {
    for (const revision of [v2025_11_25, v2026_07_28]) {
      it.live(`resources, lists and logs are heard of in ${revision.version}`, () =>
        Effect.gen(function*() {
          const client = yield* McpClient.McpClient
          const updates = yield* reading(client.resourceUpdates("test://watched"))
          const changes = yield* reading(client.listChanges)
          const logs = yield* reading(client.logs)
          yield* until(() => updates.heard.length === 1 && changes.heard.length > 0)
          const lists = changes.news().map(word)
          assert.include(lists, "Listening tools")
          yield* client.setLoggingLevel("info")
          for (const name of ["write", "grow", "say"]) yield* client.callTool({ name })
          yield* until(() => updates.heard.length === 2 && changes.heard.length === 1 && logs.heard.length === 1)
          assert.deepStrictEqual(updates.news().map(word), ["Listening test://watched", "Changed test://watched"])
          assert.deepStrictEqual(changes.news().map(word), ["Changed tools"])
          assert.deepInclude(logs.news()[0], { level: "warning", data: { careful: true } })
          yield* updates.stop
          yield* changes.stop
          yield* logs.stop
          yield* client.callTool({ name: "write" })
          yield* settle
          assert.deepStrictEqual(updates.news(), [])
        }).pipe(Effect.provide(McpTest.layer(server(revision), { way }))))
    }
  })
}
