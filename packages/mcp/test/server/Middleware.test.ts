/** What stands between transports and methods: it sees each message, and what comes of it, and may change both. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Catalog from "../../src/contract/Catalog.ts"
import * as CustomMethod from "../../src/contract/CustomMethod.ts"
import { McpRequest } from "../../src/contract/McpRequest.ts"
import * as PerRequest from "../../src/contract/PerRequest.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as Rpc from "../../src/jsonrpc/RpcError.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Middleware from "../../src/server/Middleware.ts"
import * as SessionStore from "../../src/session/SessionStore.ts"
import * as Http from "../support/Http.ts"
import * as Line from "../support/Line.ts"
import {
  cancelled,
  claimed,
  errorOf,
  initializeParams,
  notification,
  request,
  serverInfo,
  textsOf
} from "../support/Messages.ts"

class User extends Context.Service<User, { readonly name: string }>()("test/User") {}
class Tenant extends Context.Service<Tenant, { readonly id: string }>()("test/Tenant") {}
class Users extends Context.Service<Users, { readonly find: (token: string) => string | undefined }>()("test/Users") {}

const echo = Tool.serve("echo", { parameters: { text: Schema.String } }, ({ text }) => Effect.succeed(text))
const call = (text: string) => ({ name: "echo", arguments: { text } })

const open = (...middleware: ReadonlyArray<Middleware.Middleware<never, never>>) =>
  Effect.flatMap(McpServer.make(echo, { ...serverInfo, middleware }), (server) => Line.openSession(server))

/** What a client has to get through before it can do anything else. */
const afterHandshake = (intercept: Parameters<typeof Middleware.make<never>>[0]) =>
  Middleware.make((message, next) => message.method === "initialize" ? next(message) : intercept(message, next))

const noting = (log: Array<string>, name: string) =>
  Middleware.make((message, next) => {
    log.push(`${name} ${message.method}`)
    return Effect.onExit(next(message), (exit) =>
      Effect.sync(() => void log.push(`${name} ${Exit.isSuccess(exit) ? "ok" : "failed"}`)))
  })

describe("several middleware", () => {
  it.effect("are passed in order, and left in reverse", () =>
    Effect.gen(function*() {
      const log: Array<string> = []
      const line = yield* open(noting(log, "a"), noting(log, "b"))
      yield* line.ask("tools/call", call("x"))
      assert.deepStrictEqual(log.slice(-4), ["a tools/call", "b tools/call", "b ok", "a ok"])
    }))

  it.effect.prop(
    "nest, however many there are",
    [Schema.Array(Schema.Literals(["a", "b", "c"]))],
    ([names]) =>
      Effect.gen(function*() {
        const wrap = (name: string) =>
          Middleware.make((message, next) =>
            message.method === "tools/call"
              ? Effect.map(next(message), (reply) => {
                const [text] = reply.value().content as ReadonlyArray<{ readonly text: string }>
                return Middleware.reply({ content: [{ type: "text", text: `${name}(${text?.text})` }] })
              })
              : next(message)
          )
        const line = yield* open(...names.map(wrap))
        const expected = names.reduceRight((inner, name) => `${name}(${inner})`, "x")
        assert.deepStrictEqual(textsOf(yield* line.ask("tools/call", call("x"))), [expected])
        return true
      }).pipe(Effect.scoped)
  )
})

describe("a middleware", () => {
  it.effect("may change the params", () =>
    Effect.gen(function*() {
      const line = yield* open(
        afterHandshake((message, next) => next({ ...message, params: call("changed") }))
      )
      assert.deepStrictEqual(textsOf(yield* line.ask("tools/call", call("x"))), ["changed"])
    }))

  it.effect("may change the method, of which the revision must have the new one", () =>
    Effect.gen(function*() {
      const renaming = Middleware.make((message, next) =>
        next({ ...message, method: message.method.replace("old/", "") })
      )
      const line = yield* open(renaming)
      assert.deepStrictEqual(textsOf(yield* line.ask("old/tools/call", call("x"))), ["x"])
      assert.strictEqual(errorOf(yield* line.ask("old/nothing")), "-32601 Method not found: nothing")
      assert.strictEqual(errorOf(yield* line.ask("old/server/discover")), "-32601 Method not found: server/discover")
    }))

  it.effect("may answer by itself", () =>
    Effect.gen(function*() {
      const line = yield* open(afterHandshake(() => Effect.succeed(Middleware.reply({ mine: true }))))
      assert.deepStrictEqual<unknown>((yield* line.ask("tools/call", call("x"))).result, { mine: true })
      assert.deepStrictEqual<unknown>((yield* line.ask("nobody/knows")).result, { mine: true })
    }))

  it.effect("may refuse", () =>
    Effect.gen(function*() {
      const line = yield* open(afterHandshake(() => Effect.fail(Rpc.make(401, "Who are you?", { a: 1 }))))
      const answer = yield* line.ask("tools/list")
      assert.deepStrictEqual<unknown>(answer.error, { code: 401, message: "Who are you?", data: { a: 1 } })
    }))

  it.effect("sees protocol errors, and may answer in their place", () =>
    Effect.gen(function*() {
      const forgiving = Middleware.make((message, next) =>
        Effect.catch(next(message), (error) => Effect.succeed(Middleware.reply({ code: error.code })))
      )
      const line = yield* open(forgiving)
      assert.deepStrictEqual<unknown>((yield* line.ask("tools/call", { name: "none" })).result, { code: -32602 })
      assert.deepStrictEqual<unknown>((yield* line.ask("none")).result, { code: -32601 })
    }))

  it.effect("that breaks is masked", () =>
    Effect.gen(function*() {
      const line = yield* open(afterHandshake(() => {
        throw new Error("hunter2")
      }))
      const answer = yield* line.ask("tools/list")
      assert.match(errorOf(answer), /^-32603 Internal error \(reference [0-9a-f]{8}\)$/)
    }))

  it.effect("is interrupted when the request is cancelled", () =>
    Effect.gen(function*() {
      const [started, ended] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const waiting = Middleware.make((message, next) =>
        message.method === "tools/call"
          ? Deferred.succeed(started, undefined).pipe(
            Effect.andThen(Effect.never),
            Effect.onInterrupt(() => Deferred.succeed(ended, undefined))
          )
          : next(message)
      )
      const line = yield* open(waiting)
      line.say(request(1, "tools/call", call("x")))
      yield* Deferred.await(started)
      line.say(cancelled(1))
      yield* Deferred.await(ended)
      yield* line.ask("ping")
      assert.isUndefined(line.sent.find(({ id }) => id === 1))
    }))

  it.effect("knows where a request comes from", () =>
    Effect.gen(function*() {
      const seen: Array<unknown> = []
      const looking = Middleware.make((message, next) => {
        const { clientInfo, era, id, protocolVersion } = message
        seen.push([era, protocolVersion, id, clientInfo?.name, message.header("authorization")])
        return next(message)
      })
      const server = yield* McpServer.make(echo, { ...serverInfo, middleware: [looking] })
      const http = yield* Http.make(server)
      const headers = { ...Http.modernHeaders("tools/call", "echo"), authorization: "Bearer a" }
      yield* http.post(request(7, "tools/call", claimed(call("x"))), headers)
      const line = yield* Line.openSession(server)
      line.say(request(8, "ping"))
      assert.deepStrictEqual(seen, [
        ["stateless", "2026-07-28", 7, "test", "Bearer a"],
        ["session", "2025-11-25", 1001, "test", undefined],
        ["session", "2025-11-25", undefined, "test", undefined],
        ["session", "2025-11-25", 8, "test", undefined]
      ])
    }))
})

const refusing = Middleware.make((message, next) =>
  message.method === "initialize" && message.clientInfo?.name === "mallory"
    ? Effect.fail(Rpc.make(403, "Not you"))
    : next(message)
)

const initializeAs = (name: string) => ({ ...initializeParams("2025-06-18"), clientInfo: { name, version: "1" } })

describe("the handshake on a line", () => {
  it.effect("passes middleware, and so does a ping before it", () =>
    Effect.gen(function*() {
      const log: Array<string> = []
      const server = yield* McpServer.make(echo, { ...serverInfo, middleware: [noting(log, "a")] })
      const line = yield* Line.open(server)
      assert.deepStrictEqual<unknown>((yield* line.ask("ping")).result, {})
      yield* line.ask("initialize", initializeParams("1999-01-01"))
      assert.deepStrictEqual(log, ["a ping", "a ok", "a initialize", "a ok"])
      assert.deepStrictEqual(textsOf(yield* line.ask("tools/call", call("x"))), ["x"])
    }))

  it.effect("that is refused opens no session, and may be tried again", () =>
    Effect.gen(function*() {
      const line = yield* Line.open(yield* McpServer.make(echo, { ...serverInfo, middleware: [refusing] }))
      assert.strictEqual(errorOf(yield* line.ask("initialize", initializeAs("mallory"))), "403 Not you")
      assert.include(errorOf(yield* line.ask("tools/list")), "The first request must be initialize")
      assert.isDefined((yield* line.ask("initialize", initializeAs("ada"))).result)
      assert.deepStrictEqual(textsOf(yield* line.ask("tools/call", call("x"))), ["x"])
      assert.include(errorOf(yield* line.ask("initialize", initializeAs("ada"))), "initialized already")
    }))

  it.effect("that takes its time is answered once, whoever is faster, and also after the client hung up", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const slow = Middleware.make((message, next) => Effect.tap(next(message), () => Deferred.await(gate)))
      const line = yield* Line.open(yield* McpServer.make(echo, { ...serverInfo, middleware: [slow] }))
      line.say(request(1, "initialize", initializeAs("a")), request(2, "initialize", initializeAs("b")))
      line.say(request(3, "tools/list"))
      assert.include(line.sent.map(errorOf).join(), "The first request must be initialize")
      yield* Effect.forkChild(line.hangUp, { startImmediately: true })
      yield* Deferred.succeed(gate, undefined)
      yield* line.hear(({ id }) => id === 2)
      const answers = line.sent.filter(({ id }) => id === 1 || id === 2)
      assert.deepStrictEqual(answers.map(({ result }) => result !== undefined), [true, false])
    }))

  it.effect("may be changed on its way in and out", () =>
    Effect.gen(function*() {
      const older = Middleware.make((message, next) =>
        message.method === "initialize"
          ? Effect.map(
            next({ ...message, params: { ...message.params, protocolVersion: "2025-03-26" } }),
            (reply) => Middleware.reply({ ...reply.value(), instructions: "hello" })
          )
          : next(message)
      )
      const line = yield* Line.open(yield* McpServer.make(echo, { ...serverInfo, middleware: [older] }))
      const { result } = yield* line.ask("initialize", initializeParams("2025-06-18"))
      assert.deepInclude(result, { protocolVersion: "2025-03-26", instructions: "hello" })
      // Batches are of that revision alone.
      line.say([request(1, "ping")])
      assert.deepStrictEqual<unknown>(line.sent.at(-1), [{ jsonrpc: "2.0", id: 1, result: {} }])
    }))
})

describe("the handshake over HTTP", () => {
  const open = (http: Http.Endpoint, name: string) =>
    Effect.map(http.post(request(1, "initialize", initializeAs(name))), (exchange) => ({
      status: exchange.status(),
      error: exchange.messages().map(({ error }) => error?.message)[0],
      id: exchange.header("mcp-session-id")
    }))

  const refused = { status: 400, error: "Not you", id: undefined }

  it.effect("passes middleware, and has no session where it is refused", () =>
    Effect.gen(function*() {
      const http = yield* Http.make(yield* McpServer.make(echo, { ...serverInfo, middleware: [refusing] }))
      assert.deepStrictEqual(yield* open(http, "mallory"), refused)
      const ada = yield* open(http, "ada")
      assert.strictEqual(ada.status, 200)
      const answer = yield* http.post(request(2, "tools/call", call("x")), { "mcp-session-id": ada.id })
      assert.deepStrictEqual(answer.messages().map(textsOf), [["x"]])
    }))

  it.effect("passes middleware where no sessions are kept", () =>
    Effect.gen(function*() {
      const server = yield* McpServer.make(echo, { ...serverInfo, middleware: [refusing] })
      const http = yield* Http.make(server, { sessions: "stateless" })
      assert.deepStrictEqual(yield* open(http, "mallory"), refused)
      assert.deepStrictEqual(yield* open(http, "ada"), { status: 200, error: undefined, id: undefined })
    }))

  it.effect("closes the session again that is refused in the end, or that another attempt takes over", () =>
    Effect.gen(function*() {
      const closed: Array<string> = []
      const store = SessionStore.SessionStore.of({
        put: () => Effect.void,
        get: () => Effect.undefined,
        remove: (id) => Effect.sync(() => closed.push(id) > 0)
      })
      const twice = Middleware.make((message, next) =>
        Effect.andThen(next(message), next(message)).pipe(
          Effect.flatMap((reply) =>
            message.clientInfo?.name === "mallory" ? Effect.fail(Rpc.make(403, "Not you")) : Effect.succeed(reply)
          )
        )
      )
      const server = yield* McpServer.make(echo, { ...serverInfo, middleware: [twice] })
      const http = yield* Http.makeOver(server, store)
      assert.deepStrictEqual(yield* open(http, "mallory"), refused)
      assert.strictEqual(closed.length, 2)
      const { id } = yield* open(http, "ada")
      assert.strictEqual(closed.length, 3)
      assert.notInclude(closed, id)
    }))
})

describe("a notification", () => {
  const poke = CustomMethod.notification("acme/poke", { params: { text: Schema.String } })

  const roads = {
    "on a line": (server: McpServer.McpServer["Service"]) =>
      Effect.map(Line.openSession(server), (line) => (message: object) => Effect.sync(() => line.say(message))),
    "in an HTTP session": (server: McpServer.McpServer["Service"]) =>
      Effect.gen(function*() {
        const http = yield* Http.make(server)
        const headers = yield* http.initialize()
        return (message: object) => Effect.asVoid(http.post(message, headers))
      }),
    "over HTTP in the session era, without sessions": (server: McpServer.McpServer["Service"]) =>
      Effect.map(
        Http.make(server, { sessions: "stateless" }),
        (http) => (message: object) => Effect.asVoid(http.post(message, { "mcp-protocol-version": "2025-06-18" }))
      ),
    "over HTTP without a session": (server: McpServer.McpServer["Service"]) =>
      Effect.map(Http.make(server), (http) => (message: { readonly params?: object }) =>
        Effect.asVoid(http.post(
          { ...message, params: claimed({ ...message.params }) },
          Http.modernHeaders("acme/poke")
        )))
  }

  for (const [road, make] of Object.entries(roads)) {
    it.effect(`passes middleware, which may change or drop it, and is heard: ${road}`, () =>
      Effect.gen(function*() {
        const heard: Array<string> = []
        const listener = CustomMethod.onNotification(poke, ({ text }) => Effect.sync(() => void heard.push(text)))
        const changing = Middleware.make((message, next) =>
          message.method !== "acme/poke" ?
            next(message)
            : message.params?.text === "drop" ?
            Effect.fail(Rpc.invalidRequest("no"))
            : next({ ...message, params: { text: `${message._tag} ${String(message.params?.text)}` } })
        )
        const options = { ...serverInfo, middleware: [changing], methods: [listener] }
        const tell = yield* make(yield* McpServer.make(echo, options))
        yield* tell(notification("acme/poke", { text: "a" }))
        yield* tell(notification("acme/poke", { text: "drop" }))
        yield* tell(notification("acme/unknown", { text: "b" }))
        yield* tell(notification("acme/poke", { text: "c" }))
        assert.deepStrictEqual(heard, ["Notification a", "Notification c"])
      }))
  }

  it.effect("that the protocol knows does its work, whatever middleware make of it", () =>
    Effect.gen(function*() {
      const started = yield* Deferred.make<void>()
      const ended = yield* Deferred.make<void>()
      const wait = Tool.serve("wait", {}, () =>
        Deferred.succeed(started, undefined).pipe(
          Effect.andThen(Effect.never),
          Effect.onInterrupt(() => Deferred.succeed(ended, undefined))
        ))
      const deaf = Middleware.make((message, next) =>
        message._tag === "Notification" ? Effect.fail(Rpc.invalidRequest("no")) : next(message)
      )
      const line = yield* Line.openSession(yield* McpServer.make(wait, { ...serverInfo, middleware: [deaf] }))
      line.say(request(1, "tools/call", { name: "wait" }))
      yield* Deferred.await(started)
      line.say(cancelled(1))
      yield* Deferred.await(ended)
    }))
})

const authenticate = Middleware.service(User)((message) =>
  Effect.gen(function*() {
    if (message.method === "initialize") return { name: "a stranger" }
    const name = (yield* Users).find(String(message.params?._meta && Reflect.get(message.params._meta, "token")))
    return name === undefined ? yield* Effect.fail(Rpc.make(401, "Who are you?")) : { name }
  })
)

const tenant = Middleware.service(Tenant)(() => Effect.map(User, ({ name }) => ({ id: `tenant of ${name}` })))

const users = Layer.succeed(Users, { find: (token) => token === "t1" ? "Ada" : token === "t2" ? "Bob" : undefined })

const whoAmI = Effect.gen(function*() {
  const [user, tenant] = [yield* User, yield* Tenant]
  return `${user.name}, ${tenant.id}`
})

describe("what a middleware provides", () => {
  const ask = (line: Line.Line, token: string) => line.ask("tools/call", { name: "whoami", _meta: { token } })

  const check = (server: McpServer.McpServer["Service"]) =>
    Effect.gen(function*() {
      const line = yield* Line.openSession(server)
      assert.deepStrictEqual(textsOf(yield* ask(line, "t1")), ["Ada, tenant of Ada"])
      assert.deepStrictEqual(textsOf(yield* ask(line, "t2")), ["Bob, tenant of Bob"])
      assert.strictEqual(errorOf(yield* ask(line, "t3")), "401 Who are you?")
    })

  it.effect("reaches handlers that are served, and the middleware after it", () =>
    Effect.gen(function*() {
      const served = Tool.serve("whoami", {}, () => whoAmI)
      yield* check(yield* McpServer.make(served, { ...serverInfo, middleware: [authenticate, tenant] }))
    }).pipe(Effect.provide(users)))

  it.effect("reaches the handlers of a catalog that declares it", () =>
    Effect.gen(function*() {
      const catalog = PerRequest.declare(
        PerRequest.declare(Catalog.make("c").add(Tool.make("whoami")), User),
        Tenant
      )
      const live = catalog.layer({ tools: { whoami: () => whoAmI } })
      const server = McpServer.make(catalog, { ...serverInfo, middleware: [authenticate, tenant] })
      yield* check(yield* Effect.provide(server, live))
    }).pipe(Effect.provide(users)))

  it.effect("may be given to the whole server in its place", () =>
    Effect.gen(function*() {
      const catalog = PerRequest.declare(Catalog.make("c").add(Tool.make("whoami")), User)
      const live = catalog.layer({ tools: { whoami: () => Effect.map(User, ({ name }) => name) } })
      const server = McpServer.make(catalog, serverInfo).pipe(Effect.provideService(User, { name: "everybody" }))
      const line = yield* Line.openSession(yield* Effect.provide(server, live))
      assert.deepStrictEqual(textsOf(yield* ask(line, "")), ["everybody"])
    }))

  it.effect("is the principal of the request, when it says so", () =>
    Effect.gen(function*() {
      const served = Tool.serve("who", {}, () => Effect.map(McpRequest, ({ principal }) => principal ?? "nobody"))
      const middleware = [
        Middleware.principal(({ header }) => Effect.succeed(header("authorization")?.replace("Bearer ", "user "))),
        Middleware.principal(({ header }) => Effect.succeed(header("x-key")))
      ]
      const http = yield* Http.make(yield* McpServer.make(served, { ...serverInfo, middleware }))
      const who = (headers: Http.Headers) =>
        Effect.map(
          http.post(request(1, "tools/call", claimed({ name: "who" })), {
            ...Http.modernHeaders("tools/call", "who"),
            ...headers
          }),
          (exchange) => textsOf(exchange.messages()[0] ?? assert.fail())
        )
      assert.deepStrictEqual(yield* who({ authorization: "Bearer 1" }), ["user 1"])
      assert.deepStrictEqual(yield* who({ "x-key": "robot" }), ["robot"])
      assert.deepStrictEqual(yield* who({ authorization: "Bearer 1", "x-key": "robot" }), ["robot"])
      assert.deepStrictEqual(yield* who({}), ["nobody"])
    }))
})
