/**
 * What a refusal tells about the age of a server. Pure; what follows from it is decided in `Negotiation.ts`, and for
 * servers that are only remembered in `requests/Recovery.ts`.
 *
 * @since 0.1.0
 */
import * as ErrorCode from "../../jsonrpc/ErrorCode.ts"
import { isObject } from "../../jsonrpc/Message.ts"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import type { TransportError } from "../../transport/TransportError.ts"

/**
 * Whether a server says by this status that it cannot make sense of a request: only these speak of its age (ERA-10,
 * ERA-11).
 *
 * @category guards
 * @since 0.1.0
 */
export const isStatusOfTheOld = (status: number): boolean =>
  status === 400 || status === 404 || status === 405 || status === 422

/**
 * Whether a server says by this status that messages are not to be posted here: there may be the older way (SSE-08).
 *
 * @category guards
 * @since 0.1.0
 */
export const isStatusOfTheOldest = (status: number | undefined): boolean =>
  status === 400 || status === 404 || status === 405

/**
 * Whether only a stateless-era server sends this error. Deployed servers use codes nearby for their own purposes, so the
 * code counts only with its own status and data (C21).
 *
 * @category guards
 * @since 0.1.0
 */
export const isStatelessError = ({ code, data }: RpcError, status: number): boolean =>
  status === 400 &&
  (code === ErrorCode.HeaderMismatch ||
    (code === ErrorCode.MissingClientCapability && isObject(data) && isObject(data.requiredCapabilities)))

/**
 * The versions that an error names, if they are a list of strings.
 *
 * @category getters
 * @since 0.1.0
 */
export const supportedVersions = (error: RpcError): ReadonlyArray<string> | undefined => {
  const supported = isObject(error.data) ? error.data.supported : undefined
  return Array.isArray(supported) && supported.every((version): version is string => typeof version === "string")
    ? supported
    : undefined
}

/**
 * The status by which a request was refused, if it was by one.
 *
 * @category getters
 * @since 0.1.0
 */
export const statusOf = ({ reason }: TransportError): number | undefined =>
  reason._tag === "HttpStatus" ? reason.status : undefined
