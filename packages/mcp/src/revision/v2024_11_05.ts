/**
 * The revision 2024-11-05: the first one. Text, images and embedded resources are all the content there is; nothing has
 * a title, an icon or `_meta` of its own; tools have no hints and no structured output.
 *
 * @since 0.1.0
 */
import * as ErrorCode from "../jsonrpc/ErrorCode.ts"
import { assemble, firstNames } from "./common/Assemble.ts"
import { type Dialect, sessionMeta } from "./common/Dialect.ts"
import type { Revision } from "./Revision.ts"

const dialect: Dialect = {
  version: "2024-11-05",
  era: "session",
  structuredOutput: "None",
  content: ["text", "image", "resource"],
  sampling: ["text", "image"],
  samplingBlocks: "One",
  elicitation: "None",
  anonymousCancellation: false,
  lacks: {
    ...sessionMeta,
    Annotations: ["lastModified"],
    Block: ["_meta"],
    CallToolParams: ["task", "inputResponses", "requestState"],
    CallToolResult: ["structuredContent"],
    ClientCapabilities: ["elicitation", "tasks", "extensions"],
    CompleteParams: ["context"],
    Contents: ["_meta"],
    CreateMessageParams: ["task", "tools", "toolChoice"],
    GetPromptParams: ["inputResponses", "requestState"],
    Implementation: ["title", "description", "icons", "websiteUrl"],
    ProgressParams: ["message"],
    Prompt: ["title", "icons", "_meta"],
    PromptArgument: ["title"],
    PromptReference: ["title"],
    ReadResourceParams: ["inputResponses", "requestState"],
    Resource: ["title", "icons", "_meta"],
    ResourceTemplate: ["title", "icons", "_meta"],
    Root: ["_meta"],
    SamplingCapability: ["context", "tools"],
    SamplingMessage: ["_meta"],
    ServerCapabilities: ["completions", "tasks", "extensions"],
    Tool: ["title", "icons", "annotations", "outputSchema", "execution", "_meta"]
  }
}

/**
 * The revision 2024-11-05.
 *
 * @category revisions
 * @since 0.1.0
 */
export const v2024_11_05: Revision = assemble(dialect, {
  batches: false,
  errorIdRequired: true,
  resourceNotFoundCode: ErrorCode.ResourceNotFound,
  invalidArguments: "ProtocolError",
  urlElicitationRequiredCode: undefined,
  versionHeader: "None",
  primingEvent: false
}, firstNames)
