/**
 * Codecs and method tables. A codec is made when it is first used: a server that reads params by hand, or speaks one
 * revision of five, builds no schema for the others.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import type { NotificationCodec, NotificationTable, RequestCodec, RequestTable } from "../Revision.ts"
import type { Codec } from "./Dated.ts"
import type { Model } from "./Model.ts"

/**
 * A value that is made when it is first asked for, and kept.
 *
 * @category models
 * @since 0.1.0
 */
export type Deferred<A> = () => A

/**
 * Defers the making of a value. What is made must not depend on when.
 *
 * @category constructors
 * @since 0.1.0
 */
export const defer = <A>(make: () => A): Deferred<A> => {
  let made: { readonly value: A } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

const paramsDecoder = <A>(schema: Codec<A>) => {
  const decode = Schema.decodeUnknownResult(schema)
  return (params: unknown) => decode(params === undefined ? {} : params)
}

/**
 * The codec of a request; `build` gives the schemas of params and result.
 *
 * @category constructors
 * @since 0.1.0
 */
export const request = <P, R>(
  method: string,
  model: Deferred<Model>,
  build: (model: Model) => readonly [params: Codec<P>, result: Codec<R>]
): RequestCodec<P, R> => {
  const schemas = defer(() => build(model()))
  const decodeParams = defer(() => paramsDecoder(schemas()[0]))
  const decodeResult = defer(() => Schema.decodeUnknownResult(schemas()[1]))
  return {
    method,
    get params() {
      return schemas()[0]
    },
    get result() {
      return schemas()[1]
    },
    decodeParams: (params) => decodeParams()(params),
    decodeResult: (result) => decodeResult()(result)
  }
}

/**
 * The codec of a notification; `build` gives the schema of params.
 *
 * @category constructors
 * @since 0.1.0
 */
export const notification = <P>(
  method: string,
  model: Deferred<Model>,
  build: (model: Model) => Codec<P>
): NotificationCodec<P> => {
  const schema = defer(() => build(model()))
  const decodeParams = defer(() => paramsDecoder(schema()))
  return {
    method,
    get params() {
      return schema()
    },
    decodeParams: (params) => decodeParams()(params)
  }
}

/**
 * A table of requests.
 *
 * @category constructors
 * @since 0.1.0
 */
export const requestTable = <Requests>(codecs: ReadonlyArray<RequestCodec>): RequestTable<Requests> =>
  // A `Map` cannot say that the type of a value depends on its key; the key is the method that the codec was made for.
  new Map(codecs.map((codec) => [codec.method, codec])) as unknown as RequestTable<Requests>

/**
 * A table of notifications.
 *
 * @category constructors
 * @since 0.1.0
 */
export const notificationTable = <Notifications>(
  codecs: ReadonlyArray<NotificationCodec>
): NotificationTable<Notifications> =>
  // As above.
  new Map(codecs.map((codec) => [codec.method, codec])) as unknown as NotificationTable<Notifications>
