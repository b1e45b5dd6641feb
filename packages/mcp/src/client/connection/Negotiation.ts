/**
 * Finding out what a server speaks, as a pure machine: probe for the stateless era, fall back to `initialize`, agree or
 * give up. It says what to send next; sending, waiting and time limits are the caller's. An old server is recognised by
 * what it answers, never by what looks like an outage or a closed door (`revisions.md` section 13). A verdict that is
 * remembered saves the question; one that proves wrong leads back to it, once.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import * as ErrorCode from "../../jsonrpc/ErrorCode.ts"
import { isObject } from "../../jsonrpc/Message.ts"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import * as Results from "../../revision/Results.ts"
import type { Revision } from "../../revision/Revision.ts"
import * as Revisions from "../../revision/Revisions.ts"
import { MetaKey } from "../../schema/Meta.ts"
import type { Silence } from "../../transport/ClientTransport.ts"
import type { TransportError } from "../../transport/TransportError.ts"
import { InvalidResult, type McpClientErrorReason, NoCommonVersion, RequestTimeout } from "../McpClientError.ts"
import * as Evidence from "./Evidence.ts"
import type { ServerFacts } from "./ServerFacts.ts"

/**
 * What the client brings: the revisions that it may speak, and what silence means on its link. Only session-era
 * revisions: no probe. Only stateless-era ones: no fallback.
 *
 * @category models
 * @since 0.1.0
 */
export interface Offer {
  readonly revisions: ReadonlyArray<Revision>
  readonly silence: Silence
  /** Whether there is another way to the same server for servers of the oldest revision (HTTP+SSE). */
  readonly hasOlder?: boolean
}

/**
 * What is taken for granted of a server: that it has sessions, and whether the older way leads to it; or, without
 * sessions, all that there is to know.
 *
 * @category models
 * @since 0.1.0
 */
export type Remembered =
  | { readonly era: "session"; readonly isOlder: boolean }
  | { readonly era: "stateless"; readonly server: ServerFacts }

/**
 * Which link to send on: the one at hand, a new one because that is gone or was another server's way, or one that is
 * opened by the older way.
 *
 * @category models
 * @since 0.1.0
 */
export type On = "Same" | "New" | "Older"

/**
 * Send `server/discover` in this revision.
 *
 * @category models
 * @since 0.1.0
 */
export interface Probe {
  readonly _tag: "Probe"
  readonly revision: Revision
  readonly on: On
  /** A version was refused already; a second refusal ends it. */
  readonly retried: boolean
  /** `initialize` was refused already; it is not the occasion of another probe. */
  readonly fromInitialize: boolean
}

/**
 * Send `initialize`, asking for this revision.
 *
 * @category models
 * @since 0.1.0
 */
export interface Initialize {
  readonly _tag: "Initialize"
  readonly revision: Revision
  readonly on: On
  /** A version was refused already. */
  readonly retried: boolean
  /** Whether a refusal that names stateless versions leads to one more probe. */
  readonly mayProbe: boolean
  /** The era is remembered, not found out: what speaks against it leads back to the beginning. */
  readonly isAssumed: boolean
  /** Only silence spoke for the era. A server that was slow to start, and refuses now, is probed once more. */
  readonly isGuessed: boolean
  /** On the older way: how the newer one refused. */
  readonly evidence: McpClientErrorReason | undefined
}

/**
 * Where the negotiation stands, which is also what to do next.
 *
 * @category models
 * @since 0.1.0
 */
export type State =
  | Probe
  | Initialize
  | { readonly _tag: "Agreed"; readonly server: ServerFacts }
  | { readonly _tag: "Failed"; readonly reason: McpClientErrorReason }

/**
 * What came of the request that the state asked for. `status` is that of HTTP, where there is one.
 *
 * @category models
 * @since 0.1.0
 */
export type Event =
  | { readonly _tag: "Answered"; readonly result: unknown }
  | { readonly _tag: "Refused"; readonly error: RpcError; readonly status: number | undefined }
  | { readonly _tag: "Broken"; readonly error: TransportError }
  /** The link that the state asked for could not be opened. */
  | { readonly _tag: "NotOpened"; readonly error: TransportError }
  | { readonly _tag: "TimedOut"; readonly timeoutMillis: number }

const failed = (reason: McpClientErrorReason): State => ({ _tag: "Failed", reason })

const noCommonVersion = (offer: Offer, supported: ReadonlyArray<string>, detail?: string): State =>
  failed(
    new NoCommonVersion({
      offered: offer.revisions.map((revision) => revision.version),
      supported,
      ...(detail === undefined ? {} : { detail })
    })
  )

const probe = (revision: Revision, on: On): Probe => ({
  _tag: "Probe",
  revision,
  on,
  retried: false,
  fromInitialize: false
})

const initialize = (revision: Revision, on: On, mayProbe: boolean): Initialize => ({
  _tag: "Initialize",
  revision,
  on,
  retried: false,
  mayProbe,
  isAssumed: false,
  isGuessed: false,
  evidence: undefined
})

const newestStateless = ({ revisions }: Offer): Revision | undefined =>
  Revisions.selectStateless(revisions, revisions.map(({ version }) => version))

const begin = (offer: Offer, on: On): State => {
  const newest = newestStateless(offer)
  if (newest !== undefined) return probe(newest, on)
  const session = Revisions.newestSession(offer.revisions)
  return session === undefined ? noCommonVersion(offer, []) : initialize(session, on, false)
}

/**
 * The first thing to do. A server that is remembered to be stateless is agreed on without a word (VER-05); one with
 * sessions is not probed (ERA-01).
 *
 * @category machine
 * @since 0.1.0
 */
export const start = (offer: Offer, remembered?: Remembered): State => {
  if (remembered?.era === "stateless" && offer.revisions.includes(remembered.server.revision)) {
    return { _tag: "Agreed", server: remembered.server }
  }
  const session = Revisions.newestSession(offer.revisions)
  if (remembered?.era !== "session" || session === undefined) return begin(offer, "Same")
  const isOlder = remembered.isOlder && offer.hasOlder === true
  return { ...initialize(session, isOlder ? "Older" : "Same", !isOlder), isAssumed: true }
}

/** The server is of the session era. Without a revision of that era, `evidence` is what the user hears. */
const old = (offer: Offer, state: Probe, evidence: State, on: On = "Same"): State => {
  const revision = Revisions.newestSession(offer.revisions)
  return revision === undefined ? evidence : initialize(revision, on, !state.fromInitialize)
}

const guessed = (state: State): State =>
  state._tag === "Initialize" && state.mayProbe ? { ...state, isGuessed: true } : state

const mutualSession = (offer: Offer, versions: ReadonlyArray<string>): Revision | undefined =>
  Revisions.newestSession(offer.revisions.filter((revision) => versions.includes(revision.version)))

/** What is left when no stateless version is common: `initialize`, if a version of that era is named. */
const onSessionVersions = (offer: Offer, state: Probe, versions: ReadonlyArray<string>): State => {
  const session = mutualSession(offer, versions)
  return session === undefined
    ? noCommonVersion(offer, versions)
    : initialize(session, "Same", !state.fromInitialize)
}

const without = (offer: Offer, refused: Revision): ReadonlyArray<Revision> =>
  offer.revisions.filter((revision) => revision !== refused)

/**
 * `-32022` to a probe (VER-03): once more, with another version if there is one, or with the same if the server names it;
 * else `initialize` if a version of that era is on the list (ERA-05).
 */
const onVersionRefused = (offer: Offer, state: Probe, error: RpcError, supported: ReadonlyArray<string>): State => {
  if (state.retried) return failed(error)
  const mutual = Revisions.selectStateless(without(offer, state.revision), supported) ??
    Revisions.selectStateless(offer.revisions, supported)
  if (mutual !== undefined) return { ...state, revision: mutual, on: "Same", retried: true }
  return onSessionVersions(offer, state, supported)
}

const onProbeRefused = (offer: Offer, state: Probe, error: RpcError, status: number | undefined): State => {
  const supported = error.code === ErrorCode.UnsupportedProtocolVersion ? Evidence.supportedVersions(error) : undefined
  if (supported !== undefined) return onVersionRefused(offer, state, error, supported)
  const isOld = status === undefined || (status >= 200 && status < 300) ||
    (Evidence.isStatusOfTheOld(status) && !Evidence.isStatelessError(error, status))
  return isOld ? old(offer, state, noCommonVersion(offer, [], error.message)) : failed(error)
}

const onProbeBroken = (offer: Offer, state: Probe, error: TransportError): State => {
  switch (error.reason._tag) {
    // Some servers exit on any message before `initialize`.
    case "ConnectionClosed":
      return old(offer, state, failed(error), "New")
    case "HttpStatus":
      return Evidence.isStatusOfTheOld(error.reason.status) ? old(offer, state, failed(error)) : failed(error)
    default:
      return failed(error)
  }
}

const onDiscovered = (offer: Offer, state: Probe, result: unknown): State => {
  const decoded = Results.of(state.revision).get("server/discover")?.decode(result)
  if (decoded === undefined || Result.isFailure(decoded)) {
    return old(offer, state, noCommonVersion(offer, [], "its answer to server/discover is none"))
  }
  const { _meta, capabilities, instructions, supportedVersions } = decoded.success
  const revision = Revisions.selectStateless(offer.revisions, supportedVersions)
  if (revision !== undefined) {
    return { _tag: "Agreed", server: { info: _meta?.[MetaKey.serverInfo], capabilities, instructions, revision } }
  }
  return onSessionVersions(offer, state, supportedVersions)
}

const onProbe = (offer: Offer, state: Probe, event: Event): State => {
  switch (event._tag) {
    case "Answered":
      return onDiscovered(offer, state, event.result)
    case "Refused":
      return onProbeRefused(offer, state, event.error, event.status)
    case "Broken":
      return onProbeBroken(offer, state, event.error)
    case "NotOpened":
      return failed(event.error)
    case "TimedOut": {
      const timeout = failed(new RequestTimeout({ method: "server/discover", timeoutMillis: event.timeoutMillis }))
      return offer.silence === "OldServer" ? guessed(old(offer, state, timeout)) : timeout
    }
  }
}

const onInitialized = (offer: Offer, result: unknown): State => {
  const version = isObject(result) ? result.protocolVersion : undefined
  if (typeof version !== "string") {
    return failed(new InvalidResult({ method: "initialize", detail: "it names no protocolVersion" }))
  }
  // A counter-offer is taken when it is one of ours, and otherwise the end (INI-13, INI-14).
  const revision = mutualSession(offer, [version])
  if (revision === undefined) return noCommonVersion(offer, [version])
  const decoded = Results.of(revision).get("initialize")?.decode(result)
  if (decoded === undefined || Result.isFailure(decoded)) {
    const detail = decoded === undefined ? "the revision has no such method" : decoded.failure.message
    return failed(new InvalidResult({ method: "initialize", detail }))
  }
  const { capabilities, instructions, serverInfo } = decoded.success
  return { _tag: "Agreed", server: { info: serverInfo, capabilities, instructions, revision } }
}

const older = (state: Initialize, evidence: McpClientErrorReason): State => ({
  ...state,
  on: "Older",
  mayProbe: false,
  isAssumed: false,
  isGuessed: false,
  evidence
})

const mayGoOlder = (offer: Offer, state: Initialize, status: number | undefined): boolean =>
  offer.hasOlder === true && state.on !== "Older" && state.evidence === undefined &&
  Evidence.isStatusOfTheOldest(status)

/** After `initialize` was refused: one more probe, and no more after that. */
const probeAgain = (revision: Revision): State => ({ ...probe(revision, "Same"), retried: true, fromInitialize: true })

/** Whatever the code of the error is, a list of versions in it is worth following, once (ERA-02). */
const onInitializeRefused = (offer: Offer, state: Initialize, error: RpcError, status: number | undefined): State => {
  const supported = Evidence.supportedVersions(error)
  if (supported === undefined) {
    const newest = state.isGuessed ? newestStateless(offer) : undefined
    if (newest !== undefined) return probeAgain(newest)
    return mayGoOlder(offer, state, status) ? older(state, error) : failed(error)
  }
  const stateless = state.mayProbe ? Revisions.selectStateless(offer.revisions, supported) : undefined
  if (stateless !== undefined) return probeAgain(stateless)
  const other = mutualSession({ ...offer, revisions: without(offer, state.revision) }, supported)
  if (other !== undefined && !state.retried) {
    return { ...state, revision: other, on: "Same", retried: true, isAssumed: false }
  }
  return noCommonVersion(offer, supported, error.message)
}

/** A door that is closed on the older way, or an outage there, is the news; otherwise, how the newer way refused. */
const onNotOpened = ({ evidence }: Initialize, error: TransportError): State => {
  const status = Evidence.statusOf(error)
  if (error.reason._tag === "Unauthorized") return failed(error)
  return failed(
    evidence === undefined || (status !== undefined && !Evidence.isStatusOfTheOld(status)) ? error : evidence
  )
}

const onInitializeEvent = (offer: Offer, state: Initialize, event: Event): State => {
  switch (event._tag) {
    case "Answered":
      return onInitialized(offer, event.result)
    case "Refused":
      return onInitializeRefused(offer, state, event.error, event.status)
    case "Broken":
      return mayGoOlder(offer, state, Evidence.statusOf(event.error)) ? older(state, event.error) : failed(event.error)
    case "NotOpened":
      return onNotOpened(state, event.error)
    case "TimedOut":
      return failed(new RequestTimeout({ method: "initialize", timeoutMillis: event.timeoutMillis }))
  }
}

const isRefusedAsOld = (error: TransportError): boolean => {
  const status = Evidence.statusOf(error)
  return status !== undefined && Evidence.isStatusOfTheOld(status)
}

/** Whether it is the server that says no, rather than the network, a proxy, or whoever guards it. */
const isVerdict = (event: Event): boolean => {
  switch (event._tag) {
    case "Answered":
      return true
    case "Refused":
      return event.status === undefined || event.status < 300 || Evidence.isStatusOfTheOld(event.status)
    case "Broken":
      return isRefusedAsOld(event.error)
    case "NotOpened":
      // What is there speaks HTTP, and has no such stream to offer.
      return isRefusedAsOld(event.error) || event.error.reason._tag === "InvalidAnswer"
    case "TimedOut":
      return false
  }
}

const onInitialize = (offer: Offer, state: Initialize, event: Event): State => {
  const next = onInitializeEvent(offer, state, event)
  const isRefuted = next._tag === "Failed" || (next._tag === "Initialize" && next.on === "Older")
  return state.isAssumed && isRefuted && isVerdict(event) ? begin(offer, "New") : next
}

/**
 * The next state. It ends after at most {@link stepsMax} steps, whatever comes; an end stays the end.
 *
 * @category machine
 * @since 0.1.0
 */
export const step = (offer: Offer, state: State, event: Event): State => {
  switch (state._tag) {
    case "Probe":
      return onProbe(offer, state, event)
    case "Initialize":
      return onInitialize(offer, state, event)
    case "Agreed":
    case "Failed":
      return state
  }
}

/**
 * The longest way to an end: an `initialize` in an era that was remembered wrongly, two probes, two `initialize`, one more
 * probe, two `initialize` again, and one by the older way.
 *
 * @category constants
 * @since 0.1.0
 */
export const stepsMax = 9
