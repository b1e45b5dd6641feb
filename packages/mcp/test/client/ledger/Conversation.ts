/** A client that does all it can with a scripted server, which asks it for all that it may: what the client said. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Elicitation from "../../../src/client/answering/Elicitation.ts"
import * as Roots from "../../../src/client/answering/Roots.ts"
import * as Sampling from "../../../src/client/answering/Sampling.ts"
import type { Client } from "../../../src/client/Client.ts"
import type { Params } from "../../../src/jsonrpc/Message.ts"
import type { Revision } from "../../../src/revision/Revision.ts"
import { formParams, hear, input, sampling, scripted, settle } from "../answering/Asking.ts"
import { type Heard, type Peer, type Reply, type Script, sent } from "../ScriptedPeer.ts"

const common = { resultType: "complete", ttlMs: 0, cacheScope: "private" }

const form = formParams({ name: { type: "string" } })

/** What a server may ask in a session, where its revision has it; the last two are no requests that can be served. */
const questions = [
  { id: "form", method: "elicitation/create", params: form },
  { id: "sample", method: "sampling/createMessage", params: sampling },
  { id: 3, method: "roots/list" },
  { id: "ping", method: "ping" },
  { id: "odd", method: "odd/method", params: {} },
  { id: 0, method: "sampling/createMessage", params: { messages: 1 } }
] as const

/** What is told to a client, and asks for no answer. */
const words = [
  { method: "notifications/tools/list_changed" },
  { method: "notifications/cancelled", params: { requestId: "nothing" } },
  { method: "notifications/progress", params: { progressToken: "nobody's", progress: 1 } },
  { method: "notifications/message", params: { level: 7 } },
  { method: "odd/word" }
] as const

const required = {
  form: { method: "elicitation/create", params: form },
  sample: { method: "sampling/createMessage", params: sampling },
  roots: { method: "roots/list" }
}

const tool = ({ inputResponses, name }: Params, peer: Peer, { era }: Revision): Reply => {
  if (name === "slow") return "silence"
  if (name === "ask" && era === "stateless" && inputResponses === undefined) return input(required, "state")
  if (name === "ask") { for (const message of [...questions, ...words]) peer.send(message) }
  return { result: { ...common, content: [] } }
}

const capabilities = {
  tools: {},
  resources: { subscribe: true },
  prompts: {},
  logging: {},
  completions: {},
  extensions: { "com.example/unheard-of": {} }
}

const serverInfo = { name: "peer", version: "1" }

const script = (revision: Revision): Script => ({
  initialize: { result: { protocolVersion: revision.version, capabilities, serverInfo } },
  "server/discover": { result: { ...common, supportedVersions: [revision.version], capabilities } },
  ping: { result: {} },
  "logging/setLevel": { result: {} },
  "resources/subscribe": { result: {} },
  "resources/unsubscribe": { result: {} },
  "subscriptions/listen": ({ notifications }, id, peer) => {
    peer.send({
      method: "notifications/subscriptions/acknowledged",
      params: { notifications, _meta: { "io.modelcontextprotocol/subscriptionId": id } }
    })
    return "silence"
  },
  "tools/list": { result: { ...common, tools: [{ name: "ask", inputSchema: { type: "object" } }] } },
  "tools/call": (params, _id, peer) => tool(params, peer, revision),
  "resources/list": { result: { ...common, resources: [{ uri: "a://b", name: "b" }] } },
  "resources/templates/list": { result: { ...common, resourceTemplates: [{ uriTemplate: "a://{b}", name: "b" }] } },
  "resources/read": ({ uri }) => ({ result: { ...common, contents: [{ uri, text: "hello" }] } }),
  "prompts/list": { result: { ...common, prompts: [{ name: "p" }] } },
  "prompts/get": { result: { ...common, messages: [{ role: "user", content: { type: "text", text: "hi" } }] } },
  "completion/complete": { result: { ...common, completion: { values: ["one"], hasMore: false } } }
})

const answers = Layer.mergeAll(
  Elicitation.layer({
    form: () => Effect.succeed(Elicitation.accept({ name: "Ada" })),
    url: () => Effect.succeed(Elicitation.decline)
  }),
  Sampling.layer({
    createMessage: () =>
      Effect.succeed({ role: "assistant", content: { type: "text", text: "4" }, model: "m", stopReason: "endTurn" })
  }),
  Roots.layer([{ uri: "file:///home/ada", name: "Home" }])
)

/** Calls a tool that never ends, and gives the call up. */
const giveUp = (client: Client, peer: Peer) =>
  Effect.gen(function*() {
    const calling = yield* Effect.forkChild(client.callTool({ name: "slow" }))
    yield* hear(peer, ({ params }) => params?.name === "slow", "the slow call")
    yield* Fiber.interrupt(calling)
    yield* hear(peer, ({ method }) => method === "notifications/cancelled", "its cancellation")
  })

const useAll = (client: Client, peer: Peer) =>
  Effect.gen(function*() {
    const { revision } = client.server
    yield* client.listTools
    yield* client.listResources
    yield* client.listResourceTemplates
    yield* client.listPrompts
    yield* client.readResource("a://b")
    yield* client.getPrompt({ name: "p", arguments: { x: "1" } })
    yield* client.complete({ ref: { type: "ref/prompt", name: "p" }, argument: { name: "x", value: "o" } })
    yield* client.setLoggingLevel("debug")
    if (revision.era === "session") yield* client.ping
    yield* client.callTool({ name: "plain", arguments: { a: 1 } }, { onProgress: () => Effect.void })
    yield* client.resourceUpdates("a://b").pipe(Stream.take(1), Stream.runDrain)
    yield* giveUp(client, peer)
    yield* client.callTool({ name: "ask" })
    for (const { id } of questions) {
      if (revision.era === "session") yield* hear(peer, (one) => one.id === id && one.method === undefined, String(id))
    }
  })

/** What a client has said from its first word to its last, and what it was asked. */
export interface Conversation {
  readonly heard: ReadonlyArray<Heard>
  /** What the server asked in the session, in its order; nothing of it can be served but the first four. */
  readonly questions: typeof questions
}

/** Has a conversation in a revision, and ends it. */
export const have = (revision: Revision): Effect.Effect<Conversation> =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    const { client, peer } = yield* Scope.provide(
      scripted(revision, answers, script(revision), { revisions: [revision] }),
      scope
    )
    yield* useAll(client, peer)
    if (revision.era === "stateless") { for (const message of [...questions, ...words]) peer.send(message) }
    yield* settle
    // Whatever it was asked, it still works.
    yield* client.listTools
    assert.lengthOf(sent(peer, "tools/list"), 2)
    yield* Scope.close(scope, Exit.void)
    return { heard: peer.heard, questions }
  }).pipe(Effect.orDie)
