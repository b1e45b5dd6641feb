/**
 * Cursors: where a page of a list ended, sealed with the keys of the server, so that they are opaque to clients and a
 * server trusts only what it has said itself. A cursor holds the place of the last component that was given out, and not
 * its number in the list, so that the next page is right whatever was added and removed in between.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { ownerOf, type Sender } from "./Caller.ts"
import type { Keys } from "./StateKeys.ts"

/**
 * The place of a component in its list. Numbers come before names; both ascend. The components that a server starts with
 * are numbered as they were written; those that are added later go by name, so that replicas agree on their order.
 *
 * @category models
 * @since 0.1.0
 */
export type Place = number | string

/**
 * Which of two places comes first: negative when it is `self`.
 *
 * @category ordering
 * @since 0.1.0
 */
export const compare = (self: Place, that: Place): number => {
  if (typeof self === "number") return typeof that === "number" ? self - that : -1
  if (typeof that === "number") return 1
  return self === that ? 0 : self < that ? -1 : 1
}

/**
 * What a cursor is good for: the method, and the caller where the list depends on who asks.
 *
 * @category models
 * @since 0.1.0
 */
export interface Use {
  readonly method: string
  readonly caller: Sender | undefined
}

/**
 * Makes and reads cursors.
 *
 * @category models
 * @since 0.1.0
 */
export interface Cursors {
  readonly issue: (use: Use, place: Place) => Effect.Effect<string>
  /** The place that a cursor stands for; nothing for one that was not made with these keys for this use (PAG-03). */
  readonly read: (use: Use, cursor: unknown) => Effect.Effect<Place | undefined>
}

/** No cursor that is made here is longer, in characters; what a client makes up is not opened at any length. */
const lengthMax = 131_072

/** Never that of a `requestState`, which is sealed with the same keys: that begins with a number. */
const bindingOf = ({ caller, method }: Use): string =>
  JSON.stringify(["cursor", method, caller === undefined ? null : [ownerOf(caller) ?? null]])

const isPlace = (value: unknown): value is Place => typeof value === "string" || typeof value === "number"

const placeOf = (text: string | undefined): Place | undefined => {
  const value = text === undefined ? undefined : Result.getOrUndefined(Result.try((): unknown => JSON.parse(text)))
  return isPlace(value) ? value : undefined
}

/**
 * Cursors under the keys of a server.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (keys: Keys): Cursors => ({
  issue: (use, place) => keys.seal(JSON.stringify(place), bindingOf(use)),
  read: (use, cursor) =>
    typeof cursor === "string" && cursor.length <= lengthMax
      ? Effect.map(keys.open(cursor, bindingOf(use)), placeOf)
      : Effect.succeed(undefined)
})
