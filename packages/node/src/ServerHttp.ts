/**
 * The HTTP clients that servers from a configuration are reached with, by their URLs. What such a client does beside sending
 * is its own affair: one logs in (`NodeOAuthClients`), one goes through a proxy.
 *
 * @since 0.1.0
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { HttpClient } from "effect/http/HttpClient"
import type * as Layer from "effect/Layer"

/**
 * HTTP clients by URL.
 *
 * @category models
 * @since 0.1.0
 */
export interface Clients {
  /** The client for a server; asked for anew for each connection. */
  readonly layer: (url: string) => Layer.Layer<HttpClient>
  /** As `admitted` of a server's definition: completes when one that refused the client may take it by now. Default: never. */
  readonly admitted?: (url: string) => Effect.Effect<void>
}

/**
 * What `NodeMcpClients` takes. Default: clients that send and do nothing else, and are tried again only when they are used.
 *
 * @category references
 * @since 0.1.0
 */
export const ServerHttp: Context.Reference<Clients> = Context.Reference<Clients>("@parley/node/ServerHttp", {
  defaultValue: () => ({ layer: () => NodeHttpClient.layerUndici })
})
