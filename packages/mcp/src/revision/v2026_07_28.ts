/**
 * The revision 2026-07-28, the newest and the first without sessions: every request says which revision and client it
 * comes from, servers ask by input-required results, changes are heard by listening, results say how long they keep.
 *
 * @since 0.1.0
 */
import * as ErrorCode from "../jsonrpc/ErrorCode.ts"
import { assemble } from "./common/Assemble.ts"
import type { Dialect } from "./common/Dialect.ts"
import type { Revision } from "./Revision.ts"

const dialect: Dialect = {
  version: "2026-07-28",
  era: "stateless",
  structuredOutput: "Any",
  content: ["text", "image", "audio", "resource_link", "resource"],
  sampling: ["text", "image", "audio", "tool_use", "tool_result"],
  samplingBlocks: "Many",
  elicitation: "Full",
  anonymousCancellation: false,
  lacks: {
    CallToolParams: ["task"],
    ClientCapabilities: ["tasks"],
    CreateMessageParams: ["task", "_meta"],
    ElicitFormParams: ["task", "_meta"],
    ElicitResult: ["_meta"],
    ElicitUrlParams: ["elicitationId", "task", "_meta"],
    ListRootsResult: ["_meta"],
    RootsCapability: ["listChanged"],
    ServerCapabilities: ["tasks"],
    Tool: ["execution"]
  }
}

/**
 * The revision 2026-07-28.
 *
 * @category revisions
 * @since 0.1.0
 */
export const v2026_07_28: Revision = assemble(dialect, {
  batches: false,
  errorIdRequired: false,
  resourceNotFoundCode: ErrorCode.InvalidParams,
  invalidArguments: "ToolError",
  urlElicitationRequiredCode: undefined,
  versionHeader: "Required",
  primingEvent: false
}, {
  clientRequests: [
    "server/discover",
    "tools/list",
    "tools/call",
    "resources/list",
    "resources/templates/list",
    "resources/read",
    "prompts/list",
    "prompts/get",
    "completion/complete",
    "subscriptions/listen"
  ],
  serverRequests: ["sampling/createMessage", "roots/list", "elicitation/create"],
  clientNotifications: ["notifications/cancelled"],
  serverNotifications: [
    "notifications/cancelled",
    "notifications/progress",
    "notifications/message",
    "notifications/resources/updated",
    "notifications/resources/list_changed",
    "notifications/tools/list_changed",
    "notifications/prompts/list_changed",
    "notifications/subscriptions/acknowledged"
  ]
})
