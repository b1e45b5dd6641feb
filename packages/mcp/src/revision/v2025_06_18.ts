/**
 * The revision 2025-06-18. Since the one before: no batches, elicitation by form, structured output that is an object,
 * links to resources, titles, `_meta` on data, context for completions, a version header.
 *
 * @since 0.1.0
 */
import * as ErrorCode from "../jsonrpc/ErrorCode.ts"
import { assemble, firstNames } from "./common/Assemble.ts"
import { type Dialect, sessionMeta } from "./common/Dialect.ts"
import type { Revision } from "./Revision.ts"

const dialect: Dialect = {
  version: "2025-06-18",
  era: "session",
  structuredOutput: "Object",
  content: ["text", "image", "audio", "resource_link", "resource"],
  sampling: ["text", "image", "audio"],
  samplingBlocks: "One",
  elicitation: "First",
  anonymousCancellation: false,
  lacks: {
    ...sessionMeta,
    CallToolParams: ["task", "inputResponses", "requestState"],
    ClientCapabilities: ["tasks", "extensions"],
    CreateMessageParams: ["task", "tools", "toolChoice"],
    ElicitFormParams: ["mode", "task"],
    ElicitationCapability: ["form", "url"],
    GetPromptParams: ["inputResponses", "requestState"],
    Implementation: ["description", "icons", "websiteUrl"],
    Prompt: ["icons"],
    ReadResourceParams: ["inputResponses", "requestState"],
    Resource: ["icons"],
    ResourceTemplate: ["icons"],
    SamplingCapability: ["context", "tools"],
    SamplingMessage: ["_meta"],
    ServerCapabilities: ["tasks", "extensions"],
    Tool: ["icons", "execution"]
  }
}

/**
 * The revision 2025-06-18.
 *
 * @category revisions
 * @since 0.1.0
 */
export const v2025_06_18: Revision = assemble(dialect, {
  batches: false,
  errorIdRequired: true,
  resourceNotFoundCode: ErrorCode.ResourceNotFound,
  invalidArguments: "ProtocolError",
  urlElicitationRequiredCode: undefined,
  versionHeader: "Expected",
  primingEvent: false
}, { ...firstNames, serverRequests: [...firstNames.serverRequests, "elicitation/create"] })
