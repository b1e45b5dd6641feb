/**
 * The blocks that tool results, prompts and sampling messages are made of, and the contents of resources. Every union
 * is told apart by `type` (resource contents by the member that holds the data). A block of an unknown type fails.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Annotations } from "./Annotations.ts"
import { Base64, Uri } from "./Format.ts"
import { namedFields } from "./Icon.ts"
import { Meta } from "./Meta.ts"
import { Json, JsonObject, open } from "./Open.ts"

const blockFields = {
  annotations: Schema.optionalKey(Annotations),
  _meta: Schema.optionalKey(Meta)
} as const

/**
 * Plain text.
 *
 * @category schemas
 * @since 0.1.0
 */
export class TextContent
  extends Schema.Opaque<TextContent>()(open({ type: Schema.Literal("text"), text: Schema.String, ...blockFields }))
{}

/**
 * A picture, its bytes in base64.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ImageContent extends Schema.Opaque<ImageContent>()(open({
  type: Schema.Literal("image"),
  data: Base64,
  mimeType: Schema.String,
  ...blockFields
})) {}

/**
 * Sound, its bytes in base64.
 *
 * @category schemas
 * @since 0.1.0
 */
export class AudioContent extends Schema.Opaque<AudioContent>()(open({
  type: Schema.Literal("audio"),
  data: Base64,
  mimeType: Schema.String,
  ...blockFields
})) {}

/**
 * The members that describe a resource, in a list as well as in a link. `size` is in bytes, before encoding.
 *
 * @category fields
 * @since 0.1.0
 */
export const resourceFields = {
  ...namedFields,
  uri: Uri,
  description: Schema.optionalKey(Schema.String),
  mimeType: Schema.optionalKey(Schema.String),
  size: Schema.optionalKey(Schema.Int),
  ...blockFields
} as const

/**
 * A reference to a resource that the client may read. It need not be in the server's list of resources.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ResourceLink
  extends Schema.Opaque<ResourceLink>()(open({ type: Schema.Literal("resource_link"), ...resourceFields }))
{}

const contentsFields = {
  uri: Uri,
  mimeType: Schema.optionalKey(Schema.String),
  _meta: Schema.optionalKey(Meta)
} as const

/**
 * The contents of a resource that is text.
 *
 * @category schemas
 * @since 0.1.0
 */
export class TextResourceContents
  extends Schema.Opaque<TextResourceContents>()(open({ ...contentsFields, text: Schema.String }))
{}

/**
 * The contents of a resource that is bytes, in base64.
 *
 * @category schemas
 * @since 0.1.0
 */
export class BlobResourceContents
  extends Schema.Opaque<BlobResourceContents>()(open({ ...contentsFields, blob: Base64 }))
{}

/**
 * The contents of a resource: text, or bytes in base64. With both members present, it is text.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ResourceContents = Schema.Union([TextResourceContents, BlobResourceContents])

/**
 * The contents of a resource.
 *
 * @category models
 * @since 0.1.0
 */
export type ResourceContents = TextResourceContents | BlobResourceContents

/**
 * The contents of a resource, inside a message.
 *
 * @category schemas
 * @since 0.1.0
 */
export class EmbeddedResource extends Schema.Opaque<EmbeddedResource>()(
  open({ type: Schema.Literal("resource"), resource: ResourceContents, ...blockFields })
) {}

/**
 * A block of a tool result or of a prompt message.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ContentBlock = Schema.Union([TextContent, ImageContent, AudioContent, ResourceLink, EmbeddedResource])

/**
 * A block of a tool result or of a prompt message.
 *
 * @category models
 * @since 0.1.0
 */
export type ContentBlock = TextContent | ImageContent | AudioContent | ResourceLink | EmbeddedResource

/**
 * The model's wish, during sampling, to call a tool. `id` ties the result to it.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ToolUseContent extends Schema.Opaque<ToolUseContent>()(open({
  type: Schema.Literal("tool_use"),
  id: Schema.String,
  name: Schema.String,
  input: JsonObject,
  _meta: Schema.optionalKey(Meta)
})) {}

/**
 * What a tool answered, given back to the model during sampling. `structuredContent: null` is a value.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ToolResultContent extends Schema.Opaque<ToolResultContent>()(open({
  type: Schema.Literal("tool_result"),
  toolUseId: Schema.String,
  content: Schema.Array(ContentBlock),
  structuredContent: Schema.optionalKey(Json),
  isError: Schema.optionalKey(Schema.Boolean),
  _meta: Schema.optionalKey(Meta)
})) {}

/**
 * A block of a sampling message.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SamplingContent = Schema.Union([
  TextContent,
  ImageContent,
  AudioContent,
  ToolUseContent,
  ToolResultContent
])

/**
 * A block of a sampling message.
 *
 * @category models
 * @since 0.1.0
 */
export type SamplingContent = TextContent | ImageContent | AudioContent | ToolUseContent | ToolResultContent
