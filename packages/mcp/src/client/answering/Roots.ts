/**
 * The places that servers may work in, as a service. Provide it to `McpClient.layer`, and the client declares it, answers in
 * both eras, and tells servers of sessions when the list changes. It only says where servers should stay; keeping them
 * there is up to the operating system. Deprecated by the newest revision, but part of all five.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import type { Root } from "../../schema/Roots.ts"

/**
 * Which places there are.
 *
 * @category services
 * @since 0.1.0
 */
export class Roots extends Context.Service<Roots, {
  readonly list: Effect.Effect<ReadonlyArray<Root>, unknown>
  /** Says that the list has changed; `undefined` where nobody will (ROO-01, ROO-03). */
  readonly changes: Stream.Stream<unknown> | undefined
}>()("@parley/mcp/client/answering/Roots") {}

/**
 * What is wrong with a root, in a sentence: its URI is none of the scheme `file`, or leads upwards (ROO-05, ROO-08).
 *
 * @category queries
 * @since 0.1.0
 */
export const mistakeIn = ({ uri }: Root): string | undefined => {
  if (!/^file:\/\//iu.test(uri) || !URL.canParse(uri)) return `A root is a file:// URI, and this is none: ${uri}`
  const leadsUpwards = uri.split(/[/\\]|%2f|%5c/iu).some((segment) => /^(?:\.|%2e){2}$/iu.test(segment))
  return leadsUpwards ? `The URI of a root leads upwards: ${uri}` : undefined
}

const isEffect = <R>(
  roots: ReadonlyArray<Root> | Effect.Effect<ReadonlyArray<Root>, unknown, R>
): roots is Effect.Effect<ReadonlyArray<Root>, unknown, R> => Effect.isEffect(roots)

/**
 * Roots that stay, or that an effect finds out each time a server asks. Roots that are given as they are, and have a URI
 * that is not allowed, are a defect of the layer; an effect that finds such gives an error to the server.
 *
 * @example
 * ```ts
 * import { McpClient, Roots } from "@parley/mcp"
 * import * as Layer from "effect/Layer"
 *
 * export const ClientLive = McpClient.layer({ name: "me", version: "1.0.0" }).pipe(
 *   Layer.provide(Roots.layer([{ uri: "file:///home/me/project", name: "Project" }]))
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = <R = never>(
  roots: ReadonlyArray<Root> | Effect.Effect<ReadonlyArray<Root>, unknown, R>
): Layer.Layer<Roots, never, R> => {
  if (isEffect(roots)) {
    return Layer.effect(
      Roots,
      Effect.map(
        Effect.context<R>(),
        (context) => ({ list: Effect.provideContext(roots, context), changes: undefined })
      )
    )
  }
  const mistake = roots.map(mistakeIn).find((found) => found !== undefined)
  return mistake === undefined
    ? Layer.succeed(Roots, { list: Effect.succeed(roots), changes: undefined })
    : Layer.effect(Roots, Effect.die(new TypeError(mistake)))
}

/**
 * Roots that change: servers of sessions are told of each new value (ROO-03).
 *
 * @category layers
 * @since 0.1.0
 */
export const layerRef = (roots: SubscriptionRef.SubscriptionRef<ReadonlyArray<Root>>): Layer.Layer<Roots> =>
  Layer.succeed(Roots, {
    list: SubscriptionRef.get(roots),
    changes: Stream.drop(SubscriptionRef.changes(roots), 1)
  })
