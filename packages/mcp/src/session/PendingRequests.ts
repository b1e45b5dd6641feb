/**
 * The requests that this side has sent to its peer and that wait for an answer. Ids are counted up, so that none is used
 * twice in a session (RPC-05); an answer to an id that nobody waits for is nobody's business (CAN-12).
 *
 * @since 0.1.0
 */
import type { Failure, RequestId, Success } from "../jsonrpc/Message.ts"

/**
 * What is waited for.
 *
 * @category models
 * @since 0.1.0
 */
export interface PendingRequests {
  readonly waiting: Map<RequestId, (answer: Success | Failure) => void>
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
  onAnswer: (answer: Success | Failure) => void
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
export const settle = (pending: PendingRequests, answer: Success | Failure): void => {
  if (answer.id === undefined) return
  const onAnswer = pending.waiting.get(answer.id)
  pending.waiting.delete(answer.id)
  onAnswer?.(answer)
}
