/** A person on this machine: the browser is opened without a shell, and only the redirect that is waited for counts. */
import { assert, describe, it } from "@effect/vitest"
import type { AuthError } from "@parley/auth/AuthError"
import { type Asked, UserAgent } from "@parley/auth/grant/UserAgent"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import * as Http from "node:http"
import { networkInterfaces, tmpdir } from "node:os"
import { join } from "node:path"
import * as BrowserCommand from "../../src/BrowserCommand.ts"
import * as LoopbackReceiver from "../../src/LoopbackReceiver.ts"
import * as NodeUserAgent from "../../src/NodeUserAgent.ts"

const authorization = new URL("https://as.example/authorize?client_id=me&state=s1")

interface Answer {
  readonly status: number | undefined
  readonly headers: Http.IncomingHttpHeaders
  readonly body: string
}

const ask = (url: string, options: Http.RequestOptions = {}) =>
  Effect.callback<Answer>((resume) => {
    const request = Http.request(url, { agent: false, ...options }, (response) => {
      let body = ""
      response.on("data", (piece: Buffer) => {
        body += piece.toString()
      })
      response.on("end", () => resume(Effect.succeed({ status: response.statusCode, headers: response.headers, body })))
    })
    request.on("error", () => resume(Effect.succeed({ status: undefined, headers: {}, body: "" })))
    request.end()
  })

/** A client that registers itself with an issuer, the redirect URI of whose own ends with this. */
const asked = (preferred?: string, issuer = "https://as.example"): Asked => ({ issuer, preferred, isFixed: false })
const own = /^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{24}\/callback$/

/** A user agent whose person is this test. */
const userAgent = (options: LoopbackReceiver.Options = {}) =>
  Effect.gen(function*() {
    const shown = yield* Deferred.make<URL>()
    const show = (url: URL) => Effect.asVoid(Deferred.succeed(shown, url))
    const context = yield* Layer.build(Layer.fresh(NodeUserAgent.layerShown(show, options)))
    return { agent: Context.get(context, UserAgent), shown: Deferred.await(shown) }
  })

describe("the redirect of an authorization", () => {
  it.live("is received on loopback; everything else is refused, and nothing of it is shown (ARQ-13, ARQ-14, SUR-08)", () =>
    Effect.gen(function*() {
      const { agent, shown } = yield* userAgent()
      const receiver = yield* agent.open(asked())
      assert.match(receiver.redirectUri, own)
      const { redirectUri } = receiver
      const authorizing = yield* Effect.forkChild(receiver.authorize(authorization))
      assert.strictEqual((yield* shown).href, authorization.href)
      const good = `${redirectUri}?code=hunter2&state=s1&iss=https%3A%2F%2Fas.example`
      const strays: ReadonlyArray<readonly [string, Http.RequestOptions]> = [
        [new URL("/favicon.ico", redirectUri).href, {}],
        [new URL("/", redirectUri).href, {}],
        [redirectUri, {}],
        [`${redirectUri}?state=s1`, {}],
        [`${redirectUri}?code=hunter2`, {}],
        [`${redirectUri}?code=hunter2&state=other`, {}],
        [`${redirectUri}/more?code=hunter2&state=s1`, {}],
        [`${redirectUri}?error=<script>alert(1)</script>&state=other`, {}],
        [good, { method: "POST" }],
        [good, { method: "HEAD" }],
        [good, { headers: { host: "evil.example" } }],
        [good, { headers: { host: new URL(redirectUri).host.replace("127.0.0.1", "localhost") } }],
        [good, { headers: { "sec-fetch-dest": "image" } }],
        [good, { headers: { "sec-fetch-dest": "iframe" } }]
      ]
      for (const [url, options] of strays) {
        const { body, headers, status } = yield* ask(url, options)
        assert.strictEqual(status, 404, url)
        assert.notMatch(body, /hunter2|script|evil/)
        assert.include(headers["content-security-policy"], "default-src 'none'")
      }
      assert.isUndefined(authorizing.pollUnsafe())
      const { body, headers, status } = yield* ask(good, { headers: { "sec-fetch-dest": "document" } })
      assert.strictEqual(status, 200)
      assert.include(body, "You may close this window")
      assert.notMatch(body, /hunter2|s1|as\.example/)
      assert.deepInclude(headers, {
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        connection: "close"
      })
      assert.strictEqual((yield* Fiber.join(authorizing)).href, good)
      assert.strictEqual((yield* ask(good)).status, 404)
    }).pipe(Effect.scoped))

  it.live("is not what comes for another issuer, though it has the state (RFC 9700, 4.4.2.2)", () =>
    Effect.gen(function*() {
      const { agent, shown } = yield* userAgent()
      const evil = yield* agent.open(asked(undefined, "https://evil.example"))
      const honest = yield* agent.open(asked())
      const authorizing = yield* Effect.forkChild(evil.authorize(authorization))
      yield* shown
      const mixedUp = new URL(`${new URL(honest.redirectUri).pathname}?code=hunter2&state=s1`, evil.redirectUri)
      assert.strictEqual((yield* ask(mixedUp.href)).status, 404)
      assert.isUndefined(authorizing.pollUnsafe())
    }).pipe(Effect.scoped))

  it.live("may be an error; it goes on as it came", () =>
    Effect.gen(function*() {
      const { agent, shown } = yield* userAgent()
      const receiver = yield* agent.open(asked())
      const authorizing = yield* Effect.forkChild(receiver.authorize(authorization))
      yield* shown
      const denied = `${receiver.redirectUri}?error=access_denied&state=s1`
      yield* ask(denied)
      assert.strictEqual((yield* Fiber.join(authorizing)).href, denied)
    }).pipe(Effect.scoped))

  it.live("nobody listens any more when the scope has ended, though a browser keeps a connection open", () =>
    Effect.gen(function*() {
      const { agent } = yield* userAgent()
      const scope = yield* Scope.make()
      const { redirectUri } = yield* Scope.provide(agent.open(asked()), scope)
      const kept = new Http.Agent({ keepAlive: true })
      yield* Effect.addFinalizer(() => Effect.sync(() => kept.destroy()))
      assert.strictEqual((yield* ask(redirectUri, { agent: kept })).status, 404)
      yield* Scope.close(scope, Exit.void)
      assert.isUndefined((yield* ask(redirectUri)).status)
      // And the port is free again: the redirect URI that was registered is used once more.
      const again = yield* agent.open(asked(redirectUri))
      assert.strictEqual(again.redirectUri, redirectUri)
    }).pipe(Effect.scoped))

  it.live("the redirect URI of before is used if its port is free, else another; a port that was asked for is a must", () =>
    Effect.gen(function*() {
      const { agent } = yield* userAgent()
      const first = yield* agent.open(asked())
      const second = yield* agent.open(asked(first.redirectUri))
      assert.notStrictEqual(second.redirectUri, first.redirectUri)
      const { port } = new URL(first.redirectUri)
      const { agent: strict } = yield* userAgent({ port: Number(port) })
      const error: AuthError = yield* Effect.flip(strict.open(asked()))
      assert.strictEqual(error.reason._tag, "UserAgentFailed")
      assert.include(error.message, `port ${port} of 127.0.0.1 (EADDRINUSE)`)
    }).pipe(Effect.scoped))

  it.live("logins at once take turns at a port that was asked for", () =>
    Effect.gen(function*() {
      const { agent: any } = yield* userAgent()
      const free = new URL((yield* Effect.scoped(any.open(asked()))).redirectUri)
      const { agent } = yield* userAgent({ port: Number(free.port) })
      const scope = yield* Scope.make()
      const first = yield* Scope.provide(agent.open(asked()), scope)
      const second = yield* Effect.forkChild(agent.open(asked()))
      yield* Effect.sleep(20)
      assert.isUndefined(second.pollUnsafe())
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual((yield* Fiber.join(second)).redirectUri, first.redirectUri)
    }).pipe(Effect.scoped))

  const hasIpv6 = Object.values(networkInterfaces()).flat().some((one) => one?.address === "::1")
  it.live("is received on IPv6 loopback where that is all there is, and there again the next time", () =>
    Effect.gen(function*() {
      const { agent, shown } = yield* userAgent({ host: "[::1]" })
      const opened = yield* Effect.exit(agent.open(asked()))
      assert.strictEqual(Exit.isSuccess(opened), hasIpv6)
      if (Exit.isFailure(opened)) return
      const { authorize, redirectUri } = opened.value
      assert.match(redirectUri, /^http:\/\/\[::1\]:\d+\/[0-9a-f]{24}\/callback$/)
      const authorizing = yield* Effect.forkChild(authorize(authorization))
      yield* shown
      const good = `${redirectUri}?code=hunter2&state=s1`
      assert.strictEqual((yield* ask(good)).status, 200)
      assert.strictEqual((yield* Fiber.join(authorizing)).href, good)
    }).pipe(Effect.scoped))
})

describe("the places where a redirect is received", () => {
  const issuer = "https://as.example"
  const fresh = { host: "127.0.0.1", port: 0, path: "/callback" }
  const cases: ReadonlyArray<
    readonly [LoopbackReceiver.Options, string | undefined, ReadonlyArray<LoopbackReceiver.Address>]
  > = [
    [{}, undefined, [fresh]],
    [{}, "http://127.0.0.1:4000/callback", [{ ...fresh, port: 4000 }, fresh]],
    [{}, "http://localhost:4000/cb", [{ host: "localhost", port: 4000, path: "/cb" }, fresh]],
    [{ path: "/x" }, "http://127.0.0.1:4000/callback", [{ ...fresh, path: "/x" }]],
    [{ host: "localhost" }, "http://127.0.0.1:4000/callback", [{ ...fresh, host: "localhost" }]],
    [{ port: 5 }, "http://127.0.0.1:4000/callback", [{ ...fresh, port: 5 }]],
    [{}, "http://[::1]:4000/callback", [{ ...fresh, host: "[::1]", port: 4000 }, fresh]],
    [{}, "http://192.168.0.1:4000/callback", [fresh]],
    [{}, "https://127.0.0.1:4000/callback", [fresh]],
    [{}, "http://me@127.0.0.1:4000/callback", [fresh]],
    [{}, "http://127.0.0.1:4000/callback?x", [fresh]],
    [{}, "http://0x7f.1:4000/callback", [fresh]],
    [{}, "no URL", [fresh]]
  ]
  it.each(cases)("with %j and before %s", (options, preferred, expected) => {
    assert.deepStrictEqual(LoopbackReceiver.addresses(options, { issuer, preferred, isFixed: true }), expected)
  })

  const pathFor = (issuer: string, options: LoopbackReceiver.Options = {}, preferred?: string): string =>
    LoopbackReceiver.addresses(options, { issuer, preferred, isFixed: false })[0]?.path ?? ""

  it("differ by issuer, to the letter, for clients that register themselves; not below what another may have (RFC 9700)", () => {
    const issuers = [issuer, `${issuer}/`, issuer.toUpperCase(), `${issuer}:443`, "https://other.example", ""]
    assert.strictEqual(new Set(issuers.map((one) => pathFor(one))).size, issuers.length)
    for (const one of issuers) assert.match(pathFor(one), /^\/[0-9a-f]{24}\/callback$/)
    assert.strictEqual(pathFor(issuer), pathFor(issuer))
  })

  it("are the issuer's own again, and no longer what it was registered with when all had one", () => {
    const path = pathFor(issuer)
    const of = (preferred: string) => LoopbackReceiver.addresses({}, { issuer, preferred, isFixed: false })
    assert.deepStrictEqual(of(`http://127.0.0.1:4000${path}`), [{ ...fresh, port: 4000, path }, { ...fresh, path }])
    assert.deepStrictEqual(of("http://127.0.0.1:4000/callback"), [{ ...fresh, path }])
    assert.deepStrictEqual(of(`http://127.0.0.1:4000${pathFor("https://other.example")}`), [{ ...fresh, path }])
  })

  it("are at the path that is given, whoever the issuer is", () => {
    assert.strictEqual(pathFor(issuer, { path: "/x" }), "/x")
    assert.strictEqual(pathFor(issuer, { path: "/x", port: 3118 }, "http://127.0.0.1:3118/callback"), "/x")
  })
})

const Platform = Schema.Literals(["linux", "freebsd", "darwin", "win32"])

describe("the command that opens a browser (SUR-05 to SUR-07)", () => {
  it("is the platform's own opener, by a path where a bare name would be looked for in the current folder", () => {
    const of = (platform: string) => BrowserCommand.make(platform, authorization, { SystemRoot: "D:\\Win" })
    assert.deepStrictEqual(of("linux"), { command: "xdg-open", args: [authorization.href] })
    assert.deepStrictEqual(of("darwin"), { command: "/usr/bin/open", args: [authorization.href] })
    assert.deepStrictEqual(of("win32"), {
      command: "D:\\Win\\System32\\rundll32.exe",
      args: ["url.dll,FileProtocolHandler", authorization.href]
    })
  })

  const schemes = ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "vbscript:x", "ms-settings:x"]
  it.each(schemes)("is none for %s (SUR-02, SUR-03)", (href) => {
    for (const platform of ["linux", "darwin", "win32"]) {
      assert.isUndefined(BrowserCommand.make(platform, new URL(href), {}))
    }
  })

  it.prop("takes a URL as one argument that no program takes for an option or splits", [
    Platform,
    Schema.String,
    Schema.String
  ], ([platform, path, query]) => {
    const url = new URL("https://as.example/")
    url.pathname = path
    url.search = query
    const args = BrowserCommand.make(platform, url, {})?.args ?? []
    assert.strictEqual(args.at(-1), url.href)
    assert.lengthOf(args, platform === "win32" ? 2 : 1)
    assert.match(args.at(-1) ?? "", /^https:\/\/as\.example\/[^\s"]*$/)
  })
})

/** A folder that is all of `PATH`, with a program that writes down its arguments and ends with the code. */
const opener = (code: number) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const folder = mkdtempSync(join(tmpdir(), "parley-opener-"))
      const script = `#!/bin/sh\nprintf '%s\\n' "$#" "$@" > '${folder}/args.tmp'\n/bin/mv '${folder}/args.tmp' ` +
        `'${folder}/args'\nexit ${code}\n`
      for (const name of ["xdg-open", "open"]) {
        writeFileSync(join(folder, name), script)
        chmodSync(join(folder, name), 0o755)
      }
      const before = process.env["PATH"]
      process.env["PATH"] = folder
      return { folder, before }
    }),
    ({ before, folder }) =>
      Effect.sync(() => {
        process.env["PATH"] = before
        rmSync(folder, { recursive: true })
      })
  )

const logged = () => {
  const lines: Array<string> = []
  return { lines, layer: Logger.layer([Logger.make(({ message }) => lines.push(String(message)))]) }
}

const until = (condition: () => boolean) =>
  Effect.sync(condition).pipe(
    Effect.tap(() => Effect.sleep("5 millis")),
    Effect.repeat({ until: (holds) => holds }),
    Effect.timeout("10 seconds")
  )

const opened = (agent: Layer.Layer<UserAgent>, url: URL, isShown: () => boolean) =>
  Effect.gen(function*() {
    const { open } = Context.get(yield* Layer.build(Layer.fresh(agent)), UserAgent)
    const receiver = yield* open(asked())
    const authorizing = yield* Effect.forkChild(receiver.authorize(url))
    yield* until(isShown)
    yield* ask(`${receiver.redirectUri}?code=hunter2&state=s1`)
    yield* Fiber.join(authorizing)
  })

describe("showing the URL of an authorization", () => {
  it.live("the program gets it as it is, whatever a shell would make of it (SUR-05, SUR-06)", () =>
    Effect.gen(function*() {
      const { folder } = yield* opener(0)
      const { layer, lines } = logged()
      const url = new URL("https://as.example/a;touch%20x/$(touch x)?state=s1&q=`id`|a&b=$HOME;&c=%PATH%'\"")
      const args = join(folder, "args")
      yield* Effect.provide(opened(NodeUserAgent.layer(), url, () => existsSync(args)), layer)
      assert.deepStrictEqual(readFileSync(args, "utf8").split("\n"), ["1", url.href, ""])
      assert.isEmpty(lines)
    }).pipe(Effect.scoped))

  const failures = [["ends with an error", 3], ["is not there", undefined]] as const
  it.live.each(failures)(
    "where the program %s, the URL is logged, and the redirect still comes",
    ([, code]) =>
      Effect.gen(function*() {
        const { folder } = yield* opener(code ?? 0)
        if (code === undefined) rmSync(join(folder, "xdg-open"))
        const { layer, lines } = logged()
        yield* Effect.provide(opened(NodeUserAgent.layer(), authorization, () => lines.length > 0), layer)
        assert.include(lines[0], authorization.href)
        assert.notInclude(lines.join(), "hunter2")
      }).pipe(Effect.scoped)
  )

  it.live("printed, it is logged and no program is started", () =>
    Effect.gen(function*() {
      const { folder } = yield* opener(0)
      const { layer, lines } = logged()
      yield* Effect.provide(opened(NodeUserAgent.layerPrinted(), authorization, () => lines.length > 0), layer)
      assert.include(lines[0], authorization.href)
      assert.isFalse(existsSync(join(folder, "args")))
    }).pipe(Effect.scoped))
})
