/** Lists: paging streams beside whole lists, their bounds, and the lists that stay readable. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Client } from "../../../src/client/Client.ts"
import { ClientLimits, defaultLimits } from "../../../src/client/ClientLimits.ts"
import * as McpClientError from "../../../src/client/McpClientError.ts"
import * as Listing from "../../../src/client/requests/Listing.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import { until } from "../../support/Elapse.ts"
import { connect, make, opening, type Peer, type Reply, type Script, sent } from "../ScriptedPeer.ts"

const common = { resultType: "complete", ttlMs: 0, cacheScope: "private" }

const reply = (member: string, items: ReadonlyArray<object>, nextCursor?: string): Reply => ({
  result: { ...common, [member]: items, ...(nextCursor === undefined ? {} : { nextCursor }) }
})

const tools = (names: ReadonlyArray<string>, nextCursor?: string): Reply =>
  reply("tools", names.map((name) => ({ name, inputSchema: { type: "object" } })), nextCursor)

const names = (items: Iterable<{ readonly name: string }>): ReadonlyArray<string> =>
  Array.from(items, ({ name }) => name)

const eras = [v2025_11_25, v2026_07_28] as const

const cursors = (peer: Peer): ReadonlyArray<unknown> => sent(peer, "tools/list").map(({ params }) => params?.cursor)

describe("streams", () => {
  for (const revision of eras) {
    it.effect(`ask for a page when the items before it were taken (PAG-01, PAG-05 to PAG-07, PAG-09) (${revision.era})`, () =>
      Effect.gen(function*() {
        const peer = make({
          ...opening(revision),
          "tools/list": ({ cursor }) =>
            cursor === undefined ? tools(["a", "b"], "") : cursor === "" ? tools([], " =?") : tools(["c"])
        })
        const client = yield* connect(peer)
        assert.deepStrictEqual(names(yield* Stream.runCollect(Stream.take(client.tools, 2))), ["a", "b"])
        assert.deepStrictEqual(cursors(peer), [undefined])
        assert.deepStrictEqual(names(yield* Stream.runCollect(client.tools)), ["a", "b", "c"])
        assert.deepStrictEqual(cursors(peer), [undefined, undefined, "", " =?"])
      }))

    it.effect(`there is one for each list (PAG-06) (${revision.era})`, () =>
      Effect.gen(function*() {
        const client = yield* connect(make({
          ...opening(revision),
          "tools/list": tools(["t"]),
          "resources/list": reply("resources", [{ uri: "a://b", name: "r" }]),
          "resources/templates/list": reply("resourceTemplates", [{ uriTemplate: "a://{b}", name: "m" }]),
          "prompts/list": reply("prompts", [{ name: "p" }])
        }))
        const { prompts, resources, resourceTemplates, tools: toolStream } = client
        assert.deepStrictEqual(
          [
            names(yield* Stream.runCollect(toolStream)),
            names(yield* Stream.runCollect(resources)),
            names(yield* Stream.runCollect(resourceTemplates)),
            names(yield* Stream.runCollect(prompts))
          ],
          [["t"], ["r"], ["m"], ["p"]]
        )
      }))
  }

  it.effect("give what there was before they fail: a cursor that comes back, too many pages, too many items", () =>
    Effect.gen(function*() {
      const reading = (limits: Partial<typeof defaultLimits>, next: (cursor: unknown) => string) =>
        Effect.gen(function*() {
          const peer = make({ ...opening(v2026_07_28), "tools/list": ({ cursor }) => tools(["a", "b"], next(cursor)) })
          const client = yield* connect(peer)
          const taken: Array<string> = []
          const { reason } = yield* client.tools.pipe(
            Stream.runForEach(({ name }) => Effect.sync(() => taken.push(name))),
            Effect.flip
          )
          return { reason, taken: taken.length }
        }).pipe(Effect.provideService(ClientLimits, { ...defaultLimits, ...limits }))
      const same = yield* reading({}, (cursor) => cursor === "x" ? "y" : "x")
      assert.deepInclude(same.reason, { _tag: "EndlessListing", problem: "CursorRepeated", method: "tools/list" })
      assert.strictEqual(same.taken, 4)
      const pages = yield* reading({ pagesMax: 3 }, (cursor) => `${String(cursor)}x`)
      assert.deepInclude(pages.reason, { problem: "TooManyPages" })
      assert.strictEqual(pages.taken, 4)
      const items = yield* reading({ itemsMax: 5 }, (cursor) => `${String(cursor)}x`)
      assert.deepInclude(items.reason, { problem: "TooManyItems" })
      assert.strictEqual(items.taken, 4)
    }))

  it.effect.prop("and whole lists give all pages in order", {
    pages: Schema.Array(Schema.Array(Schema.Int)).check(Schema.isMinLength(1), Schema.isMaxLength(8))
  }, ({ pages }) =>
    Effect.gen(function*() {
      const listing: Listing.Listing<number> = {
        method: "x/list",
        begin: () => (cursor) => {
          const index = cursor === undefined ? 0 : cursor.length
          const nextCursor = index + 1 < pages.length ? "x".repeat(index + 1) : undefined
          return Effect.succeed({ items: pages[index] ?? [], nextCursor })
        }
      }
      assert.deepStrictEqual(yield* Listing.all(listing, defaultLimits), pages.flat())
      assert.deepStrictEqual(yield* Stream.runCollect(Listing.stream(listing, defaultLimits)), pages.flat())
    }))
})

describe("a session that is lost while a list is read (PAG-08)", () => {
  /** Hangs up, once, when the second page is asked for. */
  const flaky = (): Script => {
    let lost = false
    return {
      ...opening(v2025_11_25),
      "tools/list": ({ cursor }, _id, peer) => {
        const session = peer.links()
        if (cursor === undefined) return tools([`a${session}`], `cursor of ${session}`)
        if (!lost) {
          lost = true
          return "hang up"
        }
        return cursor === `cursor of ${session}`
          ? tools([`b${session}`])
          : { error: { code: -32602, message: "alien" } }
      }
    }
  }

  it.effect("a whole list begins anew; no cursor is shown to another session", () =>
    Effect.gen(function*() {
      const peer = make(flaky())
      const client = yield* connect(peer)
      const listed = names(yield* client.listTools)
      const session = peer.links()
      assert.deepStrictEqual(listed, [`a${session}`, `b${session}`])
      const lostCursors = cursors(peer).slice(0, 2)
      assert.deepStrictEqual(cursors(peer), [...lostCursors, undefined, `cursor of ${session}`])
    }))

  it.effect("a stream, which has given items already, ends with CursorLost", () =>
    Effect.gen(function*() {
      const client = yield* connect(make(flaky()))
      const { mayHaveRun, reason } = yield* Effect.flip(Stream.runDrain(client.tools))
      assert.deepInclude(reason, { _tag: "CursorLost", method: "tools/list" })
      assert.isFalse(mayHaveRun)
    }))

  it.effect("before its first page, however often, is no loss for a stream or a list", () =>
    Effect.gen(function*() {
      let losses = 1
      const peer = make({
        ...opening(v2025_11_25),
        "tools/list": () => losses-- > 0 ? "hang up" : tools(["a"])
      })
      const client = yield* connect(peer)
      assert.deepStrictEqual(names(yield* Stream.runCollect(client.tools)), ["a"])
      losses = 1
      assert.deepStrictEqual(names(yield* until(yield* Effect.forkChild(client.listTools))), ["a"])
      losses = 2
      const { reason } = yield* until(yield* Effect.forkChild(Effect.flip(client.listTools)))
      assert.deepInclude(reason, { _tag: "TransportError" })
    }))

  it.effect("without sessions cursors live on", () =>
    Effect.gen(function*() {
      let lost = false
      const peer = make({
        ...opening(v2026_07_28),
        "tools/list": ({ cursor }) => {
          if (cursor === undefined) return tools(["a"], "next")
          if (lost) return tools(["b"])
          lost = true
          return "hang up"
        }
      })
      const client = yield* connect(peer)
      assert.deepStrictEqual(names(yield* Stream.runCollect(client.tools)), ["a", "b"])
      assert.deepStrictEqual(cursors(peer), [undefined, "next", "next"])
    }))

  it.effect("a session that is lost each time is no reason to list for ever", () =>
    Effect.gen(function*() {
      let beginnings = 0
      const lost = McpClientError.make(new McpClientError.CursorLost({ method: "x/list" }))
      const listing: Listing.Listing<number> = {
        method: "x/list",
        begin: () => {
          beginnings++
          return (cursor) => cursor === undefined ? Effect.succeed({ items: [1], nextCursor: "x" }) : Effect.fail(lost)
        }
      }
      assert.strictEqual((yield* Effect.flip(Listing.all(listing, defaultLimits))).reason._tag, "CursorLost")
      assert.strictEqual(beginnings, 4)
    }))
})

describe("the lists that were read last", () => {
  const settled = Effect.replicateEffect(Effect.yieldNow, 20)

  const kept = (client: Client) => {
    const { tools } = client.lastKnown
    return tools === undefined ? undefined : { names: names(tools.items), stale: tools.stale }
  }

  for (const revision of eras) {
    it.effect(`are unknown at first, and stale once the server says so (${revision.era})`, () =>
      Effect.gen(function*() {
        let listed = ["a"]
        const peer = make({
          ...opening(revision),
          "tools/list": () => tools(listed),
          "prompts/list": reply("prompts", [{ name: "p" }]),
          "resources/list": reply("resources", []),
          "resources/templates/list": reply("resourceTemplates", [])
        })
        const client = yield* connect(peer)
        assert.deepStrictEqual(client.lastKnown, {
          tools: undefined,
          resources: undefined,
          resourceTemplates: undefined,
          prompts: undefined
        })
        yield* Effect.all([client.listTools, client.listPrompts, client.listResources, client.listResourceTemplates])
        assert.deepStrictEqual(kept(client), { names: ["a"], stale: false })
        listed = ["b"]
        peer.send({ method: "notifications/tools/list_changed" })
        yield* settled
        assert.deepStrictEqual(kept(client), { names: ["a"], stale: true })
        assert.isFalse(client.lastKnown.prompts?.stale)
        yield* client.listTools
        assert.deepStrictEqual(kept(client), { names: ["b"], stale: false })
        peer.send({ method: "notifications/resources/list_changed" })
        peer.send({ method: "notifications/prompts/list_changed" })
        yield* settled
        const { prompts, resources, resourceTemplates, tools: still } = client.lastKnown
        assert.deepStrictEqual(
          [still?.stale, resources?.stale, resourceTemplates?.stale, prompts?.stale],
          [false, true, true, true]
        )
      }))
  }

  it.effect("a change in the midst of reading makes the list stale at once", () =>
    Effect.gen(function*() {
      const peer = make({
        ...opening(v2025_11_25),
        "tools/list": ({ cursor }, _id, self) => {
          if (cursor === undefined) return tools(["a"], "next")
          self.send({ method: "notifications/tools/list_changed" })
          return tools(["b"])
        }
      })
      const client = yield* connect(peer)
      yield* client.listTools
      assert.deepStrictEqual(kept(client), { names: ["a", "b"], stale: true })
    }))

  it.effect("stay readable while the server is away, and after a listing that failed", () =>
    Effect.gen(function*() {
      let broken = false
      const peer = make({
        ...opening(v2025_11_25),
        "tools/list": () => broken ? { error: { code: -32603, message: "no" } } : tools(["a"])
      })
      const client = yield* connect(peer)
      yield* client.listTools
      broken = true
      yield* Effect.flip(client.listTools)
      assert.deepStrictEqual(kept(client), { names: ["a"], stale: false })
      peer.hangUp()
      yield* settled
      assert.deepStrictEqual(kept(client), { names: ["a"], stale: true })
    }))
})
