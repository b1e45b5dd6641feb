/**
 * What a tool makes of the answers of an endpoint: its successes as structured content, text, or a file; its declared
 * errors as declared failures; everything else that can happen on the way as a defect, which is masked.
 *
 * @since 0.1.0
 */
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { type AnySchema, toJsonCodec } from "../../contract/ParameterSchema.ts"
import { encodingIn, headersIn } from "./EffectInternals.ts"
import * as FileContent from "./FileContent.ts"
import * as ResultContent from "./ResultContent.ts"

/**
 * Responses by status, as `HttpApi.reflect` lists them.
 *
 * @category models
 * @since 0.1.0
 */
export type Responses = ReadonlyMap<number, readonly [Schema.Top, ...ReadonlyArray<Schema.Top>]>

interface Body {
  readonly schema: AnySchema
  readonly encoding: HttpApiSchema.ResponseEncoding
}

const json: HttpApiSchema.ResponseEncoding = { _tag: "Json", contentType: "application/json" }

/** What a caller gets of a response: its body. Headers are read by the API's client and left there. */
const bodyOf = (schema: Schema.Top): Body => {
  if (HttpApiSchema.isWithHeaders(schema)) {
    const encoding = encodingIn(schema.ast) ?? encodingIn(schema.schema.ast) ?? json
    return { schema: schema.schema, encoding }
  }
  const hasHeaders = headersIn(schema.ast) !== undefined
  return { schema: hasHeaders ? Schema.toType(schema) : schema, encoding: encodingIn(schema.ast) ?? json }
}

const bodiesOf = (responses: Responses): ReadonlyArray<Body> =>
  Array.from(responses.values()).flatMap((schemas) => schemas.map(bodyOf))

const isEmpty = ({ schema }: Body): boolean => HttpApiSchema.isNoContent(schema.ast)

const union = ([first, ...rest]: readonly [AnySchema, ...ReadonlyArray<AnySchema>]): AnySchema =>
  rest.length === 0 ? first : Schema.Union([first, ...rest])

const isJson = ({ encoding }: Body): boolean => encoding._tag === "Json"

/** Answers of several kinds promise no one shape: each is shown as what it is. */
const mixed = (bodies: ReadonlyArray<Body>): ResultContent.Shown => {
  const { contentType } = bodies.find(({ encoding }) => encoding._tag === "Uint8Array")?.encoding ?? {}
  const codecs = bodies.filter((body) => !isEmpty(body)).map(({ schema }) => toJsonCodec(Schema.toType(schema)))
  const [first, ...rest] = codecs
  const encode = first === undefined ? undefined : Schema.encodeUnknownSync(toJsonCodec(union([first, ...rest])))
  return {
    success: undefined,
    show: (value) => {
      if (value === undefined || encode === undefined) return undefined
      return value instanceof Uint8Array
        ? FileContent.fromFile({ mediaType: contentType ?? "application/octet-stream", data: value })
        : ResultContent.textOf(encode(value))
    }
  }
}

const bodyIn = (value: unknown): unknown =>
  Predicate.hasProperty(value, HttpApiSchema.WithHeadersValueTypeId) && Predicate.hasProperty(value, "body")
    ? value.body
    : value

/**
 * Why the answers of an endpoint cannot be the result of a tool, as a sentence; nothing, when they can. Responses by
 * status are the buffered ones: what an endpoint declares besides are streams and upgrades.
 *
 * @category queries
 * @since 0.1.0
 */
export const obstacle = (endpoint: HttpApiEndpoint.Top, successes: Responses): string | undefined =>
  endpoint.success.size > bodiesOf(successes).length ? "it answers with a stream, or upgrades" : undefined

/**
 * The successes of an endpoint. Where all are JSON, they are structured content, described by the schema or the union
 * of the schemas. A response without content gives nothing.
 *
 * @category constructors
 * @since 0.1.0
 */
export const success = (successes: Responses): ResultContent.Shown => {
  const bodies = bodiesOf(successes)
  const [first, ...rest] = bodies.map(({ schema }) => schema)
  const isOneShape = first !== undefined && bodies.every((body) => isJson(body) && !isEmpty(body))
  const { show, success } = isOneShape ? ResultContent.bySchema(union([first, ...rest])) : mixed(bodies)
  return { success, show: (value) => show(bodyIn(value)) }
}

/** An error without a body has nothing to show on the wire; to the caller it is known by its type. */
const errorOf = (body: Body): AnySchema => isEmpty(body) || !isJson(body) ? Schema.toType(body.schema) : body.schema

/**
 * The errors that an endpoint declares, those of its middleware included; nothing, when there are none.
 *
 * @category constructors
 * @since 0.1.0
 */
export const failure = (errors: Responses): AnySchema | undefined => {
  const [first, ...rest] = bodiesOf(errors).map(errorOf)
  return first === undefined ? undefined : union([first, ...rest])
}
