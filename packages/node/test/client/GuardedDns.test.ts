import { assert, describe, it } from "@effect/vitest"
import * as GuardedHttpClient from "@parley/auth/http/GuardedHttpClient"
import { AllowPrivateHosts } from "@parley/auth/InsecureAllowances"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type { LookupAddress } from "node:dns"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as NodeGuardedDns from "../../src/NodeGuardedDns.ts"

/** A server on loopback, and the `Host` of each request that reached it. */
const listening = Effect.acquireRelease(
  Effect.callback<{ readonly port: number; readonly hosts: Array<string | undefined>; readonly close: () => void }>(
    (resume) => {
      const hosts: Array<string | undefined> = []
      const server = createServer((request, response) => {
        hosts.push(request.headers.host)
        if (request.url === "/away") response.writeHead(302, { location: "http://127.0.0.1:1/" })
        response.end("{}")
      })
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        const close = () => {
          server.closeAllConnections()
          server.close()
        }
        resume(Effect.succeed({ port, hosts, close }))
      })
    }
  ),
  ({ close }) => Effect.sync(close)
)

/** A name server that says so, and remembers how often it was asked. */
const saying = (...answers: ReadonlyArray<ReadonlyArray<string>>) => {
  const asked: Array<string> = []
  const resolve: NodeGuardedDns.Resolve = (hostname, _, callback) => {
    const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? []
    asked.push(hostname)
    callback(null, addresses.map((address): LookupAddress => ({ address, family: address.includes(":") ? 6 : 4 })))
  }
  return { asked, resolve }
}

const get = (url: string, options: NodeGuardedDns.Options) =>
  HttpClient.get(url).pipe(
    Effect.flatMap((response) => response.text),
    Effect.provide(NodeGuardedDns.layer(options))
  )

const reasonOf = (url: string, options: NodeGuardedDns.Options) =>
  Effect.map(Effect.flip(get(url, options)), (error) => GuardedHttpClient.toAuthError(error).reason)

describe("NodeGuardedDns", () => {
  it.live("connects to no private address that a name resolves to (SSR-03, SSR-06)", () =>
    Effect.gen(function*() {
      const { hosts, port } = yield* listening
      const private_ = ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254", "fe80::1", "0.0.0.0"]
      for (const address of private_) {
        const { resolve } = saying([address])
        const reason = yield* reasonOf(`http://rebind.example:${port}/`, { resolve })
        assert.strictEqual(reason._tag, "UntrustedUrl", address)
      }
      assert.deepStrictEqual(hosts, [])
    }).pipe(Effect.scoped))

  it.live("refuses a name that has one private address among others (SSR-06)", () =>
    Effect.gen(function*() {
      const { hosts, port } = yield* listening
      const { resolve } = saying(["8.8.8.8", "127.0.0.1"])
      const reason = yield* reasonOf(`http://rebind.example:${port}/`, { resolve })
      assert.strictEqual(reason._tag, "UntrustedUrl")
      assert.deepStrictEqual(hosts, [])
    }).pipe(Effect.scoped))

  it.live("connects to what was judged: each connection asks once (SSR-06)", () =>
    Effect.gen(function*() {
      const { hosts, port } = yield* listening
      const { asked, resolve } = saying(["127.0.0.1"])
      yield* get(`http://rebind.example:${port}/`, { named: ["REBIND.example"], resolve })
      assert.deepStrictEqual(hosts, [`rebind.example:${port}`])
      assert.deepStrictEqual(asked, ["rebind.example"])
    }).pipe(Effect.scoped))

  it.live("resolves as the system does, and connects to what was named", () =>
    Effect.gen(function*() {
      const { hosts, port } = yield* listening
      const url = `http://localhost:${port}/`
      const reason = yield* reasonOf(url, {})
      assert.strictEqual(reason._tag, "UntrustedUrl")
      yield* get(url, { named: ["localhost"] })
      yield* Effect.provideService(get(url, {}), AllowPrivateHosts, ["localhost"])
      assert.lengthOf(hosts, 2)
    }).pipe(Effect.scoped))

  it.live("carries a guarded client, which reads responses and follows no redirect away (SSR-04)", () =>
    Effect.gen(function*() {
      const { hosts, port } = yield* listening
      const named = ["localhost"]
      const guarded = Layer.provide(GuardedHttpClient.layer({ named }), NodeGuardedDns.layer({ named }))
      yield* Effect.gen(function*() {
        const response = yield* HttpClient.get(`http://localhost:${port}/`)
        assert.deepStrictEqual(yield* response.json, {})
        const error = yield* Effect.flip(HttpClient.get(`http://localhost:${port}/away`))
        assert.strictEqual(GuardedHttpClient.toAuthError(error).reason._tag, "UntrustedUrl")
        assert.lengthOf(hosts, 2)
      }).pipe(Effect.provide(guarded))
    }).pipe(Effect.scoped))

  it.live("says that a name is unknown when it is", () =>
    Effect.gen(function*() {
      const unknown: NodeGuardedDns.Resolve = (_, __, callback) =>
        callback(Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" }), [])
      for (const resolve of [unknown, saying([]).resolve]) {
        const reason = yield* reasonOf("http://gone.example/", { resolve })
        assert.strictEqual(reason._tag === "Unreachable" ? reason.detail : reason._tag, "ENOTFOUND")
      }
    }))
})
