/**
 * What a client does about tools by itself, as two stages of a call's way. The upper one sees what the user sees: it takes
 * note of listings, leaves out tools that break the rules, lets annotations say what may be repeated, and checks outputs.
 * The lower one sees each request: it mirrors parameters in headers, and learns them anew when the server says that they
 * do not match.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Semaphore from "effect/Semaphore"
import * as ErrorCode from "../../jsonrpc/ErrorCode.ts"
import { isObject, type Params } from "../../jsonrpc/Message.ts"
import type { CallToolResult, ListToolsResult } from "../../schema/Tool.ts"
import * as ParameterHeaders from "../../session/ParameterHeaders.ts"
import type { Limits } from "../ClientLimits.ts"
import type { Connected } from "../connection/Connect.ts"
import * as McpClientError from "../McpClientError.ts"
import type { Call, Send } from "../requests/Call.ts"
import * as Listing from "../requests/Listing.ts"
import type { Known, KnownTools } from "./KnownTools.ts"
import * as OutputValidator from "./OutputValidator.ts"

/**
 * What the stages work on.
 *
 * @category models
 * @since 0.1.0
 */
export interface Parts {
  readonly known: KnownTools
  readonly limits: Limits
  /** The connection that was in force last. */
  readonly latest: () => Connected
  /** Absent: outputs are not checked. */
  readonly validator: OutputValidator.OutputValidator["Service"] | undefined
}

/** Where parameters are mirrored: in the stateless era, over what has headers (XMC-01). */
const mirrors = ({ latest }: Parts): boolean => {
  const { link, server } = latest()
  return server.revision.era === "stateless" && link.mirrors === true
}

/** Takes note of a page of the list, and gives it without the tools that break the rules. */
const note = (parts: Parts, result: unknown): Effect.Effect<ListToolsResult> => {
  // It was read by the codec of `tools/list`.
  const page = result as ListToolsResult
  const { kept, rejected } = parts.known.note(page.tools, mirrors(parts))
  const noted = kept === page.tools ? page : { ...page, tools: kept }
  return Effect.as(
    Effect.forEach(
      rejected,
      ({ name, problem }) => Effect.logWarning(`The tool ${JSON.stringify(name)} is left out: ${problem}`),
      { discard: true }
    ),
    noted
  )
}

const listedOf = ({ known }: Parts, { params }: Call): Known | undefined =>
  typeof params.name === "string" ? known.get(params.name) : undefined

/** What was listed last, or else what the caller says. */
const knownOf = (parts: Parts, call: Call): Known | undefined => {
  const { tool } = call.options
  return listedOf(parts, call) ?? (tool === undefined ? undefined : parts.known.declared(tool))
}

/** Annotations are hints; so is what is made of them here (`RequestOptions.repeatable`). */
const isRepeatable = (known: Known | undefined): boolean => {
  const annotations = known?.tool.annotations
  return annotations?.readOnlyHint === true || annotations?.idempotentHint === true
}

/** Reads the list of tools from the server itself. */
const refresh = (parts: Parts, next: Send) =>
  Listing.all({
    method: "tools/list",
    begin: () => (cursor) =>
      Effect.flatMap(
        next({ method: "tools/list", params: cursor === undefined ? {} : { cursor }, options: { refresh: true } }),
        (page) => Effect.map(note(parts, page), ({ nextCursor, tools }) => ({ items: tools, nextCursor }))
      )
  }, parts.limits)

type Learn = Effect.Effect<void, McpClientError.McpClientError>

/**
 * Lists the tools anew. Of many calls that were refused at a time, one does so, and the others go by what it has learned,
 * even if that is nothing.
 */
const makeLearning = (parts: Parts, next: Send): () => Learn => {
  const lock = Semaphore.makeUnsafe(1)
  let lessons = 0
  const count = Effect.sync(() => void lessons++)
  const learn = refresh(parts, next).pipe(Effect.tapError(() => count), Effect.andThen(count))
  return () => {
    const before = lessons
    return lock.withPermits(1)(Effect.suspend(() => lessons === before ? learn : Effect.void))
  }
}

/** Learns, or fails with an error that there was before: what the caller is told of is the call, not the listing. */
const learnedOr = (learn: Learn, error: McpClientError.McpClientError): Learn =>
  Effect.catch(
    learn,
    (cause) => Effect.andThen(Effect.logDebug("The tools could not be listed again", cause), Effect.fail(error))
  )

/** What another look at the list of tools may put right: the schema may be an old one. */
const isUnfit = ({ reason }: McpClientError.McpClientError): boolean =>
  reason._tag === "InvalidOutput" && reason.problem !== "Undecided"

/**
 * By what is known when the result is there: the tools may have been listed anew on its way. A result that does not fit is
 * refused only by a schema that the server still has.
 */
const checked = (parts: Parts, learn: Learn, call: Call, result: unknown): ReturnType<Send> => {
  const { latest, validator } = parts
  const known = listedOf(parts, call)
  if (
    validator === undefined || known === undefined || latest().server.revision.structuredOutput === "None" ||
    (isObject(result) && result.resultType === "input_required")
  ) return Effect.succeed(result)
  // It was read by the codec of `tools/call`.
  const check = (tool: Known) => OutputValidator.check(validator, tool, result as CallToolResult)
  const again = (error: McpClientError.McpClientError) =>
    Effect.flatMap(learnedOr(learn, error), () => {
      const now = listedOf(parts, call)
      return now === undefined ? Effect.fail(error) : check(now)
    })
  return Effect.catch(check(known), (error) => isUnfit(error) ? again(error) : Effect.fail(error))
}

/**
 * The upper stage: it belongs above whatever may answer instead of the server.
 *
 * @category constructors
 * @since 0.1.0
 */
export const results = (parts: Parts, next: Send): Send => {
  const learning = makeLearning(parts, next)
  return (call) => {
    if (call.method === "tools/list") return Effect.flatMap(next(call), (page) => note(parts, page))
    if (call.method !== "tools/call") return next(call)
    const sent = call.options.repeatable === undefined && isRepeatable(knownOf(parts, call))
      ? next({ ...call, options: { ...call.options, repeatable: true } })
      : next(call)
    if (parts.validator === undefined) return sent
    const learn = learning()
    return Effect.flatMap(sent, (result) => checked(parts, learn, call, result))
  }
}

const argumentsOf = ({ params }: Call): Params => isObject(params.arguments) ? params.arguments : {}

const withHeaders = (parts: Parts, call: Call): Effect.Effect<Call, McpClientError.McpClientError> => {
  const known = knownOf(parts, call)
  if (known === undefined || known.mirrored.length === 0) return Effect.succeed(call)
  const headers = ParameterHeaders.mirror(known.mirrored, argumentsOf(call))
  return Result.isSuccess(headers)
    ? Effect.succeed({ ...call, headers: { ...call.headers, ...headers.success } })
    : Effect.fail(McpClientError.make(
      new McpClientError.InvalidArguments({ name: known.tool.name, detail: headers.failure })
    ))
}

const isMismatch = ({ reason }: McpClientError.McpClientError): boolean =>
  reason._tag === "RpcError" && reason.code === ErrorCode.HeaderMismatch

/** Sends a call with its headers, and once more when they were wrong. */
const mirroring = (
  parts: Parts,
  learn: Learn,
  call: Call,
  next: Send
): ReturnType<Send> => {
  const send = Effect.suspend(() => Effect.flatMap(withHeaders(parts, call), next))
  const again = (error: McpClientError.McpClientError) =>
    Effect.flatMap(
      learnedOr(learn, error),
      () => listedOf(parts, call) === undefined ? Effect.fail(error) : send
    )
  return Effect.catch(send, (error) => isMismatch(error) ? again(error) : Effect.fail(error))
}

/**
 * The lower stage: it belongs below whatever sends a call more than once with other params. A call that the server
 * refuses because of its headers is sent again, once, after the tools were listed again (XMC-15).
 *
 * @category constructors
 * @since 0.1.0
 */
export const headers = (parts: Parts, next: Send): Send => {
  const learning = makeLearning(parts, next)
  return (call) =>
    call.method === "tools/call" && mirrors(parts) ? mirroring(parts, learning(), call, next) : next(call)
}
