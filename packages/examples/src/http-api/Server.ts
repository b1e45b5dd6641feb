/**
 * An HTTP API whose endpoints are tools. Models are offered what the library offers, but for one endpoint; a book is
 * borrowed on the library card of this server, and never with a token that its caller showed.
 */
import { McpServer } from "@parley/mcp"
import * as HttpApiCredentials from "@parley/mcp/server/bridge/HttpApiCredentials"
import * as HttpApiTools from "@parley/mcp/server/bridge/HttpApiTools"
import * as InProcessHttpClient from "@parley/mcp/server/bridge/InProcessHttpClient"
import { NodeMcpServer } from "@parley/node"
import * as Context from "effect/Context"
import * as HttpRouter from "effect/http/HttpRouter"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Library, LibraryCard, Routes, Shelf } from "./Api.ts"

/** The library card of this server. */
export class Card extends Context.Service<Card, Redacted.Redacted>()("examples/http-api/Card") {
  static readonly layer = Layer.succeed(Card, Redacted.make("card-42"))
}

/** Tools such as `books_search`; they want an HTTP client and the card. */
export const tools = HttpApiTools.serve(Library, {
  include: ({ endpoint }) => endpoint.identifier !== "shred",
  security: [HttpApiCredentials.supply(LibraryCard, { card: Card })]
})

// The API is in this process, so the tools call it there. `FetchHttpClient.layer` and a `baseUrl` would do the same to
// one that is not.
const Mcp = McpServer.layer(tools, { name: "library", version: "1.0.0" }).pipe(
  Layer.provide(InProcessHttpClient.layer(Routes)),
  Layer.provide(Card.layer),
  Layer.provide(NodeMcpServer.layerRouter({ path: "/mcp" }))
)

/** The app, with the API and the endpoint for models beside each other; it wants an HTTP server. */
export const App = HttpRouter.serve(Layer.mergeAll(Routes, Mcp), { disableLogger: true }).pipe(
  Layer.provide(Shelf.layer)
)
