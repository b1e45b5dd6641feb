/**
 * The revision 2025-03-26. Since the one before: batches, sound, hints about tools, messages in progress notifications,
 * a capability for completions, Streamable HTTP.
 *
 * @since 0.1.0
 */
import * as ErrorCode from "../jsonrpc/ErrorCode.ts"
import { assemble, firstNames } from "./common/Assemble.ts"
import { type Dialect, sessionMeta } from "./common/Dialect.ts"
import type { Revision } from "./Revision.ts"

const dialect: Dialect = {
  version: "2025-03-26",
  era: "session",
  structuredOutput: "None",
  content: ["text", "image", "audio", "resource"],
  sampling: ["text", "image", "audio"],
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
    Prompt: ["title", "icons", "_meta"],
    PromptArgument: ["title"],
    PromptReference: ["title"],
    ReadResourceParams: ["inputResponses", "requestState"],
    Resource: ["title", "icons", "_meta"],
    ResourceTemplate: ["title", "icons", "_meta"],
    Root: ["_meta"],
    SamplingCapability: ["context", "tools"],
    SamplingMessage: ["_meta"],
    ServerCapabilities: ["tasks", "extensions"],
    Tool: ["title", "icons", "outputSchema", "execution", "_meta"]
  }
}

/**
 * The revision 2025-03-26.
 *
 * @category revisions
 * @since 0.1.0
 */
export const v2025_03_26: Revision = assemble(dialect, {
  batches: true,
  errorIdRequired: true,
  resourceNotFoundCode: ErrorCode.ResourceNotFound,
  invalidArguments: "ProtocolError",
  urlElicitationRequiredCode: undefined,
  versionHeader: "None",
  primingEvent: false
}, firstNames)
