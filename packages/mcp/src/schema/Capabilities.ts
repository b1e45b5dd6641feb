/**
 * What a client or a server says it can do. Presence is the statement: an empty object declares the capability, an
 * absent member denies it. These are the shapes only; what a capability permits is decided where messages are handled.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { JsonObject, open } from "./Open.ts"

/** Settings by extension identifier or by experimental name; each value is an object, often empty. */
const settings = Schema.Record(Schema.String, JsonObject)

const flag = Schema.optionalKey(JsonObject)

const listChanged = Schema.optionalKey(open({ listChanged: Schema.optionalKey(Schema.Boolean) }))

/**
 * The capabilities of a client. `elicitation: {}` means form mode; `tasks` and `roots.listChanged` exist in the session
 * era only.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ClientCapabilities extends Schema.Opaque<ClientCapabilities>()(open({
  experimental: Schema.optionalKey(settings),
  extensions: Schema.optionalKey(settings),
  roots: listChanged,
  sampling: Schema.optionalKey(open({ context: flag, tools: flag })),
  elicitation: Schema.optionalKey(open({ form: flag, url: flag })),
  tasks: Schema.optionalKey(open({
    list: flag,
    cancel: flag,
    requests: Schema.optionalKey(open({
      sampling: Schema.optionalKey(open({ createMessage: flag })),
      elicitation: Schema.optionalKey(open({ create: flag }))
    }))
  }))
})) {}

/**
 * The capabilities of a server. `resources.subscribe` covers both the subscribe request and resource URIs in a listen
 * filter; `tasks` exists in the session era only.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ServerCapabilities extends Schema.Opaque<ServerCapabilities>()(open({
  experimental: Schema.optionalKey(settings),
  extensions: Schema.optionalKey(settings),
  logging: flag,
  completions: flag,
  prompts: listChanged,
  resources: Schema.optionalKey(open({
    subscribe: Schema.optionalKey(Schema.Boolean),
    listChanged: Schema.optionalKey(Schema.Boolean)
  })),
  tools: listChanged,
  tasks: Schema.optionalKey(open({
    list: flag,
    cancel: flag,
    requests: Schema.optionalKey(open({
      tools: Schema.optionalKey(open({ call: flag }))
    }))
  }))
})) {}
