/** Worlds of a client and our own server, with faults between them by chance: all of it follows from one seed. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import type { Client } from "../../src/client/Client.ts"
import * as McpClient from "../../src/client/McpClient.ts"
import type { McpClientError } from "../../src/client/McpClientError.ts"
import type { Revision } from "../../src/revision/Revision.ts"
import { ClientTransport } from "../../src/transport/ClientTransport.ts"
import { turns } from "../support/Elapse.ts"
import { chance, type Faults, http, line, serversOf } from "../support/Faults.ts"

export type Place = "line" | "http"

const timeoutMillis = 20_000

interface Ongoing {
  readonly name: string
  readonly key: string
  readonly mayRepeat: boolean
  readonly fiber: Fiber.Fiber<string, McpClientError>
  readonly startedAt: number
  endedAt: number
}

const reasonOf = ({ reason }: McpClientError): string =>
  reason._tag === "TransportError" ? reason.reason._tag : reason._tag

const pass = Effect.fnUntraced(function*(millis: number, stepMillis = 250) {
  for (let passed = 0; passed < millis; passed += stepMillis) {
    yield* TestClock.adjust(Math.min(stepMillis, millis - passed))
    yield* turns
  }
})

const textOf = (effect: ReturnType<Client["callTool"]>) =>
  Effect.map(effect, ({ content: [block] }) => block?.type === "text" ? block.text : "nothing")

/** Lives through a world; what went against the rules, and what happened. */
export const live = Effect.fnUntraced(function*(place: Place, revision: Revision, other: Revision, seed: number) {
  const wrong: Array<string> = []
  const log: Array<string> = []
  const tally = new Map<string, number>()
  const count = (what: string) => tally.set(what, (tally.get(what) ?? 0) + 1)
  const luck = chance(seed)
  const clock = yield* Clock.Clock
  const trace = (what: string) => void log.push(`${clock.currentTimeMillisUnsafe()} ${what}`)
  const faults: Faults = { chance: luck, isOn: false, share: luck.pick(0.05, 0.2, 0.4), trace }
  const { bus, runs, servers } = yield* serversOf(revision, other)
  let now = 0
  const world = yield* place === "line"
    ? line(() => servers[now] ?? servers[0], faults)
    : http(servers, () => now, faults)
  const baseline = bus.listeners
  let fibers = 0
  const counting: Metric.FiberRuntimeMetricsService = {
    recordFiberStart: () => void fibers++,
    recordFiberEnd: () => void fibers--
  }
  const scope = yield* Scope.make()
  const counted = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.provideService(effect, Metric.FiberRuntimeMetrics, counting)
  const client = yield* McpClient.make({ name: "test", version: "0", timeout: timeoutMillis }).pipe(
    Effect.provideService(ClientTransport, world.transport),
    Scope.provide(scope),
    counted
  )
  const calls: Array<Ongoing> = []
  const streams: Array<{ readonly name: string; readonly fiber: Fiber.Fiber<void, McpClientError>; heard: number }> = []
  const start = Effect.fnUntraced(function*(
    name: string,
    key: string,
    effect: Effect.Effect<string, McpClientError>,
    mayRepeat = true
  ) {
    const running: { endedAt: number } = { endedAt: -1 }
    trace(`start ${name} ${key}`)
    const fiber = yield* Effect.forkDetach(
      counted(Effect.onExit(effect, (exit) =>
        Effect.sync(() => {
          running.endedAt = clock.currentTimeMillisUnsafe()
          trace(`end ${name} ${key}: ${Exit.isSuccess(exit) ? "ok" : String(exit.cause).slice(0, 150)}`)
        }))),
      { startImmediately: true }
    )
    const call: Ongoing = Object.assign(running, {
      name,
      key,
      mayRepeat,
      fiber,
      startedAt: clock.currentTimeMillisUnsafe()
    })
    calls.push(call)
    return call
  })
  const listen = Effect.fnUntraced(function*(name: string, stream: Stream.Stream<unknown, McpClientError>) {
    trace(`listen ${name}`)
    const one = { name, heard: 0 }
    const fiber = yield* Effect.forkDetach(
      counted(Effect.onExit(
        Stream.runForEach(stream, () => Effect.sync(() => void one.heard++)),
        (exit) =>
          Effect.sync(() =>
            trace(`stream ${name} over ${Exit.isSuccess(exit) ? "" : String(exit.cause).slice(0, 150)}`)
          )
      )),
      { startImmediately: true }
    )
    streams.push(Object.assign(one, { fiber }))
  })
  const tell = Effect.gen(function*() {
    for (const uri of ["test://a", "test://b"]) yield* bus.publish({ _tag: "ResourceUpdated", uri })
    yield* bus.publish({ _tag: "ListChanged", kind: "tools" })
  })
  const act = (index: number, delay: number, tool: "act" | "again", repeatable: boolean | undefined) => {
    const key = `k${index}`
    const options = repeatable === undefined ? {} : { repeatable }
    const effect = textOf(client.callTool({ name: tool, arguments: { key, delay } }, options))
    return start(tool, key, effect, tool === "again" || repeatable === true)
  }
  faults.isOn = true
  const steps = 5 + luck.below(25)
  for (let index = 0; index < steps; index++) {
    switch (
      luck.pick(
        "act",
        "act",
        "act",
        "again",
        "tools",
        "read",
        "updates",
        "changes",
        "close",
        "interrupt",
        "jump",
        "jump",
        "lose",
        "tell"
      )
    ) {
      case "act":
        yield* act(index, luck.pick(0, 0, 300, 4_000, 25_000), "act", luck.pick(undefined, undefined, true, false))
        break
      case "again":
        yield* act(index, luck.pick(0, 300, 4_000), "again", undefined)
        break
      case "tools":
        yield* start(
          "tools",
          "act,again",
          Effect.map(client.listTools, (tools) => tools.map(({ name }) => name).join())
        )
        break
      case "read": {
        const key = luck.pick("a", "b")
        const read = Effect.map(
          client.readResource(`test://${key}`),
          ({ contents: [one] }) => one !== undefined && "text" in one ? one.text : "nothing"
        )
        yield* start("read", key, read)
        break
      }
      case "updates":
        yield* luck.next() < 0.5
          ? listen("updates of a", client.resourceUpdates("test://a"))
          : listen("updates of both", client.resourceUpdates("test://a", "test://b"))
        break
      case "changes":
        yield* listen("changes", client.listChanges)
        break
      case "close": {
        const [one] = streams.splice(luck.below(streams.length + 1), 1)
        if (one !== undefined) {
          trace(`close ${one.name}`)
          yield* Effect.forkDetach(Fiber.interrupt(one.fiber), { startImmediately: true })
        }
        break
      }
      case "interrupt": {
        const one = calls[luck.below(calls.length + 1)]
        if (one !== undefined) {
          trace(`interrupt ${one.name} ${one.key}`)
          yield* Effect.forkDetach(Fiber.interrupt(one.fiber), { startImmediately: true })
        }
        break
      }
      case "jump":
        yield* pass(luck.pick(100, 1_000, 10_000))
        break
      case "lose":
        trace("lose")
        yield* world.lose
        // The server that is there next may be of another era.
        if (luck.next() < 0.3) now = 1 - now
        break
      case "tell":
        yield* tell
    }
    for (let turn = luck.below(20); turn > 0; turn--) yield* Effect.yieldNow
    if (luck.next() < 0.5) yield* turns
  }
  const isClosedEarly = luck.next() < 0.3
  if (isClosedEarly) {
    trace("close early")
    yield* Effect.forkDetach(Scope.close(scope, Exit.void), { startImmediately: true })
    yield* turns
    // The session may take five seconds to end.
    yield* pass(6_000)
    if (fibers !== 0) wrong.push(`${fibers} fibers left after an early end`)
  }
  faults.isOn = false
  trace("faults off")
  yield* turns
  yield* pass(timeoutMillis + 1_000)
  for (const { endedAt, fiber, key, mayRepeat, name, startedAt } of calls) {
    const exit = fiber.pollUnsafe()
    if (exit === undefined) {
      wrong.push(`${name} ${key} does not end`)
      continue
    }
    if (endedAt - startedAt > timeoutMillis + 500) wrong.push(`${name} ${key} took ${endedAt - startedAt} ms`)
    const isTool = name === "act" || name === "again"
    const ran = runs.get(key) ?? 0
    if (isTool && ran > (mayRepeat ? 3 : 1)) wrong.push(`${name} ${key} ran ${ran} times`)
    if (Exit.isSuccess(exit)) {
      count(`${name} ok`)
      const expected = isTool ? key : key
      const text = isTool ? exit.value.replaceAll("\"", "") : exit.value
      if (text !== expected) wrong.push(`${name} ${key} has the answer ${exit.value}`)
      if (isTool && ran === 0) wrong.push(`${name} ${key} succeeded but did not run`)
      continue
    }
    const error = exit.cause.reasons.find((reason) => reason._tag === "Fail")?.error
    if (error === undefined) {
      if (exit.cause.reasons.some((reason) => reason._tag === "Die")) wrong.push(`${name} ${key} died: ${exit.cause}`)
      count(`${name} interrupted`)
      continue
    }
    count(`${name} ${reasonOf(error)}${error.mayHaveRun ? "?" : ""}`)
    if (isTool && !error.mayHaveRun && ran > 0) wrong.push(`${name} ${key} ran, but failed with ${error}`)
  }
  yield* pass(100_000, 1_000)
  for (const [name, effect] of isClosedEarly ? [] : [["tools", client.listTools], ["act", act]] as const) {
    const one = name === "tools"
      ? yield* start("last tools", "", Effect.as(effect as Client["listTools"], ""))
      : yield* act(1_000, 0, "act", false)
    yield* pass(2_000)
    const exit = one.fiber.pollUnsafe()
    if (exit === undefined || !Exit.isSuccess(exit)) {
      wrong.push(`when all is well, ${name} ends with ${exit === undefined ? "nothing" : exit}`)
    }
  }
  const before = streams.map(({ heard }) => heard)
  trace("tell at last")
  yield* tell
  yield* pass(2_000)
  for (const [index, { fiber, heard, name }] of streams.entries()) {
    const exit = fiber.pollUnsafe()
    if (exit !== undefined) {
      const error = Exit.isSuccess(exit)
        ? undefined
        : exit.cause.reasons.find((reason) => reason._tag === "Fail")?.error
      count(`stream ${name} ${error === undefined ? "ended" : reasonOf(error)}`)
      if (error === undefined && !isClosedEarly) wrong.push(`stream ${name} ended with ${exit}`)
    } else {
      count(`stream ${name} goes on`)
      if (heard === before[index]) wrong.push(`stream ${name} is deaf`)
    }
  }
  if (luck.next() < 0.5) {
    yield* Effect.forkDetach(Fiber.interruptAll(streams.map(({ fiber }) => fiber)), { startImmediately: true })
    yield* pass(1_000)
    if (streams.length > 0 && place === "line" && servers[now] !== undefined && bus.listeners > baseline + 1) {
      wrong.push(`subscriptions left after the streams: ${bus.listeners - baseline}`)
    }
  }
  trace("close")
  const closing = yield* Effect.forkDetach(Scope.close(scope, Exit.void), { startImmediately: true })
  yield* turns
  yield* pass(1_000)
  if (closing.pollUnsafe() === undefined) wrong.push("closing does not end")
  for (const { fiber, name } of streams) {
    if (fiber.pollUnsafe() === undefined) wrong.push(`stream ${name} outlives its client`)
  }
  if (fibers !== 0) wrong.push(`${fibers} fibers left`)
  if (world.left() !== 0) wrong.push(`${place} left ${world.left()}`)
  if (bus.listeners !== baseline) wrong.push(`${bus.listeners - baseline} listeners left on the server`)
  return { wrong, log, tally }
}, Effect.scoped)
