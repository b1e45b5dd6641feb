/**
 * The dated building blocks of messages, built from a dialect: metadata, tools, resources, prompts, identity and
 * capabilities, beside the content that they are about. Messages are put together from them by their readers; nothing here
 * knows a method.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { cacheFields, CacheScope } from "../../schema/Caching.ts"
import { ClientCapabilities, ServerCapabilities } from "../../schema/Capabilities.ts"
import { LenientNatural } from "../../schema/Format.ts"
import { Implementation } from "../../schema/Implementation.ts"
import { resultFields } from "../../schema/Message.ts"
import { NotificationMeta, RequestMeta, ResultMeta } from "../../schema/MessageMeta.ts"
import { MetaKey } from "../../schema/Meta.ts"
import { JsonObject, openRecord, verbatim } from "../../schema/Open.ts"
import { Prompt, PromptArgument } from "../../schema/Prompt.ts"
import { Resource, ResourceTemplate } from "../../schema/Resource.ts"
import { Tool } from "../../schema/Tool.ts"
import * as ContentModel from "./ContentModel.ts"
import { type Codec, dated, type Fields, ignored, lenient } from "./Dated.ts"
import type { Dialect } from "./Dialect.ts"
import { perRevision } from "./Reader.ts"

/**
 * The dated building blocks.
 *
 * @category models
 * @since 0.1.0
 */
export interface Model extends ContentModel.ContentModel {
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

const make = (content: ContentModel.ContentModel): Model => {
  const { annotations, dialect } = content
  const { lacks } = dialect
  const implementation = dated(Implementation, lacks.Implementation)
  const both = capabilities(dialect)
  const frame = dialect.era === "session"
    ? sessionFrame(dialect)
    : statelessFrame(dialect, implementation, both.clientCapabilities)
  return {
    ...content,
    ...frame,
    ...both,
    implementation,
    tool: tool(dialect),
    resource: dated(Resource, lacks.Resource, annotations),
    resourceTemplate: dated(ResourceTemplate, lacks.ResourceTemplate, annotations),
    prompt: dated(Prompt, lacks.Prompt, {
      arguments: Schema.optionalKey(Schema.Array(dated(PromptArgument, lacks.PromptArgument)))
    })
  }
}

/**
 * The building blocks of a revision.
 *
 * @category models
 * @since 0.1.0
 */
export const of = perRevision((revision) => make(ContentModel.of(revision)))
