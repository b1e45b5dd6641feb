/**
 * What a protocol revision is: facts, the names of the methods that it has, and the projection of canonical values to its
 * wire form. A revision is a value without effects; the floors above read it and never compare versions. The canonical
 * model is the newest revision as a superset, so decoding mostly checks, and encoding mostly leaves things out.
 *
 * @since 0.1.0
 */
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
import type { Dialect } from "./common/Dialect.ts"
import type { Facts } from "./Facts.ts"

export type { Era, Facts } from "./Facts.ts"

/**
 * A JSON object, ready to be written as text.
 *
 * @category models
 * @since 0.1.0
 */
export type Wire = { readonly [key: string]: unknown }

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
 * A protocol revision. How what others send is read is not in it, because either side reads but a part of that: `Results`,
 * `Questions` and `Notices` are for clients, `Answers` for servers, `Params` for whoever looks on.
 *
 * @category models
 * @since 0.1.0
 */
export interface Revision extends Facts {
  /** The names of the requests of clients. */
  readonly clientRequests: ReadonlySet<string>
  /** The names of the requests of servers; in the stateless era these travel inside input-required results, without ids. */
  readonly serverRequests: ReadonlySet<string>
  /** The names of the notifications of clients. */
  readonly clientNotifications: ReadonlySet<string>
  /** The names of the notifications of servers. */
  readonly serverNotifications: ReadonlySet<string>
  readonly encode: Encode
  /** What sets it apart from the canonical model; what reads it is made of this, as `encode` is. */
  readonly dialect: Dialect
}
