/**
 * What a stateless-era request must say about itself, judged from its `_meta` and, over HTTP, from the headers that
 * mirror it. Pure. The order of checks follows the ledger: header against body, required members, version, required
 * headers; a request with two faults gets the first.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import * as ErrorCode from "../jsonrpc/ErrorCode.ts"
import type { Params, Request } from "../jsonrpc/Message.ts"
import { isObject } from "../jsonrpc/Message.ts"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import * as Rpc from "../jsonrpc/RpcError.ts"
import type { Revision } from "../revision/Revision.ts"
import { MetaKey, metaOf } from "../schema/Meta.ts"
import * as HeaderValue from "./HeaderValue.ts"
import { type Header, type Refusal, refuse } from "./HttpAdmission.ts"
import { isLevel } from "./LogLevel.ts"

const claims = [MetaKey.protocolVersion, MetaKey.clientCapabilities, MetaKey.clientInfo, MetaKey.logLevel]

/**
 * Whether a message claims to be of the stateless era: one of the members that this era alone puts into `_meta`, or the
 * method that only this era has.
 *
 * @category queries
 * @since 0.1.0
 */
export const isClaimed = (message: { readonly method: string; readonly params: Params | undefined }): boolean => {
  if (message.method === "server/discover") return true
  const meta = message.params?._meta
  if (!isObject(meta)) return false
  return claims.some((key) => Object.hasOwn(meta, key))
}

/**
 * The `-32022` error: it lists what is spoken here (VER-01).
 *
 * @category constructors
 * @since 0.1.0
 */
export const unsupportedVersion = (requested: string, supported: ReadonlyArray<string>): RpcError =>
  Rpc.make(ErrorCode.UnsupportedProtocolVersion, `Unsupported protocol version: ${requested}`, { supported, requested })

/**
 * Judges the `_meta` of a request: the version must be a string and one of `revisions`, the capabilities an object
 * (MET-01, MET-02, MET-04), the level of logs, if there is one, a level (LOG-04). `clientInfo` is never demanded.
 *
 * @category admission
 * @since 0.1.0
 */
export const admitMeta = (
  params: Params | undefined,
  revisions: ReadonlyMap<string, Revision>,
  supported: ReadonlyArray<string>
): Result.Result<Revision, RpcError> => {
  const meta = metaOf(params)
  const version = meta[MetaKey.protocolVersion]
  if (typeof version !== "string") return Result.fail(missing(MetaKey.protocolVersion))
  if (!isObject(meta[MetaKey.clientCapabilities])) return Result.fail(missing(MetaKey.clientCapabilities))
  const revision = revisions.get(version)
  if (revision === undefined || revision.era !== "stateless") return Result.fail(unsupportedVersion(version, supported))
  const level = meta[MetaKey.logLevel]
  return level === undefined || isLevel(level)
    ? Result.succeed(revision)
    : Result.fail(Rpc.invalidParams(`_meta has an unknown "${MetaKey.logLevel}"`))
}

const missing = (key: string): RpcError => Rpc.invalidParams(`_meta lacks "${key}"`)

const mismatch = (message: string): Refusal => refuse(400, Rpc.make(ErrorCode.HeaderMismatch, message))

/** The member of the params that `Mcp-Name` mirrors (HDR-07). */
const nameMembers: ReadonlyMap<string, "name" | "uri"> = new Map([
  ["tools/call", "name"],
  ["prompts/get", "name"],
  ["resources/read", "uri"]
])

const admitName = (header: Header, request: Request): Refusal | undefined => {
  const member = nameMembers.get(request.method)
  const expected = member === undefined ? undefined : request.params?.[member]
  if (typeof expected !== "string") return undefined
  const sent = header("mcp-name")
  if (sent === expected) return undefined
  if (sent === undefined) return mismatch("The header Mcp-Name is missing")
  return HeaderValue.decode(sent) === expected ? undefined : mismatch("The header Mcp-Name does not match the body")
}

/**
 * Judges the mirrored headers against the body (HDR-01 to HDR-13): `MCP-Protocol-Version` and `Mcp-Method` must agree
 * when present. `requireHeaders` then demands those that are missing.
 *
 * @category admission
 * @since 0.1.0
 */
export const compareHeaders = (header: Header, request: Request): Refusal | undefined => {
  const version = header("mcp-protocol-version")
  const claimed = metaOf(request.params)[MetaKey.protocolVersion]
  if (version !== undefined && typeof claimed === "string" && version.trim() !== claimed) {
    return mismatch("The header MCP-Protocol-Version does not match the body")
  }
  if (version === undefined && typeof claimed === "string") {
    return mismatch("The header MCP-Protocol-Version is missing")
  }
  const method = header("mcp-method")
  return method !== undefined && method.trim() !== request.method
    ? mismatch("The header Mcp-Method does not match the body")
    : undefined
}

/**
 * Demands the headers that a request must have, and compares the name that it mirrors (HDR-06, HDR-07, HDR-11).
 *
 * @category admission
 * @since 0.1.0
 */
export const requireHeaders = (header: Header, request: Request): Refusal | undefined =>
  header("mcp-method") === undefined ? mismatch("The header Mcp-Method is missing") : admitName(header, request)
