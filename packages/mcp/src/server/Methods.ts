/**
 * The methods of a server by name: what each request does, once a driver has brought it here. Each is in a room of its
 * own; here they are put together.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Kind } from "../contract/Catalog.ts"
import type { Request } from "../jsonrpc/Message.ts"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import * as Rpc from "../jsonrpc/RpcError.ts"
import { isLevel } from "../session/LogLevel.ts"
import type { Shelves } from "./component/Components.ts"
import { guard, ofFilter, ofPrompt, ofReference, ofResource, ofTool } from "./component/Visibility.ts"
import type { Dialects } from "./Dialect.ts"
import type { Method, MethodTable } from "./Engine.ts"
import { canComplete } from "./Identity.ts"
import { complete } from "./methods/CompletionMethod.ts"
import { listen, type Listening } from "./methods/ListenMethod.ts"
import { list, type ListMethod, type Lists } from "./methods/ListMethods.ts"
import { getPrompt } from "./methods/PromptMethods.ts"
import { readResource } from "./methods/ResourceMethods.ts"
import { subscribe, unsubscribe } from "./methods/SubscribeMethods.ts"
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
 * What the methods of a server are made of.
 *
 * @category models
 * @since 0.1.0
 */
export interface Setup {
  readonly shelves: Shelves
  /** The kinds of components that are declared, though there may be none of one. */
  readonly kinds: ReadonlySet<Kind>
  readonly dialects: Dialects
  readonly lists: Lists
  readonly listening: Listening
}

/**
 * The methods over a set of components. A listing is served only where its capability is declared (ERR-10).
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = ({ dialects, kinds, listening, lists, shelves }: Setup): MethodTable => {
  const serve = (method: ListMethod): Method => list(shelves, dialects, lists, method)
  const methods = new Map<string, Method>([
    ["ping", () => Effect.succeed("{}")],
    ["logging/setLevel", setLevel],
    ["server/discover", (_, origin) => Effect.sync(() => dialects(origin.revision).discovery())],
    ["subscriptions/listen", guard(shelves, ofFilter, (components) => listen(components, dialects, listening))]
  ])
  if (kinds.has("tools")) {
    methods.set("tools/list", serve("tools/list"))
    methods.set("tools/call", guard(shelves, ofTool, (components) => callTool(components, dialects)))
  }
  if (kinds.has("resources")) {
    methods.set("resources/list", serve("resources/list"))
    methods.set("resources/templates/list", serve("resources/templates/list"))
    methods.set("resources/read", guard(shelves, ofResource, (components) => readResource(components, dialects)))
    methods.set(
      "resources/subscribe",
      guard(shelves, ofResource, (components) => subscribe(components, listening.limits))
    )
    methods.set("resources/unsubscribe", unsubscribe)
  }
  if (kinds.has("prompts")) {
    methods.set("prompts/list", serve("prompts/list"))
    methods.set("prompts/get", guard(shelves, ofPrompt, (components) => getPrompt(components, dialects)))
  }
  if (canComplete(kinds)) {
    methods.set("completion/complete", guard(shelves, ofReference, (components) => complete(components, dialects)))
  }
  return methods
}
