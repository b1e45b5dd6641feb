/** Scripted servers that ask, and clients with what answers them. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { type Asker } from "../../../src/client/answering/Asker.ts"
import type * as McpClient from "../../../src/client/McpClient.ts"
import type { Revision } from "../../../src/revision/Revision.ts"
import { connect, type Heard, make, opening, type Peer, type Reply, type Script } from "../ScriptedPeer.ts"

/** Who the scripted peer says it is. */
export const info: Asker["info"] = { name: "peer", version: "1" }

/** A client of a scripted peer, with answering services. */
export const scripted = <A, R = never>(
  revision: Revision,
  services: Layer.Layer<A, never, R>,
  script: Script = {},
  options: Partial<McpClient.Options> = {}
) => {
  const peer = make({ ...opening(revision), ...script })
  return Effect.map(Effect.provide(connect(peer, options), services), (client) => ({ peer, client }))
}

/** No answers to anything. */
export const nothing = Layer.empty

/** The first message that fits, once it has been heard. */
export const hear = (
  peer: Peer,
  fits: (message: Heard) => boolean,
  what = "message"
): Effect.Effect<Heard> =>
  Effect.gen(function*() {
    for (let turn = 0; turn < 1_000; turn++) {
      const found = peer.heard.find(fits)
      if (found !== undefined) return found
      yield* Effect.yieldNow
    }
    return yield* Effect.die(new Error(`Not heard: ${what}`))
  })

/** Gives everything that is under way the time to go on. */
export const settle = Effect.gen(function*() {
  for (let turn = 0; turn < 50; turn++) yield* Effect.yieldNow
})

/** The answer of the client to a request with this id. */
export const answerTo = (peer: Peer, id: string | number) =>
  hear(peer, (message) => message.id === id && message.method === undefined, `the answer to ${id}`)

/** Sends a request of the server, and waits for its answer. */
export const ask = (peer: Peer, id: string | number, method: string, params?: object) =>
  Effect.suspend(() => {
    peer.send({ id, method, ...(params === undefined ? {} : { params }) })
    return answerTo(peer, id)
  })

/** The end of a tool call. */
export const done = (text: string): Reply => ({
  result: { resultType: "complete", content: [{ type: "text", text }] }
})

/** A result that asks. */
export const input = (inputRequests: object | undefined, requestState?: string): Reply => ({
  result: {
    resultType: "input_required",
    ...(inputRequests === undefined ? {} : { inputRequests }),
    ...(requestState === undefined ? {} : { requestState })
  }
})

export const silently = Effect.provide(Logger.layer([]))

/** A question to the user. */
export const formParams = (properties: object, message = "Who?", required?: ReadonlyArray<string>) => ({
  message,
  requestedSchema: { type: "object", properties, ...(required === undefined ? {} : { required }) }
})

/** A question to the model. */
export const sampling = {
  messages: [{ role: "user", content: { type: "text", text: "2+2?" } }],
  maxTokens: 10
} as const
