/**
 * The answer to `initialize`: which revision the session speaks, and what the client is told (INI-04, INI-10 to
 * INI-12).
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { isObject, type Params } from "../jsonrpc/Message.ts"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import * as Rpc from "../jsonrpc/RpcError.ts"
import type { Revision } from "../revision/Revision.ts"
import { negotiateSession, withoutHeader } from "../revision/Revisions.ts"
import type { ClientCapabilities } from "../schema/Capabilities.ts"
import type { Implementation } from "../schema/Implementation.ts"
import type { Caller } from "../session/Caller.ts"
import { unsupported } from "./asking/Asking.ts"
import type { Identity } from "./Identity.ts"
import type { Origin } from "./Origin.ts"
import * as SessionMemo from "./SessionMemo.ts"

/**
 * What a handshake settled.
 *
 * @category models
 * @since 0.1.0
 */
export interface Handshake {
  readonly revision: Revision
  readonly clientInfo: Implementation
  readonly clientCapabilities: ClientCapabilities
  /** The text of the result. */
  readonly resultText: string
}

const isImplementation = (value: unknown): value is Implementation =>
  isObject(value) && typeof value.name === "string" && typeof value.version === "string"

/**
 * The handshakes of a server.
 *
 * @category models
 * @since 0.1.0
 */
export interface Handshakes {
  /** Newest first. */
  readonly revisions: ReadonlyArray<Revision>
  /** The text of the result, which is the same for every client of a revision. */
  readonly resultText: (revision: Revision) => string
}

const resultTextOf = (identity: Identity, revision: Revision): string =>
  JSON.stringify(revision.encode.result("initialize", {
    protocolVersion: revision.version,
    capabilities: revision.encode.serverCapabilities(identity.capabilities),
    serverInfo: revision.encode.implementation(identity.implementation),
    ...(identity.instructions === undefined ? {} : { instructions: identity.instructions })
  }))

/**
 * The handshakes of a server that speaks some revisions.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (identity: Identity, revisions: ReadonlyArray<Revision>): Handshakes => {
  const texts = new Map<Revision, string>()
  return {
    revisions,
    resultText: (revision) => {
      const known = texts.get(revision)
      if (known !== undefined) return known
      const text = resultTextOf(identity, revision)
      texts.set(revision, text)
      return text
    }
  }
}

/**
 * Judges the params of `initialize`. Without a session-era revision to offer, the error names what is spoken (ERA-02).
 *
 * @category handshake
 * @since 0.1.0
 */
export const negotiate = (
  { resultText, revisions }: Handshakes,
  params: Params | undefined
): Result.Result<Handshake, RpcError> => {
  const { capabilities, clientInfo, protocolVersion } = params ?? {}
  if (typeof protocolVersion !== "string") {
    return Result.fail(Rpc.invalidParams("\"protocolVersion\" must be a string"))
  }
  if (!isImplementation(clientInfo)) {
    return Result.fail(Rpc.invalidParams("\"clientInfo\" must have a name and a version"))
  }
  if (!isObject(capabilities)) return Result.fail(Rpc.invalidParams("\"capabilities\" must be an object"))
  const revision = negotiateSession(revisions, protocolVersion)
  return revision === undefined
    ? Result.fail(Rpc.invalidParams("No session-era protocol version is served here", {
      supported: revisions.map((served) => served.version)
    }))
    // Members of the capabilities are read one by one where they matter, and are any JSON until then.
    : Result.succeed({
      revision,
      clientInfo,
      clientCapabilities: capabilities as ClientCapabilities,
      resultText: resultText(revision)
    })
}

/**
 * Where a request before the session comes from, as far as that is known: the handshake itself, or a `ping` ahead of it.
 * Its revision is the one that a handshake with these params would settle on.
 *
 * @category handshake
 * @since 0.1.0
 */
export const origin = (
  params: Params | undefined,
  revisions: ReadonlyArray<Revision>,
  { caller, header }: Pick<Origin, "header"> & { readonly caller?: Caller | undefined }
): Origin => {
  const { capabilities, clientInfo, protocolVersion } = params ?? {}
  const memo = SessionMemo.make()
  return {
    revision: negotiateSession(revisions, typeof protocolVersion === "string" ? protocolVersion : "") ?? withoutHeader,
    clientInfo: isImplementation(clientInfo) ? clientInfo : undefined,
    clientCapabilities: isObject(capabilities) ? capabilities as ClientCapabilities : {},
    session: undefined,
    logLevel: undefined,
    credential: header("authorization"),
    principal: caller?.principal,
    services: caller?.services,
    header,
    send: () => Effect.void,
    ask: unsupported,
    memo,
    release: memo.closing
  }
}
