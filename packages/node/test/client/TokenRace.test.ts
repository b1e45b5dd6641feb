/** Processes that share tokens: whoever finds them refused refreshes, and only one does (a login is never lost to a race). */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as OAuthClient from "@parley/auth/client/OAuthClient"
import * as AuthorizationCode from "@parley/auth/grant/AuthorizationCode"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeTokenStore from "../../src/NodeTokenStore.ts"
import * as NodeUserAgent from "../../src/NodeUserAgent.ts"
import { browse } from "../support/Browsing.ts"
import * as RotatingServer from "../support/RotatingServer.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "parley-race-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

/** Logs in through the loopback receiver, and leaves the tokens in the folder. */
const login = (url: string, path: string) =>
  Effect.scoped(Effect.map(HttpClient.get(url), ({ status }) => status)).pipe(
    Effect.provide(OAuthClient.layer({
      url,
      grant: AuthorizationCode.make({ clientName: "test", registered: { clientId: "me" } })
    })),
    Effect.provide(Layer.mergeAll(
      NodeHttpClient.layerUndici,
      NodeTokenStore.layerFile(path),
      NodeUserAgent.layerShown(browse)
    ))
  )

const program = join(import.meta.dirname, "token-user.ts")

const started = (...args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() => spawn(process.execPath, ["--conditions=@parley/source", program, ...args])),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )

type Child = Effect.Success<ReturnType<typeof started>>

const ready = (child: Child) =>
  Effect.callback<void>((resume) => {
    child.stderr.pipe(process.stderr)
    child.stdout.once("data", () => resume(Effect.void))
  })

const asked = (child: Child) =>
  Effect.callback<string>((resume) => {
    let text = ""
    child.stdout.on("data", (piece: Buffer) => {
      text += piece.toString()
    })
    child.once("close", () => resume(Effect.succeed(text.trim())))
    child.stdin.write("go\n")
  })

describe("tokens that several processes share", () => {
  it.live(
    "are refreshed once, whoever of many fibers in many processes finds that they have ended",
    () =>
      Effect.gen(function*() {
        const server = yield* RotatingServer.make
        const path = yield* folder
        assert.strictEqual(yield* login(server.url, path), 200)
        assert.deepStrictEqual(server.counts, { codes: 1, refreshes: 0, reuses: 0, consents: 1 })
        for (const round of [1, 2]) {
          server.endAccess()
          const children = yield* Effect.forEach([1, 2, 3], () => started(server.url, path, "me"))
          yield* Effect.forEach(children, ready, { concurrency: "unbounded" })
          const statuses = yield* Effect.forEach(children, asked, { concurrency: "unbounded" })
          assert.deepStrictEqual(statuses, ["200", "200", "200"])
          assert.deepStrictEqual(server.counts, { codes: 1, refreshes: round, reuses: 0, consents: 1 })
        }
      }).pipe(Effect.scoped),
    60_000
  )
})
