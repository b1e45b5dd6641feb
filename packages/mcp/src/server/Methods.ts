/**
 * The methods of a server: what each request does, once a driver has brought it here. Params are checked by hand, field
 * by field, because the messages are small and the arguments inside them have decoders of their own.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { isObject, type Params, type Request } from "../jsonrpc/Message.ts"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import * as Rpc from "../jsonrpc/RpcError.ts"
import type { Revision } from "../revision/Revision.ts"
import { isLevel } from "../session/LogLevel.ts"
import { notFound, type Read } from "./BoundResource.ts"
import { type BoundTool, errorResult } from "./BoundTool.ts"
import type { Components } from "./Components.ts"
import type { Dialect, Fixed } from "./Dialect.ts"
import type { Method, Methods } from "./Engine.ts"
import type { Origin } from "./Origin.ts"
import * as RequestContext from "./RequestContext.ts"

type Text = Effect.Effect<string, RpcError>

const noParams: Params = {}

const stringMember = (params: Params | undefined, member: string): Result.Result<string, RpcError> => {
  const value = params?.[member]
  return typeof value === "string"
    ? Result.succeed(value)
    : Result.fail(Rpc.invalidParams(`"${member}" must be a string`))
}

const argumentsOf = (params: Params | undefined): Result.Result<Params, RpcError> => {
  const args = params?.arguments
  if (args === undefined) return Result.succeed(noParams)
  return isObject(args) ? Result.succeed(args) : Result.fail(Rpc.invalidParams("\"arguments\" must be an object"))
}

const listing = (dialects: Dialects, name: Fixed): Method => (request, origin) =>
  // All fits on one page, so no cursor was ever given out (PAG-04).
  request.params?.cursor === undefined
    ? Effect.sync(() => dialects(origin.revision).text(name))
    : Effect.fail(Rpc.invalidParams("Unknown cursor"))

/** Wrong arguments are a result that the model can read, or a protocol error, as the revision has it (TOC-03). */
const refuseArguments = (dialect: Dialect, tool: BoundTool, message: string): Text =>
  dialect.revision.invalidArguments === "ProtocolError"
    ? Effect.fail(Rpc.invalidParams(message))
    : Effect.succeed(dialect.finish(dialect.revision.encode.callToolResult(errorResult(message), tool.outputSchema)))

const callTool = (components: Components, dialects: Dialects): Method => (request, origin) => {
  const name = stringMember(request.params, "name")
  if (Result.isFailure(name)) return Effect.fail(name.failure)
  const tool = components.tools.get(name.success)
  if (tool === undefined) return Effect.fail(Rpc.invalidParams(`Unknown tool: ${name.success}`))
  const args = argumentsOf(request.params)
  if (Result.isFailure(args)) return Effect.fail(args.failure)
  const dialect = dialects(origin.revision)
  const decoded = tool.decode(args.success)
  if (Result.isFailure(decoded)) return refuseArguments(dialect, tool, decoded.failure)
  return Effect.map(
    tool.call(decoded.success, RequestContext.make(request, origin)),
    (result) => dialect.finish(dialect.revision.encode.callToolResult(result, tool.outputSchema))
  )
}

const readerOf = (components: Components, uri: string): Read | undefined => {
  const resource = components.resources.get(uri)
  if (resource !== undefined) return resource.read
  for (const template of components.templates.values()) {
    const read = template.match(uri)
    if (read !== undefined) return read
  }
  return undefined
}

const readResource = (components: Components, dialects: Dialects): Method => (request, origin) => {
  const uri = stringMember(request.params, "uri")
  if (Result.isFailure(uri)) return Effect.fail(uri.failure)
  const read = readerOf(components, uri.success)
  if (read === undefined) return Effect.fail(notFound(origin.revision, uri.success))
  const dialect = dialects(origin.revision)
  return Effect.map(
    read(uri.success, RequestContext.make(request, origin), origin.revision),
    (result) => dialect.finish(dialect.revision.encode.readResourceResult(result))
  )
}

const getPrompt = (components: Components, dialects: Dialects): Method => (request, origin) => {
  const name = stringMember(request.params, "name")
  if (Result.isFailure(name)) return Effect.fail(name.failure)
  const prompt = components.prompts.get(name.success)
  if (prompt === undefined) return Effect.fail(Rpc.invalidParams(`Unknown prompt: ${name.success}`))
  const args = argumentsOf(request.params)
  if (Result.isFailure(args)) return Effect.fail(args.failure)
  const dialect = dialects(origin.revision)
  return Effect.map(
    prompt.get(args.success, RequestContext.make(request, origin)),
    (result) => dialect.finish(dialect.revision.encode.getPromptResult(result))
  )
}

const setLevel = (request: Request, origin: Origin): Text => {
  const level = request.params?.level
  if (!isLevel(level)) return Effect.fail(Rpc.invalidParams("Unknown log level"))
  return Effect.sync(() => {
    origin.session?.setLogLevel(level)
    return "{}"
  })
}

/**
 * The dialect of a revision.
 *
 * @category models
 * @since 0.1.0
 */
export type Dialects = (revision: Revision) => Dialect

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
    methods.set("tools/list", listing(dialects, "tools/list"))
    methods.set("tools/call", callTool(components, dialects))
  }
  if (components.resources.size + components.templates.size > 0) {
    methods.set("resources/list", listing(dialects, "resources/list"))
    methods.set("resources/templates/list", listing(dialects, "resources/templates/list"))
    methods.set("resources/read", readResource(components, dialects))
  }
  if (components.prompts.size > 0) {
    methods.set("prompts/list", listing(dialects, "prompts/list"))
    methods.set("prompts/get", getPrompt(components, dialects))
  }
  return methods
}
