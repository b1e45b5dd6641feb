/**
 * Official SDK clients that give a call up: the handler is interrupted, and the connection goes on.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { vi } from "vitest"
import { type FixtureServer, startServer } from "../../src/suite/FixtureServer.ts"
import { type Connected, pairs, startMillisMax, targetOf, textOf } from "./Peers.ts"

const program = "conformance/src/interop/main.ts"

const ask = async (client: Connected, tool: string, key: string): Promise<string> =>
  textOf(await client.call(tool, { key }))

/** Waits until the server says that a call is in a state; the server, not a clock, decides when that is. */
const until = (client: Connected, key: string, state: string): Promise<void> =>
  vi.waitFor(async () => assert.strictEqual(await ask(client, "state", key), state), { timeout: 5_000, interval: 20 })

const isRejected = (promise: Promise<unknown>): Promise<boolean> => promise.then(() => false, () => true)

describe("official clients that cancel", () => {
  let server: FixtureServer
  beforeAll(async () => {
    server = await startServer(program)
  }, startMillisMax)
  afterAll(() => server?.stop())

  describe.each(pairs)("%s", (name, peer, transport) => {
    let client: Connected
    beforeAll(async () => {
      client = await peer.connect(targetOf(transport, program, server.url))
    }, startMillisMax)
    afterAll(() => client?.close())

    it("speaks the newest revision that both have", async () => {
      assert.strictEqual(await ask(client, "revision", ""), peer.revision)
    })

    it("interrupts the handler of a call that it gives up", async () => {
      const abort = new AbortController()
      const call = isRejected(client.call("wait", { key: name }, { signal: abort.signal }))
      await until(client, name, "running")
      abort.abort()
      assert.isTrue(await call)
      await until(client, name, "interrupted")
      assert.isNotEmpty(await client.tools())
    })

    it("interrupts a call that has streamed already, and no other", async () => {
      const [streamed, other] = [`${name}, streamed`, `${name}, other`]
      const kept = new AbortController()
      const keptCall = isRejected(client.call("wait", { key: other }, { signal: kept.signal }))
      const abort = new AbortController()
      const progress = Promise.withResolvers<number>()
      const onprogress = (update: { readonly progress: number }): void => progress.resolve(update.progress)
      const call = isRejected(client.call("wait", { key: streamed }, { signal: abort.signal, onprogress }))
      assert.strictEqual(await progress.promise, 1)
      await until(client, other, "running")
      abort.abort()
      assert.isTrue(await call)
      await until(client, streamed, "interrupted")
      assert.strictEqual(await ask(client, "state", other), "running")
      kept.abort()
      assert.isTrue(await keptCall)
      await until(client, other, "interrupted")
    })
  })
})
