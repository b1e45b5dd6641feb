/**
 * What sets a revision apart from the canonical model, as data: the members it lacks, noun by noun, and the kinds of
 * content it has. Decoding and encoding are both built from this one description, so they cannot disagree. Methods are
 * not described here; a revision lists those by itself.
 *
 * @since 0.1.0
 */
import type { Annotations } from "../../schema/Annotations.ts"
import type { ClientCapabilities, ServerCapabilities } from "../../schema/Capabilities.ts"
import type { CompleteParams, PromptReference } from "../../schema/Completion.ts"
import type { ContentBlock, ResourceContents, SamplingContent, TextContent } from "../../schema/Content.ts"
import type { ElicitFormParams, ElicitResult, ElicitUrlParams } from "../../schema/Elicitation.ts"
import type { Implementation } from "../../schema/Implementation.ts"
import type { NotificationMeta, RequestMeta, ResultMeta } from "../../schema/MessageMeta.ts"
import type { ProgressNotificationParams } from "../../schema/Progress.ts"
import type { GetPromptParams, Prompt, PromptArgument } from "../../schema/Prompt.ts"
import type { ReadResourceParams, Resource, ResourceTemplate } from "../../schema/Resource.ts"
import type { ListRootsResult, Root } from "../../schema/Roots.ts"
import type { CreateMessageParams, SamplingMessage } from "../../schema/Sampling.ts"
import type { CallToolParams, CallToolResult, Tool } from "../../schema/Tool.ts"
import type { Era, Facts } from "../Facts.ts"

/** Where members come and go. `Block` is every content block, `Contents` are both kinds of resource contents. */
interface Nouns {
  readonly Annotations: Annotations
  readonly Block: Pick<TextContent, "_meta">
  readonly CallToolParams: CallToolParams
  readonly CallToolResult: CallToolResult
  readonly ClientCapabilities: ClientCapabilities
  readonly CompleteParams: CompleteParams
  readonly Contents: Pick<ResourceContents, "_meta">
  readonly CreateMessageParams: CreateMessageParams
  readonly ElicitFormParams: ElicitFormParams
  readonly ElicitResult: ElicitResult
  readonly ElicitUrlParams: ElicitUrlParams
  readonly ElicitationCapability: NonNullable<ClientCapabilities["elicitation"]>
  readonly GetPromptParams: GetPromptParams
  readonly Implementation: Implementation
  readonly ListRootsResult: ListRootsResult
  readonly NotificationMeta: NotificationMeta
  readonly ProgressParams: ProgressNotificationParams
  readonly Prompt: Prompt
  readonly PromptArgument: PromptArgument
  readonly PromptReference: PromptReference
  readonly ReadResourceParams: ReadResourceParams
  readonly RequestMeta: RequestMeta
  readonly Resource: Resource
  readonly ResourceTemplate: ResourceTemplate
  readonly ResultMeta: ResultMeta
  readonly Root: Root
  readonly RootsCapability: NonNullable<ClientCapabilities["roots"]>
  readonly SamplingCapability: NonNullable<ClientCapabilities["sampling"]>
  readonly SamplingMessage: SamplingMessage
  readonly ServerCapabilities: ServerCapabilities
  readonly Tool: Tool
}

/**
 * The members of the canonical model that a revision does not have. An absent noun lacks nothing.
 *
 * @category models
 * @since 0.1.0
 */
export type Lacks = { readonly [Noun in keyof Nouns]?: ReadonlyArray<keyof Nouns[Noun] & string> }

/**
 * The description of a revision.
 *
 * @category models
 * @since 0.1.0
 */
export interface Dialect extends Pick<Facts, "version" | "structuredOutput"> {
  readonly era: Era
  readonly lacks: Lacks
  /** The blocks of tool results and prompts. */
  readonly content: ReadonlyArray<ContentBlock["type"]>
  /** The blocks of sampling messages. */
  readonly sampling: ReadonlyArray<SamplingContent["type"]>
  /** Whether a sampling message is one block, or may be several. */
  readonly samplingBlocks: "One" | "Many"
  /** Elicitation: none, the form of its first revision, or forms and URLs. */
  readonly elicitation: "None" | "First" | "Full"
  /** Whether a cancellation may leave open which request it means. */
  readonly anonymousCancellation: boolean
}

/**
 * The members of `_meta` that say what only the stateless era says. In a session they would be taken for a claim to
 * that era, so the session-era revisions lack them.
 *
 * @category constants
 * @since 0.1.0
 */
export const sessionMeta = {
  RequestMeta: [
    "io.modelcontextprotocol/protocolVersion",
    "io.modelcontextprotocol/clientInfo",
    "io.modelcontextprotocol/clientCapabilities",
    "io.modelcontextprotocol/logLevel"
  ],
  NotificationMeta: ["io.modelcontextprotocol/subscriptionId"],
  ResultMeta: ["io.modelcontextprotocol/serverInfo"]
} as const satisfies Lacks
