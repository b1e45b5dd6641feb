/**
 * How an operation of a client ended, in the words of OpenTelemetry's semantic conventions: for spans and metrics alike.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { isObject } from "../jsonrpc/Message.ts"
import type * as Conventions from "../session/Conventions.ts"

const isToolError = (method: string, result: unknown): boolean =>
  method === "tools/call" && isObject(result) && result.isError === true

/** The innermost tag says most: an error is a reason within a reason. */
const tagOf = (error: unknown): string => {
  if (!isObject(error)) return "_OTHER"
  return isObject(error.reason) ? tagOf(error.reason) : typeof error._tag === "string" ? error._tag : "_OTHER"
}

/** The code of an error that one side answered the other with. */
const codeOf = (error: unknown): string | undefined => {
  if (!isObject(error)) return undefined
  const { _tag, code, reason } = error
  return _tag === "RpcError" && typeof code === "number" ? String(code) : codeOf(reason)
}

/**
 * How an operation failed; none, when it did not. Where there are to be few words, `isTold` says which codes may be told
 * apart from others.
 *
 * @category conventions
 * @since 0.1.0
 */
export const attributesOf = (
  exit: Exit.Exit<unknown, unknown>,
  method: string,
  isTold: (code: string) => boolean = () => true
): Conventions.Attributes => {
  if (Exit.isSuccess(exit)) return isToolError(method, exit.value) ? { "error.type": "tool_error" } : {}
  const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
  if (error === undefined) return { "error.type": Cause.hasInterruptsOnly(exit.cause) ? "cancelled" : "_OTHER" }
  const code = codeOf(error)
  if (code === undefined) return { "error.type": tagOf(error) }
  const told = isTold(code) ? code : "_OTHER"
  return { "error.type": told, "rpc.response.status_code": told }
}
