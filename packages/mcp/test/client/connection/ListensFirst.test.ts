/** A client that answers questions, and servers that drop what they ask before somebody listens. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as SubscriptionRef from "effect/SubscriptionRef"
import * as TestClock from "effect/testing/TestClock"
import type { Connected } from "../../../src/client/connection/Connect.ts"
import * as Connection from "../../../src/client/connection/Connection.ts"
import * as Prior from "../../../src/client/connection/Prior.ts"
import type { Revision } from "../../../src/revision/Revision.ts"
import { v2025_11_25 } from "../../../src/revision/v2025_11_25.ts"
import { v2026_07_28 } from "../../../src/revision/v2026_07_28.ts"
import type { Link } from "../../../src/transport/ClientTransport.ts"
import * as TransportError from "../../../src/transport/TransportError.ts"

const unused = Effect.die("not used here")

/** Makes a connection over a link that listens as told. */
const connect = (listen: Link["listen"], revision: Revision = v2025_11_25, listensFirst = true) => {
  const server = { info: undefined, capabilities: {}, instructions: undefined, revision }
  const link: Link = {
    request: () => unused,
    notify: () => unused,
    respond: () => unused,
    listen,
    closed: Effect.never,
    closingCancels: true,
    silence: "Outage"
  }
  const connected: Connected = { link, server, prior: Prior.make(server, "a URL", false, 0), standing: "Proven" }
  const dial = () => Effect.succeed(connected)
  return Connection.make({ dial, prior: undefined, reconnect: Schedule.recurs(0), listensFirst })
}

const fork = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })

const isDone = <A, E>(fiber: Fiber.Fiber<A, E>) => Effect.sync(() => fiber.pollUnsafe() !== undefined)

describe("a connection that listens first", () => {
  it.effect("is there once the server can be heard", () =>
    Effect.gen(function*() {
      const open = Deferred.makeUnsafe<void>()
      const listen: Link["listen"] = (_, onOpen = () => Effect.void) =>
        Effect.andThen(Deferred.await(open), Effect.andThen(onOpen(false), Effect.never))
      const connection = yield* fork(connect(listen))
      yield* TestClock.adjust("900 millis")
      assert.isFalse(yield* isDone(connection))
      Deferred.doneUnsafe(open, Exit.void)
      yield* TestClock.adjust(0)
      assert.isTrue(yield* isDone(connection))
    }).pipe(Effect.scoped))

  it.effect("does not wait for a server that has no such stream, or says nothing", () =>
    Effect.gen(function*() {
      const refused = yield* fork(connect(() => Effect.void))
      const silent = yield* fork(connect(() => Effect.never))
      yield* TestClock.adjust("900 millis")
      assert.isTrue(yield* isDone(refused))
      assert.isFalse(yield* isDone(silent))
      yield* TestClock.adjust("100 millis")
      assert.isTrue(yield* isDone(silent))
    }).pipe(Effect.scoped))

  it.effect("does not wait where nobody asks: without sessions, or without answers", () =>
    Effect.gen(function*() {
      const stateless = yield* fork(connect(() => unused, v2026_07_28))
      const mute = yield* fork(connect(() => Effect.never, v2025_11_25, false))
      yield* TestClock.adjust(0)
      assert.isTrue(yield* isDone(stateless))
      assert.isTrue(yield* isDone(mute))
    }).pipe(Effect.scoped))

  it.effect("is replaced when the session turns out to be gone", () =>
    Effect.gen(function*() {
      const gone = TransportError.make(new TransportError.SessionExpired({ mayHaveRun: false }))
      let listened = 0
      const connection = yield* connect(() => {
        listened++
        return listened === 1 ? Effect.fail(gone) : Effect.never
      })
      yield* TestClock.adjust("1 second")
      assert.strictEqual(listened, 2)
      assert.strictEqual((yield* SubscriptionRef.get(connection.status))._tag, "Connected")
    }).pipe(Effect.scoped))
})
