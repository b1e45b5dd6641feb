/** Where tokens are kept when nobody says so: a folder of the user's own, whatever the program is called. */
import { assert, describe, it } from "@effect/vitest"
import { TokenStore } from "@parley/auth/store/TokenStore"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, posix, win32 } from "node:path"
import * as NodeTokenStore from "../../src/NodeTokenStore.ts"
import * as TokenFolder from "../../src/TokenFolder.ts"

const home = "/home/me"
const local = "C:\\Users\\me\\AppData\\Local"

/** Makes a folder the home of this process, as long as the scope; where it keeps nothing elsewhere. */
const homeFolder = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = mkdtempSync(join(tmpdir(), "parley-home-"))
    const before = ["HOME", "USERPROFILE", "XDG_DATA_HOME", "LOCALAPPDATA"].map((name) =>
      [name, process.env[name]] as const
    )
    for (const [name] of before) process.env[name] = folder
    return { before, folder }
  }),
  ({ before, folder }) =>
    Effect.sync(() => {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
      rmSync(folder, { recursive: true })
    })
)

type Environment = Parameters<typeof TokenFolder.make>[2]

describe("the folder of a program's tokens", () => {
  const cases: ReadonlyArray<readonly [string, Environment, string, string]> = [
    ["linux", {}, home, "/home/me/.local/share/parley/my-program/tokens"],
    ["linux", { XDG_DATA_HOME: "/data" }, home, "/data/parley/my-program/tokens"],
    ["linux", { XDG_DATA_HOME: "data" }, home, "/home/me/.local/share/parley/my-program/tokens"],
    ["linux", { XDG_DATA_HOME: "" }, home, "/home/me/.local/share/parley/my-program/tokens"],
    ["darwin", { XDG_DATA_HOME: "/data" }, home, "/home/me/Library/Application Support/parley/my-program/tokens"],
    ["win32", {}, "C:\\Users\\me", `${local}\\parley\\my-program\\tokens`],
    ["win32", { LOCALAPPDATA: "D:\\Local" }, "C:\\Users\\me", "D:\\Local\\parley\\my-program\\tokens"]
  ]
  it.each(cases)("is where %s has it, with %j", (platform, environment, home, expected) => {
    assert.strictEqual(TokenFolder.make(platform, "my-program", environment, home), expected)
  })

  const names = [["../../etc", "etc"], ["a/b\\c:d", "a-b-c-d"], ["con", "_con"], ["NUL.txt", "_NUL.txt"], [".", "_"], [
    "@me/x",
    "@me-x"
  ]] as const
  it.each(names)("of a program called %s is %s", (program, expected) => {
    assert.strictEqual(TokenFolder.make("linux", program, {}, home), `/home/me/.local/share/parley/${expected}/tokens`)
  })

  it.live("is made by the first write, for its owner alone, with all above it that was not there (ATU-06)", () =>
    Effect.gen(function*() {
      const { folder } = yield* homeFolder
      const write = Effect.flatMap(TokenStore, (store) => store.put("key", Redacted.make("hunter2"), undefined))
      assert.isDefined(yield* Effect.provide(write, NodeTokenStore.layer("my-program")))
      const made = readdirSync(folder, { recursive: true, encoding: "utf8" })
      const tokens = made.find((path) => path.endsWith(join("parley", "my-program", "tokens")))
      if (tokens === undefined) return assert.fail()
      if (process.platform !== "win32") assert.strictEqual(statSync(join(folder, tokens)).mode & 0o777, 0o700)
    }).pipe(Effect.scoped))

  it.prop("is one folder deep in a place of the user's own, whatever the name", [Schema.String], ([program]) => {
    const onUnix = TokenFolder.make("linux", program, {}, home)
    assert.strictEqual(posix.dirname(posix.dirname(onUnix)), "/home/me/.local/share/parley")
    const onWindows = TokenFolder.make("win32", program, { LOCALAPPDATA: local }, "C:\\Users\\me")
    assert.strictEqual(win32.dirname(win32.dirname(onWindows)), `${local}\\parley`)
    const name = win32.basename(win32.dirname(onWindows))
    assert.notMatch(name, /[<>:"/\\|?*\p{Cc}]|[. ]$/u)
  })
})
