/**
 * The projections of what messages are made of, built from a dialect: what the revision lacks is left out or put
 * another way. Messages are put together from them in the encoder.
 *
 * @since 0.1.0
 */
import { isObject } from "../../jsonrpc/Message.ts"
import type { ContentBlock, SamplingContent } from "../../schema/Content.ts"
import { type Blocks, contentBlock } from "./Content.ts"
import type { Dialect } from "./Dialect.ts"
import { inArray, inObject, omit, type Project, type Rewrite, same, shape } from "./Projection.ts"
import { objectOutputSchema, objectSchema } from "./StructuredOutput.ts"

/**
 * The projections of nouns.
 *
 * @category models
 * @since 0.1.0
 */
export interface Nouns {
  readonly tool: Project
  readonly resource: Project
  readonly resourceTemplate: Project
  readonly prompt: Project
  readonly implementation: Project
  readonly serverCapabilities: Project
  readonly clientCapabilities: Project
  /** One content block of a tool result or prompt. */
  readonly content: Rewrite
  /** One content block of a sampling message. */
  readonly samplingContent: Rewrite
  /** The contents of a resource. */
  readonly contents: Rewrite
}

const blockTypes: ReadonlyArray<ContentBlock["type"]> = ["text", "image", "audio", "resource_link", "resource"]

const samplingTypes: ReadonlyArray<SamplingContent["type"]> = ["text", "image", "audio", "tool_use", "tool_result"]

/** A rewrite for the blocks that a revision has, and none when it has all and changes none. */
const among = (all: ReadonlyArray<string>, types: ReadonlyArray<string>, blocks: Blocks): Rewrite => {
  const isComplete = all.every((type) => types.includes(type) && blocks[type] === same)
  return isComplete ? same : contentBlock(Object.fromEntries(types.map((type) => [type, blocks[type] ?? same])))
}

const clientCapabilities = ({ lacks }: Dialect): Project =>
  shape({
    omit: lacks.ClientCapabilities ?? [],
    members: {
      roots: inObject(omit(...lacks.RootsCapability ?? [])),
      sampling: inObject(omit(...lacks.SamplingCapability ?? [])),
      elicitation: lacks.ElicitationCapability === undefined ? same : formOnly(lacks.ElicitationCapability)
    }
  })

/** Where elicitation means forms, a client that can only visit URLs has none. */
const formOnly = (modes: ReadonlyArray<string>): Rewrite => (elicitation) => {
  if (!isObject(elicitation)) return undefined
  return elicitation.url !== undefined && elicitation.form === undefined ? undefined : omit(...modes)(elicitation)
}

/** What one content block with annotations becomes, and the nouns that have annotations too. */
const contentNouns = ({ content, lacks, sampling, structuredOutput }: Dialect) => {
  const annotations = inObject(omit(...lacks.Annotations ?? []))
  const contents = inObject(omit(...lacks.Contents ?? []))
  const block = shape({ omit: lacks.Block ?? [], members: { annotations } })
  const resource = shape({ omit: lacks.Resource ?? [], members: { annotations } })
  const blocks = {
    text: block,
    image: block,
    audio: block,
    resource_link: resource,
    resource: shape({ omit: lacks.Block ?? [], members: { annotations, resource: contents } })
  }
  const rewrite = among(blockTypes, content, blocks)
  const toolResult = shape({
    omit: lacks.Block ?? [],
    members: {
      content: inArray(rewrite),
      structuredContent: structuredOutput === "Any"
        ? same
        : (value) => isObject(value) ? value : { result: value }
    }
  })
  const samplingBlocks = { ...blocks, tool_use: omit(...lacks.Block ?? []), tool_result: toolResult }
  return {
    contents,
    resource,
    resourceTemplate: shape({ omit: lacks.ResourceTemplate ?? [], members: { annotations } }),
    content: rewrite,
    samplingContent: among(samplingTypes, sampling, samplingBlocks)
  }
}

/**
 * Builds the projections of a dialect.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (dialect: Dialect): Nouns => {
  const { era, lacks, structuredOutput } = dialect
  return {
    ...contentNouns(dialect),
    tool: shape({
      omit: lacks.Tool ?? [],
      members: {
        inputSchema: era === "session" ? inObject(objectSchema) : same,
        outputSchema: structuredOutput === "Object" ? objectOutputSchema : same
      }
    }),
    prompt: shape({
      omit: lacks.Prompt ?? [],
      members: { arguments: inArray(inObject(omit(...lacks.PromptArgument ?? []))) }
    }),
    implementation: omit(...lacks.Implementation ?? []),
    serverCapabilities: omit(...lacks.ServerCapabilities ?? []),
    clientCapabilities: clientCapabilities(dialect)
  }
}
