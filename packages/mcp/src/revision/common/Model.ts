/**
 * The dated building blocks of messages, built from a dialect: metadata, content, tools, resources, prompts, identity
 * and capabilities. Messages are put together from them in the method files; nothing here knows a method.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Annotations } from "../../schema/Annotations.ts"
import { cacheFields, CacheScope } from "../../schema/Caching.ts"
import { ClientCapabilities, ServerCapabilities } from "../../schema/Capabilities.ts"
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
import { LenientNatural } from "../../schema/Format.ts"
import { Implementation } from "../../schema/Implementation.ts"
import { resultFields } from "../../schema/Message.ts"
import { MetaKey, NotificationMeta, RequestMeta, ResultMeta } from "../../schema/Meta.ts"
import { JsonObject, type Open, openRecord, verbatim } from "../../schema/Open.ts"
import { Prompt, PromptArgument } from "../../schema/Prompt.ts"
import { Resource, ResourceTemplate } from "../../schema/Resource.ts"
import { Tool } from "../../schema/Tool.ts"
import { type Codec, dated, type Fields, ignored, lenient } from "./Dated.ts"
import type { Dialect } from "./Dialect.ts"

/**
 * The dated building blocks.
 *
 * @category models
 * @since 0.1.0
 */
export interface Model {
  readonly dialect: Dialect
  /** What all params of requests share. */
  readonly requestFields: { readonly _meta: Schema.Constraint }
  /** What the params of requests share that travel inside a result, where the era has such. */
  readonly embeddedFields: { readonly _meta: Schema.Constraint }
  /** What all params of notifications share. */
  readonly notificationFields: { readonly _meta: Schema.Constraint }
  /** What all results of servers share. */
  readonly resultFields: { readonly _meta: Schema.Constraint; readonly resultType: Schema.Constraint }
  /** What all results that may be kept share. */
  readonly cacheFields: { readonly ttlMs: Schema.Constraint; readonly cacheScope: Schema.Constraint }
  readonly implementation: Codec<Implementation>
  readonly clientCapabilities: Codec<ClientCapabilities>
  readonly serverCapabilities: Codec<ServerCapabilities>
  readonly content: Codec<ContentBlock>
  readonly contents: Codec<ResourceContents>
  readonly samplingContent: Codec<SamplingContent>
  readonly tool: Codec<Tool>
  readonly resource: Codec<Resource>
  readonly resourceTemplate: Codec<ResourceTemplate>
  readonly prompt: Codec<Prompt>
}

/** No revision's own schema says anything about these, so whatever stands there must not refuse a message. */
const untyped = [MetaKey.traceparent, MetaKey.tracestate, MetaKey.baggage, MetaKey.relatedTask] as const

const meta = <F extends Schema.Struct.Fields>(
  canonical: { readonly schema: { readonly fields: F } },
  lacks: ReadonlyArray<string> = [],
  overrides: Fields = {}
) => dated(canonical.schema, [...untyped, ...lacks], overrides)

/** The older revisions describe the properties of a schema as objects; the root is an object in all of them. */
const ObjectSchema = verbatim(openRecord({
  type: Schema.Literal("object"),
  $schema: Schema.optionalKey(Schema.String),
  properties: Schema.optionalKey(Schema.Record(Schema.String, JsonObject)),
  required: Schema.optionalKey(Schema.Array(Schema.String))
}))

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

const capabilities = ({ lacks }: Dialect) => {
  const { elicitation, roots, sampling } = ClientCapabilities.fields
  return {
    serverCapabilities: dated(ServerCapabilities, lacks.ServerCapabilities),
    clientCapabilities: dated(ClientCapabilities, lacks.ClientCapabilities, {
      roots: Schema.optionalKey(dated(roots.schema, lacks.RootsCapability)),
      sampling: Schema.optionalKey(dated(sampling.schema, lacks.SamplingCapability)),
      elicitation: Schema.optionalKey(dated(elicitation.schema, lacks.ElicitationCapability))
    })
  }
}

const tool = ({ era, lacks, structuredOutput }: Dialect): Codec<Tool> =>
  dated(Tool, lacks.Tool, {
    ...(era === "session" ? { inputSchema: ObjectSchema } : {}),
    ...(structuredOutput === "Object" ? { outputSchema: Schema.optionalKey(ObjectSchema) } : {})
  })

/**
 * What messages of the session era share. A `resultType` in one would be read as a word of the other era above, so it
 * is not read at all.
 */
const sessionFrame = ({ lacks }: Dialect) => {
  const requestFields = { _meta: Schema.optionalKey(meta(RequestMeta, lacks.RequestMeta)) }
  return {
    requestFields,
    embeddedFields: requestFields,
    notificationFields: { _meta: Schema.optionalKey(meta(NotificationMeta, lacks.NotificationMeta)) },
    resultFields: {
      _meta: Schema.optionalKey(meta(ResultMeta, lacks.ResultMeta)),
      resultType: ignored(resultFields.resultType)
    },
    cacheFields: { ttlMs: lenient(cacheFields.ttlMs), cacheScope: lenient(cacheFields.cacheScope) }
  }
}

/**
 * What messages of the stateless era share: requests must say version and capabilities (MET-01, MET-02). In results the
 * absent is read as the specification says: complete (RES-04), stale at once, private.
 */
const statelessFrame = (
  { lacks }: Dialect,
  implementation: Codec<Implementation>,
  clientCapabilities: Codec<ClientCapabilities>
) => ({
  requestFields: {
    _meta: meta(RequestMeta, lacks.RequestMeta, {
      [MetaKey.protocolVersion]: Schema.String,
      [MetaKey.clientInfo]: Schema.optionalKey(implementation),
      [MetaKey.clientCapabilities]: clientCapabilities
    })
  },
  embeddedFields: { _meta: Schema.optionalKey(meta(RequestMeta, Object.keys(RequestMeta.schema.fields))) },
  notificationFields: { _meta: Schema.optionalKey(meta(NotificationMeta)) },
  resultFields: {
    _meta: Schema.optionalKey(meta(ResultMeta, [], { [MetaKey.serverInfo]: Schema.optionalKey(implementation) })),
    resultType: Schema.String.pipe(Schema.withDecodingDefaultKey(Effect.succeed("complete")))
  },
  cacheFields: {
    ttlMs: LenientNatural.pipe(Schema.withDecodingDefaultKey(Effect.succeed(0))),
    cacheScope: CacheScope.pipe(Schema.withDecodingDefaultKey(Effect.succeed("private" as const)))
  }
})

/**
 * Builds the blocks of a dialect.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (dialect: Dialect): Model => {
  const { lacks } = dialect
  const annotations = { annotations: Schema.optionalKey(dated(Annotations, lacks.Annotations)) }
  const contents = Schema.Union([
    dated(TextResourceContents, lacks.Contents),
    dated(BlobResourceContents, lacks.Contents)
  ])
  const blocks = contentBlocks(dialect, annotations, contents)
  const content = Schema.Union(dialect.content.map((type) => blocks[type]()))
  const sampling = samplingBlocks(dialect, blocks, content)
  const implementation = dated(Implementation, lacks.Implementation)
  const both = capabilities(dialect)
  const frame = dialect.era === "session"
    ? sessionFrame(dialect)
    : statelessFrame(dialect, implementation, both.clientCapabilities)
  return {
    dialect,
    ...frame,
    ...both,
    implementation,
    content,
    contents,
    samplingContent: Schema.Union(dialect.sampling.map((type) => sampling[type]())),
    tool: tool(dialect),
    resource: dated(Resource, lacks.Resource, annotations),
    resourceTemplate: dated(ResourceTemplate, lacks.ResourceTemplate, annotations),
    prompt: dated(Prompt, lacks.Prompt, {
      arguments: Schema.optionalKey(Schema.Array(dated(PromptArgument, lacks.PromptArgument)))
    })
  }
}
