import { assert, describe, it } from "@effect/vitest"
import type { ServerEvent } from "@parley/mcp/session/NotificationBus"
import * as Subscriptions from "@parley/mcp/session/Subscriptions"
import type * as Machine from "../../src/explore/Machine.ts"
import { broken, holds } from "./Expect.ts"

/** A subscription, what its peer was told last, and what happened that it has still to be told of. */
interface State {
  readonly subscription: Subscriptions.Subscription
  readonly told: ServerEvent | undefined
  readonly owed: ReadonlySet<string>
  /** What happened, and was not told of by its own name since. */
  readonly happened: ReadonlySet<string>
}

type Event =
  | { readonly _tag: "Happened"; readonly event: ServerEvent }
  | { readonly _tag: "Told" }
  | { readonly _tag: "Subscribed" | "Unsubscribed"; readonly uri: string }

const updated = (uri: string): ServerEvent => ({ _tag: "ResourceUpdated", uri })
const changed = (kind: Subscriptions.ListKind): ServerEvent => ({ _tag: "ListChanged", kind })

const happenings = [
  changed("tools"),
  updated("a:/x"),
  updated("a:/x/1"),
  updated("a:/x/2"),
  updated("a:/y"),
  { _tag: "VisitCompleted", elicitationId: "v" } satisfies ServerEvent
]
const uris = ["a:/x", "a:/y"]

const nameOf = (event: ServerEvent): string => {
  switch (event._tag) {
    case "ListChanged":
      return event.kind
    case "ResourceUpdated":
      return event.uri
    case "VisitCompleted":
      return event.elicitationId
  }
}

const waiting = ({ pending }: Subscriptions.Subscription): ReadonlyArray<string> => Array.from(pending.values(), nameOf)

/** Written apart from what is tested: a part of something subscribed to is wanted, too. */
const isWanted = ({ lists, uris }: Subscriptions.Filter, name: string): boolean =>
  name === "tools" || name === "prompts"
    ? lists.has(name)
    : Array.from(uris).some((uri) => name === uri || name.startsWith(`${uri}/`))

/** Whether somebody who hears of the one need not hear of the other. */
const covers = (told: string, owed: string): boolean => told === owed || owed.startsWith(`${told}/`)

const filterOf = (filter: Subscriptions.Filter, { _tag, uri }: Extract<Event, { readonly uri: string }>) => ({
  ...filter,
  uris: new Set([...filter.uris].filter((other) => other !== uri).concat(_tag === "Subscribed" ? [uri] : []))
})

const including = (names: ReadonlySet<string>, name: string): ReadonlySet<string> =>
  new Set([...names, name].toSorted())

const without = (names: ReadonlySet<string>, isGone: (name: string) => boolean): ReadonlySet<string> =>
  new Set(Array.from(names).filter((name) => !isGone(name)))

const step =
  (subscriptions: typeof Subscriptions) => ({ happened, owed, subscription }: State, event: Event): State => {
    switch (event._tag) {
      case "Happened": {
        const name = nameOf(event.event)
        const next = subscriptions.step(subscription, event.event)
        if (next._tag === "Overrun") {
          return { subscription: next, told: undefined, owed: new Set(), happened: new Set() }
        }
        const isOwed = isWanted(subscription.filter, name)
        return {
          subscription: next,
          told: undefined,
          owed: isOwed ? including(owed, name) : owed,
          happened: including(happened, name)
        }
      }
      case "Told": {
        const [told, next] = subscriptions.take(subscription)
        if (told === undefined) return { subscription: next, told, owed, happened }
        const name = nameOf(told)
        const isItself = happened.has(name)
        const waits = new Set(waiting(next))
        return {
          subscription: next,
          told,
          owed: without(owed, (other) => covers(name, other)),
          happened: without(happened, (other) => isItself ? other === name : covers(name, other) && !waits.has(other))
        }
      }
      default: {
        const filter = filterOf(subscription.filter, event)
        return {
          subscription: { ...subscription, filter },
          told: undefined,
          owed: without(owed, (name) => !isWanted(filter, name)),
          happened
        }
      }
    }
  }

const invariants: Machine.Machine<State, Event>["invariants"] = [
  {
    name: "told only what is wanted",
    check: ({ told }, step) =>
      told === undefined ||
        isWanted(step?.before.subscription.filter ?? { lists: new Set(), uris: new Set() }, nameOf(told))
        ? undefined
        : `told of ${nameOf(told)}`
  },
  {
    name: "told only what happened",
    check: ({ told }, step) =>
      told === undefined || [...(step?.before.happened ?? [])].some((name) => covers(nameOf(told), name))
        ? undefined
        : `told of ${nameOf(told)} for nothing`
  },
  {
    name: "nothing is forgotten",
    check: (state) => {
      const lost = [...state.owed].find((name) => !waiting(state.subscription).some((other) => covers(other, name)))
      return lost && `nobody will tell of ${lost}`
    }
  },
  {
    name: "bounded",
    check: ({ subscription: { bounds, filter, pending } }, step) => {
      const most = Math.max(bounds.pendingMax, filter.lists.size + filter.uris.size)
      // A filter that shrinks leaves what waits, until there is something to add.
      return pending.size <= Math.max(most, step?.before.subscription.pending.size ?? 0)
        ? undefined
        : `${pending.size} wait`
    }
  },
  {
    name: "an overrun one is silent",
    check: ({ subscription, told }, step) =>
      step?.before.subscription._tag === "Overrun" && (told !== undefined || subscription.pending.size > 0)
        ? "it still tells"
        : undefined
  }
]

const machine = (
  subscriptions: typeof Subscriptions,
  slowConsumer: "coalesce" | "close" = "coalesce"
): Machine.Machine<State, Event> => ({
  initial: {
    subscription: Subscriptions.make({ lists: new Set(["tools"]), uris: new Set(["a:/x"]) }, {
      pendingMax: 2,
      slowConsumer
    }),
    told: undefined,
    owed: new Set(),
    happened: new Set()
  },
  events: ({ subscription }) => [
    { _tag: "Told" },
    ...happenings.map((event) => ({ _tag: "Happened", event }) as const),
    ...uris.map((uri) => ({ _tag: subscription.filter.uris.has(uri) ? "Unsubscribed" : "Subscribed", uri }) as const)
  ],
  step: step(subscriptions),
  key: (state) =>
    JSON.stringify([
      state.subscription._tag,
      [...state.subscription.filter.uris].toSorted(),
      waiting(state.subscription),
      [...state.owed],
      [...state.happened],
      state.told
    ]),
  invariants,
  isGoal: (state) => waiting(state.subscription).length === 0
})

const bounds = { depthMax: 30 }

describe("every order of subscribing, happening and telling", () => {
  it("tells of all that is wanted, of nothing else, and keeps no more than its bound", () => {
    assert.isTrue(holds(machine(Subscriptions), bounds, 500).isExhausted)
  })

  it("or ends, where that is the policy", () => {
    assert.isTrue(holds(machine(Subscriptions, "close"), bounds, 200).isExhausted)
  })

  it("is found out where something waiting is pushed out", () => {
    const step: typeof Subscriptions.step = (before, event) => {
      const after = Subscriptions.step(before, event)
      const kept = [...after.pending].slice(-1)
      return { ...after, pending: new Map(kept) }
    }
    assert.deepStrictEqual(broken(machine({ ...Subscriptions, step }), bounds), ["nothing is forgotten", 2])
  })

  it("is found out where nothing coalesces", () => {
    const step: typeof Subscriptions.step = (before, event) =>
      Subscriptions.step({ ...before, bounds: { ...before.bounds, pendingMax: 99 } }, event)
    const [invariant] = broken(
      machine({
        ...Subscriptions,
        step: (before, event) => ({ ...step(before, event), bounds: before.bounds })
      }),
      bounds
    )
    assert.strictEqual(invariant, "bounded")
  })

  it("is found out where what was unsubscribed from is told of", () => {
    const take: typeof Subscriptions.take = (subscription) => {
      const [first] = subscription.pending
      if (first === undefined) return [undefined, subscription]
      const rest = new Map(subscription.pending)
      rest.delete(first[0])
      return [first[1], { ...subscription, pending: rest }]
    }
    assert.deepStrictEqual(broken(machine({ ...Subscriptions, take }), bounds), ["told only what is wanted", 3])
  })

  it("is found out where it is told again", () => {
    const take: typeof Subscriptions.take = (subscription) => [Subscriptions.take(subscription)[0], subscription]
    assert.deepStrictEqual(broken(machine({ ...Subscriptions, take }), bounds), ["told only what happened", 3])
  })

  it("is found out where an overrun one goes on", () => {
    const step: typeof Subscriptions.step = (before, event) => Subscriptions.step({ ...before, _tag: "Open" }, event)
    assert.deepStrictEqual(broken(machine({ ...Subscriptions, step }, "close"), bounds)[0], "an overrun one is silent")
  })
})
