/**
 * The methods of the untyped client, each over one conversation.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { ClientRequests } from "../revision/Methods.ts"
import type { InputRequiredResult } from "../schema/InputRequired.ts"
import type { LoggingLevel } from "../schema/Logging.ts"
import type { Client, RequestOptions, SendRequest } from "./Client.ts"
import * as Conversation from "./Conversation.ts"
import * as Inbound from "./Inbound.ts"
import * as Listing from "./Listing.ts"
import * as McpClientError from "./McpClientError.ts"

type Capability = "tools" | "resources" | "prompts"

type Listings = {
  readonly "tools/list": "tools"
  readonly "resources/list": "resources"
  readonly "resources/templates/list": "resourceTemplates"
  readonly "prompts/list": "prompts"
}

type Item<M extends keyof Listings> = ClientRequests[M]["result"] extends
  { readonly [K in Listings[M]]: ReadonlyArray<infer A> } ? A : never

const list = <M extends keyof Listings>(
  self: Conversation.Conversation,
  capability: Capability,
  method: M,
  member: Listings[M]
): Effect.Effect<ReadonlyArray<Item<M>>, McpClientError.McpClientError> => {
  const page = (cursor: string | undefined) =>
    Effect.map(Conversation.requestUnknown(self, method, cursor === undefined ? {} : { cursor }), (result) => {
      // `Listings` says under which member a result keeps its items; the compiler does not follow the generic method.
      const { [member]: items, nextCursor } = result as
        & {
          readonly [K in Listings[M]]: ReadonlyArray<Item<M>>
        }
        & { readonly nextCursor?: string }
      return { items, nextCursor }
    })
  return Effect.andThen(
    Conversation.requireCapability(self, capability, method),
    Listing.all(method, self.inbound.limits, page)
  )
}

/** The methods that a stateless-era server may answer with questions. */
type Asking = "tools/call" | "resources/read" | "prompts/get"

const isInputRequired = (result: { readonly resultType?: string }): result is InputRequiredResult =>
  result.resultType === "input_required"

const answered = <M extends Asking>(
  self: Conversation.Conversation,
  capability: Capability,
  method: M,
  params: ClientRequests[M]["params"],
  options: RequestOptions | undefined
): Effect.Effect<Exclude<ClientRequests[M]["result"], InputRequiredResult>, McpClientError.McpClientError> =>
  Conversation.requireCapability(self, capability, method).pipe(
    Effect.andThen(Conversation.request(self, method, params, options)),
    Effect.flatMap((result) =>
      isInputRequired(result)
        ? Effect.fail(McpClientError.make(new McpClientError.InputRequired({ method, result })))
        // The guard has taken the other member of the union away.
        : Effect.succeed(result as Exclude<ClientRequests[M]["result"], InputRequiredResult>)
    )
  )

const setLoggingLevel = (self: Conversation.Conversation) => (level: LoggingLevel) =>
  Effect.andThen(
    Conversation.requireCapability(self, "logging", "logging/setLevel"),
    Effect.suspend(() => {
      if (self.server.revision.era === "session") {
        return Effect.asVoid(Conversation.request(self, "logging/setLevel", { level }))
      }
      self.logLevel = level
      return Effect.void
    })
  )

/**
 * The client of a conversation.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (self: Conversation.Conversation): Client => ({
  server: self.server,
  listTools: list(self, "tools", "tools/list", "tools"),
  callTool: (params, options) => answered(self, "tools", "tools/call", params, options),
  listResources: list(self, "resources", "resources/list", "resources"),
  listResourceTemplates: list(self, "resources", "resources/templates/list", "resourceTemplates"),
  readResource: (uri, options) => answered(self, "resources", "resources/read", { uri }, options),
  listPrompts: list(self, "prompts", "prompts/list", "prompts"),
  getPrompt: (params, options) => answered(self, "prompts", "prompts/get", params, options),
  complete: (params, options) =>
    Effect.map(Conversation.request(self, "completion/complete", params, options), ({ completion }) => completion),
  ping: Effect.asVoid(Conversation.request(self, "ping", {})),
  setLoggingLevel: setLoggingLevel(self),
  // As `Conversation.request`, and `unknown` for methods that are not of the protocol.
  request:
    ((method: string, params: object, options?: RequestOptions) =>
      Conversation.requestUnknown(self, method, params, options)) as SendRequest,
  notifications: Inbound.notifications(self.inbound),
  closed: self.link.closed
})
