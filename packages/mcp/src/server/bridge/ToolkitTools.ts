/**
 * The tools of an `effect/ai` `Toolkit`, served over MCP. The toolkit's own handlers run, found in the context as
 * `Toolkit.toLayer` provides them; what they take and give is decoded and encoded once, by Parley. It is not a model of
 * MCP in terms of `effect/ai`: write `Tool.serve` for a tool that only MCP clients call.
 *
 * How the parts correspond:
 *
 * - `parameters` are the arguments; a raw JSON Schema of `Tool.dynamic` is listed as it is, and its arguments are not
 *   validated. `Strict` refuses arguments that the schema does not name.
 * - `success` is structured content; `Void` gives nothing, strings and `Unknown` give text.
 * - Files: what `toModelOutput` makes of a result is its content, and a `success` schema of the parts of `effect/ai`
 *   (`Prompt.FilePart`, `Response.FilePart`, text parts, lists and unions of them) gives content only. Pictures and
 *   sounds become image and audio blocks, URLs become links, other files embedded resources.
 * - `failure` is a result with `isError`, in both failure modes, because that is what a failure is in MCP. An `AiError`
 *   that is not declared is masked like a defect.
 * - Preliminary results are progress, counted from 1, with their text or JSON as the message.
 * - `Title`, `Readonly`, `Destructive`, `Idempotent`, `OpenWorld` and `Meta` are listed when they are set.
 * - Tools that a model's provider executes itself are left out.
 *
 * @since 0.1.0
 */
import * as AiError from "effect/ai/AiError"
import * as AiTool from "effect/ai/Tool"
import type * as Toolkit from "effect/ai/Toolkit"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import { McpRequest, type RequestInfo } from "../../contract/McpRequest.ts"
import * as ParameterSchema from "../../contract/ParameterSchema.ts"
import * as Served from "../../contract/Served.ts"
import * as Tool from "../../contract/Tool.ts"
import { MetaKey } from "../../schema/Meta.ts"
import type { ToolAnnotations } from "../../schema/ToolDefinition.ts"
import * as ResultContent from "./ResultContent.ts"
import * as ToolkitParts from "./ToolkitParts.ts"

/**
 * A call that its tool says needs approval (`needsApproval`).
 *
 * @category models
 * @since 0.1.0
 */
export interface ApprovalRequest {
  readonly name: string
  /** The decoded arguments. */
  readonly params: unknown
}

/**
 * Decides on a call that needs approval; it may ask the user (`Ask`).
 *
 * @category models
 * @since 0.1.0
 */
export type Approve<R> = (request: ApprovalRequest) => Effect.Effect<boolean, Tool.ToolError, R>

/**
 * The options of {@link serve}.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<R> {
  /**
   * Decides on calls of tools with `needsApproval`. Default: they are refused, because nobody has approved them.
   * {@link approvedByClient} leaves it to the client to have asked its user.
   */
  readonly approve?: Approve<R>
}

/**
 * What the compiler shows when a schema of the toolkit needs services: MCP tools encode and decode without any.
 *
 * @category type-level
 * @since 0.1.0
 */
export interface SchemaNeedsServices<R> {
  readonly "schemas of served tools cannot need services": R
}

type ServiceFree<R> = [R] extends [never] ? unknown : SchemaNeedsServices<R>

type ToolsOf = { readonly [name: string]: AiTool.Any }

/**
 * What the tools of a toolkit need to be served: their handlers, and what their `dependencies` name.
 *
 * @category type-level
 * @since 0.1.0
 */
export type Needs<Tools extends Record<string, AiTool.Any>> =
  | AiTool.HandlersFor<Tools>
  | AiTool.Requirements<Tools[keyof Tools]>

/** A handler as `Toolkit.toLayer` puts it into the context, under the id of its tool. */
type Handler = AiTool.Handler<string>

/** Hints are listed when they are set: their defaults are those of MCP. */
const annotationsOf = ({ annotations }: AiTool.Any): ToolAnnotations | undefined => {
  const hints = Object.entries({
    title: Context.getOrUndefined(annotations, AiTool.Title),
    readOnlyHint: Context.getOrUndefined(annotations, AiTool.Readonly),
    destructiveHint: Context.getOrUndefined(annotations, AiTool.Destructive),
    idempotentHint: Context.getOrUndefined(annotations, AiTool.Idempotent),
    openWorldHint: Context.getOrUndefined(annotations, AiTool.OpenWorld)
  }).filter(([, hint]) => hint !== undefined)
  return hints.length === 0 ? undefined : Object.fromEntries(hints)
}

const presentationOf = (tool: AiTool.Any): Tool.Presentation => {
  const title = Context.getOrUndefined(tool.annotations, AiTool.Title)
  const description = AiTool.getDescription(tool)
  const annotations = annotationsOf(tool)
  const meta = Context.getOrUndefined(tool.annotations, AiTool.Meta)
  return {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(meta === undefined ? {} : { _meta: meta })
  }
}

/** How the arguments of a tool are described and read. */
interface Arguments {
  readonly schema: ParameterSchema.AnySchema
  readonly inputSchema: ParameterSchema.JsonObject | undefined
  readonly decode: (args: unknown) => Result.Result<unknown, Schema.SchemaError>
}

const argumentsOf = (tool: AiTool.Any): Arguments => {
  const schema: ParameterSchema.AnySchema = tool.parametersSchema
  if (AiTool.isDynamic(tool) && tool.jsonSchema !== undefined) {
    return { schema: ParameterSchema.AnyObject, inputSchema: tool.jsonSchema, decode: Result.succeed }
  }
  // Tools of a model's provider say so when they take nothing; arguments are an object all the same.
  if (SchemaAST.isVoid(schema.ast)) {
    return { schema: AiTool.EmptyParams, inputSchema: undefined, decode: () => Result.succeed(undefined) }
  }
  const asUsual: Arguments = { schema, inputSchema: undefined, decode: Result.succeed }
  if (AiTool.getStrictMode(tool) !== true) return asUsual
  // A schema that is no JSON Schema is reported where the tool is bound, as for every tool.
  return Result.match(Result.try(() => ParameterSchema.toJsonSchema(schema, { onExcessProperty: "error" })), {
    onFailure: () => asUsual,
    onSuccess: (inputSchema) => ({
      schema: ParameterSchema.AnyObject,
      inputSchema,
      decode: Schema.decodeUnknownResult(ParameterSchema.toJsonCodec(schema), { onExcessProperty: "error" })
    })
  })
}

interface Output extends ResultContent.Shown {
  /** A preliminary result as a sentence; none when it has no text. */
  readonly sentence: (value: unknown) => string | undefined
}

const outputOf = (tool: AiTool.Any): Output => {
  const { successSchema, toModelOutput } = tool
  if (ToolkitParts.isParts(successSchema)) {
    // The schema says that the value is made of parts.
    const show = (value: unknown) => ToolkitParts.toContent(value as Parameters<typeof ToolkitParts.toContent>[0])
    return { success: undefined, show, sentence: () => undefined }
  }
  const shown = ResultContent.bySchema(successSchema)
  const codec = ParameterSchema.toJsonCodec(successSchema)
  const sentence = (value: unknown) => ResultContent.textOf(Schema.encodeUnknownSync(codec)(value) ?? undefined)
  if (toModelOutput === undefined) return { ...shown, sentence }
  return {
    success: shown.success,
    sentence,
    show: (value) => {
      const content = ToolkitParts.toContent(toModelOutput(value))
      return shown.success === undefined ? content : Tool.result({ structured: value, content })
    }
  }
}

const declares = (ast: SchemaAST.AST, declared: SchemaAST.AST): boolean =>
  ast === declared || (SchemaAST.isUnion(ast) && ast.types.some((member) => declares(member, declared)))

/**
 * Every handler may fail with an `AiError`; only where the tool says so is it for the model. It must not pass for a
 * declared failure that happens to have the same members.
 */
const maskUndeclared = (tool: AiTool.Any) => {
  const isDeclared = declares(tool.failureSchema.ast, AiError.AiError.ast)
  return (error: unknown): Effect.Effect<never, unknown> =>
    !isDeclared && (AiError.isAiError(error) || AiError.isAiErrorReason(error)) ? Effect.die(error) : Effect.fail(error)
}

/** What the handler of the toolkit is told of the call. */
const handlerContext = (request: RequestInfo, sentence: Output["sentence"]): Toolkit.HandlerContext<AiTool.Any> => {
  let count = 0
  return {
    toolCallId: String(request.id),
    preliminary: (value) =>
      Effect.suspend(() => {
        count += 1
        if (request.meta[MetaKey.progressToken] === undefined) return Effect.void
        const message = sentence(value)
        return request.progress(message === undefined ? { progress: count } : { progress: count, message })
      })
  }
}

const refuse: Approve<never> = ({ name }) =>
  Effect.fail(Tool.fail(`The tool "${name}" needs an approval that nobody can give here`))

/**
 * Takes every call that needs approval as approved: clients of MCP are to have the consent of their user before they
 * call a tool (SEC-06), and with this the server relies on it.
 *
 * @category approval
 * @since 0.1.0
 */
export const approvedByClient: Approve<never> = () => Effect.succeed(true)

/** Fails unless the call needs no approval, or has it; nothing, for tools that never need any. */
const approvalOf = <R>({ name, needsApproval }: AiTool.Any, approve: Approve<R>) => {
  if (needsApproval === undefined || needsApproval === false) return undefined
  const denied = Effect.fail(Tool.fail(`The call of "${name}" was not approved`))
  const isNeeded = (params: unknown, toolCallId: string) => {
    if (needsApproval === true) return Effect.succeed(true)
    const needed = needsApproval(params, { toolCallId, messages: [] })
    return Effect.isEffect(needed) ? needed : Effect.succeed(needed)
  }
  return (params: unknown, request: RequestInfo): Effect.Effect<void, Tool.ToolError, R> =>
    Effect.flatMap(isNeeded(params, String(request.id)), (needed) =>
      needed
        ? Effect.flatMap(approve({ name, params }), (approved) => approved ? Effect.void : denied)
        : Effect.void)
}

const serveOne = <R>(tool: AiTool.Any, approve: Approve<R>): Served.Served<Tool.Any, Handler | McpRequest | R> => {
  const { decode, inputSchema, schema } = argumentsOf(tool)
  const { sentence, show, success } = outputOf(tool)
  const orMask = maskUndeclared(tool)
  const approved = approvalOf(tool, approve)
  const key = Context.Service<Handler, Handler>(tool.id)
  const run = (params: unknown, request: RequestInfo, context: Context.Context<Handler>) => {
    const handler = Context.get(context, key)
    const result: Effect.Effect<unknown, unknown> = Effect.suspend(() =>
      handler.handler(params, handlerContext(request, sentence))
    )
    const output: Effect.Effect<unknown, unknown> = Effect.map(Effect.catch(result, orMask), show)
    // A handler has what its layer was built with; the request's own services come first.
    return Effect.updateContext(output, (own: Context.Context<never>) => Context.merge(handler.context, own))
  }
  const handle = (args: unknown) =>
    Effect.flatMap(Effect.context<Handler | McpRequest | R>(), (context) => {
      const params = decode(args)
      if (Result.isFailure(params)) {
        return Effect.fail(Tool.fail(`Invalid arguments for tool "${tool.name}": ${params.failure.message}`))
      }
      const request = Context.get(context, McpRequest)
      const running = run(params.success, request, context)
      return approved === undefined ? running : Effect.andThen(approved(params.success, request), running)
    })
  return Served.make({ ...describe(tool, schema, success), inputSchema }, handle)
}

const describe = (
  tool: AiTool.Any,
  parameters: ParameterSchema.AnySchema,
  success: ParameterSchema.AnySchema | undefined
): Tool.Any => ({
  ...Tool.make(tool.name, presentationOf(tool)),
  parameters,
  success,
  failure: SchemaAST.isNever(tool.failureSchema.ast) ? undefined : tool.failureSchema
})

const isServable = (tool: AiTool.Any): boolean => !AiTool.isProviderDefined(tool) || tool.requiresHandler

/**
 * The tools of a toolkit with their handlers, for `McpServer.layer` and `Registry.add`. The handlers are required from
 * the context, where the toolkit's own layer puts them. A handler that wants what handlers of MCP have (`McpRequest`,
 * and with it `Ask`, `Progress` and `ClientLog`) names it among the `dependencies` of its tool.
 *
 * @example
 * ```ts
 * import { McpServer } from "@parley/mcp"
 * import * as ToolkitTools from "@parley/mcp/server/bridge/ToolkitTools"
 * import * as Tool from "effect/ai/Tool"
 * import * as Toolkit from "effect/ai/Toolkit"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as Schema from "effect/Schema"
 *
 * const Shout = Tool.make("shout", { parameters: Schema.Struct({ text: Schema.String }), success: Schema.String })
 * const Voices = Toolkit.make(Shout)
 * const VoicesLive = Voices.toLayer({ shout: ({ text }) => Effect.succeed(text.toUpperCase()) })
 *
 * export const Server = McpServer.layer(ToolkitTools.serve(Voices), { name: "voices", version: "1.0.0" }).pipe(
 *   Layer.provide(VoicesLive)
 * )
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const serve = <Tools extends Record<string, AiTool.Any>, R = never>(
  toolkit: Toolkit.Toolkit<Tools> & ServiceFree<AiTool.SchemaServices<Tools[keyof Tools]>>,
  options: Options<R> = {}
): ReadonlyArray<Served.Served<Tool.Any, Needs<Tools> | R>> => {
  const tools: ToolsOf = toolkit.tools
  const served = Object.values(tools)
    .filter(isServable)
    .map((tool) => serveOne(tool, options.approve ?? refuse))
  // Which handlers and dependencies the toolkit names is known to its type; here tools are data.
  return served as unknown as ReadonlyArray<Served.Served<Tool.Any, Needs<Tools> | R>>
}
