/**
 * The requests of one peer that are being served: an id may be there once, their number is bounded, and a cancel finds
 * what it names. One that was cancelled gives its id free at once, but counts until it has ended: its finalizers may take
 * time. The table holds whatever the caller wants back (a fiber, in the server); it does not know what cancelling means.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import type { RequestId } from "../jsonrpc/Message.ts"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import { idInUse, internalError } from "../jsonrpc/RpcError.ts"

/**
 * A table of requests in flight. Ids keep their type: `1` and `"1"` are two requests (RPC-07).
 *
 * @category models
 * @since 0.1.0
 */
export interface InFlight<A> {
  readonly entries: Map<RequestId, A>
  /** Those that were cancelled, and have not ended yet. */
  readonly ending: Set<A>
  /** Most requests at a time, cancelled ones included. */
  readonly max: number
}

/**
 * An empty table.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <A>(max: number): InFlight<A> => ({ entries: new Map(), ending: new Set(), max })

/**
 * Whether a request can be taken, or why not: its id is in use (RPC-05, RPC-06), or too many are running.
 *
 * @category operations
 * @since 0.1.0
 */
export const admits = <A>(table: InFlight<A>, id: RequestId): Result.Result<void, RpcError> => {
  if (table.entries.has(id)) return Result.fail(idInUse())
  return size(table) >= table.max
    ? Result.fail(internalError(`More than ${table.max} requests in progress`))
    : Result.void
}

/**
 * How many requests there are, cancelled ones included.
 *
 * @category queries
 * @since 0.1.0
 */
export const size = <A>({ ending, entries }: InFlight<A>): number => entries.size + ending.size

/**
 * All requests, cancelled ones included, as long as they have not ended.
 *
 * @category queries
 * @since 0.1.0
 */
export const all = <A>({ ending, entries }: InFlight<A>): ReadonlyArray<A> => [...entries.values(), ...ending]

/**
 * Enters a request that was admitted.
 *
 * @category operations
 * @since 0.1.0
 */
export const begin = <A>(table: InFlight<A>, id: RequestId, entry: A): void => {
  table.entries.set(id, entry)
}

/**
 * Whether the entry is being served still: not ended, not cancelled. Another request may have its id by now (RPC-06).
 *
 * @category operations
 * @since 0.1.0
 */
export const holds = <A>(table: InFlight<A>, id: RequestId, entry: A): boolean => table.entries.get(id) === entry

/**
 * Removes a request that has ended; `false` when it was cancelled before, and nothing more is to be said of it (CAN-11).
 *
 * @category operations
 * @since 0.1.0
 */
export const end = <A>(table: InFlight<A>, id: RequestId, entry: A): boolean => {
  if (holds(table, id, entry)) return table.entries.delete(id)
  table.ending.delete(entry)
  return false
}

/**
 * Gives the request with an id, to be cancelled, and the id free; `undefined` when there is none, as after a race between
 * its end and its cancellation (CAN-13, CAN-16). Its `end` is still to be told.
 *
 * @category operations
 * @since 0.1.0
 */
export const cancel = <A>(table: InFlight<A>, id: RequestId): A | undefined => {
  const entry = table.entries.get(id)
  if (entry === undefined) return undefined
  table.entries.delete(id)
  table.ending.add(entry)
  return entry
}
