/**
 * A client that says what a test tells it to, for a real server: on a line, or over HTTP. It knows nothing of the
 * protocol but what makes messages arrive, and the handshake if it is asked for that; it may lie, be silent, answer what
 * nobody asked, and hang up in the middle.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Message from "../../jsonrpc/Message.ts"
import type { Revision } from "../../revision/Revision.ts"
import { MetaKey, metaOf } from "../../schema/Meta.ts"
import type { Server } from "../../server/Server.ts"
import * as HeaderValue from "../../session/HeaderValue.ts"
import * as RequestHeaders from "../../transport/http/RequestHeaders.ts"
import * as Serving from "../Serving.ts"
import type { Headers, Transcript } from "../transcript/Entry.ts"
import * as WireRecorder from "../WireRecorder.ts"
import * as ClientWire from "./ClientWire.ts"
import * as Heard from "./Heard.ts"
import * as Inbox from "./Inbox.ts"

/**
 * A scripted client.
 *
 * @category models
 * @since 0.1.0
 */
export interface ScriptedClient extends Heard.Expecting<Heard.Heard> {
  /** Sends a message. Over HTTP it is posted, with the headers that belong to it and these; what comes back is heard. */
  readonly send: (message: Heard.Sent, headers?: Headers) => Effect.Effect<void>
  /** Sends a text as it is. */
  readonly sendText: (text: string, headers?: Headers) => Effect.Effect<void>
  /** Asks the server something under a new id, and waits for the answer; what comes before it is heard as well. */
  readonly request: (method: string, params?: object) => Effect.Effect<Heard.Heard>
  readonly notify: (method: string, params?: object) => Effect.Effect<void>
  /** Shakes hands in a revision, and gives the answer. In the stateless era this is the claim that requests make from now on. */
  readonly open: (revision: Revision, capabilities?: object) => Effect.Effect<Heard.Heard | undefined>
  /**
   * Over HTTP: asks for the stream of what the server says of its own; what comes on it is heard. Over HTTP+SSE, where there is
   * one from the beginning: for a new one, and the session with it. On a line, nothing.
   */
  readonly listen: (headers?: Headers) => Effect.Effect<void>
  /** Hangs up: closes the line, or gives up all requests. */
  readonly hangUp: Effect.Effect<void>
  /** All that went over the wire so far. */
  readonly recorded: () => Transcript
}

/** What was agreed with the server. */
interface Agreed {
  revision: Revision | undefined
  sessionId: string | undefined
  meta: object | undefined
}

/** The headers that belong to a message: what it claims for itself, or what was agreed in the session. */
const headersFor = ({ revision, sessionId }: Agreed, { method, params }: Heard.Sent): Headers => {
  const meta = metaOf(Message.isObject(params) ? params : undefined)
  const version = meta[MetaKey.protocolVersion]
  if (typeof version === "string") {
    const { name, uri } = Message.isObject(params) ? params : {}
    const about = name ?? uri
    return {
      "mcp-protocol-version": version,
      "mcp-method": String(method),
      ...(typeof about === "string" ? { "mcp-name": HeaderValue.encode(about) } : {})
    }
  }
  return method === "initialize" ? {} : RequestHeaders.session(sessionId, revision)
}

const clientInfo = { name: "scripted", version: "0" }

const claimOf = ({ version }: Revision, capabilities: object): object => ({
  [MetaKey.protocolVersion]: version,
  [MetaKey.clientInfo]: clientInfo,
  [MetaKey.clientCapabilities]: capabilities
})

/**
 * A scripted client of a server, for as long as the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  server: Server,
  options: Serving.Options = {}
): Effect.Effect<ScriptedClient, never, Scope.Scope> =>
  Effect.gen(function*() {
    const recorder = yield* WireRecorder.make()
    const inbox = Inbox.make<Heard.Heard>()
    const agreed: Agreed = { revision: undefined, sessionId: undefined, meta: undefined }
    let lastId = 0

    const send: ScriptedClient["send"] = (message, headers = {}) =>
      Effect.suspend(() => wire.send(Heard.textOf(message), { ...headersFor(agreed, message), ...headers }))
    const hear: ClientWire.Hear = (text, head) => {
      agreed.sessionId = head?.headers["mcp-session-id"] ?? agreed.sessionId
      const read = Heard.read(text, head)
      const { id } = read
      inbox.add({
        ...read,
        reply: (result) => send({ id, result }),
        fail: (code, message, data) => send({ id, ...Heard.failureOf(code, message, data) }),
        send: (message) => send(message),
        sendText: (text) => sendText(text)
      })
    }
    const served = yield* Serving.serve(server, options)
    const wire = yield* ClientWire.make(served, options.way ?? "line", recorder, hear)
    const sendText: ScriptedClient["sendText"] = (text, headers = {}) =>
      Effect.suspend(() =>
        wire.send(text, { ...RequestHeaders.session(agreed.sessionId, agreed.revision), ...headers })
      )

    const claimed = (params: object | undefined): Heard.Sent => {
      if (agreed.meta === undefined) return params === undefined ? {} : { params }
      // An object's members have names, whatever its type says of them.
      return { params: { ...params, _meta: { ...agreed.meta, ...metaOf(params as Message.Params | undefined) } } }
    }
    const request: ScriptedClient["request"] = (method, params) =>
      Effect.suspend(() => {
        const id = ++lastId
        const answered = inbox.first((heard) => heard.method === undefined && heard.id === id)
        return Effect.andThen(send({ id, method, ...claimed(params) }), answered)
      })
    const notify: ScriptedClient["notify"] = (method, params) => send({ method, ...claimed(params) })
    const open: ScriptedClient["open"] = Effect.fnUntraced(function*(revision, capabilities = {}) {
      if (revision.era === "stateless") {
        agreed.meta = claimOf(revision, capabilities)
        return undefined
      }
      const answer = yield* request("initialize", { protocolVersion: revision.version, capabilities, clientInfo })
      agreed.revision = revision
      yield* notify("notifications/initialized")
      return answer
    })
    return {
      ...Heard.expecting(inbox, "toClient"),
      send,
      sendText,
      request,
      notify,
      open,
      listen: (headers = {}) =>
        Effect.suspend(() => wire.listen({ ...RequestHeaders.session(agreed.sessionId, agreed.revision), ...headers })),
      hangUp: wire.hangUp,
      recorded: recorder.transcript
    }
  })
