/** Clients with little patience, and how their calls end. */
import type { Client, RequestOptions } from "@parley/mcp/client/Client"
import * as McpClient from "@parley/mcp/client/McpClient"
import type { McpClientError } from "@parley/mcp/client/McpClientError"
import type { ClientTransport } from "@parley/mcp/transport/ClientTransport"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as NodeMcpClient from "../../src/NodeMcpClient.ts"
import type { Misbehaving } from "./Misbehaving.ts"

/** A client over a transport of its own. A request may take ten seconds, which none does in vain. */
export const connect = (
  transport: Layer.Layer<ClientTransport>,
  options: Partial<McpClient.Options> = {}
): Effect.Effect<Client, McpClientError, Scope.Scope> =>
  Effect.flatMap(
    Layer.build(Layer.fresh(transport)),
    (context) =>
      Effect.provide(McpClient.make({ name: "test", version: "0", timeout: "10 seconds", ...options }), context)
  )

/** Lets a client of a server do something, from its beginning to its end. Then none of its sockets may be open. */
export const visit = <A, E>(
  server: Misbehaving,
  options: Partial<McpClient.Options>,
  use: (client: Client) => Effect.Effect<A, E, Scope.Scope>
): Effect.Effect<A, E | McpClientError> =>
  Effect.scoped(Effect.flatMap(connect(NodeMcpClient.layerHttp({ url: server.url }), options), use)).pipe(
    Effect.tap(Effect.orDie(Effect.timeout(server.quiet, "5 seconds")))
  )

/** What an error says: the reason of the transport, where it has one, and whether the call may have run. */
export const wordsOf = ({ mayHaveRun, reason }: McpClientError): string =>
  `${reason._tag === "TransportError" ? reason.reason._tag : reason._tag}${mayHaveRun ? ", may have run" : ""}`

/** How a call ends: with its content, or with an error in words. */
export const ending = (
  client: Client,
  name: string,
  args: { readonly [name: string]: unknown } = {},
  options: RequestOptions = {}
): Effect.Effect<unknown> =>
  Effect.match(client.callTool({ name, arguments: args }, options), {
    onSuccess: ({ content }) => content,
    onFailure: wordsOf
  })
