/**
 * What a protocol revision is: facts, tables of the methods that it has, and the projection of canonical values to its
 * wire form. A revision is a value without effects; the floors above read it and never compare versions. The canonical
 * model is the newest revision as a superset, so decoding mostly checks, and encoding mostly leaves things out.
 *
 * @since 0.1.0
 */
import type * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import type { ClientCapabilities, ServerCapabilities } from "../schema/Capabilities.ts"
import type { CompleteResult } from "../schema/Completion.ts"
import type { Implementation } from "../schema/Implementation.ts"
import type { InputRequiredResult } from "../schema/InputRequired.ts"
import type { GetPromptResult, ListPromptsResult, Prompt } from "../schema/Prompt.ts"
import type {
  ListResourcesResult,
  ListResourceTemplatesResult,
  ReadResourceResult,
  Resource,
  ResourceTemplate
} from "../schema/Resource.ts"
import type { CallToolResult, ListToolsResult, Tool, ToolOutputSchema } from "../schema/Tool.ts"
import type { ClientNotifications, ClientRequests, ServerNotifications, ServerRequests } from "./Methods.ts"

/**
 * A JSON object, ready to be written as text.
 *
 * @category models
 * @since 0.1.0
 */
export type Wire = { readonly [key: string]: unknown }

/**
 * The two ways of holding a conversation: `session` opens with `initialize` and lets the server send requests (LIF-01);
 * in `stateless` every request says by itself which revision and client it comes from (LIF-02, RPC-18).
 *
 * @category models
 * @since 0.1.0
 */
export type Era = "session" | "stateless"

/**
 * How one request is read: its params and its result, both from the dated form to the canonical one. What the revision's
 * own schema permits decodes. A member that the revision does not have survives if it fits the canonical model, and is
 * left out otherwise.
 *
 * @category models
 * @since 0.1.0
 */
export interface RequestCodec<P = unknown, R = unknown> {
  readonly method: string
  readonly params: Schema.Codec<P, unknown>
  readonly result: Schema.Codec<R, unknown>
  /** Decodes params; absent ones are read as `{}`. Compiled once. */
  readonly decodeParams: (params: unknown) => Result.Result<P, Schema.SchemaError>
  /** Decodes a result. Compiled once. */
  readonly decodeResult: (result: unknown) => Result.Result<R, Schema.SchemaError>
}

/**
 * How one notification is read.
 *
 * @category models
 * @since 0.1.0
 */
export interface NotificationCodec<P = unknown> {
  readonly method: string
  readonly params: Schema.Codec<P, unknown>
  /** Decodes params; absent ones are read as `{}`. Compiled once. */
  readonly decodeParams: (params: unknown) => Result.Result<P, Schema.SchemaError>
}

/**
 * The requests that a revision has, by method. A method that it lacks is absent.
 *
 * @category models
 * @since 0.1.0
 */
export interface RequestTable<Requests> extends ReadonlyMap<string, RequestCodec> {
  get<M extends keyof Requests>(method: M): CodecOf<Requests[M]> | undefined
  get(method: string): RequestCodec | undefined
}

type CodecOf<Request> = Request extends { readonly params: infer P; readonly result: infer R } ? RequestCodec<P, R>
  : never

/**
 * The notifications that a revision has, by method. A method that it lacks is absent.
 *
 * @category models
 * @since 0.1.0
 */
export interface NotificationTable<Notifications> extends ReadonlyMap<string, NotificationCodec> {
  get<M extends keyof Notifications>(method: M): NotificationCodec<Notifications[M]> | undefined
  get(method: string): NotificationCodec | undefined
}

/**
 * Canonical values to the plain JSON of a revision. Pure, total and cheap: no schema runs, and a value that already has
 * the revision's form is returned as it is. What the revision lacks is left out or put another way.
 *
 * @category models
 * @since 0.1.0
 */
export interface Encode {
  readonly tool: (tool: Tool) => Wire
  readonly resource: (resource: Resource) => Wire
  readonly resourceTemplate: (template: ResourceTemplate) => Wire
  readonly prompt: (prompt: Prompt) => Wire
  readonly implementation: (implementation: Implementation) => Wire
  readonly serverCapabilities: (capabilities: ServerCapabilities) => Wire
  readonly clientCapabilities: (capabilities: ClientCapabilities) => Wire
  readonly listToolsResult: (result: ListToolsResult) => Wire
  readonly listResourcesResult: (result: ListResourcesResult) => Wire
  readonly listResourceTemplatesResult: (result: ListResourceTemplatesResult) => Wire
  readonly listPromptsResult: (result: ListPromptsResult) => Wire
  /**
   * With `structuredOutput: "Object"`, structured content that is no object is wrapped as `{ result: value }`; and so is
   * an object, when the canonical `outputSchema` of its tool is given and is not rooted in an object, because then
   * `tool` has shown clients the wrapped schema. Text is added where structured content would otherwise be lost.
   */
  readonly callToolResult: (result: CallToolResult, outputSchema?: ToolOutputSchema) => Wire
  readonly readResourceResult: (result: ReadResourceResult) => Wire
  readonly getPromptResult: (result: GetPromptResult) => Wire
  readonly completeResult: (result: CompleteResult) => Wire
  /** The result that asks for input (stateless era only). */
  readonly inputRequiredResult: (result: InputRequiredResult) => Wire
  /** The result of any request, in either direction. A method without a rule of its own keeps its value. */
  readonly result: (method: string, result: object) => Wire
  /** The params of any request, in either direction. Required `_meta` members are added where they are missing. */
  readonly requestParams: (method: string, params: object) => Wire
  /** The params of a notification; `undefined` when the revision cannot say this, and nothing is to be sent. */
  readonly notification: (method: string, params: object) => Wire | undefined
}

/**
 * What the floors above need to know of a revision.
 *
 * @category models
 * @since 0.1.0
 */
export interface Facts {
  /** The date that names the revision on the wire. */
  readonly version: string
  readonly era: Era
  /** Whether a message may be an array of messages, which then must be accepted (BAT-01, BAT-02). */
  readonly batches: boolean
  /**
   * Whether an error answer without an id is forbidden: an unreadable request stays unanswered (RPC-12, RPC-13). The body
   * of an HTTP error is no such answer, and may have none.
   */
  readonly errorIdRequired: boolean
  /** The code for a resource that does not exist (RSC-08, RSC-12, ERR-06). */
  readonly resourceNotFoundCode: number
  /** Whether arguments that a tool's schema refuses are `-32602` or a result with `isError` (TOC-03). */
  readonly invalidArguments: "ProtocolError" | "ToolError"
  /** What a tool may return as structured content: nothing, objects, or any JSON value (SEP-2106). */
  readonly structuredOutput: "None" | "Object" | "Any"
  /** The code that says "visit a URL first", where there is one (ELU-09, ELU-11, ERR-06). */
  readonly urlElicitationRequiredCode: number | undefined
  /**
   * `MCP-Protocol-Version` over HTTP: not part of the revision; sent by clients after `initialize`, and when absent
   * read as `Revisions.withoutHeader` (HTV-01 to HTV-04); or demanded on every POST (HDR-01).
   */
  readonly versionHeader: "None" | "Expected" | "Required"
  /** Whether an SSE stream starts with an event that has an id and no data, so that it can be resumed (HTL-01). */
  readonly primingEvent: boolean
}

/**
 * A protocol revision.
 *
 * @category models
 * @since 0.1.0
 */
export interface Revision extends Facts {
  /** Requests of clients. */
  readonly clientRequests: RequestTable<ClientRequests>
  /** Requests of servers; in the stateless era these travel inside input-required results, without ids. */
  readonly serverRequests: RequestTable<ServerRequests>
  /** Notifications of clients. */
  readonly clientNotifications: NotificationTable<ClientNotifications>
  /** Notifications of servers. */
  readonly serverNotifications: NotificationTable<ServerNotifications>
  readonly encode: Encode
}
