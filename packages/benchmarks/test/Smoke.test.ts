/**
 * The load generators against real child processes, with a handful of calls: every answer is verified, every kind of
 * wrong answer is noticed, and no process is left behind. Nothing here depends on how long anything takes.
 */
import { assert, describe, it } from "@effect/vitest"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { connectHttp, prepareHttp } from "../src/LoadHttp.ts"
import { connectStdio } from "../src/LoadStdio.ts"
import { startServer } from "../src/ServerProcess.ts"
import { answer } from "../src/servers/floor.ts"
import { type Era, type Outcome, verifyAnswer } from "../src/Workload.ts"

const eras: ReadonlyArray<Era> = ["2025-11-25", "2026-07-28"]
const budget = { requestsMax: 20, millisMax: Number.POSITIVE_INFINITY }

const assertOutcome = (outcome: Outcome): void => {
  assert.strictEqual(outcome.requests, 20)
  assert.strictEqual(outcome.latenciesMillis.length, 20)
}

const failureOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(() => "no failure", (error: unknown) => String(error))

/** Serves the floor over HTTP in this process, its answers to calls passed through `spoil`. */
const withSpoiledHttp = async (spoil: (text: string) => string, use: (url: string) => Promise<void>): Promise<void> => {
  const server = createServer(async (request, response) => {
    const body = (await request.toArray()).join("")
    const text = answer(body) ?? ""
    response.end(body.includes("tools/call") ? spoil(text) : text)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

describe("the load generators", () => {
  it.each(eras)("verify every answer over HTTP (%s)", async (era) => {
    const server = await startServer("raw-http")
    try {
      const load = await connectHttp(await prepareHttp(server.url, era, 3), 3)
      assertOutcome(await load.run(budget))
      assertOutcome(await load.run(budget))
      assert.isAbove(await server.cpuMicros(), 0)
      load.close()
    } finally {
      await server.stop()
    }
  })

  it.each(eras)("verify every answer over stdio (%s)", async (era) => {
    const server = await startServer("raw-stdio")
    try {
      const loadOf = await connectStdio(server.pipes, era)
      assertOutcome(await loadOf(1).run(budget))
      assertOutcome(await loadOf(8).run(budget))
      assert.isAbove(await server.cpuMicros(), 0)
    } finally {
      await server.stop()
    }
  })

  it("notice a wrong sum over HTTP", () =>
    withSpoiledHttp((text) => text.replaceAll(/"sum":\d/g, "\"sum\":9"), async (url) => {
      const load = await connectHttp(await prepareHttp(url, "2026-07-28", 2), 2)
      assert.include(await failureOf(load.run(budget)), "wrong answer to call")
      load.close()
    }))

  it("notice the answer to another call over HTTP", () =>
    withSpoiledHttp((text) => text.replace(/"id":\d/, "\"id\":9"), async (url) => {
      const load = await connectHttp(await prepareHttp(url, "2026-07-28", 2), 2)
      assert.include(await failureOf(load.run(budget)), "wrong answer to call")
      load.close()
    }))

  it("notice a server that ends in the middle of a run over stdio", async () => {
    const server = await startServer("raw-stdio")
    const load = (await connectStdio(server.pipes, "2026-07-28"))(4)
    const running = failureOf(load.run({ requestsMax: Number.POSITIVE_INFINITY, millisMax: Number.POSITIVE_INFINITY }))
    await server.stop()
    assert.notInclude(await running, "no failure")
  })

  it("report a server that does not start", async () => {
    assert.include(await failureOf(startServer("no-such-server")), "no-such-server ended with code 1")
  })
})

describe("the verification of an answer", () => {
  const right = {
    jsonrpc: "2.0",
    id: 1,
    result: { content: [{ type: "text" }], structuredContent: { sum: 2 }, resultType: "complete" }
  }
  const check = (answer: object) => () => verifyAnswer(answer, "2026-07-28", 1)

  it("accepts the right answer and nothing else", () => {
    check(right)()
    const wrong = [
      { ...right, jsonrpc: "1.0" },
      { ...right, id: 2 },
      { ...right, id: "1" },
      { jsonrpc: "2.0", id: 1, error: { code: -32603, message: "no" } },
      { ...right, result: { ...right.result, isError: true } },
      { ...right, result: { ...right.result, structuredContent: { sum: 3 } } },
      { ...right, result: { ...right.result, content: [] } },
      { ...right, result: { ...right.result, resultType: "inputRequired" } }
    ]
    for (const answer of wrong) assert.throws(check(answer), "wrong answer to call 1")
  })
})
