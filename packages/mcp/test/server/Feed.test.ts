/** What a session hears, as text, in its own revision. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { all } from "../../src/revision/Revisions.ts"
import * as Feed from "../../src/server/listening/Feed.ts"
import type { ServerEvent } from "../../src/session/NotificationBus.ts"

const sessionRevisions = all.filter(({ era }) => era === "session")

const updated = (uri: string): ServerEvent => ({ _tag: "ResourceUpdated", uri })

const openFeed = (revision = sessionRevisions[0]) => {
  if (revision === undefined) throw new Error("no revision of the session era")
  const feed = Feed.make(revision)
  Feed.open(feed)
  return feed
}

describe.each(sessionRevisions)("a feed of $version", (revision) => {
  it("tells of changed lists without params", () => {
    const feed = openFeed(revision)
    for (const kind of ["tools", "prompts", "resources"] as const) {
      assert.strictEqual(
        Feed.messageFor(feed, { _tag: "ListChanged", kind }),
        `{"jsonrpc":"2.0","method":"notifications/${kind}/list_changed"}`
      )
    }
  })

  it("tells of updates of what it subscribed to, as long as it does (RSC-05)", () => {
    const feed = openFeed(revision)
    assert.strictEqual(Feed.messageFor(feed, updated("test://a")), undefined)
    Feed.subscribe(feed, "test://a", 10)
    assert.strictEqual(
      Feed.messageFor(feed, updated("test://a/part")),
      "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\",\"params\":{\"uri\":\"test://a/part\"}}"
    )
    assert.strictEqual(Feed.messageFor(feed, updated("test://b")), undefined)
    Feed.unsubscribe(feed, "test://a")
    assert.strictEqual(Feed.messageFor(feed, updated("test://a")), undefined)
  })
})

describe("a feed", () => {
  it("tells nothing before its client is initialized", () => {
    const [revision] = sessionRevisions
    if (revision === undefined) return assert.fail("no revision of the session era")
    const feed = Feed.make(revision)
    Feed.subscribe(feed, "test://a", 10)
    assert.strictEqual(Feed.messageFor(feed, updated("test://a")), undefined)
    assert.strictEqual(Feed.messageFor(feed, { _tag: "ListChanged", kind: "tools" }), undefined)
    Feed.open(feed)
    assert.isString(Feed.messageFor(feed, updated("test://a")))
  })

  it("makes no set before the first subscription, and keeps none after the last", () => {
    const [one, other] = [openFeed(), openFeed()]
    assert.strictEqual(one.uris, other.uris)
    Feed.subscribe(one, "test://a", 10)
    assert.notStrictEqual(one.uris, other.uris)
    Feed.unsubscribe(one, "test://a")
    assert.strictEqual(one.uris, other.uris)
  })

  const Operation = Schema.Struct({
    subscribes: Schema.Boolean,
    uri: Schema.Literals(["test://1", "test://2", "test://3", "test://4"])
  })

  it.prop(
    "has the URIs of a plain set of them, and never more than the limit",
    [Schema.Array(Operation)],
    ([operations]) => {
      const feed = openFeed()
      const max = 2
      const model = new Set<string>()
      for (const { subscribes, uri } of operations) {
        if (subscribes) {
          const admitted = Result.isSuccess(Feed.subscribe(feed, uri, max))
          assert.strictEqual(admitted, model.has(uri) || model.size < max)
          if (admitted) model.add(uri)
        } else {
          Feed.unsubscribe(feed, uri)
          model.delete(uri)
        }
        assert.deepStrictEqual(feed.uris, model)
        assert.isAtMost(feed.uris.size, max)
      }
      return true
    }
  )
})
