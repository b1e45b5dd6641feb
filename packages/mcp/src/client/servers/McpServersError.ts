/**
 * What can go wrong with a set of servers, before one of them is spoken to: their configuration, and names that mean none
 * of them. What goes wrong with a server itself is an `McpClientError`.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

const id = "@parley/mcp/client/servers/McpServersError"

/**
 * The configuration as a whole cannot be read: it is no JSON, or has no `mcpServers`.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidConfig extends Schema.Error<InvalidConfig>(`${id}/InvalidConfig`)({
  _tag: Schema.tag("InvalidConfig"),
  detail: Schema.String
}) {
  override get message(): string {
    return `The configuration of servers cannot be read: ${this.detail}`
  }
}

/**
 * The entry of one server is wrong. It says where, and never what a variable holds.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidServer extends Schema.Error<InvalidServer>(`${id}/InvalidServer`)({
  _tag: Schema.tag("InvalidServer"),
  server: Schema.String,
  /** All that is wrong; `member` is a path such as `env.TOKEN`, empty for the entry itself. */
  problems: Schema.NonEmptyArray(Schema.Struct({ member: Schema.String, detail: Schema.String }))
}) {
  override get message(): string {
    const problems = this.problems.map(({ detail, member }) => member === "" ? detail : `${member}: ${detail}`)
    return `The entry of the server "${this.server}" is not valid: ${problems.join("; ")}`
  }
}

/**
 * No server has this name.
 *
 * @category reasons
 * @since 0.1.0
 */
export class UnknownServer extends Schema.Error<UnknownServer>(`${id}/UnknownServer`)({
  _tag: Schema.tag("UnknownServer"),
  server: Schema.String
}) {
  override get message(): string {
    return `There is no server "${this.server}"`
  }
}

/**
 * The server is configured, and turned off.
 *
 * @category reasons
 * @since 0.1.0
 */
export class ServerDisabled extends Schema.Error<ServerDisabled>(`${id}/ServerDisabled`)({
  _tag: Schema.tag("ServerDisabled"),
  server: Schema.String
}) {
  override get message(): string {
    return `The server "${this.server}" is disabled`
  }
}

/**
 * No server has a tool of this name, nor does the name begin with that of a server.
 *
 * @category reasons
 * @since 0.1.0
 */
export class UnknownTool extends Schema.Error<UnknownTool>(`${id}/UnknownTool`)({
  _tag: Schema.tag("UnknownTool"),
  tool: Schema.String
}) {
  override get message(): string {
    return `No server has a tool "${this.tool}"`
  }
}

/**
 * What went wrong.
 *
 * @category errors
 * @since 0.1.0
 */
export type McpServersErrorReason = InvalidConfig | InvalidServer | UnknownServer | ServerDisabled | UnknownTool

/**
 * A set of servers, or a name in it, is not what it should be; `reason` says how.
 *
 * @category errors
 * @since 0.1.0
 */
export class McpServersError extends Schema.Error<McpServersError>(id)({
  _tag: Schema.tag("McpServersError"),
  reason: Schema.Union([InvalidConfig, InvalidServer, UnknownServer, ServerDisabled, UnknownTool])
}) {
  override get message(): string {
    return this.reason.message
  }
}

/**
 * An `McpServersError` for a reason.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (reason: McpServersErrorReason): McpServersError => new McpServersError({ reason })
