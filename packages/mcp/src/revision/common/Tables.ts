/**
 * Puts a revision together: facts, method tables and encoder, all from one dialect.
 *
 * @since 0.1.0
 */
import type { Facts, NotificationCodec, RequestCodec, Revision } from "../Revision.ts"
import { defer, type Deferred, notificationTable, requestTable } from "./Codec.ts"
import type { Dialect } from "./Dialect.ts"
import * as Encoder from "./Encoder.ts"
import * as Model from "./Model.ts"

/**
 * The methods of a revision.
 *
 * @category models
 * @since 0.1.0
 */
export interface Methods {
  readonly clientRequests: (model: Deferred<Model.Model>) => ReadonlyArray<RequestCodec>
  readonly serverRequests: (model: Deferred<Model.Model>) => ReadonlyArray<RequestCodec>
  readonly clientNotifications: (model: Deferred<Model.Model>) => ReadonlyArray<NotificationCodec>
  readonly serverNotifications: (model: Deferred<Model.Model>) => ReadonlyArray<NotificationCodec>
}

/**
 * A revision from its description.
 *
 * @category constructors
 * @since 0.1.0
 */
export const assemble = (
  dialect: Dialect,
  facts: Omit<Facts, "version" | "era" | "structuredOutput">,
  methods: Methods
): Revision => {
  const model = defer(() => Model.make(dialect))
  const clientNotifications = methods.clientNotifications(model)
  const serverNotifications = methods.serverNotifications(model)
  const sent = new Set([...clientNotifications, ...serverNotifications].map(({ method }) => method))
  return {
    ...facts,
    version: dialect.version,
    era: dialect.era,
    structuredOutput: dialect.structuredOutput,
    clientRequests: requestTable(methods.clientRequests(model)),
    serverRequests: requestTable(methods.serverRequests(model)),
    clientNotifications: notificationTable(clientNotifications),
    serverNotifications: notificationTable(serverNotifications),
    encode: Encoder.make(dialect, sent)
  }
}
