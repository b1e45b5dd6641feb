/**
 * Custom methods and notifications, bound to their handlers. Names that the protocol has, on any revision, are refused
 * here too, for programs that the compiler has not seen.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { handler, type HandlerShape } from "../contract/Catalog.ts"
import * as CustomMethod from "../contract/CustomMethod.ts"
import { toJsonCodec } from "../contract/ParameterSchema.ts"
import { CatalogError, Registry } from "../contract/Registry.ts"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import * as Rpc from "../jsonrpc/RpcError.ts"
import type { Wire } from "../revision/Revision.ts"
import { all } from "../revision/Revisions.ts"
import { metaOf } from "../schema/Meta.ts"
import * as Surroundings from "../session/Surroundings.ts"
import * as Handling from "./asking/Handling.ts"
import type { Prepare } from "./component/Handlers.ts"
import type { Dialects } from "./Dialect.ts"
import type { Method, Methods, MethodTable, OnNotification } from "./Engine.ts"
import type { Origin } from "./Origin.ts"
import * as RequestContext from "./RequestContext.ts"

/**
 * What is needed to bind custom methods.
 *
 * @category models
 * @since 0.1.0
 */
export interface Setting {
  readonly dialects: Dialects
  readonly prepare: Prepare
  readonly registry: Registry["Service"]
  /** The services that the server was built with. */
  readonly context: Context.Context<never>
}

const isReserved = (name: string): boolean =>
  name === "" || name.startsWith("rpc.") ||
  all.some((revision) =>
    revision.clientRequests.has(name) || revision.serverRequests.has(name) ||
    revision.clientNotifications.has(name) || revision.serverNotifications.has(name)
  )

const shapeOf = (registration: CustomMethod.Registration, context: Context.Context<never>): HandlerShape | undefined =>
  registration._tag === "ServedMethod"
    ? { run: registration.handler, context }
    : Context.getOrUndefined(context, handler(CustomMethod.keyOf(registration.name)))

const serveMethod = (method: CustomMethod.Any, shape: HandlerShape, dialects: Dialects): Method => {
  const decode = Schema.decodeUnknownResult(toJsonCodec(method.params))
  const encode = method.result === undefined ? undefined : Schema.encodeUnknownSync(toJsonCodec(method.result))
  return (request, origin) => {
    const { _meta: _, ...params } = request.params ?? {}
    const decoded = decode(params)
    if (Result.isFailure(decoded)) return Effect.fail(Rpc.invalidParams(decoded.failure.message))
    const dialect = dialects(origin.revision)
    return Handling.handle(dialect, request, origin, (facts) =>
      Effect.mapEager(
        // The handler's type says that it fails with protocol errors; the engine masks what else comes.
        RequestContext.run(shape, decoded.success, facts) as Effect.Effect<unknown, RpcError>,
        (output) => {
          // The encoded form of a result is an object.
          const wire = encode === undefined ? {} : encode(output) as Wire
          return dialect.finish(dialect.revision.encode.result(method.name, wire))
        }
      ))
  }
}

const senderOf = (method: string, meta: CustomMethod.Sender["meta"], origin: Origin): CustomMethod.Sender => ({
  method,
  protocolVersion: origin.revision.version,
  clientInfo: origin.clientInfo,
  clientCapabilities: origin.clientCapabilities,
  sessionId: origin.session?.id,
  meta,
  header: origin.header,
  principal: origin.principal
})

const hear = ({ params }: CustomMethod.AnyNotification, shape: HandlerShape): OnNotification => {
  const decode = Schema.decodeUnknownResult(toJsonCodec(params))
  // The types of the arguments and of the requirements were checked where handler and notification were put together.
  const run = shape.run as (params: unknown, sender: unknown) => Effect.Effect<void, never, Scope.Scope>
  return (notification, origin) => {
    const { _meta: _, ...rest } = notification.params ?? {}
    const decoded = decode(rest)
    if (Result.isFailure(decoded)) return Effect.fail(Rpc.invalidParams(decoded.failure.message))
    const sender = senderOf(notification.method, metaOf(notification.params), origin)
    const context = origin.services === undefined
      ? shape.context
      : Surroundings.withFew(shape.context, origin.services)
    return Effect.updateContext(Effect.scoped(Effect.suspend(() => run(decoded.success, sender))), () => context)
  }
}

const nameOf = (registration: CustomMethod.Registration): string =>
  registration._tag === "ServedMethod" ? registration.method.name : registration.name

const fail = (reason: CatalogError["reason"], message: string): Effect.Effect<never, CatalogError> =>
  Effect.fail(new CatalogError({ reason, message }))

/**
 * Binds registrations, and gives the table of methods with them in it. A name that is reserved or that was given before
 * is a `CatalogError`.
 *
 * @category binding
 * @since 0.1.0
 */
export const bind = (
  registrations: ReadonlyArray<CustomMethod.Registration>,
  table: MethodTable,
  { context, dialects, prepare, registry }: Setting
): Effect.Effect<Pick<Methods, "table" | "custom" | "notifications">, CatalogError> =>
  Effect.gen(function*() {
    const methods = new Map<string, Method>()
    const notifications = new Map<string, OnNotification>()
    for (const registration of registrations) {
      const name = nameOf(registration)
      const shape = shapeOf(registration, context)
      if (isReserved(name)) return yield* fail("NameTaken", `The protocol has a method "${name}" already`)
      if (methods.has(name) || notifications.has(name)) {
        return yield* fail("NameTaken", `Two methods are named "${name}"`)
      }
      if (shape === undefined) return yield* fail("Invalid", `No handler for the method "${name}"`)
      const component = registration._tag === "ServedMethod" ? registration.method : registration
      const prepared = component._tag === "CustomMethod"
        ? yield* prepare({ kind: "methods", name, component }, shape)
        : shape
      const ready = { ...prepared, context: Context.add(prepared.context, Registry, registry) }
      if (component._tag === "CustomMethod") methods.set(name, serveMethod(component, ready, dialects))
      else notifications.set(name, hear(component, ready))
    }
    return { table: new Map([...table, ...methods]), custom: new Set(methods.keys()), notifications }
  })
