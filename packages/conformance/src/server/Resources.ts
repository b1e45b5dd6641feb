/**
 * The resources of the fixture server: a text, a binary, a text to watch, and a family of URIs.
 */
import { Catalog, Resource } from "@parley/mcp"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { png } from "./Media.ts"

const StaticText = Resource.make("test://static-text", {
  name: "static-text",
  description: "A text that never changes",
  mimeType: "text/plain"
})

const StaticBinary = Resource.make("test://static-binary", {
  name: "static-binary",
  description: "An image that never changes",
  mimeType: "image/png"
})

const Watched = Resource.make("test://watched-resource", {
  name: "watched-resource",
  description: "A text that a client may watch",
  mimeType: "text/plain"
})

const Data = Resource.template("test://template/{id}/data", {
  params: { id: Schema.String },
  name: "template-data",
  description: "The data with an id",
  mimeType: "application/json"
})

/** The resources. */
export const Resources = Catalog.make("conformance-resources").add(StaticText, StaticBinary, Watched, Data)

/** Their handlers. */
export const ResourcesLive = Resources.layer({
  resources: {
    "test://static-text": () => Effect.succeed("This is the content of the static text resource."),
    "test://static-binary": () => Effect.succeed(Result.getOrThrow(Base64.decode(png))),
    "test://watched-resource": () => Effect.succeed("This is the content of the watched resource."),
    "test://template/{id}/data": ({ id }) =>
      Effect.succeed(JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }))
  }
})
