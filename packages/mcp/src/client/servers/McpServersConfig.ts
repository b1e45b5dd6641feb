/**
 * The familiar JSON under `mcpServers`, as a schema and as what it comes to: for each server its program or its URL, with
 * variables put in and secrets redacted, or all that is wrong with its entry. Nothing is started or read here.
 *
 * @since 0.1.0
 */
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { isObject } from "../../jsonrpc/Message.ts"
import { isHttp } from "../../transport/ClientTransport.ts"
import * as Peer from "../../transport/http/Peer.ts"
import * as Expansion from "./Expansion.ts"
import * as McpServersError from "./McpServersError.ts"

const Texts = Schema.Record(Schema.String, Schema.String)

/**
 * The entry of a server that is a program. Members that are not known are left alone.
 *
 * @category schemas
 * @since 0.1.0
 */
export const StdioEntry = Schema.Struct({
  type: Schema.optionalKey(Schema.Literal("stdio")),
  command: Schema.NonEmptyString,
  args: Schema.optionalKey(Schema.Array(Schema.String)),
  env: Schema.optionalKey(Texts),
  cwd: Schema.optionalKey(Schema.NonEmptyString),
  disabled: Schema.optionalKey(Schema.Boolean)
})

/**
 * The entry of a server behind a URL: `http` (Streamable HTTP, which falls back to HTTP+SSE where a server is that old),
 * or `sse` (HTTP+SSE and nothing else). The other two names of `http` are in use too.
 *
 * @category schemas
 * @since 0.1.0
 */
export const HttpEntry = Schema.Struct({
  type: Schema.optionalKey(Schema.Literals(["http", "sse", "streamable-http", "streamableHttp"])),
  url: Schema.NonEmptyString,
  headers: Schema.optionalKey(Texts),
  disabled: Schema.optionalKey(Schema.Boolean)
})

/**
 * A whole file, for editors and for programs that write one. `parse` is more patient: one bad entry spoils no other.
 *
 * @category schemas
 * @since 0.1.0
 */
export const File = Schema.Struct({
  mcpServers: Schema.Record(Schema.String, Schema.Union([StdioEntry, HttpEntry]))
})

/**
 * A program to start. All values of `env` are redacted, and arguments that a variable was put into.
 *
 * @category models
 * @since 0.1.0
 */
export interface StdioServer {
  readonly _tag: "Stdio"
  readonly disabled: boolean
  readonly command: string
  readonly args: ReadonlyArray<string | Redacted.Redacted>
  readonly env: { readonly [name: string]: Redacted.Redacted }
  readonly cwd: string | undefined
}

/**
 * A URL to speak to. All values of `headers` are redacted, and the URL, which may hold a key; `shown` is the URL as it is
 * written in the configuration, without user and password, and with a mark in place of the query and of variables.
 *
 * @category models
 * @since 0.1.0
 */
export interface HttpServer {
  readonly _tag: "Http"
  readonly disabled: boolean
  readonly transport: "StreamableHttp" | "Sse"
  readonly url: Redacted.Redacted
  readonly shown: string
  readonly headers: { readonly [name: string]: Redacted.Redacted }
}

/**
 * What an entry comes to.
 *
 * @category models
 * @since 0.1.0
 */
export type Server = StdioServer | HttpServer

/**
 * What a configuration comes to, server by server, in the order in which it names them.
 *
 * @category models
 * @since 0.1.0
 */
export type Servers = ReadonlyMap<string, Result.Result<Server, McpServersError.McpServersError>>

interface Problem {
  readonly member: string
  readonly detail: string
}

/** Puts variables into the texts of one entry, and keeps count of those that are missing. */
const expander = (environment: Expansion.Environment) => {
  const problems: Array<Problem> = []
  const expand = (member: string, text: string): Expansion.Expanded =>
    Result.getOrElse(Expansion.expand(text, environment), (name) => {
      problems.push({ member, detail: `the environment variable ${name} is not set, and there is no default` })
      return { text: "", expanded: true }
    })
  /** Of a text that must not be empty. */
  const expandFull = (member: string, text: string): string => {
    const known = problems.length
    const expanded = expand(member, text)
    if (expanded.text === "" && problems.length === known) problems.push({ member, detail: "there is nothing in it" })
    return expanded.text
  }
  const redact = (member: string, texts: typeof Texts.Type = {}): { readonly [name: string]: Redacted.Redacted } =>
    Object.fromEntries(
      Object.entries(texts).map(([name, text]) =>
        [name, Redacted.make(expand(`${member}.${name}`, text).text)] as const
      )
    )
  return { problems, expand, expandFull, redact }
}

type Expander = ReturnType<typeof expander>

const stdioServer = (entry: typeof StdioEntry.Type, { expand, expandFull, redact }: Expander): Server => ({
  _tag: "Stdio",
  disabled: entry.disabled ?? false,
  command: expandFull("command", entry.command),
  args: (entry.args ?? []).map((argument, index) => {
    const { expanded, text } = expand(`args.${index}`, argument)
    return expanded ? Redacted.make(text) : text
  }),
  env: redact("env", entry.env),
  cwd: entry.cwd === undefined ? undefined : expandFull("cwd", entry.cwd)
})

const checkUrl = (text: string, problems: Array<Problem>): void => {
  const protocol = Result.getOrUndefined(Result.try(() => new URL(text).protocol))
  if (protocol === undefined) problems.push({ member: "url", detail: "this is no URL" })
  else if (protocol !== "http:" && protocol !== "https:") {
    problems.push({ member: "url", detail: `${protocol} is neither http: nor https:` })
  }
}

/** Variables are shown as they are written; the mark tells their values from others. The scheme is always shown. */
const shownAs = (written: string, { expanded, text }: Expansion.Expanded): string => {
  if (!expanded) return Peer.fromUrl(text)
  const shown = written.replace(/[?#][^]*$/, "").replace(/\/\/[^/]*@/, "//")
  const [scheme = ""] = isHttp(shown) ? [] : /^https?:/i.exec(text) ?? []
  return `${scheme}${shown}${Peer.markOf(text)}`
}

const httpServer = (entry: typeof HttpEntry.Type, { expand, problems, redact }: Expander): Server => {
  const known = problems.length
  const url = expand("url", entry.url)
  if (problems.length === known) checkUrl(url.text, problems)
  return {
    _tag: "Http",
    disabled: entry.disabled ?? false,
    transport: entry.type === "sse" ? "Sse" : "StreamableHttp",
    url: Redacted.make(url.text),
    shown: shownAs(entry.url, url),
    headers: redact("headers", entry.headers)
  }
}

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

const problemsOf = (issue: SchemaIssue.Issue): ReadonlyArray<Problem> =>
  formatIssue(issue).issues.map(({ message, path = [] }) => ({
    member: path.map((step) => String(typeof step === "object" ? step.key : step)).join("."),
    detail: message
  }))

const decodeStdio = Schema.decodeUnknownResult(StdioEntry, { errors: "all" })
const decodeHttp = Schema.decodeUnknownResult(HttpEntry, { errors: "all" })

const decodeEntry = (
  entry: unknown,
  expander: Expander
): Result.Result<Server, ReadonlyArray<Problem>> => {
  if (!isObject(entry)) return Result.fail([{ member: "", detail: "it is no object" }])
  const [hasCommand, hasUrl] = [Object.hasOwn(entry, "command"), Object.hasOwn(entry, "url")]
  if (hasCommand === hasUrl) {
    const detail = hasCommand ? "it has both command and url" : "it has neither command nor url"
    return Result.fail([{ member: "", detail }])
  }
  return hasCommand
    ? Result.mapBoth(decodeStdio(entry), {
      onFailure: ({ issue }) => problemsOf(issue),
      onSuccess: (decoded) => stdioServer(decoded, expander)
    })
    : Result.mapBoth(decodeHttp(entry), {
      onFailure: ({ issue }) => problemsOf(issue),
      onSuccess: (decoded) => httpServer(decoded, expander)
    })
}

const invalidServer = (server: string, problems: ReadonlyArray<Problem>) => {
  const [first = { member: "", detail: "it is not valid" }, ...others] = problems
  return Result.fail(McpServersError.make(new McpServersError.InvalidServer({ server, problems: [first, ...others] })))
}

const resolveEntry = (
  server: string,
  entry: unknown,
  environment: Expansion.Environment
): Result.Result<Server, McpServersError.McpServersError> => {
  const expanding = expander(environment)
  const decoded = decodeEntry(entry, expanding)
  if (Result.isFailure(decoded)) return invalidServer(server, decoded.failure)
  // What is turned off may lack what it would need.
  return decoded.success.disabled || expanding.problems.length === 0
    ? Result.succeed(decoded.success)
    : invalidServer(server, expanding.problems)
}

const invalid = (detail: string) => Result.fail(McpServersError.make(new McpServersError.InvalidConfig({ detail })))

/**
 * What a configuration comes to. It may have members of other programs beside `mcpServers`. One entry that is wrong is a
 * failure of its own, with all that is wrong in it; only a configuration that names no servers at all fails as a whole.
 *
 * @param json the configuration, as JSON has been parsed
 * @param environment what `${NAME}` stands for
 * @category parsing
 * @since 0.1.0
 */
export const resolve = (
  json: unknown,
  environment: Expansion.Environment
): Result.Result<Servers, McpServersError.McpServersError> => {
  if (!isObject(json) || !Object.hasOwn(json, "mcpServers")) return invalid("it is no object with a member mcpServers")
  const { mcpServers } = json
  if (!isObject(mcpServers)) return invalid("mcpServers is no object")
  return Result.succeed(
    new Map(Object.entries(mcpServers).map(([name, entry]) => [name, resolveEntry(name, entry, environment)] as const))
  )
}

/**
 * What the text of a configuration comes to.
 *
 * @example
 * ```ts
 * import * as McpServersConfig from "@parley/mcp/client/servers/McpServersConfig"
 * import * as Result from "effect/Result"
 *
 * const text = `{ "mcpServers": { "files": { "command": "npx", "args": ["-y", "server", "\${HOME}"] } } }`
 *
 * export const names = Result.map(McpServersConfig.parse(text, { HOME: "/home/me" }), (servers) => [...servers.keys()])
 * ```
 *
 * @param environment what `${NAME}` stands for
 * @category parsing
 * @since 0.1.0
 */
export const parse = (
  text: string,
  environment: Expansion.Environment
): Result.Result<Servers, McpServersError.McpServersError> => {
  // Editors on Windows begin files with a byte order mark.
  const json = Result.try(() => JSON.parse(text.replace(/^\uFEFF/, "")) as unknown)
  // What the parser says about bad JSON quotes the text, which may hold secrets.
  return Result.isFailure(json) ? invalid("it is not JSON") : resolve(json.success, environment)
}
