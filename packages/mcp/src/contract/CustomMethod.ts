/**
 * Methods and notifications that no revision of the protocol has: those of extensions, and of applications that have
 * more to say to each other. They are served on every revision, beside the protocol's own, whose names they cannot take.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import type { ClientNotifications, ClientRequests, ServerNotifications, ServerRequests } from "../revision/Methods.ts"
import * as Catalog from "./Catalog.ts"
import { McpRequest, type RequestInfo } from "./McpRequest.ts"
import type { AnyCodec, AnySchema, Input, SchemaOf } from "./ParameterSchema.ts"
import { toJsonCodec, toSchema } from "./ParameterSchema.ts"
import type { Registry } from "./Registry.ts"
import type { AnyHandler } from "./Served.ts"

/**
 * The names that are taken: those of every revision, and those that JSON-RPC keeps for itself.
 *
 * @category type-level
 * @since 0.1.0
 */
export type Reserved =
  | keyof ClientRequests
  | keyof ServerRequests
  | keyof ClientNotifications
  | keyof ServerNotifications
  | `rpc.${string}`

/**
 * What the compiler shows when a name is taken.
 *
 * @category type-level
 * @since 0.1.0
 */
export interface NameReserved<Name extends string> {
  readonly "the protocol has this name already": Name
}

type Free<Name extends string> = Name extends Reserved ? NameReserved<Name> : unknown

/**
 * A method that is no revision's: a name, what it takes, and what it gives.
 *
 * @category models
 * @since 0.1.0
 */
export interface CustomMethod<
  out Name extends string,
  out Params extends AnySchema,
  out Result extends AnySchema | undefined
> {
  readonly _tag: "CustomMethod"
  readonly name: Name
  readonly params: Params
  readonly result: Result
}

/**
 * Any method.
 *
 * @category models
 * @since 0.1.0
 */
export type Any = CustomMethod<string, AnySchema, AnySchema | undefined>

/**
 * A notification that is no revision's.
 *
 * @category models
 * @since 0.1.0
 */
export interface CustomNotification<out Name extends string, out Params extends AnySchema> {
  readonly _tag: "CustomNotification"
  readonly name: Name
  readonly params: Params
}

/**
 * Any notification.
 *
 * @category models
 * @since 0.1.0
 */
export type AnyNotification = CustomNotification<string, AnySchema>

/**
 * Who sends a notification. Nothing can be sent back: a notification has no stream of its own.
 *
 * @category models
 * @since 0.1.0
 */
export type Sender = Pick<
  RequestInfo,
  | "method"
  | "protocolVersion"
  | "clientInfo"
  | "clientCapabilities"
  | "sessionId"
  | "meta"
  | "header"
  | "principal"
>

/**
 * What the handler of a method gives: nothing, where no `result` was described.
 *
 * @category type-level
 * @since 0.1.0
 */
export type ResultOf<M extends Any> = M["result"] extends AnySchema ? M["result"]["Type"] : void

/**
 * The handler of a method. Wrong params are answered before it is asked; other protocol errors are its own.
 *
 * @category type-level
 * @since 0.1.0
 */
export type Handler<M extends Any, R = unknown> = (
  params: M["params"]["Type"]
) => Effect.Effect<ResultOf<M>, RpcError, R>

/**
 * A method or a notification with its handler; `R` is what the handler needs.
 *
 * @category models
 * @since 0.1.0
 */
export interface ServedMethod<out M extends Any | AnyNotification, out R> {
  readonly _tag: "ServedMethod"
  readonly method: M
  readonly handler: AnyHandler<R>
}

/**
 * What a server takes: a method with its handler, or one whose handler a layer provides.
 *
 * @category models
 * @since 0.1.0
 */
export type Registration = ServedMethod<Any | AnyNotification, unknown> | Any

/**
 * The key of the handler of a method.
 *
 * @category type-level
 * @since 0.1.0
 */
export type KeyOf<M extends Any> = `custom/methods/${M["name"]}`

type Own = McpRequest | Registry | Scope.Scope

/**
 * What registrations need of the context.
 *
 * @category type-level
 * @since 0.1.0
 */
export type Requirements<M> = M extends ServedMethod<Any | AnyNotification, infer R> ? Exclude<R, Own>
  : M extends Any ? Catalog.Handler<KeyOf<M>>
  : never

/**
 * The options of {@link make}.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<Params extends Input, Result extends AnyCodec | undefined> {
  /** What it takes: the fields of an object, or a whole schema whose encoded form is an object. Default: none. */
  readonly params?: Params
  /** What it gives; its encoded form is an object. Default: an empty one. */
  readonly result?: Result
}

/**
 * Describes a method.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <
  const Name extends string,
  Params extends Input = {},
  Result extends AnyCodec | undefined = undefined
>(
  name: Name & Free<Name>,
  options: Options<Params, Result> = {}
): CustomMethod<Name, SchemaOf<Params>, Result> => ({
  _tag: "CustomMethod",
  name,
  params: toSchema(options.params),
  // An absent option is `undefined`, which is what its type parameter then is.
  result: options.result as Result
})

/**
 * A method together with its handler.
 *
 * @example
 * ```ts
 * import { CustomMethod, McpServer, Tool } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 * import * as Schema from "effect/Schema"
 *
 * const search = CustomMethod.serve(
 *   "acme/search",
 *   { params: { query: Schema.String }, result: Schema.Struct({ hits: Schema.Array(Schema.String) }) },
 *   ({ query }) => Effect.succeed({ hits: [query] })
 * )
 *
 * export const Server = McpServer.layer(Tool.serve("hello", {}, () => Effect.succeed("Hello!")), {
 *   name: "demo",
 *   version: "1.0.0",
 *   methods: [search],
 *   extensions: { "com.acme/search": {} }
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const serve = <
  const Name extends string,
  R,
  Params extends Input = {},
  Result extends AnyCodec | undefined = undefined
>(
  name: Name & Free<Name>,
  options: Options<Params, Result>,
  handler: Handler<CustomMethod<Name, SchemaOf<Params>, Result>, R>
): ServedMethod<CustomMethod<Name, SchemaOf<Params>, Result>, R> => ({
  _tag: "ServedMethod",
  method: make<Name, Params, Result>(name, options),
  handler
})

/**
 * The key of the handler of a method, for whoever looks it up.
 *
 * @category accessors
 * @since 0.1.0
 */
export const keyOf = (name: string): string => `custom/methods/${name}`

/**
 * The handler of a method as a layer, for a server that is given the method alone.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = <M extends Any, R>(
  method: M,
  handler: Handler<M, R>
): Layer.Layer<Catalog.Handler<KeyOf<M>>, never, Exclude<R, Own>> =>
  Layer.effect(
    // `keyOf` computes at run time what `KeyOf` says of the types.
    Catalog.handler(keyOf(method.name) as KeyOf<M>),
    Effect.map(Effect.context<Exclude<R, Own>>(), (context) => ({
      run: handler,
      // Which services these are is not known to whoever calls the handler.
      context: context as Catalog.HandlerShape["context"]
    }))
  )

/**
 * Describes a notification.
 *
 * @category notifications
 * @since 0.1.0
 */
export const notification = <const Name extends string, Params extends Input = {}>(
  name: Name & Free<Name>,
  options: { readonly params?: Params } = {}
): CustomNotification<Name, SchemaOf<Params>> => ({
  _tag: "CustomNotification",
  name,
  params: toSchema(options.params)
})

/**
 * A notification together with what is done when a client sends it. One whose params are wrong is dropped, as any is
 * that nobody knows; what fails in the handler is logged, because there is nobody to tell.
 *
 * @category notifications
 * @since 0.1.0
 */
export const onNotification = <N extends AnyNotification, R>(
  notification: N,
  handler: (params: N["params"]["Type"], sender: Sender) => Effect.Effect<void, never, R>
): ServedMethod<N, R> => ({
  _tag: "ServedMethod",
  method: notification,
  // A handler's second argument is the URI for resources; for notifications it is the sender.
  handler: handler as unknown as AnyHandler<R>
})

/**
 * Sends a notification to the client, on the stream of the request that is being served. Params that the schema cannot
 * encode are a defect.
 *
 * @category notifications
 * @since 0.1.0
 */
export const notify = <N extends AnyNotification>(
  notification: N,
  params: N["params"]["Type"]
): Effect.Effect<void, never, McpRequest> =>
  Effect.flatMap(McpRequest, (request) =>
    Effect.flatMap(
      Effect.orDie(Schema.encodeUnknownEffect(toJsonCodec(notification.params))(params)),
      // The schema of params is that of an object.
      (encoded) => request.notify(notification.name, encoded as object)
    ))
