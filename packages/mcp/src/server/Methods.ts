/**
 * The methods of a server by name: what each request does, once a driver has brought it here. Each is in a room of its
 * own; here they are put together.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Request } from "../jsonrpc/Message.ts"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import * as Rpc from "../jsonrpc/RpcError.ts"
import { isLevel } from "../session/LogLevel.ts"
import type { Components } from "./Components.ts"
import type { Dialects } from "./Dialect.ts"
import type { Method, Methods } from "./Engine.ts"
import { list } from "./methods/ListMethods.ts"
import { getPrompt } from "./methods/PromptMethods.ts"
import { readResource } from "./methods/ResourceMethods.ts"
import { callTool } from "./methods/ToolMethods.ts"
import type { Origin } from "./Origin.ts"

const setLevel = (request: Request, origin: Origin): Effect.Effect<string, RpcError> => {
  const level = request.params?.level
  if (!isLevel(level)) return Effect.fail(Rpc.invalidParams("Unknown log level"))
  return Effect.sync(() => {
    origin.session?.setLogLevel(level)
    return "{}"
  })
}

/**
 * The methods over a set of components. A listing is served only where its capability is declared (ERR-10).
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (components: Components, dialects: Dialects): Methods => {
  const methods = new Map<string, Method>([
    ["ping", () => Effect.succeed("{}")],
    ["logging/setLevel", setLevel],
    ["server/discover", (_, origin) => Effect.sync(() => dialects(origin.revision).text("server/discover"))]
  ])
  if (components.tools.size > 0) {
    methods.set("tools/list", list(dialects, "tools/list"))
    methods.set("tools/call", callTool(components, dialects))
  }
  if (components.resources.size + components.templates.size > 0) {
    methods.set("resources/list", list(dialects, "resources/list"))
    methods.set("resources/templates/list", list(dialects, "resources/templates/list"))
    methods.set("resources/read", readResource(components, dialects))
  }
  if (components.prompts.size > 0) {
    methods.set("prompts/list", list(dialects, "prompts/list"))
    methods.set("prompts/get", getPrompt(components, dialects))
  }
  return methods
}
