/**
 * Canonical values to the plain JSON of a revision, method by method: the projections of nouns, put together as the
 * dialect demands. Built once per revision; no schema runs here.
 *
 * @since 0.1.0
 */
import { isObject } from "../../jsonrpc/Message.ts"
import { MetaKey } from "../../schema/Meta.ts"
import type { Encode, Wire } from "../Revision.ts"
import type { Dialect } from "./Dialect.ts"
import { firstAnswers, firstForm, withElicitationId } from "./Elicitation.ts"
import { make as makeNouns, type Nouns } from "./Nouns.ts"
import {
  chain,
  inArray,
  inObject,
  inRecord,
  omit,
  type Project,
  type Rewrite,
  same,
  shape,
  withDefaults
} from "./Projection.ts"
import { anyBlocks, singleBlock, singleBlockMessages } from "./Sampling.ts"
import { noStructuredContent, objectContent } from "./StructuredOutput.ts"

type ByMethod = { readonly [method: string]: Project }

/** What all params, and all results of servers, have in common. */
interface Frame {
  readonly params: Project
  readonly notification: Project
  readonly result: Project
  readonly cacheable: Project
}

const sessionFrame = ({ lacks }: Dialect): Frame => {
  const members = { _meta: inObject(omit(...lacks.ResultMeta ?? [])) }
  return {
    params: shape({ members: { _meta: inObject(omit(...lacks.RequestMeta ?? [])) } }),
    notification: shape({ members: { _meta: inObject(omit(...lacks.NotificationMeta ?? [])) } }),
    result: shape({ omit: ["resultType"], members }),
    cacheable: shape({ omit: ["resultType", "ttlMs", "cacheScope"], members })
  }
}

const notNegative: Rewrite = (value) => typeof value === "number" && value < 0 ? 0 : value

const statelessFrame = ({ version }: Dialect, nouns: Nouns): Frame => {
  const complete = { resultType: "complete" }
  const claims = { [MetaKey.protocolVersion]: version, [MetaKey.clientCapabilities]: {} }
  const meta = chain(
    withDefaults(claims),
    shape({ members: { [MetaKey.clientCapabilities]: inObject(nouns.clientCapabilities) } })
  )
  return {
    params: chain(withDefaults({ _meta: claims }), shape({ members: { _meta: inObject(meta) } })),
    notification: same,
    result: withDefaults(complete),
    cacheable: chain(
      withDefaults({ ...complete, ttlMs: 0, cacheScope: "private" }),
      shape({ members: { ttlMs: notNegative } })
    )
  }
}

/** An answer does not say what it answers; only a model's message may have `_meta` in the stateless era. */
const inputResponse: Rewrite = (response) =>
  isObject(response) && !Object.hasOwn(response, "model") ? omit("_meta")(response) : response

const clientParams = ({ lacks }: Dialect, nouns: Nouns, frame: Frame): ByMethod => {
  const responses: { readonly [key: string]: Rewrite } = { inputResponses: inRecord(inputResponse) }
  const params = (omitted: ReadonlyArray<string> = [], members: { readonly [key: string]: Rewrite } = {}) =>
    chain(frame.params, shape({ omit: omitted, members }))
  return {
    initialize: params([], {
      capabilities: inObject(nouns.clientCapabilities),
      clientInfo: inObject(nouns.implementation)
    }),
    "tools/call": params(lacks.CallToolParams, responses),
    "resources/read": params(lacks.ReadResourceParams, responses),
    "prompts/get": params(lacks.GetPromptParams, responses),
    "completion/complete": params(lacks.CompleteParams, {
      ref: (ref) => isObject(ref) && ref.type === "ref/prompt" ? omit(...lacks.PromptReference ?? [])(ref) : ref
    })
  }
}

const elicitParams = ({ elicitation, era, lacks }: Dialect): Project => {
  if (elicitation === "First") return firstForm
  const dropped = omit(...lacks.ElicitUrlParams ?? [])
  return era === "session" ? chain(dropped, withElicitationId) : dropped
}

const serverParams = (dialect: Dialect, nouns: Nouns, frame: Frame): ByMethod => {
  const { era, lacks, samplingBlocks } = dialect
  const message = omit(...lacks.SamplingMessage ?? [])
  const blocks = anyBlocks(nouns.samplingContent, inArray(nouns.samplingContent))
  const messages = samplingBlocks === "One"
    ? singleBlockMessages(message, nouns.samplingContent)
    : inArray(inObject(chain(message, shape({ members: { content: blocks } }))))
  // Inside a result a request has no version to claim.
  const params = era === "session" ? frame.params : same
  return {
    "sampling/createMessage": chain(
      params,
      shape({
        omit: lacks.CreateMessageParams ?? [],
        members: { messages, tools: inArray(inObject(nouns.tool)) }
      })
    ),
    "elicitation/create": chain(params, elicitParams(dialect)),
    "roots/list": params
  }
}

const clientResults = ({ elicitation, lacks, samplingBlocks }: Dialect, nouns: Nouns): ByMethod => {
  const block = nouns.samplingContent
  const content = samplingBlocks === "One" ? singleBlock(block) : anyBlocks(block, inArray(block))
  return {
    "sampling/createMessage": shape({ members: { content } }),
    "elicitation/create": shape({
      omit: lacks.ElicitResult ?? [],
      members: { content: elicitation === "First" ? firstAnswers : same }
    }),
    "roots/list": shape({
      omit: lacks.ListRootsResult ?? [],
      members: { roots: inArray(inObject(omit(...lacks.Root ?? []))) }
    })
  }
}

const serverResults = (nouns: Nouns, frame: Frame, callTool: Project) => {
  const list = (key: string, item: Project) =>
    chain(frame.cacheable, shape({ members: { [key]: inArray(inObject(item)) } }))
  const message = shape({ members: { content: nouns.content } })
  const capabilities = shape({
    members: { capabilities: inObject(nouns.serverCapabilities), serverInfo: inObject(nouns.implementation) }
  })
  return {
    initialize: chain(frame.result, capabilities),
    "server/discover": chain(frame.cacheable, capabilities),
    "tools/list": list("tools", nouns.tool),
    "tools/call": callTool,
    "resources/list": list("resources", nouns.resource),
    "resources/templates/list": list("resourceTemplates", nouns.resourceTemplate),
    "resources/read": chain(frame.cacheable, shape({ members: { contents: inArray(nouns.contents) } })),
    "prompts/list": list("prompts", nouns.prompt),
    "prompts/get": chain(frame.result, shape({ members: { messages: inArray(inObject(message)) } })),
    "completion/complete": frame.result
  }
}

const notifications = ({ lacks }: Dialect, frame: Frame): ByMethod => ({
  "notifications/progress": chain(frame.notification, omit(...lacks.ProgressParams ?? []))
})

const callToolResult = (dialect: Dialect, nouns: Nouns, frame: Frame) => {
  const envelope = chain(frame.result, shape({ members: { content: inArray(nouns.content) } }))
  switch (dialect.structuredOutput) {
    case "Any":
      return envelope
    case "Object":
      return (result: Wire, outputSchema?: unknown) => objectContent(envelope(result), outputSchema)
    case "None":
      return chain(envelope, noStructuredContent)
  }
}

/**
 * Builds the encoder of a dialect. `sent` names the notifications that the revision has.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (dialect: Dialect, sent: ReadonlySet<string>): Encode => {
  const nouns = makeNouns(dialect)
  const frame = dialect.era === "session" ? sessionFrame(dialect) : statelessFrame(dialect, nouns)
  const callTool = callToolResult(dialect, nouns, frame)
  const ofServer = serverResults(nouns, frame, callTool)
  const ofClient = clientResults(dialect, nouns)
  const requests = { ...clientParams(dialect, nouns, frame), ...serverParams(dialect, nouns, frame) }
  const notices = notifications(dialect, frame)
  const own = <A>(table: { readonly [method: string]: A }, method: string): A | undefined =>
    Object.hasOwn(table, method) ? table[method] : undefined
  const question = (value: Wire): Wire => {
    const project = typeof value.method === "string" ? own(requests, value.method) : undefined
    return project === undefined ? value : shape({ members: { params: inObject(project) } })(value)
  }
  const inputRequired = chain(frame.result, shape({ members: { inputRequests: inRecord(inObject(question)) } }))
  const isAsking = (value: Wire): boolean => value.resultType === "input_required"
  // A canonical value is an object without index signature to the compiler, and a JSON object at run time.
  const of = (project: Project) => (value: object): Wire => project(value as Wire)
  return {
    tool: of(nouns.tool),
    resource: of(nouns.resource),
    resourceTemplate: of(nouns.resourceTemplate),
    prompt: of(nouns.prompt),
    implementation: of(nouns.implementation),
    serverCapabilities: of(nouns.serverCapabilities),
    clientCapabilities: of(nouns.clientCapabilities),
    listToolsResult: of(ofServer["tools/list"]),
    listResourcesResult: of(ofServer["resources/list"]),
    listResourceTemplatesResult: of(ofServer["resources/templates/list"]),
    listPromptsResult: of(ofServer["prompts/list"]),
    callToolResult: (result, outputSchema) => callTool(result as object as Wire, outputSchema),
    readResourceResult: of(ofServer["resources/read"]),
    getPromptResult: of(ofServer["prompts/get"]),
    completeResult: of(ofServer["completion/complete"]),
    inputRequiredResult: of(inputRequired),
    result: (method, value) => {
      const wire = value as Wire
      const answer = own(ofClient, method)
      if (answer !== undefined) return answer(wire)
      return isAsking(wire) ? inputRequired(wire) : (own<Project>(ofServer, method) ?? frame.result)(wire)
    },
    requestParams: (method, params) => (own(requests, method) ?? frame.params)(params as Wire),
    notification: (method, params) => {
      const wire = params as Wire
      if (!sent.has(method)) return undefined
      if (method === "notifications/cancelled" && !dialect.anonymousCancellation && wire.requestId === undefined) {
        return undefined
      }
      return (own(notices, method) ?? frame.notification)(wire)
    }
  }
}
