/** The client that logs in, as a program, at the diary and at an authorization server of others. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assertShows, diagrams } from "./Diagram.ts"
import { running } from "./Diary.ts"
import type { Passed } from "./Observed.ts"
import { consents } from "./Person.ts"
import * as Program from "./Program.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "parley-login-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const link = /http:[^\s"]+/

/** The pages for logging in and consenting, which every authorization server has in its own way. */
const isPage = ({ path }: Passed): boolean => /^\/(?:interaction|auth)\/./.test(path)

const authorizations = (passed: ReadonlyArray<Passed>) => passed.filter(({ path }) => path === "/auth")

/** What is in the files below a folder. */
const textsBelow = (path: string): ReadonlyArray<string> =>
  readdirSync(path, { recursive: true, encoding: "utf8" })
    .map((name) => join(path, name))
    .filter((file) => statSync(file).isFile())
    .map((file) => readFileSync(file, "utf8"))

describe("login", () => {
  it.live("asks a person twice, as the guide shows it, and the next time not at all", () =>
    Effect.gen(function*() {
      const { issuer, passed, url } = yield* running
      const tokens = yield* folder
      const env = { MCP_URL: url, TOKENS: tokens, BROWSER: "none" }
      const first = yield* Program.follow("login/main.ts", { env })
      const page = yield* consents(yield* first.logs(link), passed)
      yield* consents(yield* first.logs(link), passed)
      const { code, lines, stderr } = yield* first.end
      assert.deepStrictEqual(lines, [
        "whoami: ada, who may diary:read",
        "tools: whoami, read_diary, write_diary",
        "write_diary: Page 1 is written",
        "whoami: ada, who may diary:read and diary:write",
        `logged in at ${issuer}`
      ])
      assert.strictEqual(code, 0)

      const [login = [], stepUp = []] = diagrams("logging-in.md")
      assert.isAbove(Math.min(login.length, stepUp.length), 3)
      const seen = passed.filter((request) => !isPage(request))
      assertShows(login, seen.slice(0, login.length))
      const refused = seen.findIndex(({ status }) => status === 403)
      assertShows(stepUp, seen.slice(refused, refused + stepUp.length))
      assert.deepStrictEqual(authorizations(passed).map(({ parameters }) => parameters["scope"]), [
        "diary:read offline_access",
        "diary:read diary:write offline_access"
      ])

      // Whoever looks on sees codes and tokens on their way only.
      const written = textsBelow(tokens).join("\n")
      for (const { authorization, parameters, path } of seen) {
        const said = path === "/token" ? [parameters["code"], parameters["code_verifier"]] : [authorization?.slice(7)]
        for (const secret of said) {
          if (typeof secret === "string") assert.notInclude(lines.join("\n") + stderr + page, secret)
          if (typeof secret === "string" && path === "/token") assert.notInclude(written, secret)
        }
      }

      const before = passed.length
      const second = yield* Program.finish("login/main.ts", { env })
      assert.strictEqual(second.lines[0], "whoami: ada, who may diary:read and diary:write")
      assert.strictEqual(second.code, 0)
      assert.deepStrictEqual(
        new Set(passed.slice(before).map(({ path, status }) => `${path} ${status}`)),
        new Set(["/mcp 200"])
      )
    }).pipe(Effect.scoped), 60_000)

  it.live("says why it is not let in, when nobody is at home to agree", () =>
    Effect.gen(function*() {
      const { passed, url } = yield* running
      const program = yield* Program.follow("login/main.ts", {
        env: { MCP_URL: url, TOKENS: yield* folder, BROWSER: "none" }
      })
      const asked = new URL(yield* program.logs(link))
      const back = new URL(asked.searchParams.get("redirect_uri") ?? "")
      const state = asked.searchParams.get("state") ?? ""
      back.search = new URLSearchParams({ error: "access_denied", state, iss: asked.origin }).toString()
      yield* Effect.promise(() => fetch(back))
      const { code, stderr } = yield* program.end
      assert.include(stderr, `AuthorizationDenied: ${asked.origin} did not authorize: access_denied`)
      assert.strictEqual(code, 1)
      assert.notInclude(passed.map(({ path }) => path), "/token")
    }).pipe(Effect.scoped), 60_000)
})
