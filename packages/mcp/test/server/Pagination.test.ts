/** Lists in pages: what clients get who follow cursors, also while the list changes, and what bad cursors get. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Prompt from "../../src/contract/Prompt.ts"
import * as Registry from "../../src/contract/Registry.ts"
import * as Resource from "../../src/contract/Resource.ts"
import * as Tool from "../../src/contract/Tool.ts"
import type { ListOptions } from "../../src/server/component/ListOptions.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Cursor from "../../src/session/Cursor.ts"
import * as RequestState from "../../src/session/RequestState.ts"
import * as StateKeys from "../../src/session/StateKeys.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import { claimed, errorOf, request, serverInfo } from "../support/Messages.ts"

const tool = (name: string) => Tool.serve(name, {}, () => Effect.succeed(name))

const names = (count: number) => Array.from({ length: count }, (_, index) => `tool-${index}`)

const make = (count: number, options: ListOptions = {}) =>
  McpServer.make(names(count).map(tool), { ...serverInfo, ...options })

interface Page {
  readonly names: ReadonlyArray<string>
  readonly next: string | undefined
}

const pageOf = (line: Line.Line, cursor: unknown, method = "tools/list", member = "tools") =>
  Effect.map(line.ask(method, claimed(cursor === undefined ? {} : { cursor })), ({ error, result = {} }): Page => {
    if (error !== undefined) throw new Error(error.message)
    const items = result[member] as ReadonlyArray<{ readonly name: string }>
    return { names: items.map(({ name }) => name), next: result.nextCursor as string | undefined }
  })

const allPages = (line: Line.Line, method = "tools/list", member = "tools") =>
  Effect.gen(function*() {
    const pages = [yield* pageOf(line, undefined, method, member)]
    for (let next = pages[0]?.next; next !== undefined; next = pages.at(-1)?.next) {
      pages.push(yield* pageOf(line, next, method, member))
    }
    return pages.map(({ names }) => names)
  })

const errorWith = (line: Line.Line, cursor: unknown, method = "tools/list") =>
  Effect.map(line.ask(method, claimed({ cursor })), errorOf)

const unknown = "-32602 Unknown cursor"

describe("a list", () => {
  it.effect("is one page where no size is set, and no cursor is known then (PAG-04)", () =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* make(300))
      assert.deepStrictEqual(yield* allPages(line), [names(300)])
      assert.strictEqual(yield* errorWith(line, "abc"), unknown)
    }))

  it.effect.each([1, 2, 3, 4, 5, 6, 100])(
    "of five comes in pages of %s",
    (pageSize) =>
      Effect.gen(function*() {
        const line = yield* Line.open(yield* make(5, { pageSize }))
        const pages = yield* allPages(line)
        assert.deepStrictEqual(pages.flat(), names(5))
        assert.isTrue(pages.every((page) => page.length <= pageSize && page.length > 0))
        assert.lengthOf(pages, Math.ceil(5 / pageSize))
      })
  )

  it.effect("of each kind has a size of its own", () =>
    Effect.gen(function*() {
      const server = yield* McpServer.make([
        ...names(3).map(tool),
        ...["a", "b", "c"].map((name) => Resource.serve(`memo://${name}`, { name }, () => Effect.succeed(name))),
        ...["x", "y", "z"].map((name) =>
          Resource.serveTemplate(`${name}://{id}`, { name, params: { id: Schema.String } } as never, () =>
            Effect.succeed(name))
        ),
        ...["p", "q"].map((name) =>
          Prompt.serve(name, {}, () =>
            Effect.succeed(name))
        )
      ], { ...serverInfo, pageSize: { resources: 2, prompts: 1 } })
      const line = yield* Line.open(server)
      assert.deepStrictEqual(yield* allPages(line), [names(3)])
      assert.deepStrictEqual(yield* allPages(line, "resources/list", "resources"), [["a", "b"], ["c"]])
      assert.deepStrictEqual(yield* allPages(line, "resources/templates/list", "resourceTemplates"), [["x", "y"], [
        "z"
      ]])
      assert.deepStrictEqual(yield* allPages(line, "prompts/list", "prompts"), [["p"], ["q"]])
    }))

  it.effect("keeps its order: what it started with as written, then what was added, by name (TOL-04)", () =>
    Effect.gen(function*() {
      const server = yield* McpServer.make(["z", "m", "a"].map(tool), serverInfo)
      const line = yield* Line.open(server)
      for (const name of ["k", "b", "y"]) {
        yield* Effect.provideService(Registry.add(tool(name)), Registry.Registry, server.registry)
      }
      assert.deepStrictEqual(yield* allPages(line), [["z", "m", "a", "b", "k", "y"]])
      assert.deepStrictEqual(yield* allPages(line), [["z", "m", "a", "b", "k", "y"]])
    }))

  it.effect("of ten thousand is complete, and without repetition", () =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* make(10_000, { pageSize: 500 }))
      assert.deepStrictEqual((yield* allPages(line)).flat(), names(10_000))
    }))

  it.effect.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    "has no pages of %s",
    (pageSize) =>
      Effect.gen(function*() {
        const { message } = yield* Effect.flip(make(1, { pageSize }))
        assert.include(message, "pageSize must be an integer from 1")
      })
  )
})

describe("a cursor", () => {
  it.effect("is small, and can stand in a URL", () =>
    Effect.gen(function*() {
      const { next } = yield* pageOf(yield* Line.open(yield* make(5, { pageSize: 2 })), undefined)
      assert.match(next ?? "", /^[\w-]{1,64}$/)
    }))

  it.effect.each([[""], [" "], ["null"], ["../../etc/passwd"], ["tool-1"], ["eA"], ["\0"], ["💥"], [
    "a".repeat(100_000)
  ]])(
    "that was never given out is unknown (PAG-03, PAG-04, PAG-09)",
    ([cursor]) =>
      Effect.gen(function*() {
        const line = yield* Line.open(yield* make(5, { pageSize: 2 }))
        assert.strictEqual(yield* errorWith(line, cursor), unknown)
      })
  )

  it.effect.each([[null], [0], [1], [true], [{}], [["a"]], [{ cursor: "a" }]] as const)(
    "that is no string is unknown: %j (PAG-04)",
    ([cursor]) =>
      Effect.gen(function*() {
        const line = yield* Line.open(yield* make(5, { pageSize: 2 }))
        assert.strictEqual(yield* errorWith(line, cursor), unknown)
      })
  )

  it.effect("of another list, or of another server, is unknown", () =>
    Effect.gen(function*() {
      const prompts = ["p", "q", "r"].map((name) => Prompt.serve(name, {}, () => Effect.succeed(name)))
      const both = McpServer.make([...names(3).map(tool), ...prompts], { ...serverInfo, pageSize: 2 })
      const [here, there] = [yield* Line.open(yield* both), yield* Line.open(yield* both)]
      const { next } = yield* pageOf(here, undefined)
      assert.deepStrictEqual((yield* pageOf(here, next)).names, ["tool-2"])
      assert.strictEqual(yield* errorWith(here, next, "prompts/list"), unknown)
      assert.strictEqual(yield* errorWith(there, next), unknown)
    }))

  const keyed = (...[first, ...others]: readonly [number, ...ReadonlyArray<number>]) => {
    const keyOf = (byte: number) => Redacted.make(Buffer.alloc(32, byte).toString("base64url"))
    return Effect.provide(make(5, { pageSize: 2 }), StateKeys.layer([keyOf(first), ...others.map(keyOf)]))
  }

  it.effect("of one replica is good at another that has the same keys, and after these were changed (PAG-02)", () =>
    Effect.gen(function*() {
      const [here, there] = [yield* Line.open(yield* keyed(7)), yield* Line.open(yield* keyed(7))]
      const { next } = yield* pageOf(here, undefined)
      assert.deepStrictEqual((yield* pageOf(there, next)).names, ["tool-2", "tool-3"])
      assert.deepStrictEqual((yield* pageOf(yield* Line.open(yield* keyed(8, 7)), next)).names, ["tool-2", "tool-3"])
      assert.strictEqual(yield* errorWith(yield* Line.open(yield* keyed(8)), next), unknown)
    }))

  it.effect("is no requestState, and no requestState is a cursor, though both are sealed with one key", () =>
    Effect.gen(function*() {
      const keys = yield* StateKeys.makeRandom
      const method = "tools/list"
      const caller = { principal: undefined, credential: undefined }
      const binding = RequestState.binding(caller, method, {})
      const cursors = Cursor.make(keys)
      for (const use of [{ method, caller }, { method, caller: undefined }]) {
        assert.isUndefined(yield* keys.open(yield* cursors.issue(use, "a"), binding))
        assert.isUndefined(yield* cursors.read(use, yield* keys.seal(JSON.stringify("a"), binding)))
      }
    }))

  it.effect("of one's own list stays good when one's token is renewed, where the principal is known", () =>
    Effect.gen(function*() {
      const cursors = Cursor.make(yield* StateKeys.makeRandom)
      const by = (principal: string | undefined, credential: string) => ({
        method: "tools/list",
        caller: { principal, credential }
      })
      const cursor = yield* cursors.issue(by("ann", "old"), "a")
      assert.strictEqual(yield* cursors.read(by("ann", "new"), cursor), "a")
      assert.isUndefined(yield* cursors.read(by("bob", "old"), cursor))
      assert.isUndefined(yield* cursors.read(by(undefined, "old"), cursor))
    }))

  it.effect("is good in every revision, and over HTTP as on a line", () =>
    Effect.gen(function*() {
      const server = yield* make(3, { pageSize: 2 })
      const { next } = yield* pageOf(yield* Line.open(server), undefined)
      const session = yield* Line.openSession(server, "2024-11-05")
      const { result } = yield* session.ask("tools/list", { cursor: next })
      assert.include(JSON.stringify(result), "tool-2")
      const http = yield* Http.make(server)
      const list = (cursor: unknown) =>
        http.post(request(1, "tools/list", claimed({ cursor })), Http.modernHeaders("tools/list"))
      assert.include((yield* list(next)).text(), "tool-2")
      const refused = yield* list(`${next}A`)
      assert.deepStrictEqual(refused.messages().map(errorOf), [unknown])
    }))

  it.effect("has one form: spare bits at its end are not free to choose", () =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* make(30, { pageSize: 12 }))
      const { next = "" } = yield* pageOf(line, undefined)
      const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
      const errors = yield* Effect.forEach(letters, (letter) => errorWith(line, `${next.slice(0, -1)}${letter}`))
      assert.deepStrictEqual(errors.filter((error) => error !== unknown), ["none"])
    }))

  const Tampering = Schema.Struct({
    at: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 45 })),
    by: Schema.String
  })

  it.effect.prop(
    "that was altered anywhere is unknown",
    [Tampering],
    ([{ at, by }]) =>
      Effect.gen(function*() {
        const line = yield* Line.open(yield* make(5, { pageSize: 2 }))
        const { next = "" } = yield* pageOf(line, undefined)
        const altered = `${next.slice(0, at)}${by}${next.slice(at + 1)}`
        if (altered !== next) assert.strictEqual(yield* errorWith(line, altered), unknown)
      }).pipe(Effect.scoped),
    { arbitrary: { runs: 100 } }
  )
})

const Step = Schema.Struct({
  name: Schema.Literals(["a", "b", "c", "d", "tool-1", "tool-5", "zz"]),
  act: Schema.Literals(["add", "remove", "hide", "turn the page"])
})

describe("a list that changes while it is paged through", () => {
  it.effect.prop(
    "repeats nothing, and misses nothing that was there throughout (PAG-02)",
    [Schema.Array(Step), Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 4 }))],
    ([steps, pageSize]) =>
      Effect.gen(function*() {
        const server = yield* make(6, { pageSize })
        const line = yield* Line.open(server)
        const added = new Map<string, Registry.Registration>()
        const untouched = new Set(names(6))
        const change = (step: typeof Step.Type) =>
          Effect.gen(function*() {
            untouched.delete(step.name)
            const registration = added.get(step.name)
            if (step.act === "add" && registration === undefined) {
              const adding = Registry.add(tool(step.name), { onDuplicate: "replace" })
              added.set(step.name, yield* Effect.provideService(adding, Registry.Registry, server.registry))
            } else if (step.act === "remove" && registration !== undefined) {
              added.delete(step.name)
              yield* registration.remove
            } else if (registration !== undefined) yield* registration.setEnabled(false)
          })
        const seen: Array<string> = []
        let page = yield* pageOf(line, undefined)
        seen.push(...page.names)
        for (const step of steps) {
          if (step.act !== "turn the page") yield* change(step)
          else if (page.next !== undefined) {
            page = yield* pageOf(line, page.next)
            seen.push(...page.names)
          }
        }
        while (page.next !== undefined) {
          page = yield* pageOf(line, page.next)
          seen.push(...page.names)
        }
        assert.strictEqual(new Set(seen).size, seen.length)
        assert.deepStrictEqual(Array.from(untouched).filter((name) => !seen.includes(name)), [])
      }).pipe(Effect.scoped, Effect.orDie),
    { arbitrary: { runs: 60 } }
  )
})
