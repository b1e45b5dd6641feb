/** A peer that plays a server by a script, over lines in memory: for what a well-behaved server never does. */
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { Client } from "../../src/client/Client.ts"
import * as McpClient from "../../src/client/McpClient.ts"
import type { McpClientError } from "../../src/client/McpClientError.ts"
import { isObject, type Params } from "../../src/jsonrpc/Message.ts"
import type { Revision } from "../../src/revision/Revision.ts"
import type { ClientTransport } from "../../src/transport/ClientTransport.ts"
import * as DuplexClient from "../../src/transport/DuplexClient.ts"
import * as InMemory from "../../src/transport/InMemory.ts"

/** A message of the client, as it was on the line. */
export interface Heard {
  readonly jsonrpc?: string
  readonly id?: string | number
  readonly method?: string
  readonly params?: Params
  readonly result?: unknown
  readonly error?: Params
}

/** Something to answer: a result, an error, or a deed. */
export type Reply =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: unknown } }
  | "silence"
  | "hang up"

/** What to reply to each method; a function sees the params and the peer. */
export type Script = { readonly [method: string]: Reply | ((params: Params, id: unknown, peer: Peer) => Reply) }

export interface Peer {
  /** What the client sent, over all links. */
  readonly heard: Array<Heard>
  /** Sends a message on the link that is open. */
  readonly send: (message: object) => void
  /** Sends a line as it is. */
  readonly sendLine: (line: string) => void
  /** Closes the line. */
  readonly hangUp: () => void
  readonly links: () => number
}

const refusal: Reply = { error: { code: -32601, message: "Method not found" } }

export interface ScriptedPeer extends Peer {
  readonly transport: Layer.Layer<ClientTransport>
}

export const make = (script: Script): ScriptedPeer => {
  const heard: Array<Heard> = []
  let links = 0
  let current: InMemory.Pair | undefined
  const sendLine = (line: string) => current?.server.send(line)
  const peer: Peer = {
    heard,
    sendLine,
    send: (message) => sendLine(JSON.stringify({ jsonrpc: "2.0", ...message })),
    hangUp: () => void (current === undefined ? undefined : Effect.runSync(current.close)),
    links: () => links
  }
  const reply = (message: Heard) => {
    if (message.method === undefined || message.id === undefined) return
    const entry = script[message.method] ?? refusal
    const chosen = typeof entry === "function" ? entry(message.params ?? {}, message.id, peer) : entry
    if (chosen === "hang up") return peer.hangUp()
    if (chosen !== "silence") peer.send({ id: message.id, ...chosen })
  }
  const connect = Effect.gen(function*() {
    const pair = yield* InMemory.makePair
    links++
    current = pair
    yield* Effect.forkScoped(
      pair.server.listen((received) => {
        if (received._tag !== "Line") return
        const message: unknown = JSON.parse(received.text)
        if (!isObject(message)) return
        heard.push(message as Heard)
        reply(message as Heard)
      }),
      { startImmediately: true }
    )
    return pair.client
  })
  return { ...peer, transport: DuplexClient.layer(connect) }
}

/** A discovery of a server that has everything. */
export const discovery = (version: string): Reply => ({
  result: {
    resultType: "complete",
    supportedVersions: [version],
    capabilities: { tools: {}, resources: {}, prompts: {}, logging: {}, completions: {} },
    ttlMs: 0,
    cacheScope: "private",
    _meta: { "io.modelcontextprotocol/serverInfo": { name: "peer", version: "1" } }
  }
})

/** The handshake of a server that has everything. */
export const handshake = (version: string): Reply => ({
  result: {
    protocolVersion: version,
    capabilities: { tools: {}, resources: {}, prompts: {}, logging: {}, completions: {} },
    serverInfo: { name: "peer", version: "1" },
    instructions: "be kind"
  }
})

/** The opening of a server that speaks one revision. */
export const opening = (revision: Revision): Script =>
  revision.era === "stateless"
    ? { "server/discover": discovery(revision.version) }
    : { initialize: handshake(revision.version) }

/** A client of the peer, as long as the test's scope. */
export const connect = (
  peer: ScriptedPeer,
  options: Partial<McpClient.Options> = {}
): Effect.Effect<Client, McpClientError, Scope.Scope> =>
  Effect.provide(McpClient.make({ name: "test", version: "0", ...options }), peer.transport)

/** The methods that the client sent, in order. */
export const methods = (peer: Peer): ReadonlyArray<string> => peer.heard.flatMap(({ method }) => method ?? [])

/** What the client sent under a method. */
export const sent = (peer: Peer, method: string): ReadonlyArray<Heard> =>
  peer.heard.filter((message) => message.method === method)
