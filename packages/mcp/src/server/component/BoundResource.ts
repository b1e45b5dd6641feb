/**
 * A resource, or a family of them, bound to its handler.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import type { HandlerShape } from "../../contract/Catalog.ts"
import * as Content from "../../contract/Content.ts"
import type { RequestInfo } from "../../contract/McpRequest.ts"
import type { AnyCodec, AnySchema } from "../../contract/ParameterSchema.ts"
import type { Any as AnyResource, Output, Presentation, ResourceNotFound } from "../../contract/Resource.ts"
import type { Any as AnyTemplate } from "../../contract/ResourceTemplate.ts"
import type * as UriTemplate from "../../contract/UriTemplate.ts"
import * as Echo from "../../jsonrpc/Echo.ts"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import type { Revision } from "../../revision/Revision.ts"
import type { ResourceContents } from "../../schema/Content.ts"
import type { ReadResourceResult, Resource, ResourceTemplate } from "../../schema/Resource.ts"
import * as RequestContext from "../RequestContext.ts"
import * as Completing from "./Completing.ts"
import type { Prepared } from "./Handlers.ts"
import { ResourceLimits } from "./ResourceLimits.ts"
import * as TemplateList from "./TemplateList.ts"

/**
 * Reads a resource that is known to be addressed by the URI.
 *
 * @category models
 * @since 0.1.0
 */
export type Read = (
  uri: string,
  facts: RequestContext.Facts,
  revision: Revision
) => Effect.Effect<ReadResourceResult, RpcError>

/**
 * Fails for whoever may not hear of the updates of a resource.
 *
 * @category models
 * @since 0.1.0
 */
export type Subscribe = (uri: string, request: RequestInfo) => Effect.Effect<void, RpcError>

/**
 * What a URI addresses.
 *
 * @category models
 * @since 0.1.0
 */
export interface Addressed {
  readonly read: Read
  /** Asked before anybody subscribes; `undefined` where everybody may. */
  readonly subscribe: Subscribe | undefined
}

/**
 * A resource that can be listed and read.
 *
 * @category models
 * @since 0.1.0
 */
export interface BoundResource extends Addressed {
  readonly definition: Resource
}

/**
 * Gives what a URI of the family addresses, or nothing for any other. The failure is for a URI of the right form whose
 * values the schema of the parameters refuses; another template may still take it.
 *
 * @category models
 * @since 0.1.0
 */
export type Match = (uri: string) => Result.Result<Addressed, RpcError> | undefined

/**
 * A template that can be listed, matched against a URI, and read.
 *
 * @category models
 * @since 0.1.0
 */
export interface BoundTemplate {
  readonly definition: ResourceTemplate
  readonly match: Match
  /** The resources of the family that stand in `resources/list`, if any do. */
  readonly list: TemplateList.TemplateList | undefined
  /** The completions of its variables. */
  readonly completing: Completing.Completing
}

/**
 * The error for a URI where there is nothing, as the revision wants it (RSC-08, RSC-09, RSC-12).
 *
 * @category errors
 * @since 0.1.0
 */
export const notFound = (revision: Revision, uri: string): RpcError => {
  const echo = Echo.name(uri)
  return Rpc.make(revision.resourceNotFoundCode, `Resource not found: ${echo}`, { uri: echo })
}

const isContents = (value: unknown): value is ResourceContents =>
  Predicate.isObject(value) && !(value instanceof Uint8Array) && !Array.isArray(value)

const isResult = (output: object): output is ReadResourceResult =>
  Array.isArray((output as { readonly contents?: unknown }).contents)

const toResult = (uri: string, mimeType: string | undefined, output: Output): ReadResourceResult => {
  if (typeof output === "string" || output instanceof Uint8Array) {
    return { contents: [Content.contents(uri, output, mimeType)] }
  }
  if (isResult(output)) return output
  return { contents: isContents(output) ? [output] : output }
}

/** A missing resource becomes the code of the revision; protocol errors stay; defects are masked by the engine. */
const recover = (revision: Revision, cause: Cause.Cause<unknown>): Effect.Effect<never, RpcError> => {
  const error = cause.reasons.find(Cause.isFailReason)?.error
  if (Predicate.isTagged(error, "ResourceNotFound")) {
    return Effect.fail(notFound(revision, (error as ResourceNotFound).uri))
  }
  // `Resource.HandlerError` admits nothing else: an `RpcError`, or a defect.
  return Effect.failCause(cause as Cause.Cause<RpcError>)
}

const run = (
  handler: HandlerShape,
  args: unknown,
  mimeType: string | undefined,
  uri: string,
  facts: RequestContext.Facts,
  revision: Revision
): Effect.Effect<ReadResourceResult, RpcError> =>
  Effect.matchCauseEffectEager(RequestContext.run(handler, args, facts, uri), {
    // The handler's type says that it returns an `Output`.
    onSuccess: (output) => Effect.succeed(toResult(uri, mimeType, output as Output)),
    onFailure: (cause) => recover(revision, cause)
  })

const listing = ({ name, ...rest }: Presentation, fallback: string): Presentation & { readonly name: string } => ({
  name: name ?? fallback,
  ...rest
})

const subscribeOf = ({ context, guarded }: Prepared): Subscribe | undefined => {
  const run = guarded?.("Subscription", () => Effect.void)
  // A guard fails as a handler may, and what it gives is not looked at.
  return run &&
    ((uri, request) =>
      Effect.asVoid(RequestContext.run({ run, context }, uri, () => request) as Effect.Effect<unknown, RpcError>))
}

/**
 * Binds a resource with a fixed URI.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (resource: AnyResource, handler: Prepared): BoundResource => ({
  definition: { uri: resource.uri, ...listing(resource.presentation, resource.uri) },
  subscribe: subscribeOf(handler),
  read: (uri, facts, revision) => run(handler, uri, resource.presentation.mimeType, uri, facts, revision)
})

const holdsRecord = (ast: SchemaAST.AST): boolean =>
  ast._tag === "Objects" || (ast._tag === "Union" && ast.types.some(holdsRecord))

/** The variables that stand for texts by name, as the schema of the parameters has it. */
const recordsOf = (params: AnySchema): ReadonlySet<string> =>
  new Set(Array.from(Completing.membersOf(params)).flatMap(([name, ast]) => holdsRecord(ast) ? [name] : []))

const reader = (
  template: AnyTemplate,
  matcher: UriTemplate.Matcher,
  handler: Prepared
): Match => {
  // That the schema needs no services was asked where the template was made.
  const decode = Schema.decodeUnknownResult(template.params as AnyCodec)
  const { mimeType } = template.presentation
  const { uriLengthMax } = Context.get(handler.context, ResourceLimits)
  const subscribe = subscribeOf(handler)
  return (uri) => {
    if (uri.length > uriLengthMax) {
      return Result.fail(Rpc.invalidParams(`The URI is longer than ${uriLengthMax} characters`))
    }
    const values = template.operations.match(matcher, uri)
    if (values === undefined) return undefined
    return Result.mapBoth(decode(values), {
      onFailure: ({ message }) =>
        Rpc.invalidParams(`Invalid resource URI: ${Echo.sentence(message)}`, { uri: Echo.name(uri) }),
      onSuccess: (params): Addressed => ({
        read: (uri, facts, revision) => run(handler, params, mimeType, uri, facts, revision),
        subscribe
      })
    })
  }
}

/**
 * Binds a template; the failure says what is wrong with it: it is no template, or URIs cannot be matched against it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeTemplate = (template: AnyTemplate, handler: Prepared): Result.Result<BoundTemplate, string> => {
  const options = { records: recordsOf(template.params), insecure: new Set(template.allowInsecureTraversal) }
  const { matcher, parse } = template.operations
  return Result.map(Result.flatMap(parse(template.uriTemplate), (parsed) => matcher(parsed, options)), (matcher) => {
    const { size: _, ...presentation } = template.presentation
    return {
      definition: { uriTemplate: template.uriTemplate, ...listing(presentation, template.uriTemplate) },
      match: reader(template, matcher, handler),
      list: TemplateList.make(template, matcher.template, handler),
      completing: Completing.make(template.params, handler)
    }
  })
}
