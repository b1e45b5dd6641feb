/**
 * The revision 2026-07-28, the newest and the first without sessions: every request says which revision and client it
 * comes from, servers ask by input-required results, changes are heard by listening, results say how long they keep.
 *
 * @since 0.1.0
 */
import * as ErrorCode from "../jsonrpc/ErrorCode.ts"
import * as Client from "./common/ClientMethods.ts"
import type { Dialect } from "./common/Dialect.ts"
import * as Notifications from "./common/Notifications.ts"
import * as Server from "./common/ServerMethods.ts"
import { assemble } from "./common/Tables.ts"
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
  clientRequests: (model) => {
    // Three requests may be answered with questions (C15 of the ledger's conflicts).
    const asking = Server.asking(model)
    return [
      Client.discover(model),
      Client.listTools(model),
      Client.callTool(model, asking),
      Client.listResources(model),
      Client.listResourceTemplates(model),
      Client.readResource(model, asking),
      Client.listPrompts(model),
      Client.getPrompt(model, asking),
      Client.complete(model),
      Client.listen(model)
    ]
  },
  serverRequests: (model) => [Server.createMessage(model), Server.listRoots(model), Server.elicit(model)],
  clientNotifications: (model) => [Notifications.cancelled(model)],
  serverNotifications: (model) => [
    Notifications.cancelled(model),
    Notifications.progress(model),
    Notifications.message(model),
    Notifications.resourceUpdated(model),
    Notifications.resourcesListChanged(model),
    Notifications.toolsListChanged(model),
    Notifications.promptsListChanged(model),
    Notifications.acknowledged(model)
  ]
})
