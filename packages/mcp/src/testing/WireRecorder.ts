/**
 * Writes down what goes over the wire: over a line, through an HTTP client, through any transport of a client or a server. It
 * is a value that is read afterwards, or meanwhile; what it is put on works as before. Credentials in headers and URLs are not
 * kept, nor where they are repeated in messages from then on; what else is in the messages is.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Encode from "../jsonrpc/Encode.ts"
import type * as Message from "../jsonrpc/Message.ts"
import type { ServerTransport } from "../server/ServerTransport.ts"
import type { ClientTransport, Link, Receive } from "../transport/ClientTransport.ts"
import type { Connection } from "../transport/Connection.ts"
import * as HttpRecording from "./recording/HttpRecording.ts"
import * as Recorder from "./recording/Recorder.ts"

/**
 * A recorder: `transcript()` is all that it has heard so far, `note` adds a word to it.
 *
 * @category models
 * @since 0.1.0
 */
export type WireRecorder = Recorder.Recorder

/**
 * A recorder that has heard nothing. Its names are those of the two sides.
 *
 * @example
 * ```ts
 * import { McpClient } from "@parley/mcp"
 * import * as WireRecorder from "@parley/mcp/testing/WireRecorder"
 * import { ClientTransport } from "@parley/mcp/transport/ClientTransport"
 * import * as Effect from "effect/Effect"
 *
 * // Whatever transport there is, what goes over it is written down.
 * export const recorded = Effect.gen(function*() {
 *   const recorder = yield* WireRecorder.make()
 *   const transport = WireRecorder.clientTransport(recorder, yield* ClientTransport)
 *   const client = yield* Effect.provideService(
 *     McpClient.make({ name: "me", version: "1.0.0" }),
 *     ClientTransport,
 *     transport
 *   )
 *   yield* client.listTools
 *   return recorder.transcript()
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: (names?: Partial<Recorder.Names>) => Effect.Effect<WireRecorder> = Recorder.make

/**
 * A line that is written down. `end` says whose end of it this is. Default: the client's.
 *
 * @category recording
 * @since 0.1.0
 */
export const connection = (
  recorder: WireRecorder,
  connection: Connection,
  { end = "client", names = recorder.names }: {
    readonly end?: "client" | "server"
    readonly names?: Recorder.Names
  } = {}
): Connection => {
  const over = recorder.begin("line")
  const [out, back] = end === "client" ? ["toServer", "toClient"] as const : ["toClient", "toServer"] as const
  return {
    ...connection,
    send: (text, failed, begin) => {
      recorder.say(out, { text, over }, names)
      connection.send(text, failed, begin)
    },
    listen: (receive) =>
      Effect.tap(
        connection.listen((received) => {
          if (received._tag === "Line") recorder.say(back, { text: received.text, over }, names)
          else recorder.note("a message was too long", over)
          receive(received)
        }),
        () => Effect.sync(() => recorder.note("the line was closed", over))
      )
  }
}

/**
 * An HTTP client that writes down requests, responses, and each event of a stream.
 *
 * @category recording
 * @since 0.1.0
 */
export const httpClient: (recorder: WireRecorder, client: HttpClient.HttpClient) => HttpClient.HttpClient =
  HttpRecording.httpClient

const answerText = (message: Message.Success | Message.Failure): string =>
  message._tag === "Success"
    ? Encode.success(message.id, JSON.stringify(message.result))
    : Encode.failure(message.id, message.error)

const incomingText = (message: Message.Request | Message.Notification): string => {
  const paramsText = message.params === undefined ? undefined : JSON.stringify(message.params)
  return message._tag === "Request"
    ? Encode.request(message.id, message.method, paramsText)
    : Encode.notification(message.method, paramsText)
}

const heardLink = (recorder: WireRecorder, link: Link, over: string): Link => ({
  ...link,
  request: (outgoing) =>
    Effect.suspend(() => {
      const text = Encode.request(outgoing.id, outgoing.method, outgoing.paramsText)
      recorder.say("toServer", { text, over })
      return Effect.tap(link.request(outgoing), ({ message }) =>
        Effect.sync(() => recorder.say("toClient", { text: answerText(message), over })))
    }),
  notify: (outgoing) =>
    Effect.suspend(() => {
      recorder.say("toServer", { text: Encode.notification(outgoing.method, outgoing.paramsText), over })
      return link.notify(outgoing)
    }),
  respond: (text, revision) =>
    Effect.suspend(() => {
      recorder.say("toServer", { text, over })
      return link.respond(text, revision)
    })
})

/**
 * A transport of a client whose messages are written down, whatever it goes over. What was no message, and what came too late
 * for anybody, is not seen here: put the recorder on the line or the HTTP client for that.
 *
 * @category recording
 * @since 0.1.0
 */
export const clientTransport = (
  recorder: WireRecorder,
  transport: ClientTransport["Service"]
): ClientTransport["Service"] => {
  const recording = (open: ClientTransport["Service"]["open"]) => (receive: Receive) =>
    Effect.suspend(() => {
      const over = recorder.begin("line")
      const opened = open((incoming, during) => {
        recorder.say("toClient", { text: incomingText(incoming), over })
        receive(incoming, during)
      })
      return Effect.map(opened, (link) => heardLink(recorder, link, over))
    })
  const { older } = transport
  return {
    ...transport,
    open: recording(transport.open),
    ...(older === undefined ? {} : { older: recording(older) })
  }
}

/**
 * A transport of a server that is written down, whatever it goes over: lines and HTTP exchanges, as the server has them. The
 * clients of several lines are called `client`, `client-2` and so on.
 *
 * @category recording
 * @since 0.1.0
 */
export const serverTransport = (
  recorder: WireRecorder,
  transport: ServerTransport["Service"]
): ServerTransport["Service"] => {
  let lines = 0
  const namesOfNext = (): Recorder.Names => {
    lines += 1
    const { client, server } = recorder.names
    return { server, client: lines === 1 ? client : `${client}-${lines}` }
  }
  return {
    ...transport,
    serve: (server) =>
      transport.serve({
        ...server,
        wiretap: {
          connection: (line) => connection(recorder, line, { end: "server", names: namesOfNext() }),
          exchange: (exchange) => HttpRecording.exchange(recorder, exchange)
        }
      })
  }
}
