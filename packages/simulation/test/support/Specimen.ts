/**
 * A server that has some of everything: tools that may be repeated and ones that must not be, that take their time and tell how
 * far they are, that ask one thing after another or all at once, that fail; resources that change, lists in pages that look
 * different to everybody, prompts, completions. Handlers say in the journal that they run, and results give back the key of
 * their call.
 */
import { Ask, ClientLog, McpRequest, McpServer, Progress, Prompt, Registry, Resource, Tool } from "@parley/mcp"
import type { RequestInfo } from "@parley/mcp/contract/McpRequest"
import type { Revision } from "@parley/mcp/revision/Revision"
import * as Revisions from "@parley/mcp/revision/Revisions"
import { HttpGate } from "@parley/mcp/server/http/HttpGate"
import type { ServerTransport } from "@parley/mcp/server/ServerTransport"
import * as Journal from "@parley/simulation/history/Journal"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

/** The people for whom clients may act. */
export const principals = ["alice", "bob", "carol"] as const

const bearer = "Bearer "

const nameIn = (authorization: string | undefined): string | undefined =>
  authorization?.startsWith(bearer) ? authorization.slice(bearer.length) : undefined

/** Whom a request acts for, whether there is a gate or not. Those who have logged in are known by more than their name. */
const callerOf = ({ header, principal }: RequestInfo): string | undefined =>
  principals.find((name) => principal?.includes(name)) ?? principal ?? nameIn(header("authorization"))

/** A gate that believes whatever name it is told, and lets strangers in. */
export const layerGate = Layer.succeed(HttpGate, {
  routes: [],
  admit: ({ header }) => {
    const principal = nameIn(header("authorization"))
    return Effect.succeed(
      principal === undefined
        ? undefined
        : { principal, services: Context.empty(), expiresAtMillis: undefined }
    )
  }
})

/** Puts the gate before a transport (`ServerOptions.protect`). */
export const protect = (transport: Layer.Layer<ServerTransport>): Layer.Layer<ServerTransport> =>
  Layer.provide(transport, layerGate)

/** What a caller has left on the server for others to find: a cursor of its own, its session. */
export interface Loan {
  readonly of: string | undefined
  readonly what: string
}

/** Where loans are; the last of each caller is kept. */
class Board extends Context.Service<Board, Map<string, Loan>>()("specimen/Board") {
  static readonly layer = Layer.sync(Board, () => new Map())
}

const key = { key: Schema.String }

const Keyed = Schema.Struct(key)

/** Not to be done twice. */
const record = Tool.serve(
  "record",
  { parameters: { ...key, millis: Schema.Int }, success: Keyed, annotations: { destructiveHint: true } },
  ({ key, millis }) => Effect.andThen(Journal.ran(key), Effect.as(Effect.sleep(millis), { key }))
)

/** May be done as often as one likes. */
const look = Tool.serve(
  "look",
  { parameters: { ...key, millis: Schema.Int }, success: Keyed, annotations: { readOnlyHint: true } },
  ({ key, millis }) => Effect.andThen(Journal.ran(key), Effect.as(Effect.sleep(millis), { key }))
)

/** Takes its time, and says how far it is, in many words if need be. */
const work = Tool.serve(
  "work",
  {
    parameters: { ...key, millis: Schema.Int, steps: Schema.Int, padding: Schema.optionalKey(Schema.Int) },
    success: Keyed
  },
  ({ key, millis, padding = 0, steps }) =>
    Effect.gen(function*() {
      yield* Journal.ran(key)
      for (let step = 1; step <= steps; step++) {
        yield* Effect.sleep(millis / steps)
        yield* Progress.report({ progress: step, total: steps, message: `${key} is at ${step}` })
        yield* ClientLog.info(`${key} has done ${step}${" ".repeat(padding)}`)
      }
      return { key }
    })
)

/** What is said where a client cannot be asked. */
export const unasked = "-"

const orUnasked = <E, R>(asked: Effect.Effect<string, Ask.AskError | E, R>) =>
  Effect.catchReason(asked, "AskError", "Unsupported", () => Effect.succeed(unasked))

const askForm = (words: string) =>
  orUnasked(Effect.map(Ask.form({ words: Schema.String }, words), (answer) => answer.words))

const askModel = (words: string) =>
  orUnasked(
    Effect.map(
      Ask.sample({ messages: [{ role: "user", content: { type: "text", text: words } }], maxTokens: 100 }),
      ({ content }) => "text" in content ? content.text : "nothing"
    )
  )

const askVisit = (words: string) =>
  orUnasked(Effect.as(Ask.url({ message: words, url: "https://visits.example/" }), "visited"))

const askRoots = (words: string) =>
  orUnasked(Effect.map(Ask.rootsWith({ key: words }), ({ roots }) => roots.map(({ uri }) => uri).join(" ")))

const Told = Schema.Struct({ ...key, answers: Schema.Array(Schema.String) })

/** Asks one thing after the other, each with the words of the answer before it, until it comes round. */
const ring = Tool.serve(
  "ring",
  { parameters: { ...key, length: Schema.Int }, success: Told },
  ({ key, length }) =>
    Effect.gen(function*() {
      yield* Ask.once("ran", Journal.ran(key), Schema.Void)
      const answers: Array<string> = []
      for (let place = 1; place <= length; place++) {
        const words = `${key} at ${place} after ${answers.at(-1) === unasked ? "nothing" : "an answer"}`
        answers.push(yield* place % 2 === 1 ? askForm(words) : askModel(words))
      }
      return { key, answers }
    })
)

/** Asks everything at once. */
const fan = Tool.serve(
  "fan",
  { parameters: key, success: Told },
  ({ key }) =>
    Effect.gen(function*() {
      yield* Ask.once("ran", Journal.ran(key), Schema.Void)
      const asked = [
        askForm(`${key} form`),
        askModel(`${key} model`),
        askVisit(`${key} visit`),
        askRoots(`${key} roots`)
      ]
      return { key, answers: yield* Effect.all(asked, { concurrency: "unbounded" }) }
    })
)

/** What a question that no client here answers begins with: whoever asks it has the state of its call on his hands. */
export const unanswerable = "Nobody knows"

/** Asks what nobody answers. */
const keep = Tool.serve(
  "keep",
  { parameters: { what: Schema.String }, success: Schema.Struct({ words: Schema.String }) },
  ({ what }) => Effect.map(askForm(`${unanswerable} where it goes`), (words) => ({ words: `${what} ${words}` }))
)

const fail = Tool.serve(
  "fail",
  { parameters: key },
  ({ key }) => Effect.andThen(Journal.ran(key), Effect.fail(Tool.fail(`${key} cannot be done`)))
)

const crash = Tool.serve(
  "crash",
  { parameters: key },
  ({ key }) => Effect.andThen(Journal.ran(key), Effect.die(new Error(`${key} has a flaw`)))
)

/** Tells those who listen that a resource is another. */
const touch = Tool.serve(
  "touch",
  { parameters: { uri: Schema.String }, annotations: { idempotentHint: true } },
  ({ uri }) => Effect.as(Registry.resourceUpdated(uri), "touched")
)

/** Tells those who listen that a list is another. */
const announce = Tool.serve(
  "announce",
  { parameters: { kind: Schema.Literals(["tools", "resources", "prompts"]) }, annotations: { idempotentHint: true } },
  ({ kind }) => Effect.as(Registry.listChanged(kind), "announced")
)

const Found = Schema.Struct({ ...key, of: Schema.NullOr(Schema.String), what: Schema.NullOr(Schema.String) })

const none = { of: null, what: null }

/** Leaves something for others, and finds what somebody else has left. What is left of a session is its id. */
const lend = Tool.serve(
  "lend",
  {
    parameters: {
      ...key,
      kind: Schema.Literals(["session", "cursor", "state"]),
      what: Schema.optionalKey(Schema.String)
    },
    success: Found
  },
  ({ key, kind, what: given }) =>
    Effect.gen(function*() {
      const request = yield* McpRequest
      const board = yield* Board
      const own = callerOf(request)
      const what = kind === "session" ? request.sessionId : given
      const place = `${kind} of ${own ?? ""}`
      if (what !== undefined) board.set(place, { of: own, what })
      for (const [at, loan] of board) {
        if (at.startsWith(kind) && at !== place) return { key, of: loan.of ?? "", what: loan.what }
      }
      return { key, ...none }
    })
)

/** Says for whom a request acts, as the server sees it. */
const whoami = Tool.serve(
  "whoami",
  {
    parameters: { ...key, as: Schema.optionalKey(Schema.String) },
    success: Schema.Struct({ ...key, caller: Schema.String })
  },
  ({ key }) => Effect.map(McpRequest, (request) => ({ key, caller: callerOf(request) ?? "" }))
)

const ownTools = principals.map((principal) =>
  Tool.serve(
    `of-${principal}`,
    { visible: (request) => callerOf(request) === principal },
    () => Effect.succeed(principal)
  )
)

/** The tools that everybody sees. */
export const toolNames: ReadonlyArray<string> = [
  "record",
  "look",
  "work",
  "ring",
  "fan",
  "keep",
  "fail",
  "crash",
  "touch",
  "announce",
  "lend",
  "whoami"
]

/** The resources that are there; the first two change. */
export const resourceUris: ReadonlyArray<string> = ["a", "b", "c", "d", "e", "f", "g"].map((name) => `thing://${name}`)

const resources = resourceUris.map((uri) => Resource.serve(uri, { mimeType: "text/plain" }, () => Effect.succeed(uri)))

const names = ["amber", "azure", "beige", "black", "coral"]

const note = Resource.serveTemplate("note://{name}", {
  params: { name: Schema.String },
  complete: { name: (value) => Effect.succeed(names.filter((name) => name.startsWith(value))) }
}, ({ name }) => Effect.succeed(`A note on ${name}`))

/** The prompts that are there. */
export const promptNames: ReadonlyArray<string> = ["greet", "part", "thank", "scold"]

const prompts = promptNames.map((name) =>
  Prompt.serve(name, {
    parameters: { whom: Schema.String },
    complete: { whom: (value) => Effect.succeed(names.filter((one) => one.startsWith(value))) }
  }, ({ whom }) => Effect.succeed([Prompt.user(`${name} ${whom}`)]))
)

/** So many things are on a page of a list. */
const pageSize = 3

/** The server, which speaks these revisions. */
export const server = (revisions: ReadonlyArray<Revision> = Revisions.all) =>
  McpServer.layer([
    record,
    look,
    work,
    ring,
    fan,
    keep,
    fail,
    crash,
    touch,
    announce,
    lend,
    whoami,
    ...ownTools,
    ...resources,
    note,
    ...prompts
  ], { name: "specimen", version: "1.0.0", revisions, pageSize }).pipe(Layer.provide(Board.layer))
