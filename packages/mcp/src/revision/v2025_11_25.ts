/**
 * The revision 2025-11-25, the newest with sessions. Since the one before: tasks, tools for sampled models, URLs and
 * richer forms in elicitation, icons, events that prime a stream for resumption; wrong arguments became tool errors.
 *
 * @since 0.1.0
 */
import * as ErrorCode from "../jsonrpc/ErrorCode.ts"
import { assemble, firstNames } from "./common/Assemble.ts"
import { type Dialect, sessionMeta } from "./common/Dialect.ts"
import type { Revision } from "./Revision.ts"

const dialect: Dialect = {
  version: "2025-11-25",
  era: "session",
  structuredOutput: "Object",
  content: ["text", "image", "audio", "resource_link", "resource"],
  sampling: ["text", "image", "audio", "tool_use", "tool_result"],
  samplingBlocks: "Many",
  elicitation: "Full",
  anonymousCancellation: true,
  lacks: {
    ...sessionMeta,
    CallToolParams: ["inputResponses", "requestState"],
    ClientCapabilities: ["extensions"],
    GetPromptParams: ["inputResponses", "requestState"],
    ReadResourceParams: ["inputResponses", "requestState"],
    ServerCapabilities: ["extensions"]
  }
}

/** Either side may hold tasks, and be asked about them. */
const tasks = ["tasks/get", "tasks/result", "tasks/cancel", "tasks/list"] as const

/**
 * The revision 2025-11-25.
 *
 * @category revisions
 * @since 0.1.0
 */
export const v2025_11_25: Revision = assemble(dialect, {
  batches: false,
  errorIdRequired: false,
  resourceNotFoundCode: ErrorCode.ResourceNotFound,
  invalidArguments: "ToolError",
  urlElicitationRequiredCode: ErrorCode.UrlElicitationRequired,
  versionHeader: "Expected",
  primingEvent: true
}, {
  clientRequests: [...firstNames.clientRequests, ...tasks],
  serverRequests: [...firstNames.serverRequests, ...tasks, "elicitation/create"],
  clientNotifications: [...firstNames.clientNotifications, "notifications/tasks/status"],
  serverNotifications: [
    ...firstNames.serverNotifications,
    "notifications/tasks/status",
    "notifications/elicitation/complete"
  ]
})
