/** What tests of listening have in common. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import type { ListChange, ResourceUpdate } from "../../../src/client/Client.ts"
import type * as McpClient from "../../../src/client/McpClient.ts"
import type { Revision } from "../../../src/revision/Revision.ts"
import { MetaKey } from "../../../src/schema/Meta.ts"
import { connect, make, opening, type Peer, type Reply, type Script } from "../ScriptedPeer.ts"

/** Gives everything that is under way the time to go on. */
export const settle = Effect.forEach(Array.from({ length: 60 }), () => Effect.yieldNow, { discard: true })

const listed = { listChanged: true }

/** What a server declares that tells of everything. */
export const telling = {
  tools: listed,
  prompts: listed,
  resources: { ...listed, subscribe: true },
  logging: {}
}

/** The opening of a server with these capabilities. */
export const openingWith = (revision: Revision, capabilities: object): Script => {
  const [[method, reply] = ["", undefined]] = Object.entries(opening(revision))
  const { result } = reply as { readonly result: object }
  return { [method]: { result: { ...result, capabilities } } }
}

/** A client of a scripted server that tells of everything. */
export const scripted = (
  revision: Revision,
  script: Script = {},
  options: Partial<McpClient.Options> = {},
  capabilities: object = telling
) => {
  const peer = make({ ...openingWith(revision, capabilities), ...script })
  return Effect.map(connect(peer, options), (client) => ({ peer, client }))
}

/** Reads a stream in the background; what it gave so far, and what became of it. */
export const reading = <A, E>(stream: Stream.Stream<A, E>) =>
  Effect.gen(function*() {
    const heard: Array<A> = []
    const fiber = yield* Effect.forkChild(
      Stream.runForEach(stream, (value) => Effect.sync(() => heard.push(value))),
      { startImmediately: true }
    )
    yield* settle
    return {
      heard,
      /** What came since this was asked last. */
      news: () => heard.splice(0),
      fiber,
      stop: Effect.andThen(Fiber.interrupt(fiber), settle)
    }
  })

/** An element as one word. */
export const word = (change: ResourceUpdate | ListChange): string =>
  `${change.cause} ${"uri" in change ? change.uri : change.kind}`

/** Acknowledges a subscription, with all that it asks for or with less. */
export const acknowledge = (peer: Peer, id: unknown, notifications: unknown): void =>
  peer.send({
    method: "notifications/subscriptions/acknowledged",
    params: { _meta: { [MetaKey.subscriptionId]: id }, notifications }
  })

/** Says that a resource was updated, on a subscription if there is one. */
export const updated = (peer: Peer, uri: string, subscription?: unknown): void =>
  peer.send({
    method: "notifications/resources/updated",
    params: { uri, ...(subscription === undefined ? {} : { _meta: { [MetaKey.subscriptionId]: subscription } }) }
  })

/** Says that a list changed. */
export const changed = (peer: Peer, kind: string, subscription?: unknown): void =>
  peer.send({
    method: `notifications/${kind}/list_changed`,
    ...(subscription === undefined ? {} : { params: { _meta: { [MetaKey.subscriptionId]: subscription } } })
  })

/** Honours all that is asked for. */
export const honouring: Script = {
  "subscriptions/listen": ({ notifications }, id, peer): Reply => {
    acknowledge(peer, id, notifications)
    return "silence"
  }
}
