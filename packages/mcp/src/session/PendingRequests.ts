/**
 * The requests that this side has sent to its peer and that wait for an answer. Ids are counted up, so that none is used
 * twice in a session (RPC-05); an answer to an id that nobody waits for is nobody's business (CAN-12).
 *
 * @since 0.1.0
 */
import type { Failure, Malformed, RequestId, Success } from "../jsonrpc/Message.ts"

/**
 * What may come back for a request; also a text that is no message, but says whose answer it was meant to be.
 *
 * @category models
 * @since 0.1.0
 */
export type Answer = Success | Failure | Malformed

/**
 * What is waited for.
 *
 * @category models
 * @since 0.1.0
 */
export interface PendingRequests {
  readonly waiting: Map<RequestId, (answer: Answer) => void>
  /** Most requests at a time. */
  readonly max: number
  nextId: number
}

/**
 * Nothing is waited for.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (max: number): PendingRequests => ({ waiting: new Map(), max, nextId: 1 })

/**
 * Enters a request and gives its id; nothing when too many wait already.
 *
 * @category operations
 * @since 0.1.0
 */
export const begin = (
  pending: PendingRequests,
  onAnswer: (answer: Answer) => void
): RequestId | undefined => {
  if (pending.waiting.size >= pending.max) return undefined
  const id = pending.nextId
  pending.nextId += 1
  pending.waiting.set(id, onAnswer)
  return id
}

/**
 * Hands an answer to whoever waits for it, once.
 *
 * @category operations
 * @since 0.1.0
 */
export const settle = (pending: PendingRequests, answer: Answer): void => {
  const id = answer._tag === "Malformed" ? answer.answers : answer.id
  if (id === undefined) return
  const onAnswer = pending.waiting.get(id)
  pending.waiting.delete(id)
  onAnswer?.(answer)
}
