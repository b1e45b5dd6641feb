/**
 * What stands open for a caller ends with the credential that it was opened with: streams on which it listens, and requests
 * that stand. Calls that were let in go on until they are answered.
 *
 * @since 0.1.0
 */
import type { Caller } from "../../session/Caller.ts"
import type { Standing } from "../Origin.ts"
import type { Holding } from "./Holding.ts"

const nothing = (): void => undefined

/**
 * Calls back once, when the credential of a caller ends; at once, when it has ended. The result takes the wish back.
 *
 * @category expiry
 * @since 0.1.0
 */
export const onExpiry = (holding: Holding, caller: Caller | undefined, callback: () => void): () => void =>
  caller?.expiresAtMillis === undefined ? nothing : holding.at(caller.expiresAtMillis, callback)

/**
 * Lets requests that stand open end with the credential of their caller too. Only those that do wait for it.
 *
 * @category expiry
 * @since 0.1.0
 */
export const standingFor = (standing: Standing, caller: Caller | undefined, holding: Holding): Standing => {
  if (caller?.expiresAtMillis === undefined) return standing
  const { drain } = standing
  return {
    ...standing,
    drain: {
      begin: drain.begin,
      onBegin: (callback) => {
        const forgetDrain = drain.onBegin(callback)
        const forgetExpiry = onExpiry(holding, caller, callback)
        return () => {
          forgetDrain()
          forgetExpiry()
        }
      }
    }
  }
}
