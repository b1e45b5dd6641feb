import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as AuthError from "../../src/AuthError.ts"
import * as HostAddress from "../../src/http/HostAddress.ts"
import * as TrustedUrl from "../../src/http/TrustedUrl.ts"
import { AllowInsecureHttpHosts, AllowPrivateHosts } from "../../src/InsecureAllowances.ts"

const allowances = (
  privateHosts: ReadonlyArray<string> = [],
  insecureHosts: ReadonlyArray<string> = []
): TrustedUrl.Allowances => ({
  privateHosts: new Set(privateHosts),
  insecureHosts: new Set(insecureHosts)
})

/** The problem, or `good`. */
const judged = (url: string, allowed = allowances()): string => {
  const result = TrustedUrl.judge(url, allowed)
  return Result.isFailure(result) ? result.failure.problem : "good"
}

const Host = Schema.Literals([
  "auth.example",
  "localhost",
  "127.0.0.1",
  "10.0.0.1",
  "[::1]",
  "169.254.169.254",
  "0x7f.1"
])
const Scheme = Schema.Literals(["https:", "http:", "ftp:", "ws:", "file:"])

describe("TrustedUrl", () => {
  it("takes https on public hosts, and nothing else by itself (SSR-02, SSR-03, SUR-02, SUR-04)", () => {
    assert.strictEqual(judged("https://auth.example/authorize?a=b"), "good")
    assert.strictEqual(judged("HTTPS://AUTH.example:8443"), "good")
    assert.strictEqual(judged("http://auth.example/"), "it is not https")
    for (
      const host of ["localhost", "127.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:7f00:1]", "app.localhost."]
    ) {
      assert.include(judged(`https://${host}/`), "loopback", host)
    }
    assert.include(judged("https://192.168.0.1/"), "private")
    assert.include(judged("https://[fe80::1]/"), "link-local")
    assert.include(judged("https://169.254.169.254/latest/meta-data"), "metadata address of a cloud")
    assert.include(judged("https://0.0.0.0/"), "reserved")
  })

  it("refuses every other scheme, and never shows what was in such a URL (SUR-01, SUR-03, SUR-09)", () => {
    const urls = [
      "javascript:alert(document.cookie)",
      "JaVaScRiPt:alert(1)",
      " java\nscript:alert(1)",
      "data:text/html,<script>alert(1)</script>",
      "file:///etc/passwd",
      "vbscript:x",
      "ftp://auth.example/",
      "ws://auth.example/",
      "about:blank",
      "blob:https://auth.example/1",
      "ms-msdt:/id",
      "view-source:https://auth.example"
    ]
    for (const url of urls) {
      const result = TrustedUrl.judge(url, allowances())
      assert.isTrue(Result.isFailure(result), url)
      if (Result.isFailure(result)) {
        assert.strictEqual(result.failure.problem, "its scheme is neither https nor http")
        assert.match(result.failure.url, /^[a-z-]+:$|^ftp|^ws/)
      }
    }
    assert.strictEqual(judged("/authorize"), "it is no absolute URL")
    assert.strictEqual(judged("//auth.example"), "it is no absolute URL")
    assert.strictEqual(judged(""), "it is no absolute URL")
  })

  it("refuses a URL that looks like another host's (SUR-09)", () => {
    assert.strictEqual(judged("https://good.example@evil.example/"), "it has a user name in it")
    assert.strictEqual(judged("https://:secret@auth.example/"), "it has a user name in it")
  })

  it("takes what was allowed by name, in any spelling of the name (SSR-02)", () => {
    const named = (hosts: ReadonlyArray<string>, url: string) =>
      Effect.runSync(Effect.map(TrustedUrl.allowances(hosts), (allowed) => judged(url, allowed)))
    assert.strictEqual(named(["LOCALHOST"], "http://localhost:3000/"), "good")
    assert.strictEqual(named(["::1"], "http://[::1]:3000/"), "good")
    assert.strictEqual(named(["0x7f.1"], "http://127.0.0.1/"), "good")
    assert.strictEqual(named(["10.0.0.1"], "https://10.0.0.1/"), "good")
    assert.strictEqual(named(["10.0.0.1"], "http://10.0.0.1/"), "it is not https")
    assert.include(named(["localhost"], "http://127.0.0.1/"), "loopback")
    assert.strictEqual(judged("http://10.0.0.1/", allowances(["10.0.0.1"], ["10.0.0.1"])), "good")
    assert.strictEqual(judged("http://auth.example/", allowances([], ["auth.example"])), "good")
    assert.include(judged("http://10.0.0.1/", allowances([], ["10.0.0.1"])), "private")
  })

  it.effect("checks what a person is shown under the allowances in force (SUR-01, SUR-02)", () =>
    Effect.gen(function*() {
      const url = yield* TrustedUrl.check("https://auth.example/authorize?state=x")
      assert.strictEqual(url.href, "https://auth.example/authorize?state=x")
      const local = TrustedUrl.check("http://localhost:1/authorize")
      const refused = yield* Effect.flip(local)
      assert.strictEqual(refused.reason._tag, "UntrustedUrl")
      yield* Effect.provideService(local, AllowPrivateHosts, ["localhost"])
      yield* Effect.provideService(TrustedUrl.check("http://a.example/"), AllowInsecureHttpHosts, ["a.example"])
      const fragment = yield* Effect.flip(TrustedUrl.check("https://auth.example/authorize#x"))
      assert.include(fragment.message, "fragment")
    }))

  it("shows no query, fragment, user or length without end", () => {
    assert.strictEqual(TrustedUrl.shown("https://u:p@auth.example/a?token=s#s"), "https://auth.example/a")
    assert.strictEqual(TrustedUrl.shown("http://u:p@ bad host/a?token=s"), " bad host/a")
    assert.isAtMost(TrustedUrl.shown(`https://auth.example/${"a".repeat(5000)}`).length, 300)
    const error = AuthError.make(new AuthError.UntrustedUrl({ url: TrustedUrl.shown("data:secret"), problem: "p" }))
    assert.notInclude(String(error), "secret")
  })

  it.prop("what is taken is http(s), and public or named", [Scheme, Host, Host], ([scheme, host, named]) => {
    const allowed = Effect.runSync(TrustedUrl.allowances([named]))
    const result = TrustedUrl.judge(`${scheme}//${host}/`, allowed)
    if (Result.isFailure(result)) return
    const isNamed = HostAddress.normalize(host) === HostAddress.normalize(named)
    const kind = HostAddress.kindOf(host)
    assert.isTrue(kind === "Public" || isNamed)
    assert.isTrue(scheme === "https:" || (scheme === "http:" && kind === "Loopback" && isNamed))
  })
})
