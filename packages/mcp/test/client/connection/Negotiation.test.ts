import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Negotiation from "../../../src/client/connection/Negotiation.ts"
import type { McpClientErrorReason } from "../../../src/client/McpClientError.ts"
import * as Rpc from "../../../src/jsonrpc/RpcError.ts"
import type { Revision } from "../../../src/revision/Revision.ts"
import * as Revisions from "../../../src/revision/Revisions.ts"
import { v2024_11_05 } from "../../../src/revision/v2024_11_05.ts"
import { v2025_06_18 } from "../../../src/revision/v2025_06_18.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import * as TransportError from "../../../src/transport/TransportError.ts"

const modern = v2026_07_28.version
const legacy = v2025_11_25.version

const line: Negotiation.Offer = { revisions: Revisions.all, silence: "OldServer" }
const http: Negotiation.Offer = { revisions: Revisions.all, silence: "Outage" }
const modernOnly: Negotiation.Offer = { revisions: Revisions.statelessEra, silence: "OldServer" }
const legacyOnly: Negotiation.Offer = { revisions: Revisions.sessionEra, silence: "Outage" }

const answered = (result: unknown): Negotiation.Event => ({ _tag: "Answered", result })
const refused = (code: number, data?: unknown, status?: number): Negotiation.Event => ({
  _tag: "Refused",
  error: Rpc.make(code, "no", data),
  status
})
const broken = (reason: TransportError.TransportErrorReason): Negotiation.Event => ({
  _tag: "Broken",
  error: TransportError.make(reason)
})
const status = (status: number): Negotiation.Event => broken(new TransportError.HttpStatus({ status, body: "" }))
const timedOut: Negotiation.Event = { _tag: "TimedOut", timeoutMillis: 1 }
const supported = (...versions: ReadonlyArray<unknown>) => ({ supported: versions, requested: modern })
const discovered = (...versions: ReadonlyArray<string>): Negotiation.Event =>
  answered({
    resultType: "complete",
    supportedVersions: versions,
    capabilities: { tools: {} },
    instructions: "be kind",
    ttlMs: 0,
    cacheScope: "private",
    _meta: { "io.modelcontextprotocol/serverInfo": { name: "s", version: "1" } }
  })
const initialized = (version: unknown): Negotiation.Event =>
  answered({ protocolVersion: version, capabilities: {}, serverInfo: { name: "s", version: "1" } })

const run = (offer: Negotiation.Offer, ...events: ReadonlyArray<Negotiation.Event>): Negotiation.State =>
  events.reduce((state, event) => Negotiation.step(offer, state, event), Negotiation.start(offer))

/** A state in one word, for tables. */
const brief = (state: Negotiation.State): string => {
  switch (state._tag) {
    case "Probe":
    case "Initialize":
      return `${state._tag} ${state.revision.version}${
        state.on === "Same" ? "" : state.on === "New" ? " on a new link" : " by the older way"
      }`
    case "Agreed":
      return `Agreed ${state.server.revision.version}`
    case "Failed":
      return `Failed ${state.reason._tag}`
  }
}

const rows = (
  offer: Negotiation.Offer,
  table: ReadonlyArray<readonly [name: string, events: ReadonlyArray<Negotiation.Event>, expected: string]>
) => {
  for (const [name, events, expected] of table) {
    it(`${name}`, () => assert.strictEqual(brief(run(offer, ...events)), expected))
  }
}

const probing = `Probe ${modern}`
const falling = `Initialize ${legacy}`

describe("on a line (ERA-03 to ERA-07)", () => {
  rows(line, [
    ["it probes first", [], probing],
    ["a discovery with a common version agrees", [discovered(modern, legacy)], `Agreed ${modern}`],
    ["a discovery with session versions only leads to initialize", [discovered("2025-06-18")], "Initialize 2025-06-18"],
    ["a discovery with unknown versions only is an end", [discovered("2031-01-01")], "Failed NoCommonVersion"],
    ["-32022 that names session versions leads to initialize", [refused(-32022, supported(legacy))], falling],
    [
      "-32022 that names unknown versions only is an end",
      [refused(-32022, supported("2031-01-01"))],
      "Failed NoCommonVersion"
    ],
    ["-32022 that names what it refuses is worth another try", [refused(-32022, supported(modern))], probing],
    [
      "-32022 that names what it refuses again is an end",
      [refused(-32022, supported(modern)), refused(-32022, supported(modern))],
      "Failed RpcError"
    ],
    ["-32022 without a list is an old server's error", [refused(-32022)], falling],
    ["-32022 with a list of something else too", [refused(-32022, supported(1, 2))], falling],
    ["method not found", [refused(-32601)], falling],
    ["invalid params", [refused(-32602)], falling],
    ["invalid request", [refused(-32600)], falling],
    ["a code of the server's own", [refused(-32002)], falling],
    ["code 0", [refused(0)], falling],
    ["a stateless code, which counts over HTTP only", [refused(-32020)], falling],
    ["silence", [timedOut], falling],
    [
      "a server that hangs up",
      [broken(new TransportError.ConnectionClosed({ mayHaveRun: true }))],
      `${falling} on a new link`
    ],
    ["a result of another shape", [answered({ ok: true })], falling],
    ["a result that is no object", [answered(null)], falling],
    [
      "a server that cannot be started",
      [broken(new TransportError.Unreachable({ detail: "", mayHaveRun: false }))],
      "Failed TransportError"
    ]
  ])
})

describe("over HTTP (ERA-08 to ERA-11)", () => {
  rows(http, [
    ["a discovery agrees", [discovered(modern)], `Agreed ${modern}`],
    ["-32022 counts with any status", [refused(-32022, supported(legacy), 400)], falling],
    ["-32020 with 400 is a stateless server", [refused(-32020, undefined, 400)], "Failed RpcError"],
    [
      "-32021 with 400 and capabilities is a stateless server",
      [refused(-32021, { requiredCapabilities: {} }, 400)],
      "Failed RpcError"
    ],
    ["-32021 without capabilities is somebody's own code", [refused(-32021, undefined, 400)], falling],
    ["-32601 with 404", [refused(-32601, undefined, 404)], falling],
    ["-32601 with 200", [refused(-32601, undefined, 200)], falling],
    ["400 with an error of old", [refused(-32600, undefined, 400)], falling],
    ["400 without a body", [status(400)], falling],
    ["404 without a body", [status(404)], falling],
    ["405 without a body", [status(405)], falling],
    ["422", [status(422)], falling],
    ["401 is no evidence", [status(401)], "Failed TransportError"],
    ["403 is no evidence", [status(403)], "Failed TransportError"],
    ["408 is no evidence", [status(408)], "Failed TransportError"],
    ["429 is no evidence", [status(429)], "Failed TransportError"],
    ["a redirect is no evidence", [status(302)], "Failed TransportError"],
    ["500 is no evidence", [status(500)], "Failed TransportError"],
    ["503 is no evidence", [status(503)], "Failed TransportError"],
    ["an error with 500 is no evidence", [refused(-32603, undefined, 500)], "Failed RpcError"],
    ["silence is no evidence", [timedOut], "Failed RequestTimeout"],
    [
      "a lost network is no evidence",
      [broken(new TransportError.Unreachable({ detail: "", mayHaveRun: false }))],
      "Failed TransportError"
    ],
    ["a broken answer is no evidence", [broken(new TransportError.AnswerMissing())], "Failed TransportError"]
  ])
})

describe("initialize (INI-08 to INI-14)", () => {
  rows(legacyOnly, [
    ["without stateless revisions there is no probe (INI-09)", [], falling],
    ["the version asked for", [initialized(legacy)], `Agreed ${legacy}`],
    ["a counter-offer that is ours", [initialized("2024-11-05")], "Agreed 2024-11-05"],
    ["a counter-offer that is not ours", [initialized("2024-10-07")], "Failed NoCommonVersion"],
    ["a counter-offer of the other era", [initialized(modern)], "Failed NoCommonVersion"],
    ["no version", [initialized(undefined)], "Failed InvalidResult"],
    ["no result to speak of", [answered([])], "Failed InvalidResult"],
    ["a result without capabilities", [answered({ protocolVersion: legacy })], "Failed InvalidResult"],
    ["an error", [refused(-32603)], "Failed RpcError"],
    ["an error that names another version", [refused(-32602, supported("2025-06-18"))], "Initialize 2025-06-18"],
    [
      "which is followed once",
      [refused(-32602, supported("2025-06-18")), refused(-32602, supported("2025-03-26"))],
      "Failed NoCommonVersion"
    ],
    ["an error that names stateless versions only", [refused(-32602, supported(modern))], "Failed NoCommonVersion"],
    ["a status", [status(404)], "Failed TransportError"],
    ["a timeout", [timedOut], "Failed RequestTimeout"]
  ])
  rows(line, [
    [
      "-32022 to the fallback leads to one more probe",
      [refused(-32601), refused(-32022, supported(modern))],
      probing
    ],
    [
      "whose refusal leads back to initialize",
      [refused(-32601), refused(-32022, supported(modern)), timedOut],
      falling
    ],
    [
      "and then no more",
      [refused(-32601), refused(-32022, supported(modern)), timedOut, refused(-32022, supported(modern))],
      "Failed NoCommonVersion"
    ]
  ])
})

describe("the older way (ERA-11, SSE-08)", () => {
  const older = `${falling} by the older way`
  const notOpened = (status: number): Negotiation.Event => ({
    _tag: "NotOpened",
    error: TransportError.make(new TransportError.HttpStatus({ status, body: "" }))
  })
  rows({ ...http, hasOlder: true }, [
    ["is not taken before initialize was refused", [status(405)], falling],
    ["400 to initialize", [status(400), status(400)], older],
    ["404 to initialize", [status(404), status(404)], older],
    ["405 to initialize", [status(405), status(405)], older],
    ["an error with 400", [status(405), refused(-32600, undefined, 400)], older],
    ["an error with 200 is an error", [status(405), refused(-32600, undefined, 200)], "Failed RpcError"],
    ["401 to initialize is no sign", [status(405), status(401)], "Failed TransportError"],
    ["503 to initialize is no sign", [status(405), status(503)], "Failed TransportError"],
    ["versions that are named are followed instead", [
      status(405),
      refused(-32602, supported("2025-06-18"), 400)
    ], "Initialize 2025-06-18"],
    ["agrees", [status(405), status(405), initialized("2024-11-05")], "Agreed 2024-11-05"],
    ["is taken once", [status(405), status(405), status(405)], "Failed TransportError"],
    ["that is not there", [status(405), status(404), notOpened(404)], "Failed TransportError"]
  ])
  rows(http, [["that a transport does not have", [status(405), status(405)], "Failed TransportError"]])
  it("what is told is how the newer way refused, unless the older one is a closed door", () => {
    const told = (opening: number) => {
      const state = run({ ...http, hasOlder: true }, status(405), status(404), notOpened(opening))
      const reason = state._tag === "Failed" ? state.reason : undefined
      return reason?._tag === "TransportError" && reason.reason._tag === "HttpStatus" ? reason.reason.status : undefined
    }
    assert.deepStrictEqual([404, 405, 401, 403, 503].map(told), [404, 404, 401, 403, 503])
  })
})

describe("a stateless server that is slow to start (ERA-06)", () => {
  rows(line, [
    ["has no initialize, and is probed once more", [timedOut, refused(-32601)], `Probe ${modern}`],
    ["agrees then", [timedOut, refused(-32601), discovered(modern)], `Agreed ${modern}`],
    ["whatever it refuses initialize with", [timedOut, refused(-32602), discovered(modern)], `Agreed ${modern}`],
    ["is probed no more than that", [timedOut, refused(-32601), refused(-32601)], falling],
    ["nor after more silence", [timedOut, refused(-32601), timedOut, refused(-32601)], "Failed RpcError"],
    ["is not one that refused both at once", [refused(-32601), refused(-32601)], "Failed RpcError"]
  ])
})

describe("without session revisions", () => {
  rows(modernOnly, [
    ["an old server is an end", [refused(-32601)], "Failed NoCommonVersion"],
    ["silence stays silence", [timedOut], "Failed RequestTimeout"],
    [
      "a hang-up stays a hang-up",
      [broken(new TransportError.ConnectionClosed({ mayHaveRun: true }))],
      "Failed TransportError"
    ],
    ["400 stays 400", [status(400)], "Failed TransportError"]
  ])
  it("no revisions at all are an end", () =>
    assert.strictEqual(brief(Negotiation.start({ revisions: [], silence: "Outage" })), "Failed NoCommonVersion"))
})

describe("a choice of stateless revisions", () => {
  const next: Revision = { ...v2026_07_28, version: "2027-01-01" }

  it("a refused version leads to the other one, once (VER-03, the loop guard)", () => {
    // `Revisions` knows one stateless revision; the machine starts with it, as if a newer had been refused before.
    const offer: Negotiation.Offer = { revisions: [...Revisions.all, next], silence: "OldServer" }
    const first: Negotiation.Probe = {
      _tag: "Probe",
      revision: next,
      on: "Same",
      retried: false,
      fromInitialize: false
    }
    const second = Negotiation.step(offer, first, refused(-32022, supported(modern, legacy)))
    assert.deepStrictEqual(second, { ...first, revision: v2026_07_28, retried: true })
    assert.strictEqual(brief(Negotiation.step(offer, second, refused(-32022, supported(modern)))), "Failed RpcError")
  })
})

describe("what is learned of the server", () => {
  it("from a discovery", () => {
    const state = run(line, discovered(modern))
    assert.deepStrictEqual(state, {
      _tag: "Agreed",
      server: {
        info: { name: "s", version: "1" },
        capabilities: { tools: {} },
        instructions: "be kind",
        revision: v2026_07_28
      }
    })
  })

  it("from initialize", () => {
    const state = run(legacyOnly, initialized("2025-06-18"))
    assert.deepStrictEqual(state, {
      _tag: "Agreed",
      server: { info: { name: "s", version: "1" }, capabilities: {}, instructions: undefined, revision: v2025_06_18 }
    })
  })
})

const Status = Schema.UndefinedOr(Schema.Literals([200, 400, 401, 403, 404, 405, 500, 503]))
const Versions = Schema.Array(Schema.Literals([modern, legacy, v2024_11_05.version, "2031-01-01"]))
const AnyEvent = Schema.Union([
  Schema.Struct({ kind: Schema.Literal("discovered"), versions: Versions }),
  Schema.Struct({ kind: Schema.Literal("initialized"), version: Schema.Literals([modern, legacy, "2031-01-01"]) }),
  Schema.Struct({
    kind: Schema.Literal("refused"),
    code: Schema.Literals([-32022, -32021, -32020, -32601, -32602, 0]),
    versions: Schema.UndefinedOr(Versions),
    status: Status
  }),
  Schema.Struct({ kind: Schema.Literal("status"), status: Schema.Literals([302, 400, 401, 403, 404, 405, 429, 500]) }),
  Schema.Struct({ kind: Schema.Literal("closed") }),
  Schema.Struct({ kind: Schema.Literal("not opened"), status: Schema.Literals([401, 404, 503]) }),
  Schema.Struct({ kind: Schema.Literal("timedOut") }),
  Schema.Struct({ kind: Schema.Literal("answered"), result: Schema.Unknown })
])

const toEvent = (drawn: typeof AnyEvent.Type): Negotiation.Event => {
  switch (drawn.kind) {
    case "discovered":
      return discovered(...drawn.versions)
    case "initialized":
      return initialized(drawn.version)
    case "refused":
      return refused(drawn.code, drawn.versions === undefined ? undefined : supported(...drawn.versions), drawn.status)
    case "status":
      return status(drawn.status)
    case "not opened":
      return {
        _tag: "NotOpened",
        error: TransportError.make(new TransportError.HttpStatus({ status: drawn.status, body: "" }))
      }
    case "closed":
      return broken(new TransportError.ConnectionClosed({ mayHaveRun: true }))
    case "timedOut":
      return timedOut
    case "answered":
      return answered(drawn.result)
  }
}

const AnyOffer = Schema.Struct({
  revisions: Schema.Array(Schema.Literals([0, 1, 2, 3, 4])),
  silence: Schema.Literals(["OldServer", "Outage"]),
  hasOlder: Schema.Boolean
})

const toOffer = ({ hasOlder, revisions, silence }: typeof AnyOffer.Type): Negotiation.Offer => ({
  revisions: revisions.flatMap((index) => Revisions.all[index] ?? []),
  silence,
  hasOlder
})

const Remembered = Schema.Literals(["nothing", "session", "older", "stateless"])

const toRemembered = (drawn: typeof Remembered.Type): Negotiation.Remembered | undefined => {
  switch (drawn) {
    case "nothing":
      return undefined
    case "session":
    case "older":
      return { era: "session", isOlder: drawn === "older" }
    case "stateless":
      return {
        era: "stateless",
        server: { info: undefined, capabilities: {}, instructions: undefined, revision: v2026_07_28 }
      }
  }
}

const isEnd = (state: Negotiation.State) => state._tag === "Agreed" || state._tag === "Failed"

describe("whatever comes", () => {
  it("a guess is not carried over to the older way, where nothing is probed", () => {
    const state = run({ ...line, hasOlder: true }, timedOut, status(404), refused(-32601))
    assert.strictEqual(brief(state), "Failed RpcError")
  })

  it.prop(
    "it ends within the longest way, and an end stays",
    {
      drawn: AnyOffer,
      remembered: Remembered,
      events: Schema.Array(AnyEvent).check(Schema.isMinLength(Negotiation.stepsMax), Schema.isMaxLength(14))
    },
    ({ drawn, events, remembered }) => {
      const offer = toOffer(drawn)
      let state = Negotiation.start(offer, toRemembered(remembered))
      let steps = 0
      for (const event of events) {
        const before = state
        state = Negotiation.step(offer, state, toEvent(event))
        if (isEnd(before)) assert.strictEqual(state, before)
        else steps++
      }
      assert.isTrue(isEnd(state))
      assert.isAtMost(steps, Negotiation.stepsMax)
    }
  )

  it.prop(
    "only revisions of the offer are spoken, each in its own era",
    { drawn: AnyOffer, remembered: Remembered, events: Schema.Array(AnyEvent) },
    ({ drawn, events, remembered }) => {
      const offer = toOffer(drawn)
      let state = Negotiation.start(offer, toRemembered(remembered))
      for (const event of [undefined, ...events]) {
        if (event !== undefined) state = Negotiation.step(offer, state, toEvent(event))
        const revision = state._tag === "Agreed"
          ? state.server.revision
          : state._tag === "Failed"
          ? undefined
          : state.revision
        if (revision === undefined) return
        assert.include(offer.revisions, revision)
        if (state._tag === "Probe") assert.strictEqual(revision.era, "stateless")
        if (state._tag === "Initialize") assert.strictEqual(revision.era, "session")
      }
    }
  )

  it.prop(
    "a closed door or an outage over HTTP never makes a server old",
    { code: Schema.Literals([401, 402, 403, 407, 408, 429, 500, 502, 503, 504]) },
    ({ code }) => {
      const state = run(http, status(code))
      const reason: McpClientErrorReason | undefined = state._tag === "Failed" ? state.reason : undefined
      assert.strictEqual(reason?._tag, "TransportError")
    }
  )
})
