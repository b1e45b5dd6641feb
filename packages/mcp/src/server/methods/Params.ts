/**
 * Reading the params of requests by hand, member by member, because they are small and what is inside them has decoders
 * of its own.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import { isObject, type Params } from "../../jsonrpc/Message.ts"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import * as Rpc from "../../jsonrpc/RpcError.ts"

const noParams: Params = {}

/**
 * A member that must be a string; anything else is `-32602`.
 *
 * @category params
 * @since 0.1.0
 */
export const stringMember = (params: Params | undefined, member: string): Result.Result<string, RpcError> => {
  const value = params?.[member]
  return typeof value === "string"
    ? Result.succeed(value)
    : Result.fail(Rpc.invalidParams(`"${member}" must be a string`))
}

/**
 * The arguments of a call, empty when there are none; `-32602` when they are no object.
 *
 * @category params
 * @since 0.1.0
 */
export const argumentsOf = (params: Params | undefined): Result.Result<Params, RpcError> => {
  const args = params?.arguments
  if (args === undefined) return Result.succeed(noParams)
  return isObject(args) ? Result.succeed(args) : Result.fail(Rpc.invalidParams("\"arguments\" must be an object"))
}
