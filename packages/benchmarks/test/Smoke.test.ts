/**
 * The load generators against real child processes, with a handful of calls: every answer is verified, every kind of
 * wrong answer is noticed, and no process is left behind. Nothing here depends on how long anything takes.
 */
import { assert, describe, it } from "@effect/vitest"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { add, type Call, echo, list, report } from "../src/load/Call.ts"
import { type Dialect, olderSessionless, session, stateless } from "../src/load/Dialect.ts"
import { connectCalls, connectSessions, makeHttpTarget } from "../src/load/HttpExchanges.ts"
import type { Load, Outcome } from "../src/load/Load.ts"
import { connectStdio } from "../src/load/StdioLoad.ts"
import { type StartOptions, startServer } from "../src/measure/ServerProcess.ts"
import { answer } from "../src/servers/floor.ts"
import { toolCount } from "../src/servers/tools.ts"

const eras: ReadonlyArray<Dialect> = [session, stateless]
const budget = { requestsMax: 20, millisMax: Number.POSITIVE_INFINITY }

const assertOutcome = (outcome: Outcome): void => {
  assert.strictEqual(outcome.requests, 20)
  assert.strictEqual(outcome.latenciesMillis.length, 20)
}

const failureOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(() => "no failure", (error: unknown) => String(error))

const twice = [20, 20]

/** Runs a load against a server twice; gives the number of requests of either run. */
const runTwice = async (
  name: string,
  options: StartOptions,
  open: (url: string) => Promise<Load>
): Promise<ReadonlyArray<number>> => {
  const server = await startServer(name, options)
  try {
    const load = await open(server.url)
    const outcomes = [await load.run(budget), await load.run(budget)]
    load.close()
    return outcomes.map(({ requests }) => requests)
  } finally {
    await server.stop()
  }
}

/** Serves the floor over HTTP in this process, its answers to calls passed through `spoil`. */
const withSpoiledHttp = async (spoil: (text: string) => string, use: (load: Load) => Promise<void>): Promise<void> => {
  const server = createServer(async (request, response) =>
    response.end(spoil(answer((await request.toArray()).join("")) ?? ""))
  )
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
    const load = await connectCalls(makeHttpTarget(url, stateless), add, 2)
    await use(load)
    load.close()
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const calls: ReadonlyArray<readonly [string, Call]> = [
  ["add", add],
  ["a list", list(toolCount)],
  ["an echo of 100 KiB", echo(102_400)]
]

describe("the load generators", () => {
  it.each(eras)("verify every answer over HTTP ($version)", async (dialect) => {
    const open = (url: string) => connectCalls(makeHttpTarget(url, dialect), add, 3)
    assert.deepStrictEqual(await runTwice("raw-http", {}, open), twice)
  })

  it.each(calls)("verify %s", async (_, call) => {
    const open = (url: string) => connectCalls(makeHttpTarget(url, olderSessionless), call, 3)
    assert.deepStrictEqual(await runTwice("raw-http", {}, open), twice)
  })

  it("verify events, and the reports before the answer", async () => {
    const open = (url: string) => connectCalls(makeHttpTarget(url, stateless), report, 3, { events: true })
    assert.deepStrictEqual(await runTwice("raw-http", { settings: ["--events"] }, open), twice)
  })

  it("want events where they were asked for", async () => {
    const server = await startServer("raw-http")
    try {
      const load = await connectCalls(makeHttpTarget(server.url, stateless), add, 1, { events: true })
      assert.include(await failureOf(load.run(budget)), "expected events")
      load.close()
    } finally {
      await server.stop()
    }
  })

  it("open sessions, call, and close them", async () => {
    const open = (url: string) => connectSessions(makeHttpTarget(url, session), add, 3)
    assert.deepStrictEqual(await runTwice("raw-http", {}, open), twice)
  })

  it.each(eras)("verify every answer over stdio ($version)", async (dialect) => {
    const server = await startServer("raw-stdio")
    try {
      const loadOf = await connectStdio(server.pipes, dialect)
      assertOutcome(await loadOf(add, 1).run(budget))
      assertOutcome(await loadOf(add, 8).run(budget))
      assert.isAbove(await server.cpuMicros(), 0)
      assert.isAbove((await server.memory()).rss, 0)
    } finally {
      await server.stop()
    }
  })

  it("notice a wrong sum over HTTP", () =>
    withSpoiledHttp((text) => text.replaceAll(/"sum":\d/g, "\"sum\":9"), async (load) => {
      assert.include(await failureOf(load.run(budget)), "wrong answer to call")
    }))

  it("notice the answer to another call over HTTP", () =>
    withSpoiledHttp((text) => text.replace(/"id":\d/, "\"id\":9"), async (load) => {
      assert.include(await failureOf(load.run(budget)), "wrong answer to call")
    }))

  it("notice a server that begins to answer wrong", () => {
    let answered = 0
    const spoil = (text: string) => answered++ < 10 ? text : text.replaceAll("1", "2")
    return withSpoiledHttp(spoil, async (load) => {
      assert.include(await failureOf(load.run(budget)), "wrong answer to call")
    })
  })

  it("notice a server that ends in the middle of a run over stdio", async () => {
    const server = await startServer("raw-stdio")
    const load = (await connectStdio(server.pipes, stateless))(add, 4)
    const running = failureOf(load.run({ requestsMax: Number.POSITIVE_INFINITY, millisMax: Number.POSITIVE_INFINITY }))
    await server.stop()
    assert.notInclude(await running, "no failure")
  })

  it("report a server that does not start", async () => {
    assert.include(await failureOf(startServer("no-such-server")), "no-such-server ended with code 1")
  })
})
