import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as HttpPolicy from "../../src/session/HttpPolicy.ts"

const policies = {
  loopback: HttpPolicy.make(),
  any: HttpPolicy.make({ allowedHosts: "any", allowedOrigins: "any" }),
  list: HttpPolicy.make({
    allowedHosts: ["example.com", "port.example.com:8443"],
    allowedOrigins: ["example.com", "port.example.com:8443"]
  }),
  nobody: HttpPolicy.make({ allowedHosts: [], allowedOrigins: [] })
}

describe("a list", () => {
  const policy = HttpPolicy.make({
    allowedHosts: ["Example.COM"],
    allowedOrigins: ["Example.COM", "https://App.example.com", "https://app.example.com:8443"]
  })

  it("is read whatever its case", () => {
    assert.isTrue(HttpPolicy.admitsHost(policy, "example.com:80"))
    assert.isTrue(HttpPolicy.admitsOrigin(policy, "http://EXAMPLE.com"))
  })

  it("of origins may name whole ones, and then their scheme and port count", () => {
    const verdicts = [
      "https://app.example.com",
      "https://app.example.com:8443",
      "http://app.example.com",
      "https://app.example.com:1",
      "https://app.example.com.evil.net"
    ].map((origin) => HttpPolicy.admitsOrigin(policy, origin))
    assert.deepStrictEqual(verdicts, [true, true, false, false, false])
  })
})

type Verdicts = readonly [loopback: boolean, any: boolean, list: boolean, nobody: boolean]

const judge = (admits: (policy: HttpPolicy.HttpPolicy) => boolean): Verdicts => [
  admits(policies.loopback),
  admits(policies.any),
  admits(policies.list),
  admits(policies.nobody)
]

const hosts: ReadonlyArray<readonly [host: string | undefined, verdicts: Verdicts]> = [
  ["localhost", [true, true, false, false]],
  ["localhost:3000", [true, true, false, false]],
  ["LOCALHOST:3000", [true, true, false, false]],
  ["127.0.0.1", [true, true, false, false]],
  ["127.0.0.1:80", [true, true, false, false]],
  ["[::1]", [true, true, false, false]],
  ["[::1]:3000", [true, true, false, false]],
  ["localhost.example.com", [false, true, false, false]],
  ["localhost.", [false, true, false, false]],
  ["127.0.0.1.example.com", [false, true, false, false]],
  ["0.0.0.0", [false, true, false, false]],
  ["[::1].example.com", [false, true, false, false]],
  ["example.com", [false, true, true, false]],
  ["Example.com:9000", [false, true, true, false]],
  ["sub.example.com", [false, true, false, false]],
  ["example.com.evil.net", [false, true, false, false]],
  ["port.example.com:8443", [false, true, true, false]],
  ["port.example.com:1", [false, true, false, false]],
  ["port.example.com", [false, true, false, false]],
  ["", [false, true, false, false]],
  [undefined, [false, true, false, false]]
]

const origins: ReadonlyArray<readonly [origin: string | undefined, verdicts: Verdicts]> = [
  [undefined, [true, true, true, true]],
  ["http://localhost", [true, true, false, false]],
  ["https://localhost:8080", [true, true, false, false]],
  ["http://127.0.0.1:1", [true, true, false, false]],
  ["http://[::1]:1", [true, true, false, false]],
  ["https://example.com", [false, true, true, false]],
  ["HTTPS://EXAMPLE.COM", [false, true, true, false]],
  ["https://port.example.com:8443", [false, true, true, false]],
  ["https://port.example.com", [false, true, false, false]],
  ["https://evil.net", [false, true, false, false]],
  ["https://localhost@evil.net", [false, true, false, false]],
  ["https://localhost/", [false, true, false, false]],
  ["https://localhost\\.evil.net", [false, true, false, false]],
  ["https://localhost?.evil.net", [false, true, false, false]],
  ["https://localhost#.evil.net", [false, true, false, false]],
  ["localhost", [false, true, false, false]],
  ["file://localhost", [false, true, false, false]],
  ["chrome-extension://localhost", [false, true, false, false]],
  ["null", [false, true, false, false]],
  ["", [false, true, false, false]]
]

describe("a policy", () => {
  it("is safe as it stands", () => {
    assert.deepStrictEqual(HttpPolicy.make(), {
      allowedHosts: "loopback",
      allowedOrigins: "loopback",
      sessions: "stateful",
      response: "auto",
      resumable: true,
      retryMillis: 1_000,
      pollMillis: Number.POSITIVE_INFINITY,
      keepAliveMillis: 15_000,
      stalledMillis: 60_000,
      drainMillis: 5_000
    })
    assert.deepStrictEqual(HttpPolicy.make({ response: "sse" }), { ...HttpPolicy.defaultPolicy, response: "sse" })
  })

  it.each(hosts)("judges the host %s (HTC-03)", (host, verdicts) => {
    assert.deepStrictEqual(judge((policy) => HttpPolicy.admitsHost(policy, host)), verdicts)
  })

  it.each(origins)("judges the origin %s (HTC-03, HTC-04)", (origin, verdicts) => {
    assert.deepStrictEqual(judge((policy) => HttpPolicy.admitsOrigin(policy, origin)), verdicts)
  })

  const Port = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 65_535 }))

  it.prop("sees a listed host with any port, and as a page as well", [Port], ([port]) => {
    const host = `example.com:${port}`
    return HttpPolicy.admitsHost(policies.list, host) && HttpPolicy.admitsOrigin(policies.list, `https://${host}`)
  })

  it.prop("takes no host for loopback that merely begins or ends with it", [Schema.NonEmptyString], ([text]) => {
    const label = text.replaceAll(/[^a-z0-9]/g, "") || "x"
    return [`localhost${label}`, `${label}localhost`, `localhost.${label}`, `${label}.localhost`].every((host) =>
      !HttpPolicy.admitsHost(policies.loopback, host) && !HttpPolicy.admitsOrigin(policies.loopback, `http://${host}`)
    )
  })
})
