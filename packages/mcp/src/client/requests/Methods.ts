/**
 * The requests that a client makes one at a time, each as a method over what sends calls. What becomes of a call on its
 * way is not known here.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Params } from "../../jsonrpc/Message.ts"
import type { Client, RequestOptions, SendRequest } from "../Client.ts"
import * as CallStream from "../listening/CallStream.ts"
import * as McpClientError from "../McpClientError.ts"
import type { Send } from "./Call.ts"

/**
 * The methods, as a client has them.
 *
 * @category models
 * @since 0.1.0
 */
export type Methods = Pick<
  Client,
  "callTool" | "callToolStream" | "readResource" | "getPrompt" | "complete" | "ping" | "request"
>

/** Notifications go by the id of what has asked for them: nobody would hear those of a request like any other. */
const deaf = Effect.fail(
  McpClientError.make(
    new McpClientError.InvalidArguments({
      name: "subscriptions/listen",
      detail: "it is no single request; listen with `resourceUpdates` or `listChanges`"
    })
  )
)

/**
 * Any request, typed by its method. The codec that has read the result is the one of this method, and what it asks was
 * answered on the way (`answering/Rounds.ts`); `send` cannot show either.
 */
const toRequest = (send: Send): SendRequest =>
  ((
    method: string,
    params: object,
    options: RequestOptions = {}
  ): Effect.Effect<unknown, McpClientError.McpClientError> =>
    method === "subscriptions/listen" ? deaf : send({ method, params: params as Params, options })) as SendRequest

/**
 * The methods over what sends calls.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (send: Send): Methods => {
  const request = toRequest(send)
  return {
    request,
    callTool: (params, options) => request("tools/call", params, options),
    callToolStream: (params, options) =>
      CallStream.make((own) => request("tools/call", params, { ...options, ...own })),
    readResource: (uri, options) => request("resources/read", { uri }, options),
    getPrompt: (params, options) => request("prompts/get", params, options),
    complete: (params, options) =>
      Effect.map(request("completion/complete", params, options), ({ completion }) => completion),
    ping: Effect.asVoid(request("ping", {}))
  }
}
