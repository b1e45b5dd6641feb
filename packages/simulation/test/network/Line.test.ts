import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { LinkFault } from "../../src/fault/Fault.ts"
import * as Net from "./Net.ts"

/** Says texts at once under a fault, waits, and tells what was heard on both sides. */
const say = (texts: ReadonlyArray<string>, fault: LinkFault | undefined, millis = 1_000, seed = 1) => {
  const net = Net.make(seed)
  const server = Net.echo(net)
  return net.live(Effect.gen(function*() {
    const { heard, line } = yield* Net.dial(net)
    const end = fault === undefined ? () => undefined : net.network.strike("alice-server", fault)
    for (const text of texts) line.send(text)
    yield* Effect.sleep(millis)
    return { net, line, server, heard, end, client: heard.map(([, text]) => text) }
  }))
}

const numbers = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, index) => `m${index}`)

const always = { probability: 1 } as const

describe("Line", () => {
  it.effect("carries whole messages in order, a millisecond each way", () =>
    Effect.gen(function*() {
      const { heard, net, server } = yield* say(["a", "b"], undefined)
      assert.deepStrictEqual(server.slice(0, 2), ["a", "b"])
      assert.deepStrictEqual(heard.slice(0, 2), [[2, "re a"], [2, "re b"]])
      assert.strictEqual(Net.told(net, "Sent").length, 4)
      assert.strictEqual(Net.told(net, "Arrived").length, 4)
      assert.deepStrictEqual(Net.told(net, "Lost"), [])
      assert.deepStrictEqual(net.network.open("server"), { lines: 1, exchanges: 0 })
    }))

  it.effect("tells the server when the client hangs up, after what was sent before", () =>
    Effect.gen(function*() {
      const net = Net.make()
      const server = Net.echo(net)
      yield* net.live(Effect.gen(function*() {
        yield* Effect.scoped(Effect.map(Net.dial(net), ({ line }) => line.send("last")))
        assert.strictEqual(net.network.open("alice").lines, 0)
        yield* Effect.sleep(10)
      }))
      assert.deepStrictEqual(server, ["last", "end: hung up"])
      assert.deepStrictEqual(net.network.open("server"), { lines: 0, exchanges: 0 })
      assert.deepStrictEqual(Net.told(net, "Closed").map(({ why }) => why), ["the client hung up"])
    }))

  it.effect("latency: takes as long as drawn, and stays in order", () =>
    Effect.gen(function*() {
      const millis = { leastMillis: 20, mostMillis: 90 }
      const { client, heard } = yield* say(numbers(20), { _tag: "Latency", millis })
      assert.deepStrictEqual(client, numbers(20).map((text) => `re ${text}`))
      const [first] = heard[0] ?? [0]
      assert.isAtLeast(first, 40)
      assert.isAtMost(heard.at(-1)?.[0] ?? Infinity, 180)
      assert.isAbove(new Set(heard.map(([at]) => at)).size, 1)
    }))

  it.effect("latency: a tail is as long as it says", () =>
    Effect.gen(function*() {
      const tail = { probability: 1, millis: 300 }
      const { heard } = yield* say(["a"], { _tag: "Latency", millis: { leastMillis: 1, mostMillis: 1, tail } })
      assert.deepStrictEqual(heard, [[600, "re a"]])
    }))

  it.effect("loss: swallows messages, in the direction that it has", () =>
    Effect.gen(function*() {
      const all = yield* say(["a"], { _tag: "Loss", ...always, direction: "toServer" })
      assert.deepStrictEqual(all.server, [])
      assert.deepStrictEqual(Net.told(all.net, "Lost").map(({ message }) => message), [1])
      const back = yield* say(["a"], { _tag: "Loss", ...always, direction: "toClient" })
      assert.deepStrictEqual(back.server, ["a"])
      assert.deepStrictEqual(back.client, [])
      const half = yield* say(numbers(100), { _tag: "Loss", probability: 0.5, direction: "toServer" })
      assert.isAbove(half.server.length, 20)
      assert.isBelow(half.server.length, 80)
    }))

  it.effect("duplication: a message arrives twice, under its number", () =>
    Effect.gen(function*() {
      const { net, server } = yield* say(["a"], { _tag: "Duplication", ...always })
      assert.deepStrictEqual(server, ["a", "a"])
      assert.strictEqual(Net.told(net, "Arrived").filter(({ message }) => message === 1).length, 2)
    }))

  it.effect("reordering: what is hit is overtaken", () =>
    Effect.gen(function*() {
      const { server } = yield* say(numbers(30), { _tag: "Reordering", probability: 0.3, millis: 25 })
      assert.notDeepEqual(server, numbers(30))
      assert.deepStrictEqual(server.toSorted(), numbers(30).toSorted())
    }))

  it.effect.prop(
    "chunking: any pieces give the same messages",
    [Schema.Array(Schema.NonEmptyString), Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 }))],
    ([texts, charactersMax]) =>
      Effect.gen(function*() {
        // A line of text holds no line breaks, and a blank one is none.
        const lines = texts.map((text) => JSON.stringify(text))
        const { client, server } = yield* say(lines, { _tag: "Chunking", charactersMax }, 10_000)
        assert.deepStrictEqual(server, lines)
        assert.deepStrictEqual(client, lines.map((text) => `re ${text}`))
      }),
    { arbitrary: { runs: 30 } }
  )

  it.effect("slow consumer: takes its time, and holds the sender up", () =>
    Effect.gen(function*() {
      const long = "x".repeat(1_000)
      const fault = { _tag: "SlowConsumer", charactersPerSecond: 10_000, direction: "toServer" } as const
      const { heard } = yield* say(numbers(10).map(() => long), fault, 2_000)
      // Ten thousand characters at ten thousand a second.
      assert.closeTo(heard.at(-1)?.[0] ?? 0, 1_000, 110)
      const net = Net.make()
      const server = Net.echo(net)
      yield* net.live(Effect.gen(function*() {
        const { line } = yield* Net.dial(net)
        yield* line.drained
        assert.strictEqual(net.nowMillis(), 0)
        net.network.strike("alice-server", { ...fault, charactersPerSecond: 1_000 })
        for (let sent = 0; sent < 66; sent++) line.send(long)
        yield* line.drained
        // 66 thousand were sent, and 64 Ki may be under way.
        assert.isAbove(net.nowMillis(), 400)
        assert.isBelow(net.nowMillis(), 2_000)
      }))
      assert.isBelow(server.length, 5)
    }))

  it.effect("holds a sender up to whom nobody listens", () =>
    Effect.gen(function*() {
      const net = Net.make()
      const heard: Array<string> = []
      net.network.accept("server", (line) => {
        const listening = line.listen((received) => void heard.push(received._tag))
        Net.fork(net, Effect.delay(listening, 5_000))
      })
      yield* net.live(Effect.gen(function*() {
        const { line } = yield* Net.dial(net)
        for (let sent = 0; sent < 70; sent++) line.send("x".repeat(1_000))
        yield* line.drained
        assert.isAtLeast(net.nowMillis(), 5_000)
        yield* Effect.sleep(5)
        assert.strictEqual(heard.length, 70)
      }))
    }))

  it.effect("cut: breaks what is open, and lets new lines be opened", () =>
    Effect.gen(function*() {
      const net = Net.make()
      const server = Net.echo(net)
      yield* net.live(Effect.gen(function*() {
        const { heard, line } = yield* Net.dial(net)
        line.send("lost")
        net.network.strike("alice-server", { _tag: "Cut" })
        yield* Effect.sleep(5)
        assert.deepStrictEqual(heard.map(([, text]) => text), ["end: the link was cut"])
        assert.deepStrictEqual(server, ["end: the link was cut"])
        const again = yield* Net.dial(net)
        again.line.send("new")
        yield* Effect.sleep(5)
        assert.deepStrictEqual(again.heard.map(([, text]) => text), ["re new"])
      }))
      assert.deepStrictEqual(Net.told(net, "Lost").map(({ message }) => message), [1])
    }))

  it.effect("half-open: holds back in one direction, tells nobody, and lets go when it is over", () =>
    Effect.gen(function*() {
      const net = Net.make()
      const server = Net.echo(net)
      yield* net.live(Effect.gen(function*() {
        const { heard, line } = yield* Net.dial(net)
        const end = net.network.strike("alice-server", { _tag: "HalfOpen", direction: "toClient" })
        line.send("a")
        yield* Effect.sleep(60_000)
        assert.deepStrictEqual(server, ["a"])
        assert.deepStrictEqual(heard, [])
        // Not even the news that the server is gone comes through.
        net.network.down("server")
        yield* Effect.sleep(60_000)
        assert.deepStrictEqual(heard, [])
        end()
        yield* Effect.sleep(5)
        assert.deepStrictEqual(heard.map(([, text]) => text), ["end: server went down"])
      }))
    }))

  it.effect("refusal: nothing can be opened, and nothing was sent", () =>
    Effect.gen(function*() {
      const net = Net.make()
      Net.echo(net)
      yield* net.live(Effect.gen(function*() {
        const end = net.network.strike("alice-server", { _tag: "Refusal" })
        const error = yield* Effect.flip(net.network.connect("alice", "server"))
        assert.strictEqual(error.reason._tag, "Unreachable")
        assert.isFalse(error.mayHaveRun)
        end()
        yield* net.network.connect("alice", "server")
        net.network.down("server")
        yield* Effect.flip(net.network.connect("alice", "server"))
        net.network.up("server")
        yield* net.network.connect("alice", "server")
      }))
    }))

  it.effect("ends the lines of a client that loses its network", () =>
    Effect.gen(function*() {
      const net = Net.make()
      const server = Net.echo(net)
      yield* net.live(Effect.gen(function*() {
        const { heard } = yield* Net.dial(net)
        net.network.down("alice")
        yield* Effect.sleep(5)
        assert.deepStrictEqual(heard.map(([, text]) => text), ["end: alice went down"])
        assert.deepStrictEqual(server, ["end: alice went down"])
        yield* Effect.flip(net.network.connect("alice", "server"))
        net.network.up("alice")
        yield* net.network.connect("alice", "server")
      }))
    }))

  it.effect("tells of a message that is longer than the server takes", () =>
    Effect.gen(function*() {
      const net = Net.make()
      const heard: Array<string> = []
      net.network.accept("server", (line) => {
        const listening = line.listen((received) => void heard.push(received._tag))
        Net.fork(net, listening)
      }, { unitsMax: 10 })
      yield* net.live(Effect.gen(function*() {
        const { line } = yield* Net.dial(net)
        line.send("x".repeat(11))
        line.send("short")
        yield* Effect.sleep(5)
      }))
      assert.deepStrictEqual(heard, ["TooLong", "Line"])
    }))

  it.effect("leaves the fate of other messages alone when a fault is taken out", () =>
    Effect.gen(function*() {
      const lossy = { _tag: "Loss", probability: 0.5, direction: "toServer" } as const
      const one = yield* say(numbers(50), lossy)
      const net = Net.make()
      const server = Net.echo(net)
      yield* net.live(Effect.gen(function*() {
        const { line } = yield* Net.dial(net)
        net.network.strike("alice-server", { _tag: "Reordering", probability: 0.5, millis: 40 })
        net.network.strike("alice-server", lossy)
        net.network.strike("alice-server", { _tag: "Latency", millis: { leastMillis: 1, mostMillis: 50 } })
        for (const text of numbers(50)) line.send(text)
        yield* Effect.sleep(1_000)
      }))
      const heard = (texts: ReadonlyArray<string>) => texts.filter((text) => !text.startsWith("end")).toSorted()
      assert.deepStrictEqual(heard(server), heard(one.server))
    }))
})
