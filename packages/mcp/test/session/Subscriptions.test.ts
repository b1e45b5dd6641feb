import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import type { ServerEvent } from "../../src/session/NotificationBus.ts"
import * as Subscriptions from "../../src/session/Subscriptions.ts"

type Kind = Subscriptions.ListKind

const listChanged = (kind: Kind): ServerEvent => ({ _tag: "ListChanged", kind })

const updated = (uri: string): ServerEvent => ({ _tag: "ResourceUpdated", uri })

const filterOf = (lists: ReadonlyArray<Kind>, uris: ReadonlyArray<string> = []): Subscriptions.Filter => ({
  lists: new Set(lists),
  uris: new Set(uris)
})

const roomy: Subscriptions.Bounds = { pendingMax: 100, slowConsumer: "coalesce" }

const feed = (subscription: Subscriptions.Subscription, ...events: ReadonlyArray<ServerEvent>) =>
  events.reduce(Subscriptions.step, subscription)

/** Takes all that waits. */
const drain = (subscription: Subscriptions.Subscription): ReadonlyArray<ServerEvent> => {
  const [event, next] = Subscriptions.take(subscription)
  return event === undefined ? [] : [event, ...drain(next)]
}

const say = (event: ServerEvent): string => {
  switch (event._tag) {
    case "ListChanged":
      return `list ${event.kind}`
    case "ResourceUpdated":
      return event.uri
    case "VisitCompleted":
      return `visit ${event.elicitationId}`
  }
}

describe("the subscribed URI that an update is told for", () => {
  const cases = [
    ["file:///a", "file:///a", "file:///a"],
    ["file:///a", "file:///a/b", "file:///a"],
    ["file:///a/", "file:///a/b", "file:///a/"],
    ["file:///a", "file:///a#part", "file:///a"],
    ["db://table", "db://table?row=1", "db://table"],
    ["file:///a", "file:///a/", "file:///a"],
    ["file:///a", "file:///ab", undefined],
    ["file:///a/b", "file:///a", undefined],
    ["file:///a/", "file:///a", undefined],
    ["file:///a", "FILE:///a", undefined],
    ["file:///a", "", undefined],
    ["", "file:///a", undefined]
  ] as const
  it.each(cases)("%s subscribed, %s updated (RSC-05)", (subscribed, uri, expected) => {
    assert.strictEqual(Subscriptions.subscribedFor(new Set([subscribed]), uri), expected)
  })

  it("is the longest of several", () => {
    assert.strictEqual(
      Subscriptions.subscribedFor(new Set(["file:///a", "file:///a/b", "file:///a/b/c/d"]), "file:///a/b/c"),
      "file:///a/b"
    )
  })

  const Part = Schema.Literals(["", "a", "b", "//", "?", "#"])
  it.prop(
    "is what a plain search over all of them finds",
    [Schema.Array(Schema.Array(Part)), Schema.Array(Part)],
    ([subscribed, updated]) => {
      const uris = subscribed.map((parts) => parts.join("/"))
      const uri = updated.join("/")
      const isPartOf = (whole: string) =>
        uri === whole ||
        (whole !== "" && uri.startsWith(whole) && (whole.endsWith("/") || /[/?#]/.test(uri.charAt(whole.length))))
      const expected = uris.filter(isPartOf).toSorted((a, b) => b.length - a.length)[0]
      assert.strictEqual(Subscriptions.subscribedFor(new Set(uris), uri), expected)
      return true
    }
  )
})

describe("a subscription", () => {
  it("hears what it asked for and nothing else (SUB-01)", () => {
    const subscription = Subscriptions.make(filterOf(["tools"], ["test://a"]), roomy)
    const heard = drain(feed(
      subscription,
      listChanged("prompts"),
      listChanged("tools"),
      listChanged("resources"),
      updated("test://b"),
      updated("test://a")
    ))
    assert.deepStrictEqual(heard.map(say), ["list tools", "test://a"])
  })

  it("hears once what happened several times meanwhile, and again what happens later", () => {
    const subscription = feed(
      Subscriptions.make(filterOf(["tools"], ["test://a"]), roomy),
      updated("test://a"),
      listChanged("tools"),
      updated("test://a"),
      listChanged("tools")
    )
    const [first, rest] = Subscriptions.take(subscription)
    assert.deepStrictEqual(first, updated("test://a"))
    assert.deepStrictEqual(drain(feed(rest, updated("test://a"))).map(say), ["list tools", "test://a"])
  })

  it("tells a list from a resource that has its name for URI", () => {
    const subscription = Subscriptions.make(filterOf(["tools"], ["tools", "list tools"]), roomy)
    const heard = drain(feed(subscription, listChanged("tools"), updated("tools"), updated("list tools")))
    assert.strictEqual(heard.length, 3)
  })

  it("changes nothing for an event that it does not want, or that waits", () => {
    const subscription = feed(Subscriptions.make(filterOf(["tools"]), roomy), listChanged("tools"))
    assert.strictEqual(Subscriptions.step(subscription, listChanged("tools")), subscription)
    assert.strictEqual(Subscriptions.step(subscription, listChanged("prompts")), subscription)
  })

  it("leaves out what is not wanted any more when it is told", () => {
    const wanted = feed(Subscriptions.make(filterOf([], ["test://a", "test://b"]), roomy), updated("test://a"))
    const next = { ...feed(wanted, updated("test://b")), filter: filterOf([], ["test://b"]) }
    assert.deepStrictEqual(drain(next).map(say), ["test://b"])
  })

  it("tells sub-resources as what they are part of when too many wait", () => {
    const subscription = Subscriptions.make(filterOf(["tools"], ["test://a", "test://b"]), {
      pendingMax: 3,
      slowConsumer: "coalesce"
    })
    const three = feed(subscription, updated("test://a/1"), updated("test://a/2"), listChanged("tools"))
    assert.deepStrictEqual(drain(three).map(say), ["test://a/1", "test://a/2", "list tools"])
    assert.deepStrictEqual(drain(feed(three, updated("test://a/3"))).map(say), ["test://a", "list tools"])
    assert.deepStrictEqual(drain(feed(three, updated("test://b/1"))).map(say), ["test://a", "list tools", "test://b"])
  })

  it("forgets what nobody is subscribed to any more when too many wait, however often that changes", () => {
    let subscription = Subscriptions.make(filterOf([]), { pendingMax: 2, slowConsumer: "coalesce" })
    for (let index = 0; index < 100; index++) {
      const uri = `test://${index}`
      subscription = feed({ ...subscription, filter: filterOf([], [uri]) }, updated(`${uri}/1`))
      assert.isAtMost(subscription.pending.size, 2)
    }
    assert.deepStrictEqual(drain(subscription).map(say).slice(-1), ["test://99/1"])
  })

  it("is overrun when too many wait and the policy is to close", () => {
    const subscription = Subscriptions.make(filterOf(["tools"], ["test://a"]), { pendingMax: 1, slowConsumer: "close" })
    const one = feed(subscription, listChanged("tools"))
    assert.strictEqual(one._tag, "Open")
    const over = feed(one, updated("test://a"))
    assert.strictEqual(over._tag, "Overrun")
    assert.deepStrictEqual(drain(feed(over, listChanged("tools"))), [])
  })
})

const Kinds = Schema.Literals(["tools", "prompts", "resources"])
const Asked = Schema.Literals(["test://a", "test://a/2", "test://b"])
const Uris = Schema.Literals([
  "test://a",
  "test://a/1",
  "test://a/2",
  "test://a/2/x",
  "test://a/3",
  "test://b#1",
  "c:d"
])
const Happening = Schema.Union([
  Schema.Struct({ _tag: Schema.tag("ListChanged"), kind: Kinds }),
  Schema.Struct({ _tag: Schema.tag("ResourceUpdated"), uri: Uris }),
  Schema.Struct({ _tag: Schema.tag("Take") })
])

const History = Schema.Struct({
  lists: Schema.Array(Kinds).check(Schema.isMaxLength(1)),
  uris: Schema.Array(Asked).check(Schema.isMaxLength(2)),
  happenings: Schema.Array(Happening).check(Schema.isMinLength(5))
})

/** Whether somebody who was told of `told` knows of `event`. */
const covers = (told: ServerEvent, event: ServerEvent): boolean =>
  told._tag === "ResourceUpdated" && event._tag === "ResourceUpdated"
    ? Subscriptions.subscribedFor(new Set([told.uri]), event.uri) !== undefined
    : say(told) === say(event)

describe("whatever happens, and whenever it is told", () => {
  it.prop("what is told is the distinct events that wait, in their order", [History], ([history]) => {
    const filter = filterOf(history.lists, history.uris)
    let subscription = Subscriptions.make(filter, roomy)
    let model: ReadonlyArray<string> = []
    for (const happening of history.happenings) {
      if (happening._tag === "Take") {
        const [event, next] = Subscriptions.take(subscription)
        subscription = next
        assert.strictEqual(event === undefined ? undefined : say(event), model[0])
        model = model.slice(1)
      } else {
        subscription = Subscriptions.step(subscription, happening)
        const isNew = Subscriptions.wants(filter, happening) && !model.includes(say(happening))
        if (isNew) model = [...model, say(happening)]
      }
    }
    assert.deepStrictEqual(drain(subscription).map(say), model)
    return true
  })

  const Bound = Schema.Literals([1, 2, 3])

  it.prop("no bound is exceeded, nothing unasked is told, and nothing is lost", [History, Bound], ([history, max]) => {
    const filter = filterOf(history.lists, history.uris)
    let subscription = Subscriptions.make(filter, { pendingMax: max, slowConsumer: "coalesce" })
    let untold: ReadonlyArray<ServerEvent> = []
    const tell = (told: ServerEvent): void => {
      assert.isTrue(Subscriptions.wants(filter, told))
      untold = untold.filter((event) => !covers(told, event))
    }
    for (const happening of history.happenings) {
      if (happening._tag === "Take") {
        const [event, next] = Subscriptions.take(subscription)
        subscription = next
        if (event !== undefined) tell(event)
      } else {
        subscription = Subscriptions.step(subscription, happening)
        if (Subscriptions.wants(filter, happening)) untold = [...untold, happening]
      }
      assert.isAtMost(subscription.pending.size, Math.max(max, filter.lists.size + filter.uris.size))
    }
    drain(subscription).forEach(tell)
    assert.deepStrictEqual(untold, [])
    assert.strictEqual(subscription._tag, "Open")
    return true
  })

  it.prop(
    "a subscription that is to be closed tells all that waits or is overrun",
    [History, Bound],
    ([history, max]) => {
      const filter = filterOf(history.lists, history.uris)
      let subscription = Subscriptions.make(filter, { pendingMax: max, slowConsumer: "close" })
      let model = new Set<string>()
      let overrun = false
      for (const happening of history.happenings) {
        if (happening._tag === "Take") {
          const [event, next] = Subscriptions.take(subscription)
          subscription = next
          if (event !== undefined) model.delete(say(event))
        } else {
          subscription = Subscriptions.step(subscription, happening)
          if (Subscriptions.wants(filter, happening)) model.add(say(happening))
          overrun ||= model.size > max
          if (overrun) model = new Set()
        }
        assert.strictEqual(subscription._tag, overrun ? "Overrun" : "Open")
        assert.isAtMost(subscription.pending.size, max)
      }
      assert.deepStrictEqual(new Set(drain(subscription).map(say)), model)
      return true
    }
  )
})
