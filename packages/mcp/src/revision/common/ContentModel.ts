/**
 * The dated content of messages, built from a dialect: what tools, prompts and resources are made of, and what is said to
 * models and by them.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Annotations } from "../../schema/Annotations.ts"
import {
  AudioContent,
  BlobResourceContents,
  type ContentBlock,
  EmbeddedResource,
  ImageContent,
  type ResourceContents,
  ResourceLink,
  type SamplingContent,
  TextContent,
  TextResourceContents,
  ToolResultContent,
  ToolUseContent
} from "../../schema/Content.ts"
import { JsonObject, type Open } from "../../schema/Open.ts"
import type { SamplingMessage } from "../../schema/Sampling.ts"
import { type Codec, dated, type Fields } from "./Dated.ts"
import type { Dialect } from "./Dialect.ts"
import { perRevision } from "./Reader.ts"

/**
 * The dated content of messages.
 *
 * @category models
 * @since 0.1.0
 */
export interface ContentModel {
  readonly dialect: Dialect
  /** What every noun with annotations has. */
  readonly annotations: Fields
  /** One block of a tool result or prompt. */
  readonly content: Codec<ContentBlock>
  /** The contents of a resource. */
  readonly contents: Codec<ResourceContents>
  /** The content of a sampling message: one block, or also several where the revision has that. */
  readonly samplingContent: Codec<SamplingMessage["content"]>
}

const contentBlocks = ({ lacks }: Dialect, annotations: Fields, contents: Codec<ResourceContents>) => {
  const block = <F extends Schema.Struct.Fields>(canonical: Open<F>, overrides: Fields = annotations) =>
    dated(canonical, lacks.Block, overrides)
  const toolContent: { readonly [Type in ContentBlock["type"]]: () => Codec<ContentBlock> } = {
    text: () => block(TextContent),
    image: () => block(ImageContent),
    audio: () => block(AudioContent),
    resource_link: () => dated(ResourceLink, lacks.Resource, annotations),
    resource: () => block(EmbeddedResource, { ...annotations, resource: contents })
  }
  return toolContent
}

const samplingBlocks = (
  { lacks, structuredOutput }: Dialect,
  blocks: ReturnType<typeof contentBlocks>,
  content: Codec<ContentBlock>
): { readonly [Type in SamplingContent["type"]]: () => Codec<SamplingContent> } => ({
  // The three blocks of the same name are those of tool results.
  text: blocks.text as () => Codec<SamplingContent>,
  image: blocks.image as () => Codec<SamplingContent>,
  audio: blocks.audio as () => Codec<SamplingContent>,
  tool_use: () => dated(ToolUseContent, lacks.Block),
  tool_result: () =>
    dated(ToolResultContent, lacks.Block, {
      content: Schema.Array(content),
      ...(structuredOutput === "Any" ? {} : { structuredContent: Schema.optionalKey(JsonObject) })
    })
})

const make = (dialect: Dialect): ContentModel => {
  const { lacks } = dialect
  const annotations = { annotations: Schema.optionalKey(dated(Annotations, lacks.Annotations)) }
  const contents = Schema.Union([
    dated(TextResourceContents, lacks.Contents),
    dated(BlobResourceContents, lacks.Contents)
  ])
  const blocks = contentBlocks(dialect, annotations, contents)
  const content = Schema.Union(dialect.content.map((type) => blocks[type]()))
  const sampling = samplingBlocks(dialect, blocks, content)
  const block = Schema.Union(dialect.sampling.map((type) => sampling[type]()))
  return {
    dialect,
    annotations,
    content,
    contents,
    samplingContent: dialect.samplingBlocks === "One" ? block : Schema.Union([block, Schema.Array(block)])
  }
}

/**
 * The content of messages of a revision.
 *
 * @category models
 * @since 0.1.0
 */
export const of = perRevision(({ dialect }) => make(dialect))
