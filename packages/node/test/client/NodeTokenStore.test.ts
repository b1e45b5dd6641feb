/** Tokens in files: whole or not at all, for their owner alone, and shared by processes that may be killed. */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import type { AuthError } from "@parley/auth/AuthError"
import { AuthLimits, defaultLimits } from "@parley/auth/AuthLimits"
import { TokenStore } from "@parley/auth/store/TokenStore"
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as PlatformError from "effect/PlatformError"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { spawn } from "node:child_process"
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { suite } from "../../../auth/test/support/TokenStoreSuite.ts"
import * as NodeTokenStore from "../../src/NodeTokenStore.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "parley-tokens-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const openAt = (path: string) =>
  Effect.map(Layer.build(Layer.fresh(NodeTokenStore.layerFile(path))), (context) => Context.get(context, TokenStore))

suite("a token store of files", Effect.map(folder, (path) => openAt(join(path, "deep", "tokens"))))

/** The files in a store, with their paths. */
const filesIn = (path: string): ReadonlyArray<string> =>
  readdirSync(path, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : []
  )

const modeOf = (path: string): number => statSync(path).mode & 0o777

const wordsOf = (error: AuthError): string => `${error.message}${String(error)}${JSON.stringify(error)}`

describe("a token store of files", () => {
  it.effect("its folders are open to their owner alone, and so is its one file for a key (ATU-06, ATU-09)", () =>
    Effect.gen(function*() {
      const path = join(yield* folder, "tokens")
      const store = yield* openAt(path)
      let version: string | undefined
      for (const value of ["one", "two", "three"]) version = yield* store.put("key", Redacted.make(value), version)
      const [file = "", ...others] = filesIn(path)
      assert.isEmpty(others)
      assert.match(file, /[/\\][0-9a-f]{64}[/\\]\d{12}\.json$/)
      assert.deepStrictEqual([path, join(file, "..")].map(modeOf), [0o700, 0o700])
      assert.strictEqual(modeOf(file), 0o600)
      yield* store.remove("key")
      assert.notInclude(filesIn(path).map((one) => readFileSync(one, "utf8")).join(), "three")
    }).pipe(Effect.scoped))

  it.effect("a file that is not what was written is an error with its path, and stays as it is", () =>
    Effect.gen(function*() {
      const path = yield* folder
      const store = yield* openAt(path)
      const version = yield* store.put("key", Redacted.make("one"), undefined)
      const [file = ""] = filesIn(path)
      for (const text of ["", "{\"value\": \"hunter2\"", "{\"value\":\"hunter2\"}", "hunter2".repeat(1_000_000)]) {
        writeFileSync(file, text)
        const attempts = [
          store.get("key"),
          store.put("key", Redacted.make("two"), version),
          store.put("key", Redacted.make("two"), undefined),
          store.remove("key")
        ]
        for (const attempt of attempts) {
          const error = yield* Effect.flip(Effect.asVoid(attempt))
          assert.strictEqual(error.reason._tag, "StoreFailed")
          assert.include(error.message, file)
          assert.notInclude(wordsOf(error), "hunter2")
        }
        assert.strictEqual(readFileSync(file, "utf8"), text)
      }
    }).pipe(Effect.scoped))

  it.effect("a folder that others may enter, or that is none, is not used", () =>
    Effect.gen(function*() {
      const path = yield* folder
      const store = yield* openAt(path)
      const version = yield* store.put("key", Redacted.make("one"), undefined)
      const [file = ""] = filesIn(path)
      chmodSync(join(file, ".."), 0o750)
      assert.include((yield* Effect.flip(store.get("key"))).message, "open to others")
      assert.include((yield* Effect.flip(store.put("key", Redacted.make("2"), version))).message, "open to others")
      rmSync(join(file, ".."), { recursive: true })
      writeFileSync(join(file, ".."), "")
      assert.include((yield* Effect.flip(store.get("key"))).message, "no folder")
    }).pipe(Effect.scoped))

  it.effect("what was never finished is not read; it is removed once it is old", () =>
    Effect.gen(function*() {
      const path = yield* folder
      const store = yield* openAt(path)
      const version = yield* store.put("key", Redacted.make("one"), undefined)
      const inside = join(filesIn(path)[0] ?? "", "..")
      writeFileSync(join(inside, "fresh.tmp"), "{")
      assert.strictEqual((yield* store.get("key"))?.version, version)
      // The clock stands at 1970 here: nothing is old yet.
      const next = yield* store.put("key", Redacted.make("two"), version)
      assert.include(readdirSync(inside), "fresh.tmp")
      yield* TestClock.setTime(statSync(join(inside, "fresh.tmp")).mtimeMs + 3_600_000)
      yield* store.put("key", Redacted.make("three"), next)
      assert.notInclude(readdirSync(inside), "fresh.tmp")
    }).pipe(Effect.scoped))
})

/** The file system, but what is named breaks with the code while `isBroken`. */
const breaking = (what: "write" | "sync" | "link" | "open", code: string, isBroken: () => boolean) =>
  Effect.map(FileSystem.FileSystem, (files): FileSystem.FileSystem => {
    const fail = (method: string) =>
      Effect.fail(PlatformError.systemError({
        _tag: "Unknown",
        module: "FileSystem",
        method,
        cause: Object.assign(new Error(`${code}: hunter2`), { code })
      }))
    const guard = <A, E, R>(name: string, effect: Effect.Effect<A, E, R>) =>
      Effect.suspend((): Effect.Effect<A, E | PlatformError.PlatformError, R> =>
        name === what && isBroken() ? fail(name) : effect
      )
    return {
      ...files,
      link: (from, to) => guard("link", files.link(from, to)),
      open: (path, options) =>
        guard("open", files.open(path, options)).pipe(
          Effect.map((file) => ({
            ...file,
            // Half of it is on the disk when the disk is full.
            writeAll: (bytes) =>
              what === "write" && isBroken()
                ? Effect.andThen(file.writeAll(bytes.subarray(0, bytes.length / 2)), fail("write"))
                : file.writeAll(bytes),
            sync: guard("sync", file.sync)
          }))
        )
    }
  })

describe("a store of files that fails midway", () => {
  const breaks = [
    ["write", "ENOSPC"],
    ["sync", "EIO"],
    ["link", "EPERM"],
    ["open", "EROFS"]
  ] as const
  it.effect.each(breaks)(
    "keeps the old content when %s fails with %s, and leaves nothing behind",
    ([what, code]) =>
      Effect.gen(function*() {
        const path = yield* folder
        let isBroken = false
        const files = yield* Effect.provide(breaking(what, code, () => isBroken), NodeFileSystem.layer)
        const store = yield* NodeTokenStore.make(path).pipe(
          Effect.provideService(FileSystem.FileSystem, files),
          Effect.provide(SecureRandom.layerWebCrypto)
        )
        const version = yield* store.put("key", Redacted.make("old"), undefined)
        isBroken = true
        const error = yield* Effect.flip(store.put("key", Redacted.make("hunter2"), version))
        assert.strictEqual(error.reason._tag, "StoreFailed")
        assert.include(error.message, code)
        assert.include(error.message, path)
        assert.notInclude(wordsOf(error), "hunter2")
        isBroken = false
        const stored = yield* store.get("key")
        assert.strictEqual(stored?.version, version)
        assert.lengthOf(filesIn(path), 1)
        assert.isDefined(yield* store.put("key", Redacted.make("new"), version))
      }).pipe(Effect.scoped)
  )

  it.live("gives leases again after a power failure, which leaves the files of leases without their text", () =>
    Effect.gen(function*() {
      const path = yield* folder
      const store = yield* openAt(path)
      const version = yield* store.put("key", Redacted.make("kept"), undefined)
      const tokens = filesIn(path)
      yield* Effect.scoped(store.lease("key"))
      for (const file of filesIn(path).filter((file) => !tokens.includes(file))) writeFileSync(file, "")
      yield* Effect.scoped(Effect.andThen(store.lease("key"), store.put("key", Redacted.make("new"), version)))
      yield* Effect.scoped((yield* openAt(path)).lease("key"))
      assert.lengthOf(filesIn(path), 2)
    }).pipe(Effect.scoped))

  it.effect("fails where no folder can be made", () =>
    Effect.gen(function*() {
      const path = yield* folder
      writeFileSync(join(path, "file"), "")
      const store = yield* openAt(join(path, "file", "tokens"))
      const error = yield* Effect.flip(store.put("key", Redacted.make("hunter2"), undefined))
      assert.include(error.message, join(path, "file"))
      mkdirSync(join(path, "elsewhere"))
      symlinkSync(join(path, "nowhere"), join(path, "dangling"))
      const other = yield* openAt(join(path, "dangling"))
      assert.strictEqual((yield* Effect.flip(other.put("k", Redacted.make("v"), undefined))).reason._tag, "StoreFailed")
    }).pipe(Effect.scoped))
})

/** A store that lets somebody else act once, right before or right after it gives its write a name. */
const interrupted = (path: string, when: "before" | "after", others: Effect.Effect<unknown, AuthError>) =>
  Effect.gen(function*() {
    const files = yield* FileSystem.FileSystem
    let acts = 0
    const act = (now: typeof when) =>
      Effect.suspend(() => now === when && ++acts === 1 ? Effect.orDie(others) : Effect.void)
    const link = (from: string, to: string) =>
      act("before").pipe(Effect.andThen(files.link(from, to)), Effect.andThen(act("after")))
    return yield* Effect.provideService(NodeTokenStore.make(path), FileSystem.FileSystem, { ...files, link })
  }).pipe(Effect.provide(Layer.merge(NodeFileSystem.layer, SecureRandom.layerWebCrypto)))

describe("a store of files beside another process", () => {
  const puts = (store: TokenStore["Service"], ...values: ReadonlyArray<string>) =>
    Effect.forEach(
      values,
      (value) => Effect.flatMap(store.get("key"), (found) => store.put("key", Redacted.make(value), found?.version))
    )

  it.effect("whose number was taken and given up meanwhile has not written, though its file could be named", () =>
    Effect.gen(function*() {
      const path = yield* folder
      const other = yield* openAt(path)
      const [version] = yield* puts(other, "one")
      const store = yield* interrupted(path, "before", puts(other, "two", "three"))
      assert.isUndefined(yield* store.put("key", Redacted.make("late"), version))
      const stored = yield* store.get("key")
      assert.strictEqual(stored === undefined ? "" : Redacted.value(stored.value), "three")
      assert.lengthOf(filesIn(path), 1)
    }).pipe(Effect.scoped))

  it.effect("that builds on a write before its writer hears of it takes nothing from that", () =>
    Effect.gen(function*() {
      const path = yield* folder
      const other = yield* openAt(path)
      const [version] = yield* puts(other, "one")
      const store = yield* interrupted(path, "after", puts(other, "three", "four"))
      assert.isDefined(yield* store.put("key", Redacted.make("two"), version))
      const stored = yield* store.get("key")
      assert.strictEqual(stored === undefined ? "" : Redacted.value(stored.value), "four")
    }).pipe(Effect.scoped))
})

const program = join(import.meta.dirname, "token-process.ts")

/** A process that does something with the store in a folder, and the lines that it prints. */
const started = (...args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() => spawn(process.execPath, ["--conditions=@parley/source", program, ...args])),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )

type Child = Effect.Success<ReturnType<typeof started>>

const output = (child: Child) =>
  Effect.callback<string>((resume) => {
    let text = ""
    child.stdout.on("data", (piece: Buffer) => {
      text += piece.toString()
    })
    child.stderr.pipe(process.stderr)
    child.once("close", () => resume(Effect.succeed(text.trim())))
  })

const firstLine = (child: Child) =>
  Effect.callback<string>((resume) => {
    child.stderr.pipe(process.stderr)
    child.stdout.once("data", (piece: Buffer) => resume(Effect.succeed(piece.toString().trim())))
  })

const short = { ...defaultLimits, leaseMillis: 700 }

describe("processes that share a store of files", () => {
  it.live("lose none of each other's writes, with the lease or without it", () =>
    Effect.gen(function*() {
      const path = yield* folder
      for (const manner of ["counts", "races"]) {
        const done = yield* Effect.forEach(
          Array.from({ length: 3 }),
          () => Effect.flatMap(started(manner, path), output),
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(done, ["20", "20", "20"])
        const store = yield* openAt(path)
        const stored = yield* store.get(manner)
        assert.strictEqual(stored === undefined ? "" : Redacted.value(stored.value), "60")
        assert.lengthOf(filesIn(path).filter((file) => readFileSync(file, "utf8").includes(`tokens ${manner}`)), 1)
      }
    }).pipe(Effect.scoped), 60_000)

  it.live(
    "take turns over Effect's key-value store of files as well, though that writes in place",
    () =>
      Effect.gen(function*() {
        const path = yield* folder
        const done = yield* Effect.forEach(
          Array.from({ length: 3 }),
          () => Effect.flatMap(started("counts", path, "values", "3"), output),
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(done, ["3", "3", "3"])
        assert.include(readFileSync(join(path, encodeURIComponent("tokens counts")), "utf8"), "\"9\"")
      }).pipe(Effect.scoped),
    60_000
  )

  it.live(
    "the lease of a process that was killed ends by itself, and of many takers one has it at a time",
    () =>
      Effect.gen(function*() {
        const path = yield* folder
        const child = yield* started("holds", path)
        assert.strictEqual(yield* firstLine(child), "held")
        const stores = [yield* openAt(path), yield* openAt(path), yield* openAt(path)]
        child.kill("SIGKILL")
        let [holders, most, turns] = [0, 0, 0]
        const take = (store: TokenStore["Service"]) =>
          Effect.scoped(Effect.gen(function*() {
            yield* store.lease("key")
            most = Math.max(most, ++holders)
            turns++
            yield* store.get("key")
            holders--
          }))
        yield* Effect.forEach([...stores, ...stores], take, { concurrency: "unbounded", discard: true })
        assert.deepStrictEqual([most, turns], [1, 6])
      }).pipe(Effect.scoped, Effect.provideService(AuthLimits, short)),
    60_000
  )
})
