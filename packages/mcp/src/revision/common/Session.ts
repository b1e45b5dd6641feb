/**
 * The methods that all revisions with sessions share. What one of them has beyond these it lists by itself.
 *
 * @since 0.1.0
 */
import type { RequestCodec } from "../Revision.ts"
import * as Client from "./ClientMethods.ts"
import type { Deferred } from "./Codec.ts"
import type { Model } from "./Model.ts"
import * as Notifications from "./Notifications.ts"
import * as Server from "./ServerMethods.ts"
import type { Methods } from "./Tables.ts"

/**
 * The requests of clients since the first revision.
 *
 * @category methods
 * @since 0.1.0
 */
export const firstRequests = (model: Deferred<Model>): ReadonlyArray<RequestCodec> => [
  Client.initialize(model),
  Client.ping(model),
  Client.listTools(model),
  Client.callTool(model),
  Client.listResources(model),
  Client.listResourceTemplates(model),
  Client.readResource(model),
  Client.subscribe(model),
  Client.unsubscribe(model),
  Client.listPrompts(model),
  Client.getPrompt(model),
  Client.complete(model),
  Client.setLevel(model)
]

/**
 * The requests of servers since the first revision.
 *
 * @category methods
 * @since 0.1.0
 */
export const firstServerRequests = (model: Deferred<Model>): ReadonlyArray<RequestCodec> => [
  Client.ping(model),
  Server.createMessage(model),
  Server.listRoots(model)
]

/**
 * The notifications of both sides since the first revision.
 *
 * @category methods
 * @since 0.1.0
 */
export const firstNotifications: Pick<Methods, "clientNotifications" | "serverNotifications"> = {
  clientNotifications: (model) => [
    Notifications.cancelled(model),
    Notifications.progress(model),
    Notifications.initialized(model),
    Notifications.rootsListChanged(model)
  ],
  serverNotifications: (model) => [
    Notifications.cancelled(model),
    Notifications.progress(model),
    Notifications.message(model),
    Notifications.resourceUpdated(model),
    Notifications.resourcesListChanged(model),
    Notifications.toolsListChanged(model),
    Notifications.promptsListChanged(model)
  ]
}
