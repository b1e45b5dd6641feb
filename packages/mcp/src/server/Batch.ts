/**
 * Answering a JSON-RPC batch: the answers to its requests are collected and go out as one array, in the order of the
 * requests, once the last is there. A request that was cancelled has no answer, and a batch without answers is answered
 * with nothing at all (BAT-01). What the messages ask for is served elsewhere.
 *
 * @since 0.1.0
 */
import type { Malformed, Message, RequestId } from "../jsonrpc/Message.ts"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import * as Rpc from "../jsonrpc/RpcError.ts"
import { isClaimed } from "../session/StatelessAdmission.ts"

/**
 * Takes what became of one message: the text of its answer, or nothing. Only the first call counts.
 *
 * @category models
 * @since 0.1.0
 */
export type Settle = (text: string | undefined) => void

/**
 * One message of a batch, what is wrong with it because it stands there, and what settles it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Item {
  readonly message: Message | Malformed
  readonly error: RpcError | undefined
  readonly settle: Settle
}

const misplaced = (message: Message | Malformed, ids: Set<RequestId>): RpcError | undefined => {
  if (message._tag !== "Request") return undefined
  if (ids.has(message.id)) return Rpc.invalidRequest("The batch has another request with this id")
  ids.add(message.id)
  if (isClaimed(message)) return Rpc.invalidRequest("The revision of this request has no batches")
  return message.method === "initialize" ? Rpc.invalidRequest("initialize must not be in a batch") : undefined
}

/** Requests are answered, and what is no message. */
const isAnswered = ({ _tag }: Message | Malformed): boolean => _tag === "Request" || _tag === "Malformed"

/**
 * Sets up the answer to a batch: `send` is called once with its text, when all that is answered is settled, or never.
 * Requests that repeat an id, that are of a revision without batches, or that are `initialize`, come with their error
 * (INI-03).
 *
 * @category constructors
 * @since 0.1.0
 */
export const collect = (
  messages: ReadonlyArray<Message | Malformed>,
  send: (text: string) => void
): ReadonlyArray<Item> => {
  const answers: Array<string | undefined> = messages.map(() => undefined)
  const ids = new Set<RequestId>()
  const open = new Set<number>()
  const settle = (index: number): Settle => (text) => {
    if (!open.delete(index)) return
    answers[index] = text
    if (open.size > 0) return
    const texts = answers.filter((answer) => answer !== undefined)
    if (texts.length > 0) send(`[${texts.join(",")}]`)
  }
  return messages.map((message, index) => {
    if (isAnswered(message)) open.add(index)
    return { message, error: misplaced(message, ids), settle: settle(index) }
  })
}
