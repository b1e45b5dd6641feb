/**
 * Protected resource metadata over HTTP (RFC 9728, 3): the document, at the path that is made of the resource's and at
 * the root. Anybody may read it, web pages of all origins too: it says how to get in, and holds nothing else.
 *
 * @since 0.1.0
 */
import type { Route } from "@parley/mcp/server/http/HttpGate"
import type { HttpExchange } from "@parley/mcp/transport/HttpExchange"
import * as Effect from "effect/Effect"
import type { Resource } from "./Resource.ts"

const allow = "GET, HEAD, OPTIONS"

const open = { "access-control-allow-origin": "*" }

const respond = (exchange: HttpExchange, text: string, cacheControl: string): void => {
  const headers = { ...open, "content-type": "application/json", "cache-control": cacheControl }
  switch (exchange.method) {
    case "GET":
      return exchange.respond(200, headers, text)
    case "HEAD":
      return exchange.respond(200, headers, "")
    case "OPTIONS":
      return exchange.respond(204, {
        ...open,
        allow,
        "access-control-allow-methods": allow,
        "access-control-allow-headers": "*",
        "access-control-max-age": "86400"
      }, "")
    default:
      return exchange.respond(405, { ...open, allow }, "")
  }
}

/**
 * The routes of the document (APR-01, APR-04).
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = ({ metadata, metadataMaxAgeSeconds, metadataPaths }: Resource): ReadonlyArray<Route> => {
  const text = JSON.stringify(metadata)
  const cacheControl = metadataMaxAgeSeconds > 0 ? `public, max-age=${metadataMaxAgeSeconds}` : "no-store"
  const handler: Route["handler"] = (exchange) => Effect.sync(() => respond(exchange, text, cacheControl))
  return metadataPaths.map((path) => ({ path, handler }))
}
