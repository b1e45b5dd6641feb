/**
 * The revision 2025-11-25, the newest with sessions. Since the one before: tasks, tools for sampled models, URLs and
 * richer forms in elicitation, icons, events that prime a stream for resumption; wrong arguments became tool errors.
 *
 * @since 0.1.0
 */
import * as ErrorCode from "../jsonrpc/ErrorCode.ts"
import { type Dialect, sessionMeta } from "./common/Dialect.ts"
import { elicitationComplete, taskStatus } from "./common/Notifications.ts"
import { elicit } from "./common/ServerMethods.ts"
import { firstNotifications, firstRequests, firstServerRequests } from "./common/Session.ts"
import { assemble } from "./common/Tables.ts"
import { tasks } from "./common/TaskMethods.ts"
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
  clientRequests: (model) => [...firstRequests(model), ...tasks(model)],
  serverRequests: (model) => [...firstServerRequests(model), ...tasks(model), elicit(model)],
  clientNotifications: (model) => [...firstNotifications.clientNotifications(model), taskStatus(model)],
  serverNotifications: (model) => [
    ...firstNotifications.serverNotifications(model),
    taskStatus(model),
    elicitationComplete(model)
  ]
})
