import { assert, describe, it } from "@effect/vitest"
import * as Negotiation from "@parley/mcp/client/connection/Negotiation"
import * as Rpc from "@parley/mcp/jsonrpc/RpcError"
import type { Revision } from "@parley/mcp/revision/Revision"
import * as Revisions from "@parley/mcp/revision/Revisions"
import { v2024_11_05 } from "@parley/mcp/revision/v2024_11_05"
import { v2025_06_18 } from "@parley/mcp/revision/v2025_06_18"
import { v2025_11_25 } from "@parley/mcp/revision/v2025_11_25"
import { v2026_07_28 } from "@parley/mcp/revision/v2026_07_28"
import * as TransportError from "@parley/mcp/transport/TransportError"
import type * as Machine from "../../src/explore/Machine.ts"
import { broken, holds } from "./Expect.ts"

/** Where a negotiation stands, and what was done for it. */
interface State {
  readonly now: Negotiation.State
  readonly steps: number
  readonly probes: number
}

/** A name for each, so that a way to a violation can be read. */
type Event = keyof typeof happenings

const initialized = (version: unknown): Negotiation.Event => ({
  _tag: "Answered",
  result: { protocolVersion: version, capabilities: {}, serverInfo: { name: "s", version: "1" } }
})

const discovered = (...versions: ReadonlyArray<string>): Negotiation.Event => ({
  _tag: "Answered",
  result: {
    resultType: "complete",
    supportedVersions: versions,
    capabilities: {},
    ttlMs: 0,
    cacheScope: "private"
  }
})

const refused = (code: number, data?: unknown, status?: number): Negotiation.Event => ({
  _tag: "Refused",
  error: Rpc.make(code, "no", data),
  status
})

const versions = (...revisions: ReadonlyArray<Revision>) => ({
  supported: revisions.map(({ version }) => version),
  requested: "any"
})

const broke = (reason: TransportError.TransportErrorReason) => TransportError.make(reason)

const status = (status: number) => broke(new TransportError.HttpStatus({ status, body: "" }))

/** Whatever a server, a proxy or a network may come up with. */
const happenings = {
  "answer: nonsense": { _tag: "Answered", result: 7 },
  "answer: initialized in our newest": initialized(v2025_11_25.version),
  "answer: initialized in our oldest": initialized(v2024_11_05.version),
  "answer: initialized in the stateless one": initialized(v2026_07_28.version),
  "answer: initialized in one of tomorrow": initialized("2099-01-01"),
  "answer: discovered": discovered(v2026_07_28.version),
  "answer: discovered sessions": discovered(v2025_06_18.version),
  "answer: discovered nothing of ours": discovered("2099-01-01"),
  "refusal: method not found": refused(-32601),
  "refusal: method not found, 404": refused(-32601, undefined, 404),
  "refusal: bad request": refused(-32600, undefined, 400),
  "refusal: version, stateless": refused(-32022, versions(v2026_07_28)),
  "refusal: version, sessions": refused(-32022, versions(v2025_06_18), 400),
  "refusal: version, both": refused(-32022, versions(v2026_07_28, v2025_11_25, v2024_11_05), 400),
  "refusal: version, nothing of ours": refused(-32022, { supported: ["2099-01-01"] }),
  "refusal: any code, with versions": refused(-32000, versions(v2026_07_28, v2025_06_18)),
  "refusal: header mismatch": refused(-32020, undefined, 400),
  "refusal: out of order": refused(-32603, undefined, 500),
  "broken: closed": { _tag: "Broken", error: broke(new TransportError.ConnectionClosed({ mayHaveRun: true })) },
  "broken: unreachable": {
    _tag: "Broken",
    error: broke(new TransportError.Unreachable({ detail: "", mayHaveRun: false }))
  },
  "broken: 404": { _tag: "Broken", error: status(404) },
  "broken: 405": { _tag: "Broken", error: status(405) },
  "broken: 502": { _tag: "Broken", error: status(502) },
  "not opened: 404": { _tag: "NotOpened", error: status(404) },
  "not opened: no stream": { _tag: "NotOpened", error: broke(new TransportError.InvalidAnswer({ detail: "" })) },
  "not opened: unreachable": {
    _tag: "NotOpened",
    error: broke(new TransportError.Unreachable({ detail: "", mayHaveRun: false }))
  },
  "silence": { _tag: "TimedOut", timeoutMillis: 1 }
} as const satisfies { readonly [name: string]: Negotiation.Event }

// The keys of an object are strings to the compiler, whatever it is made of.
const names = Object.keys(happenings) as ReadonlyArray<Event>

const isOver = ({ now }: State): boolean => now._tag === "Agreed" || now._tag === "Failed"

const keyOf = (now: Negotiation.State): string => {
  switch (now._tag) {
    case "Agreed":
      return `Agreed ${now.server.revision.version}`
    case "Failed":
      return `Failed ${now.reason._tag}`
    case "Probe":
      return JSON.stringify([now.revision.version, now.on, now.retried, now.fromInitialize])
    case "Initialize": {
      const { evidence, isAssumed, isGuessed, mayProbe, on, retried, revision } = now
      return JSON.stringify([revision.version, on, retried, mayProbe, isAssumed, isGuessed, evidence?._tag])
    }
  }
}

const invariants = (offer: Negotiation.Offer): Machine.Machine<State, Event>["invariants"] => [
  {
    name: "it ends",
    check: (state) =>
      state.steps > Negotiation.stepsMax || (state.steps === Negotiation.stepsMax && !isOver(state))
        ? `after ${state.steps} steps it is ${keyOf(state.now)}`
        : undefined
  },
  {
    name: "only what was offered",
    check: ({ now }) => {
      const revision = now._tag === "Agreed" ? now.server.revision : now._tag === "Failed" ? undefined : now.revision
      return revision === undefined || offer.revisions.includes(revision) ? undefined : `it is ${keyOf(now)}`
    }
  },
  {
    name: "each era in its own words",
    check: ({ now }) =>
      (now._tag === "Probe" && now.revision.era !== "stateless") ||
        (now._tag === "Initialize" && now.revision.era !== "session")
        ? `${now._tag} of ${now.revision.version}`
        : undefined
  },
  {
    name: "an outage is no age",
    check: ({ now }, step) =>
      step?.before.now._tag === "Probe" && step.event === "broken: unreachable" && now._tag !== "Failed"
        ? `it goes on with ${keyOf(now)}`
        : undefined
  },
  {
    name: "the older way is taken only where there is one, and once",
    check: ({ now }, step) =>
      now._tag === "Initialize" && now.on === "Older" &&
        (offer.hasOlder !== true || (step?.before.now._tag === "Initialize" && step.before.now.on === "Older"))
        ? "it goes the older way"
        : undefined
  },
  {
    name: "not asked without end",
    check: ({ probes }) => probes > 4 ? `there were ${probes} probes` : undefined
  }
]

const machine = (
  offer: Negotiation.Offer,
  remembered?: Negotiation.Remembered,
  step: typeof Negotiation.step = Negotiation.step
): Machine.Machine<State, Event> => {
  const state = (now: Negotiation.State, steps: number, probes: number): State => ({
    now,
    steps,
    probes: probes + (now._tag === "Probe" ? 1 : 0)
  })
  return {
    initial: state(Negotiation.start(offer, remembered), 0, 0),
    events: (state) => isOver(state) ? [] : names,
    step: ({ now, probes, steps }, event) => state(step(offer, now, happenings[event]), steps + 1, probes),
    key: ({ now, probes, steps }) => `${keyOf(now)} ${steps} ${probes}`,
    invariants: invariants(offer),
    // What has failed has failed.
    isGoal: isOver
  }
}

const bounds = { depthMax: Negotiation.stepsMax + 2 }

const sets: ReadonlyArray<ReadonlyArray<Revision>> = [
  Revisions.all,
  [v2025_11_25, v2025_06_18],
  [v2024_11_05],
  [v2026_07_28],
  [v2026_07_28, v2024_11_05]
]

const session = (isOlder: boolean): Negotiation.Remembered => ({ era: "session", isOlder })

const stateless: Negotiation.Remembered = {
  era: "stateless",
  server: { info: undefined, capabilities: {}, instructions: undefined, revision: v2026_07_28 }
}

const remembering = [undefined, session(false), session(true), stateless]

const offers = sets.flatMap((revisions) =>
  (["Outage", "OldServer"] as const).flatMap((silence) =>
    [false, true].map((hasOlder): Negotiation.Offer => ({ revisions, silence, hasOlder }))
  )
)

describe("every way to agree with a server, or not to", () => {
  it("ends in time, in what was offered", () => {
    const depths = offers.flatMap((offer) =>
      remembering.map((remembered) => {
        const { depth, isExhausted } = holds(machine(offer, remembered), bounds, 1)
        assert.isTrue(isExhausted)
        return depth
      })
    )
    // Somebody relies on the number: it is the longest way, and not just a bound.
    assert.strictEqual(Math.max(...depths), Negotiation.stepsMax)
  })

  const everything: Negotiation.Offer = { revisions: Revisions.all, silence: "OldServer", hasOlder: true }

  it("is found out where it goes on for ever", () => {
    const step: typeof Negotiation.step = (offer, state, event) => {
      const next = Negotiation.step(offer, state, event)
      return next._tag === "Probe" ? { ...next, retried: false } : next
    }
    assert.strictEqual(broken(machine(everything, undefined, step), bounds)[0], "not asked without end")
  })

  it("is found out where an assumption is never given up", () => {
    const step: typeof Negotiation.step = (offer, state, event) => {
      const next = Negotiation.step(offer, state, event)
      return next._tag === "Initialize" ? { ...next, isAssumed: true } : next
    }
    assert.oneOf(broken(machine(everything, undefined, step), bounds)[0], ["it ends", "not asked without end"])
  })

  it("is found out where an outage is taken for an old server", () => {
    const step: typeof Negotiation.step = (offer, state, event) =>
      event._tag === "Broken" && event.error.reason._tag === "Unreachable"
        ? Negotiation.step(offer, state, happenings["broken: closed"])
        : Negotiation.step(offer, state, event)
    assert.deepStrictEqual(broken(machine(everything, undefined, step), bounds), ["an outage is no age", 1])
  })

  it("is found out where the wrong revisions are looked at", () => {
    const step: typeof Negotiation.step = (offer, state, event) =>
      Negotiation.step({ ...offer, revisions: Revisions.all }, state, event)
    const offer: Negotiation.Offer = { revisions: [v2026_07_28, v2024_11_05], silence: "OldServer" }
    assert.strictEqual(broken(machine(offer, undefined, step), bounds)[0], "only what was offered")
  })
})
