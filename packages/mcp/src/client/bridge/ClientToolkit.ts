/**
 * The tools of a server as an `effect/ai` toolkit with handlers, for `LanguageModel`. The tools are those that the server
 * lists when the toolkit is made: where a toolkit may be an effect, `make` itself lists them anew each time.
 *
 * How the parts correspond:
 *
 * - The input schema is given to the model as the server wrote it; the server validates the arguments.
 * - A result is given to the program as it came, and to the model as text and files: pictures, sounds and PDFs are shown,
 *   other bytes and links described, blocks for the user alone left out.
 * - A tool that failed, and a call that failed, are `CallFailed`. By default (`failureMode: "return"`) the model reads it,
 *   and goes on; with `"error"` it is a failure of the program.
 * - Hints and titles become annotations. They are what the server says, and no ground for trust (TOL-16, TOL-17).
 * - Names that providers refuse are replaced; calls go out under the server's own.
 * - Tools that can only be called as tasks are left out.
 *
 * @since 0.1.0
 */
import * as AiTool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as JsonSchema from "effect/JsonSchema"
import * as Schema from "effect/Schema"
import { isObject } from "../../jsonrpc/Message.ts"
import { type CallToolParams, CallToolResult, type Tool } from "../../schema/Tool.ts"
import type { McpClientError } from "../McpClientError.ts"
import type { Clients } from "../servers/McpClients.ts"
import * as ModelNames from "../tools/ModelNames.ts"
import * as ModelContent from "./ModelContent.ts"

/**
 * A call that came to nothing: the tool says that it failed, or there is no result. As JSON it is what the model reads.
 *
 * @category errors
 * @since 0.1.0
 */
export class CallFailed extends Schema.Error<CallFailed>("@parley/mcp/client/bridge/ClientToolkit/CallFailed")({
  _tag: Schema.tag("CallFailed"),
  /** The name of the tool, as the server has it. */
  tool: Schema.String,
  /** What the tool says, or why there is no result. */
  detail: Schema.String,
  /** Whether the tool may have done something all the same. */
  mayHaveRun: Schema.Boolean
}) {
  override get message(): string {
    return this.detail
  }
}

/**
 * A tool of a server, as `effect/ai` knows it.
 *
 * @category models
 * @since 0.1.0
 */
export type ClientTool<Mode extends AiTool.FailureMode = "return"> = AiTool.Dynamic<string, {
  readonly parameters: JsonSchema.JsonSchema
  readonly success: typeof CallToolResult
  readonly failure: typeof CallFailed
  readonly failureMode: Mode
}>

/** What is known of a call without a result; without a word about it, it has not run. */
interface Unanswered {
  readonly message: string
  readonly mayHaveRun?: boolean
}

/**
 * What the tools come from: a client, or anything that lists and calls as it does. `E` is how listing fails.
 *
 * @category models
 * @since 0.1.0
 */
export interface Source<out E = McpClientError> {
  readonly listTools: Effect.Effect<ReadonlyArray<Tool>, E>
  readonly callTool: (params: Pick<CallToolParams, "name" | "arguments">) => Effect.Effect<CallToolResult, Unanswered>
}

/**
 * The tools of many servers, as they were listed last, under the names that they have among all.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofMany = ({ callTool, tools }: Pick<Clients, "tools" | "callTool">): Source<never> => ({
  listTools: Effect.map(tools, (all) => all.map(({ name, tool }) => ({ ...tool, name }))),
  callTool
})

/**
 * The options of {@link make}.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<Mode extends AiTool.FailureMode = "return"> {
  /** Whether failures are told to the model (`"return"`, the default) or end the run (`"error"`). */
  readonly failureMode?: Mode
  /** The tools that the model may have. Default: all. */
  readonly select?: (tool: Tool) => boolean
  /** The tools whose calls somebody has to approve first, in the way of `effect/ai`. Default: none. */
  readonly needsApproval?: (tool: Tool) => boolean
}

/**
 * A toolkit, and the handlers of its tools.
 *
 * @category models
 * @since 0.1.0
 */
export interface Parts<Mode extends AiTool.FailureMode = "return"> {
  readonly toolkit: Toolkit.Toolkit<Record<string, ClientTool<Mode>>>
  readonly handlers: Context.Context<AiTool.Handler<string>>
}

const isCallable = ({ execution }: Tool): boolean => execution?.taskSupport !== "required"

/** Only what the server says: what it does not say has the same defaults here as there. */
const annotate = <T extends AiTool.Any>(tool: T, { annotations, title }: Tool): T => {
  let context: Context.Context<never> = tool.annotations
  const name = title ?? annotations?.title
  if (name !== undefined) context = Context.add(context, AiTool.Title, name)
  const hints = [
    [AiTool.Readonly, annotations?.readOnlyHint],
    [AiTool.Destructive, annotations?.destructiveHint],
    [AiTool.Idempotent, annotations?.idempotentHint],
    [AiTool.OpenWorld, annotations?.openWorldHint]
  ] as const
  for (const [key, hint] of hints) {
    if (hint !== undefined) context = Context.add(context, key, hint)
  }
  // A tool with other annotations is of the same type, which the method's own type does not say.
  return tool.annotateMerge(context) as T
}

const describe = <Mode extends AiTool.FailureMode>(
  name: string,
  tool: Tool,
  { failureMode, needsApproval }: Options<Mode>
): ClientTool<Mode> => {
  const described: unknown = annotate(
    AiTool.dynamic(name, {
      parameters: tool.inputSchema,
      success: CallToolResult,
      failure: CallFailed,
      failureMode: failureMode ?? "return",
      needsApproval: needsApproval?.(tool) ?? false,
      toModelOutput: ModelContent.toParts,
      ...(tool.description === undefined ? {} : { description: tool.description })
    }),
    tool
  )
  // The options tell the type of the failure mode, and the default of the type parameter that of its absence.
  return described as ClientTool<Mode>
}

const unanswered = (tool: string, { mayHaveRun = false, message }: Unanswered): CallFailed =>
  new CallFailed({ tool, detail: message, mayHaveRun })

/** Models leave arguments out where there are none to give. */
const argumentsIn = (params: unknown): { readonly [name: string]: unknown } | undefined => {
  if (params === undefined || params === null) return {}
  return isObject(params) ? params : undefined
}

const handler =
  ({ callTool }: Source<unknown>, name: string) => (params: unknown): Effect.Effect<CallToolResult, CallFailed> => {
    const args = argumentsIn(params)
    if (args === undefined) {
      return Effect.fail(new CallFailed({ tool: name, detail: "The arguments must be an object", mayHaveRun: false }))
    }
    return Effect.matchEffect(callTool({ name, arguments: args }), {
      onFailure: (error) => Effect.fail(unanswered(name, error)),
      onSuccess: (result) =>
        result.isError === true
          ? Effect.fail(new CallFailed({ tool: name, detail: ModelContent.toText(result), mayHaveRun: true }))
          : Effect.succeed(result)
    })
  }

/**
 * The toolkit of a server's tools apart from its handlers, to be merged with others (`Toolkit.merge`). Fails when the
 * tools cannot be listed.
 *
 * @category constructors
 * @since 0.1.0
 */
export const parts = Effect.fnUntraced(function*<E, Mode extends AiTool.FailureMode = "return">(
  source: Source<E>,
  options: Options<Mode> = {}
): Effect.fn.Return<Parts<Mode>, E> {
  const { select = () => true } = options
  const tools = (yield* source.listTools).filter((tool) => isCallable(tool) && select(tool))
  const names = ModelNames.make(tools.map(({ name }) => name))
  const described = tools.map((tool) => [describe(names.get(tool.name) ?? tool.name, tool, options), tool] as const)
  // The names are known only now, so the type of the toolkit is that of a record.
  const toolkit = Toolkit.make(...described.map(([tool]) => tool)) as unknown as Parts<Mode>["toolkit"]
  const handlers = yield* toolkit.toHandlers(
    Object.fromEntries(described.map(([{ name }, tool]) => [name, handler(source, tool.name)])) as Toolkit.HandlersFrom<
      Record<string, ClientTool<Mode>>
    >
  )
  return { toolkit, handlers: handlers as Context.Context<AiTool.Handler<string>> }
})

/**
 * The tools of a server, ready for `LanguageModel`. Fails when they cannot be listed.
 *
 * @example
 * ```ts
 * import { McpClient } from "@parley/mcp"
 * import * as ClientToolkit from "@parley/mcp/client/bridge/ClientToolkit"
 * import * as LanguageModel from "effect/ai/LanguageModel"
 * import * as Effect from "effect/Effect"
 *
 * export const answer = Effect.gen(function*() {
 *   const client = yield* McpClient.McpClient
 *   const toolkit = yield* ClientToolkit.make(client, { select: ({ annotations }) => annotations?.readOnlyHint === true })
 *   const { text } = yield* LanguageModel.generateText({ prompt: "What is in the notes?", toolkit })
 *   return text
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <E, Mode extends AiTool.FailureMode = "return">(
  source: Source<E>,
  options: Options<Mode> = {}
): Effect.Effect<Toolkit.WithHandler<Record<string, ClientTool<Mode>>>, E> =>
  Effect.flatMap(parts(source, options), ({ handlers, toolkit }) =>
    // The handlers of all tools are there; a record of tools does not say which.
    Effect.provide(toolkit, handlers as Context.Context<AiTool.HandlersFor<Record<string, ClientTool<Mode>>>>))
