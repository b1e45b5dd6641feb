import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { LinkFault } from "../../src/fault/Fault.ts"
import * as Net from "./Net.ts"

const always = { probability: 1 } as const

/** Asks once under a fault; what comes of it, and when. */
const under = (fault: LinkFault | undefined, sent = Net.request("POST", "{\"n\":1}"), seed = 1) => {
  const net = Net.make(seed)
  const bodies: Array<string | undefined> = []
  Net.site(net, (exchange) =>
    Effect.suspend(() => {
      bodies.push(exchange.body)
      return Net.saysAgain()(exchange)
    }))
  return net.live(Effect.gen(function*() {
    if (fault !== undefined) net.network.strike("alice-server", fault)
    const asking = Effect.exit(Effect.scoped(Net.ask(net, sent)))
    const exit = yield* Effect.timeoutOption(asking, 20_000)
    const millis = net.nowMillis()
    yield* Effect.sleep(5_000)
    return { net, bodies, exit, millis, tag: exit._tag === "None" ? "Silence" : exit.value._tag }
  }))
}

/** Reads the events of a stream that counts, until it ends or breaks; a millisecond between events unless told. */
const count = (fault: LinkFault | undefined, events: number, millis = 1) => {
  const net = Net.make()
  Net.site(net, Net.counts(events, millis))
  return net.live(Effect.gen(function*() {
    if (fault !== undefined) net.network.strike("alice-server", fault)
    const { status, text } = yield* Effect.scoped(Net.ask(net, Net.request("GET")))
    return { net, status, text, millis: net.nowMillis() }
  }))
}

const whole = (events: number): string =>
  Array.from({ length: events }, (_, index) => `id: ${index + 1}\ndata: {"n":${index + 1}}\n\n`).join("")

/** Hears when its client is gone, and answers nothing. */
const waits = (net: Net.Net, gone: Array<number>): void =>
  void Net.site(net, (exchange) => Effect.sync(() => exchange.onClose(() => gone.push(net.nowMillis()))))

describe("HTTP", () => {
  it.effect("carries a request and its response, a millisecond each way", () =>
    Effect.gen(function*() {
      const headers = { authorization: "Bearer alice", "mcp-session-id": "s", other: "x" }
      const { exit, millis, net } = yield* under(undefined, Net.request("POST", "{\"n\":1}", headers))
      assert.strictEqual(millis, 2)
      assert.deepStrictEqual(exit._tag === "Some" && exit.value._tag === "Success" && exit.value.value, {
        status: 200,
        text: "{\"host\":\"server\",\"body\":\"{\\\"n\\\":1}\"}"
      })
      const [opened] = Net.told(net, "Opened")
      assert.strictEqual(opened?.verb, "POST /mcp")
      assert.deepStrictEqual(opened?.headers, { authorization: "Bearer alice", "mcp-session-id": "s" })
      const tags = net.history.events.map(({ _tag }) => _tag)
      assert.deepStrictEqual(tags, ["Opened", "Sent", "Arrived", "Sent", "Answered", "Arrived", "Closed"])
      assert.deepStrictEqual(net.network.open("server"), { lines: 0, exchanges: 0 })
    }))

  it.effect("carries a stream event by event, and knows their ids", () =>
    Effect.gen(function*() {
      const net = Net.make()
      Net.site(net, Net.counts(3, 100))
      const heard: Array<readonly [number, string]> = []
      yield* net.live(Effect.gen(function*() {
        const response = yield* net.network.httpClient("alice").execute(Net.request("GET"))
        assert.strictEqual(net.nowMillis(), 2)
        yield* Stream.runForEach(Stream.decodeText(response.stream), (text) =>
          Effect.sync(() => heard.push([net.nowMillis(), text])))
      }))
      assert.deepStrictEqual(
        heard.map(([at]) =>
          at
        ),
        [2, 102, 202]
      )
      const events = Net.told(net, "Sent").map(({ eventId, text }) => [eventId, text])
      assert.deepStrictEqual(events, [["1", "{\"n\":1}"], ["2", "{\"n\":2}"], ["3", "{\"n\":3}"]])
      assert.strictEqual(Net.told(net, "Arrived").length, 3)
    }))

  it.effect("carries a stream that is there at once event by event, too", () =>
    Effect.gen(function*() {
      const net = Net.make()
      const type = { "content-type": "text/event-stream" }
      Net.site(net, (exchange) => Effect.sync(() => exchange.respond(200, type, whole(2))))
      const { text } = yield* net.live(Effect.scoped(Net.ask(net, Net.request("GET"))))
      assert.strictEqual(text, whole(2))
      const events = Net.told(net, "Sent").map(({ eventId, text }) => [eventId, text])
      assert.deepStrictEqual(events, [["1", "{\"n\":1}"], ["2", "{\"n\":2}"]])
      assert.strictEqual(Net.told(net, "Arrived").length, 2)
    }))

  it.effect("refuses a path that is not served, and a body that is too long", () =>
    Effect.gen(function*() {
      const { bodies } = yield* under(undefined, Net.request("POST", "x".repeat(1_001)))
      assert.deepStrictEqual(bodies, [undefined])
      const net = Net.make()
      const client = net.network.httpClient("alice")
      Net.site(net, Net.saysAgain())
      const status = yield* net.live(Effect.map(client.get("http://server/other"), ({ status }) => status))
      assert.strictEqual(status, 404)
    }))

  it.effect("tells the server when the client gives up", () =>
    Effect.gen(function*() {
      const net = Net.make()
      const gone: Array<number> = []
      waits(net, gone)
      yield* net.live(Effect.gen(function*() {
        yield* Effect.timeoutOption(Effect.scoped(Net.ask(net)), 500)
        assert.deepStrictEqual(net.network.open("alice").exchanges, 0)
        assert.deepStrictEqual(net.network.open("server").exchanges, 1)
        yield* Effect.sleep(5)
      }))
      assert.deepStrictEqual(gone, [501])
      assert.deepStrictEqual(net.network.open("server").exchanges, 0)
      assert.deepStrictEqual(Net.told(net, "Closed").map(({ why }) => why), ["the client gave it up"])
    }))

  it.effect("holds a writer up whose reader does not read", () =>
    Effect.gen(function*() {
      const net = Net.make()
      const piece = "x".repeat(10_000)
      let written = 0
      Net.site(net, (exchange) =>
        Effect.gen(function*() {
          const stream = exchange.stream(200, { "content-type": "text/plain" })
          while (written < 100) {
            yield* stream.write(piece)
            written++
          }
          assert.isTrue(stream.offer("last"))
          stream.end()
        }))
      yield* net.live(Effect.gen(function*() {
        const response = yield* net.network.httpClient("alice").execute(Net.request("GET"))
        yield* Effect.sleep(10_000)
        // 64 Ki unread, as much under way, and a piece.
        assert.isAbove(written, 10)
        assert.isBelow(written, 16)
        const text = yield* response.text
        assert.strictEqual(text.length, 1_000_004)
      }))
    }))

  it.effect("latency: takes as long as drawn", () =>
    Effect.gen(function*() {
      const { millis } = yield* under({ _tag: "Latency", millis: { leastMillis: 30, mostMillis: 40 } })
      assert.isAtLeast(millis, 60)
      assert.isAtMost(millis, 80)
    }))

  it.effect("loss: of a request or its answer, told or not", () =>
    Effect.gen(function*() {
      const tags = { toServer: new Set<string>(), toClient: new Set<string>() }
      for (let seed = 1; seed <= 6; seed++) {
        const there = yield* under({ _tag: "Loss", ...always, direction: "toServer" }, undefined, seed)
        assert.deepStrictEqual(there.bodies, [])
        tags.toServer.add(there.tag)
        const back = yield* under({ _tag: "Loss", ...always, direction: "toClient" }, undefined, seed)
        assert.deepStrictEqual(back.bodies, ["{\"n\":1}"])
        assert.deepStrictEqual(Net.told(back.net, "Lost").map(({ message }) => message), [2])
        assert.deepStrictEqual(back.net.network.open("server").exchanges, 0)
        tags.toClient.add(back.tag)
      }
      assert.deepStrictEqual(Array.from(tags.toServer).toSorted(), ["Failure", "Silence"])
      assert.deepStrictEqual(Array.from(tags.toClient).toSorted(), ["Failure", "Silence"])
    }))

  it.effect("duplication: a request arrives twice, and is answered to its client once", () =>
    Effect.gen(function*() {
      const { bodies, net, tag } = yield* under({ _tag: "Duplication", ...always })
      assert.strictEqual(tag, "Success")
      assert.deepStrictEqual(bodies, ["{\"n\":1}", "{\"n\":1}"])
      assert.deepStrictEqual(Net.told(net, "Arrived").map(({ message }) => message), [1, 2, 1])
      assert.deepStrictEqual(Net.told(net, "Answered").length, 1)
      assert.deepStrictEqual(net.network.open("server").exchanges, 0)
    }))

  it.effect("duplication: the copy ends with its request", () =>
    Effect.gen(function*() {
      const net = Net.make()
      const gone: Array<number> = []
      let requests = 0
      Net.site(net, (exchange) => {
        requests++
        if (requests === 1) return Net.saysAgain()(exchange)
        return Effect.sync(() => exchange.onClose(() => gone.push(net.nowMillis())))
      })
      net.network.strike("alice-server", { _tag: "Duplication", ...always })
      yield* net.live(Effect.gen(function*() {
        // Not read by anybody, so that it is the end of the answer that counts.
        const { status } = yield* net.network.httpClient("alice").execute(Net.request("POST", "{}"))
        assert.strictEqual(status, 200)
        yield* Effect.sleep(100)
      }))
      assert.strictEqual(gone.length, 1)
      assert.strictEqual(net.network.open("server").exchanges, 0)
    }))

  it.effect("reordering: what is hit is overtaken", () =>
    Effect.gen(function*() {
      const net = Net.make()
      const bodies: Array<string> = []
      Net.site(net, (exchange) =>
        Effect.suspend(() => {
          bodies.push(exchange.body ?? "")
          return Net.saysAgain()(exchange)
        }))
      net.network.strike("alice-server", { _tag: "Reordering", probability: 0.5, millis: 50 })
      const sent = Array.from({ length: 10 }, (_, index) => String(index))
      yield* net.live(
        Effect.forEach(sent, (body) => Effect.scoped(Net.ask(net, Net.request("POST", body))), { concurrency: 10 })
      )
      assert.notDeepEqual(bodies, sent)
      assert.deepStrictEqual(bodies.toSorted(), sent)
    }))

  it.effect.prop(
    "chunking: any pieces give the same bytes",
    [Schema.Array(Schema.String), Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 5 }))],
    ([texts, charactersMax]) =>
      Effect.gen(function*() {
        const net = Net.make()
        Net.site(net, (exchange) =>
          Effect.gen(function*() {
            const stream = exchange.stream(200, { "content-type": "text/plain" })
            for (const text of texts) yield* stream.write(text)
            stream.end()
          }))
        net.network.strike("alice-server", { _tag: "Chunking", charactersMax })
        const { text } = yield* net.live(Effect.scoped(Net.ask(net, Net.request("GET"))))
        // As one encoding of the whole has it: halves of characters are replaced where they stand alone.
        assert.strictEqual(
          text,
          new TextDecoder("utf-8", { ignoreBOM: false }).decode(new TextEncoder().encode(texts.join("")))
        )
      }),
    { arbitrary: { runs: 30 } }
  )

  it.effect("chunking: cuts within characters, too", () =>
    Effect.gen(function*() {
      const letters = "aé€😀".repeat(20)
      let torn = 0
      for (let charactersMax = 1; charactersMax <= 4; charactersMax++) {
        const net = Net.make()
        Net.site(net, (exchange) => Effect.sync(() => exchange.respond(200, { "content-type": "text/plain" }, letters)))
        net.network.strike("alice-server", { _tag: "Chunking", charactersMax })
        yield* net.live(Effect.gen(function*() {
          const { stream } = yield* net.network.httpClient("alice").execute(Net.request("GET"))
          const pieces = yield* Stream.runCollect(stream)
          torn += pieces.filter((piece) => new TextDecoder().decode(piece).includes("\ufffd")).length
          assert.strictEqual(new TextDecoder().decode(Buffer.concat(pieces)), letters)
        }))
      }
      assert.isAbove(torn, 10)
    }))

  it.effect("chunking: events are cut anywhere, in time, too", () =>
    Effect.gen(function*() {
      const { millis, net, text } = yield* count({ _tag: "Chunking", charactersMax: 2 }, 3)
      assert.strictEqual(text, whole(3))
      assert.isAbove(millis, 6)
      assert.strictEqual(Net.told(net, "Arrived").length, 3)
    }))

  it.effect("slow consumer: takes its time, and holds the writer up", () =>
    Effect.gen(function*() {
      const fault = { _tag: "SlowConsumer", charactersPerSecond: 100, direction: "toClient" } as const
      const { millis, text } = yield* count(fault, 20)
      assert.strictEqual(text, whole(20))
      assert.closeTo(millis, whole(20).length * 10, 100)
    }))

  it.effect("cut: both sides are told, in the middle of a stream", () =>
    Effect.gen(function*() {
      const net = Net.make()
      const gone: Array<number> = []
      Net.site(net, (exchange) => {
        exchange.onClose(() => gone.push(net.nowMillis()))
        return Net.counts(10, 100)(exchange)
      })
      yield* net.live(Effect.gen(function*() {
        const asking = yield* Effect.forkScoped(Effect.flip(Effect.scoped(Net.ask(net, Net.request("GET")))))
        yield* Effect.sleep(250)
        net.network.strike("alice-server", { _tag: "Cut" })
        const error = yield* Fiber.join(asking)
        assert.strictEqual(Net.codeOf(error), "ECONNRESET")
        assert.deepStrictEqual(gone, [251])
        assert.strictEqual(net.nowMillis(), 251)
        yield* Effect.sleep(1_000)
      }))
      assert.strictEqual(Net.told(net, "Sent").length, 3)
      assert.deepStrictEqual(Net.told(net, "Closed").map(({ why }) => why), ["the link was cut"])
    }))

  it.effect("half-open: nothing arrives and nobody is told, until it is over", () =>
    Effect.gen(function*() {
      const net = Net.make()
      const gone: Array<number> = []
      waits(net, gone)
      yield* net.live(Effect.gen(function*() {
        const asking = yield* Effect.forkScoped(Effect.scoped(Net.ask(net)))
        yield* Effect.sleep(10)
        const end = net.network.strike("alice-server", { _tag: "HalfOpen", direction: "toServer" })
        yield* Fiber.interrupt(asking)
        yield* Effect.sleep(60_000)
        assert.deepStrictEqual(gone, [])
        end()
        yield* Effect.sleep(5)
        assert.deepStrictEqual(gone, [60_010])
      }))
      const back = yield* under({ _tag: "HalfOpen", direction: "toClient" })
      assert.deepStrictEqual(back.bodies, ["{\"n\":1}"])
      assert.strictEqual(back.tag, "Silence")
    }))

  it.effect("refusal: nothing is sent", () =>
    Effect.gen(function*() {
      const { bodies, exit, millis } = yield* under({ _tag: "Refusal" })
      assert.deepStrictEqual(bodies, [])
      assert.strictEqual(millis, 1)
      assert.isTrue(exit._tag === "Some" && exit.value._tag === "Failure")
    }))

  it.effect("breaks what a client has open that loses its network", () =>
    Effect.gen(function*() {
      const net = Net.make()
      const gone: Array<number> = []
      waits(net, gone)
      yield* net.live(Effect.gen(function*() {
        const asking = yield* Effect.forkScoped(Effect.flip(Effect.scoped(Net.ask(net))))
        yield* Effect.sleep(50)
        net.network.down("alice")
        assert.strictEqual(Net.codeOf(yield* Fiber.join(asking)), "ECONNRESET")
        assert.strictEqual(Net.codeOf(yield* Effect.flip(Effect.scoped(Net.ask(net)))), "ECONNREFUSED")
        assert.deepStrictEqual(gone, [51])
      }))
    }))

  it.effect("tells a refused connection from one that broke", () =>
    Effect.gen(function*() {
      const net = Net.make()
      Net.site(net, Net.counts(10, 100))
      yield* net.live(Effect.gen(function*() {
        const asking = yield* Effect.forkScoped(Effect.flip(Effect.scoped(Net.ask(net, Net.request("GET")))))
        yield* Effect.sleep(50)
        net.network.down("server")
        assert.strictEqual(Net.codeOf(yield* Fiber.join(asking)), "ECONNRESET")
        assert.strictEqual(Net.codeOf(yield* Effect.flip(Effect.scoped(Net.ask(net)))), "ECONNREFUSED")
        net.network.up("server")
        const { status } = yield* net.network.httpClient("alice").execute(Net.request("GET"))
        assert.strictEqual(status, 200)
      }))
    }))
})

describe("behind a load balancer", () => {
  const hosts = ["server-1", "server-2"]

  const balanced = (): Net.Net => {
    const net = Net.make()
    net.network.balance("server", hosts)
    for (const host of hosts) {
      Net.site(net, (exchange) => {
        const session = exchange.body === "open" ? { "mcp-session-id": `of-${host}` } : {}
        return Effect.sync(() => exchange.respond(200, { ...Net.json, ...session }, `"${host}"`))
      }, host)
    }
    return net
  }

  const hostOf = (net: Net.Net, body: string, headers = {}) =>
    Effect.map(
      Effect.scoped(Net.ask(net, Net.request("POST", body, headers))),
      ({ status, text }) => `${status} ${text}`
    )

  it.effect("takes hosts in turn, and keeps a session with its own", () =>
    Effect.gen(function*() {
      const net = balanced()
      yield* net.live(Effect.gen(function*() {
        assert.strictEqual(yield* hostOf(net, "open"), "200 \"server-1\"")
        assert.strictEqual(yield* hostOf(net, "{}"), "200 \"server-2\"")
        assert.strictEqual(yield* hostOf(net, "{}"), "200 \"server-1\"")
        for (let times = 0; times < 3; times++) {
          assert.strictEqual(yield* hostOf(net, "{}", { "mcp-session-id": "of-server-1" }), "200 \"server-1\"")
        }
      }))
      assert.deepStrictEqual(Net.told(net, "Arrived").flatMap(({ at }) => at ?? []), [
        "server-1",
        "server-2",
        "server-1",
        "server-1",
        "server-1",
        "server-1"
      ])
    }))

  it.effect("passes a host over that is down, and says so when all are", () =>
    Effect.gen(function*() {
      const net = balanced()
      yield* net.live(Effect.gen(function*() {
        yield* hostOf(net, "open")
        net.network.down("server-1")
        assert.strictEqual(yield* hostOf(net, "{}", { "mcp-session-id": "of-server-1" }), "200 \"server-2\"")
        net.network.down("server-2")
        assert.strictEqual(yield* hostOf(net, "{}"), "502 Bad gateway")
        net.network.up("server-1")
        assert.strictEqual(yield* hostOf(net, "{}"), "200 \"server-1\"")
      }))
    }))

  it.effect("answers for a host that goes down before it has", () =>
    Effect.gen(function*() {
      const net = Net.make()
      net.network.balance("server", ["server-1"])
      Net.site(net, () => Effect.never, "server-1")
      yield* net.live(Effect.gen(function*() {
        const asking = yield* Effect.forkScoped(Effect.scoped(Net.ask(net)))
        yield* Effect.sleep(10)
        net.network.down("server-1")
        assert.strictEqual((yield* Fiber.join(asking)).status, 502)
        net.network.up("server-1")
        Net.site(net, Net.counts(10, 100), "server-1")
        const reading = yield* Effect.forkScoped(Effect.flip(Effect.scoped(Net.ask(net, Net.request("GET")))))
        yield* Effect.sleep(50)
        net.network.down("server-1")
        // Once it has begun to answer, nobody can do so in its place.
        assert.strictEqual(Net.codeOf(yield* Fiber.join(reading)), "ECONNRESET")
      }))
    }))
})
