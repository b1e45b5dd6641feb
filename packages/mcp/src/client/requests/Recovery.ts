/**
 * What is done about a call whose connection, session or stream was lost: the connection is replaced, and the call sent
 * again, once, when that cannot do harm. Otherwise its error says that it may have run.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as ErrorCode from "../../jsonrpc/ErrorCode.ts"
import { isObject } from "../../jsonrpc/Message.ts"
import * as Connect from "../connection/Connect.ts"
import type { Connection } from "../connection/Connection.ts"
import * as Evidence from "../connection/Evidence.ts"
import { InvalidResult, make as makeError, makeAgain, type McpClientError } from "../McpClientError.ts"
import type { Call, Send } from "./Call.ts"

/** What a failed call calls for. */
type Remedy =
  /** The server does not know us as we are: connect anew. It served nothing, so the call is repeated. */
  | "Reconnect"
  /** The answer was lost, not the connection: the call is repeated if that does no harm. */
  | "Repeat"
  | "None"

const remedyOf = ({ reason }: McpClientError): Remedy => {
  if (reason._tag === "RpcError") {
    const isRefused = reason.code === ErrorCode.UnsupportedProtocolVersion && isObject(reason.data) &&
      Array.isArray(reason.data.supported)
    return isRefused ? "Reconnect" : "None"
  }
  if (reason._tag !== "TransportError") return "None"
  switch (reason.reason._tag) {
    case "SessionExpired":
    case "ConnectionClosed":
      return "Reconnect"
    case "AnswerMissing":
      return "Repeat"
    case "Unreachable":
      return reason.mayHaveRun ? "Repeat" : "None"
    default:
      return "None"
  }
}

/** Methods that change nothing on the server, or nothing more when they come twice. */
const harmless: ReadonlySet<string> = new Set([
  "tools/list",
  "resources/list",
  "resources/templates/list",
  "resources/read",
  "resources/subscribe",
  "resources/unsubscribe",
  "prompts/list",
  "prompts/get",
  "completion/complete",
  "logging/setLevel",
  "ping",
  "server/discover"
])

const mayRepeat = ({ method, options }: Call, error: McpClientError): boolean =>
  !error.mayHaveRun || (options.repeatable ?? harmless.has(method))

/** Statuses and errors that a server gives that was taken for another: nearly all that it can say. */
const refutes = ({ reason }: McpClientError): boolean => {
  if (reason._tag === "RpcError" || reason._tag === "InvalidResult") return true
  if (reason._tag !== "TransportError" || reason.reason._tag !== "HttpStatus") return false
  return Evidence.isStatusOfTheOld(reason.reason.status)
}

const misjudged = makeError(
  new InvalidResult({ method: "server/discover", detail: "the server is no longer what it was" })
)

type Once = (connected: Connect.Connected, call: Call) => ReturnType<Send>

/** What may have run the first time may have run, whatever comes of the second. */
const again = (lost: McpClientError, answer: ReturnType<Send>): ReturnType<Send> =>
  lost.mayHaveRun ? Effect.mapError(answer, makeAgain) : answer

/** Each remedy is tried once: a server that was restarted breaks the stream first, and then has forgotten the session. */
const recovering = (
  connection: Connection,
  once: Once,
  connected: Connect.Connected,
  call: Call,
  isRepeated = false
): ReturnType<Send> =>
  Effect.catch(once(connected, call), (error) => {
    const remedy = remedyOf(error)
    if (!error.mayHaveRun && !isRepeated) call.onRefused?.()
    if (remedy === "None" || !mayRepeat(call, error)) return Effect.fail(error)
    if (remedy === "Reconnect") {
      return again(error, Effect.flatMap(connection.replace(connected, error), (other) => once(other, call)))
    }
    return isRepeated ? Effect.fail(error) : again(error, recovering(connection, once, connected, call, true))
  })

/**
 * A call to a server that is only remembered. If its answer speaks against what is remembered, the server is asked what
 * it speaks, once; when it was right after all, the answer stands.
 */
const assuming = (connection: Connection, once: Once, connected: Connect.Connected, call: Call): ReturnType<Send> => {
  const asked = (answer: ReturnType<Send>, reason: McpClientError) =>
    Effect.flatMap(
      connection.replace(connected, reason),
      (other) =>
        other.server.revision === connected.server.revision || !mayRepeat(call, reason)
          ? answer
          : again(reason, once(other, call))
    )
  return recovering(connection, once, connected, call).pipe(
    Effect.matchEffect({
      onFailure: (error) => refutes(error) ? asked(Effect.fail(error), error) : Effect.fail(error),
      onSuccess: (result) => {
        if (connected.standing === "Doubted") return asked(Effect.succeed(result), misjudged)
        Connect.prove(connected)
        return Effect.succeed(result)
      }
    }),
    Effect.onInterrupt(() => Effect.sync(() => Connect.doubt(connected)))
  )
}

/**
 * Sends calls over the connection in force, with what can be done about losses. A line that closed is replaced whether
 * or not the call is repeated: the connection sees to that by itself.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (connection: Connection, once: Once): Send => (call) => {
  const over = (connected: Connect.Connected): ReturnType<Send> => {
    switch (connected.standing) {
      case "Proven":
        return recovering(connection, once, connected, call)
      case "Assumed":
        return assuming(connection, once, connected, call)
      case "Doubted":
        return Effect.flatMap(
          connection.replace(connected, misjudged),
          (other) => recovering(connection, once, other, call)
        )
    }
  }
  return Effect.suspend(() => {
    const connected = connection.inForce()
    return connected === undefined ? Effect.flatMap(connection.current, over) : over(connected)
  })
}

/**
 * Delivers what has no answer over the connection in force. What was certainly not taken, because the session or the line
 * is gone, is delivered over the next, once.
 *
 * @category operations
 * @since 0.1.0
 */
export const delivered = (
  connection: Connection,
  once: (connected: Connect.Connected) => Effect.Effect<void, McpClientError>
): Effect.Effect<void, McpClientError> =>
  Effect.flatMap(
    connection.current,
    (connected) =>
      Effect.catch(once(connected), (error) =>
        remedyOf(error) === "Reconnect" && !error.mayHaveRun
          ? Effect.flatMap(connection.replace(connected, error), once)
          : Effect.fail(error))
  )
