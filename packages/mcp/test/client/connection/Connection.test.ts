/** The supervisor of connections, over dials that the test controls. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as SubscriptionRef from "effect/SubscriptionRef"
import * as TestClock from "effect/testing/TestClock"
import type { Connected } from "../../../src/client/connection/Connect.ts"
import * as Connection from "../../../src/client/connection/Connection.ts"
import * as Prior from "../../../src/client/connection/Prior.ts"
import * as McpClientError from "../../../src/client/McpClientError.ts"
import { RpcError } from "../../../src/jsonrpc/RpcError.ts"
import type { Revision } from "../../../src/revision/Revision.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import type { Link } from "../../../src/transport/ClientTransport.ts"
import * as TransportError from "../../../src/transport/TransportError.ts"
import { turns } from "../../support/Elapse.ts"

const error = (reason: TransportError.TransportErrorReason) => McpClientError.make(TransportError.make(reason))
const unreachable = error(new TransportError.Unreachable({ detail: "down", mayHaveRun: false }))
const expired = error(new TransportError.SessionExpired({ mayHaveRun: false }))
const forbidden = error(new TransportError.HttpStatus({ status: 403, body: "" }))

/** What a dial does: connects, fails, or takes until the test says so. */
type Dial = McpClientError.McpClientError | Effect.Effect<void, McpClientError.McpClientError> | undefined

interface Dialled {
  readonly connected: Connected
  readonly hangUp: Effect.Effect<boolean>
  readonly expire: Effect.Effect<boolean>
}

/** Dials as told, one after the other, and then successfully. */
const makeWorld = (plan: ReadonlyArray<Dial> = [], revision: Revision = v2025_11_25) => {
  const dialled: Array<Dialled> = []
  const priors: Array<Prior.Prior | undefined> = []
  const state = { attempts: 0, open: 0, mostOpen: 0 }
  const server = { info: undefined, capabilities: {}, instructions: undefined, revision }
  const dial = (prior: Prior.Prior | undefined) =>
    Effect.gen(function*() {
      const todo = plan[state.attempts]
      state.attempts++
      priors.push(prior)
      yield* Effect.acquireRelease(
        Effect.sync(() => {
          state.open++
          state.mostOpen = Math.max(state.mostOpen, state.open)
        }),
        () => Effect.sync(() => state.open--)
      )
      if (todo !== undefined) yield* todo
      const gone = yield* Deferred.make<void>()
      const silent = yield* Deferred.make<void, TransportError.TransportError>()
      const unused = Effect.die("not used here")
      const link: Link = {
        request: () => unused,
        notify: () => unused,
        respond: () => unused,
        listen: () => Deferred.await(silent),
        closed: Deferred.await(gone),
        closingCancels: false,
        silence: "OldServer"
      }
      const connected: Connected = {
        link,
        server,
        prior: Prior.make(server, "a line", false, dialled.length),
        standing: "Proven"
      }
      dialled.push({
        connected,
        hangUp: Deferred.succeed(gone, undefined),
        expire: Deferred.fail(silent, TransportError.make(new TransportError.SessionExpired({ mayHaveRun: false })))
      })
      return connected
    })
  return { dial, dialled, priors, state }
}

const reconnect = Schedule.upTo(Schedule.exponential("1 second"), { times: 3 })

const make = (world: ReturnType<typeof makeWorld>, prior?: Prior.Prior) =>
  Connection.make({ dial: world.dial, prior, reconnect })

const tag = (connection: Connection.Connection) =>
  Effect.map(SubscriptionRef.get(connection.status), ({ _tag }) => _tag)

const fork = <A, E>(effect: Effect.Effect<A, E>) => Effect.forkChild(effect, { startImmediately: true })

/** Lets everything that can go on without time go on. */
const settle = TestClock.adjust(0)

describe("a connection", () => {
  it.effect("is dialled once at first: who is not there is an error at once", () =>
    Effect.gen(function*() {
      const world = makeWorld([unreachable])
      assert.strictEqual(yield* Effect.flip(make(world)), unreachable)
      assert.deepInclude(world.state, { attempts: 1, open: 0 })
    }))

  it.effect("is replaced once, however many ask, and only if it is the one in force", () =>
    Effect.gen(function*() {
      const world = makeWorld()
      const connection = yield* make(world)
      const first = yield* connection.current
      const asking = Array.from({ length: 100 }, () => connection.replace(first, expired))
      const given = new Set(yield* Effect.all(asking, { concurrency: "unbounded" }))
      assert.strictEqual(given.size, 1)
      assert.isFalse(given.has(first))
      assert.isTrue(given.has(yield* connection.replace(first, expired)))
      assert.isTrue(given.has(yield* connection.current))
      assert.deepInclude(world.state, { attempts: 2, open: 1, mostOpen: 1 })
    }))

  for (const loss of ["hangUp", "expire"] as const) {
    it.effect(`is made again when the server is gone by itself (${loss})`, () =>
      Effect.gen(function*() {
        const world = makeWorld()
        const connection = yield* make(world)
        const first = yield* connection.current
        yield* world.dialled[0]?.[loss] ?? Effect.void
        yield* settle
        assert.notStrictEqual(yield* connection.current, first)
        assert.strictEqual(yield* tag(connection), "Connected")
        assert.deepInclude(world.state, { attempts: 2, open: 1, mostOpen: 1 })
      }))
  }

  it.effect("waits by the schedule while the server is away, and those who want it wait too", () =>
    Effect.gen(function*() {
      const world = makeWorld([undefined, unreachable, unreachable])
      const connection = yield* make(world)
      yield* world.dialled[0]?.hangUp ?? Effect.void
      yield* settle
      assert.strictEqual(yield* tag(connection), "Connecting")
      const waiting = yield* fork(connection.current)
      yield* TestClock.adjust("999 millis")
      assert.strictEqual(world.state.attempts, 2)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(world.state.attempts, 3)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* Fiber.join(waiting), world.dialled[1]?.connected)
      assert.deepInclude(world.state, { attempts: 4, open: 1 })
    }))

  it.effect("waits as long as a server wants that has no time, and by the schedule at least", () =>
    Effect.gen(function*() {
      const busy = (retryAfter: string) => error(new TransportError.HttpStatus({ status: 503, body: "", retryAfter }))
      const world = makeWorld([undefined, busy("30"), busy("1"), undefined])
      const connection = yield* make(world)
      yield* world.dialled[0]?.hangUp ?? Effect.void
      yield* TestClock.adjust("29999 millis")
      assert.strictEqual(world.state.attempts, 2)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(world.state.attempts, 3)
      yield* TestClock.adjust("1999 millis")
      assert.strictEqual(world.state.attempts, 3)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(world.state.attempts, 4)
      assert.strictEqual(yield* tag(connection), "Connected")
    }))

  it.effect("is never dead for good: when the schedule has ended, the next who wants it begins anew", () =>
    Effect.gen(function*() {
      const world = makeWorld([undefined, unreachable, unreachable, unreachable, unreachable])
      const connection = yield* make(world)
      yield* world.dialled[0]?.hangUp ?? Effect.void
      yield* TestClock.adjust("7 seconds")
      assert.strictEqual(yield* tag(connection), "Disconnected")
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(world.state.attempts, 5)
      assert.strictEqual(yield* connection.current, world.dialled[1]?.connected)
      assert.strictEqual(yield* tag(connection), "Connected")
    }))

  it.effect("what waiting does not change is an error at once", () =>
    Effect.gen(function*() {
      const world = makeWorld([undefined, forbidden])
      const connection = yield* make(world)
      const first = yield* connection.current
      assert.strictEqual(yield* Effect.flip(connection.replace(first, expired)), forbidden)
      assert.strictEqual(yield* tag(connection), "Disconnected")
      assert.strictEqual(yield* connection.current, world.dialled[1]?.connected)
    }))

  it.effect("a server that dies as soon as it is started is started ever more rarely, then no more", () =>
    Effect.gen(function*() {
      const world = makeWorld()
      const connection = yield* make(world)
      const crash = Effect.andThen(Effect.suspend(() => world.dialled.at(-1)?.hangUp ?? Effect.void), settle)
      yield* crash
      assert.strictEqual(world.state.attempts, 2)
      for (const seconds of [1, 2, 4]) {
        yield* crash
        assert.strictEqual(yield* tag(connection), "Connecting")
        yield* TestClock.adjust(`${seconds} seconds`)
      }
      assert.strictEqual(world.state.attempts, 5)
      yield* crash
      assert.strictEqual(yield* tag(connection), "Disconnected")
      // One that lasted is dialled at once again.
      yield* connection.current
      yield* TestClock.adjust("10 seconds")
      yield* crash
      assert.strictEqual(yield* tag(connection), "Connected")
      assert.deepInclude(world.state, { attempts: 7, open: 1, mostOpen: 1 })
    }))

  it.effect("whoever no longer waits takes nothing away from the others", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const world = makeWorld([undefined, Deferred.await(gate)])
      const connection = yield* make(world)
      const first = yield* connection.current
      const impatient = yield* fork(connection.replace(first, expired))
      const patient = yield* fork(connection.replace(first, expired))
      yield* settle
      yield* Fiber.interrupt(impatient)
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual(yield* Fiber.join(patient), world.dialled[1]?.connected)
      assert.strictEqual(world.state.attempts, 2)
    }))

  it.effect("interrupting who asks, at any moment, leaves nobody waiting for what nobody makes", () =>
    Effect.gen(function*() {
      for (let moment = 0; moment < 30; moment++) {
        const world = makeWorld()
        const connection = yield* make(world)
        const first = yield* connection.current
        const asking = yield* Effect.forkChild(connection.replace(first, expired))
        for (let turn = 0; turn < moment; turn++) yield* Effect.yieldNow
        yield* Fiber.interrupt(asking)
        const now = yield* connection.replace(first, expired)
        assert.notStrictEqual(now, first)
        assert.strictEqual(world.state.open, 1)
      }
    }))

  it.effect("is made in the context of its maker, whoever asks for it", () =>
    Effect.gen(function*() {
      const Reference = Context.Reference<string>("test/Reference", { defaultValue: () => "none" })
      const seen: Array<string> = []
      const world = makeWorld()
      const dial = (prior: Prior.Prior | undefined) =>
        Effect.andThen(
          Effect.map(Reference, (value) => seen.push(value)),
          world.dial(prior)
        )
      const connection = yield* Effect.provideService(
        Connection.make({ dial, prior: undefined, reconnect }),
        Reference,
        "maker"
      )
      const first = yield* connection.current
      yield* Effect.provideService(connection.replace(first, expired), Reference, "asker")
      assert.deepStrictEqual(seen, ["maker", "maker"])
    }))
})

describe("the end of the client", () => {
  it.effect("while a connection is made, is heard by all who wait, and nothing is left", () =>
    Effect.gen(function*() {
      const world = makeWorld([undefined, Effect.never])
      const scope = yield* Scope.make()
      const connection = yield* Scope.provide(make(world), scope)
      const first = yield* connection.current
      const waiting = yield* Effect.forEach([1, 2, 3], () => fork(Effect.flip(connection.replace(first, expired))))
      yield* settle
      yield* Scope.close(scope, Exit.void)
      for (const { reason } of yield* Fiber.joinAll(waiting)) {
        assert.strictEqual(reason._tag === "TransportError" ? reason.reason._tag : "", "ConnectionClosed")
      }
      assert.strictEqual((yield* Effect.flip(connection.current)).mayHaveRun, false)
      assert.deepInclude(world.state, { attempts: 2, open: 0 })
    }))

  it.effect("between two attempts, makes no further one", () =>
    Effect.gen(function*() {
      const world = makeWorld([undefined, unreachable])
      const scope = yield* Scope.make()
      const connection = yield* Scope.provide(make(world), scope)
      yield* world.dialled[0]?.hangUp ?? Effect.void
      yield* settle
      const waiting = yield* fork(Effect.flip(connection.current))
      yield* Scope.close(scope, Exit.void)
      assert.isFalse((yield* Fiber.join(waiting)).mayHaveRun)
      yield* TestClock.adjust("1 hour")
      assert.deepInclude(world.state, { attempts: 2, open: 0 })
    }))

  it.effect("while the first connection is made, leaves nothing", () =>
    Effect.gen(function*() {
      const world = makeWorld([Effect.never])
      const making = yield* fork(Effect.scoped(make(world)))
      yield* settle
      assert.strictEqual(world.state.open, 1)
      yield* Fiber.interrupt(making)
      assert.strictEqual(world.state.open, 0)
    }))

  it.effect("a lost connection that is being closed is closed to its end", () =>
    Effect.gen(function*() {
      const closed: Array<string> = []
      const gate = yield* Deferred.make<void>()
      const world = makeWorld()
      const dial = (prior: Prior.Prior | undefined) =>
        Effect.gen(function*() {
          yield* Effect.addFinalizer(() => Effect.sync(() => closed.push("process")))
          yield* Effect.addFinalizer(() => Deferred.await(gate))
          return yield* world.dial(prior)
        })
      const scope = yield* Scope.make()
      const connection = yield* Scope.provide(Connection.make({ dial, prior: undefined, reconnect }), scope)
      yield* fork(Effect.ignore(connection.replace(yield* connection.current, expired)))
      yield* turns
      const closing = yield* fork(Scope.close(scope, Exit.void))
      yield* turns
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(closing)
      assert.deepStrictEqual(closed, ["process"])
      assert.strictEqual(world.state.attempts, 1)
    }))
})

describe("what is remembered of a server that was lost (ERA-01)", () => {
  it.effect("a server with sessions is not probed again; one without is", () =>
    Effect.gen(function*() {
      for (const revision of [v2025_11_25, v2026_07_28]) {
        const world = makeWorld([], revision)
        const connection = yield* make(world)
        const first = yield* connection.current
        yield* connection.replace(first, expired)
        assert.deepStrictEqual(world.priors, [undefined, revision.era === "session" ? first.prior : undefined])
      }
    }))

  it.effect("nothing, when it was the server that said that it is not what it was", () =>
    Effect.gen(function*() {
      const world = makeWorld()
      const connection = yield* make(world)
      const first = yield* connection.current
      yield* connection.replace(first, McpClientError.make(new RpcError({ code: -32022, message: "no" })))
      assert.deepStrictEqual(world.priors, [undefined, undefined])
    }))
})

const Fault = Schema.Literals(["lose", "refuse", "forbid", "wait", "wait long", "ask", "ask and leave"])

describe("whatever happens", () => {
  it.effect.prop(
    "one connection is open at a time, nobody waits for ever, and when all is well again there is a connection",
    { faults: Schema.Array(Fault).check(Schema.isMaxLength(30)) },
    ({ faults }) =>
      Effect.gen(function*() {
        const plan: Array<Dial> = []
        const world = makeWorld(plan)
        const scope = yield* Scope.make()
        const connection = yield* Scope.provide(make(world), scope)
        const asking: Array<Fiber.Fiber<unknown>> = []
        for (const fault of faults) {
          switch (fault) {
            case "lose":
              yield* world.dialled.at(-1)?.hangUp ?? Effect.void
              break
            case "refuse":
              plan[world.state.attempts] = unreachable
              break
            case "forbid":
              plan[world.state.attempts] = forbidden
              break
            case "wait":
              yield* TestClock.adjust("1500 millis")
              break
            case "wait long":
              yield* TestClock.adjust("20 seconds")
              break
            case "ask":
              asking.push(yield* fork(Effect.exit(connection.replace(connection.latest(), expired))))
              break
            case "ask and leave":
              yield* Effect.flatMap(fork(Effect.exit(connection.current)), Fiber.interrupt)
          }
          assert.isAtMost(world.state.open, 1)
        }
        yield* TestClock.adjust("1 minute")
        yield* Fiber.awaitAll(asking)
        plan.length = 0
        assert.strictEqual(yield* connection.current, world.dialled.at(-1)?.connected)
        assert.strictEqual(world.state.mostOpen, 1)
        yield* Scope.close(scope, Exit.void)
        assert.strictEqual(world.state.open, 0)
      }),
    { arbitrary: { runs: 200 } }
  )
})
