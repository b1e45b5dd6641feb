/**
 * Messages to text. A message is written once: results and params come in as finished JSON text, so that a list
 * rendered long ago can be spliced in without another pass.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import type { RequestId } from "./Message.ts"
import type { RpcError } from "./RpcError.ts"

const idText = (id: RequestId): string => typeof id === "number" ? String(id) : JSON.stringify(id)

/** The `data` member of an error. What JSON cannot say is left out: an error must not fail in being told. */
const dataMember = (data: unknown): string => {
  const text = Result.try({ try: () => JSON.stringify(data), catch: () => undefined })
  return Result.isFailure(text) || text.success === undefined ? "" : `,"data":${text.success}`
}

/**
 * A success answer around a result that is JSON text already.
 *
 * @category encoding
 * @since 0.1.0
 */
export const success = (id: RequestId, resultText: string): string =>
  `{"jsonrpc":"2.0","id":${idText(id)},"result":${resultText}}`

/**
 * An error answer. Without an id, the member is left out (RPC-12); so is `data` that is no JSON.
 *
 * @category encoding
 * @since 0.1.0
 */
export const failure = (id: RequestId | undefined, error: RpcError): string => {
  const data = error.data === undefined ? "" : dataMember(error.data)
  const idMember = id === undefined ? "" : `"id":${idText(id)},`
  return `{"jsonrpc":"2.0",${idMember}"error":{"code":${error.code},"message":${JSON.stringify(error.message)}${data}}}`
}

/**
 * A request around params that are JSON text already.
 *
 * @category encoding
 * @since 0.1.0
 */
export const request = (id: RequestId, method: string, paramsText: string | undefined): string =>
  `{"jsonrpc":"2.0","id":${idText(id)},"method":${JSON.stringify(method)}${
    paramsText === undefined ? "" : `,"params":${paramsText}`
  }}`

/**
 * A notification around params that are JSON text already.
 *
 * @category encoding
 * @since 0.1.0
 */
export const notification = (method: string, paramsText: string | undefined): string =>
  `{"jsonrpc":"2.0","method":${JSON.stringify(method)}${paramsText === undefined ? "" : `,"params":${paramsText}`}}`
