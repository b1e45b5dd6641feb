/**
 * Which rare paths a world took, told from its history: a swarm that never loses a stream proves nothing of how streams are
 * taken up again. It counts, and judges nothing.
 *
 * @since 0.1.0
 */
import { isObject } from "@parley/mcp/jsonrpc/Message"
import * as Reading from "../checker/Reading.ts"
import type { Ended, Event } from "../history/Event.ts"

/**
 * The paths, in the order in which they are told.
 *
 * @category constants
 * @since 0.1.0
 */
export const paths = [
  "stream resumed",
  "answered on a resumed stream",
  "event replayed",
  "own stream of a session",
  "session not found",
  "session begun anew",
  "session on several hosts",
  "call on another host than the last",
  "asked by request",
  "asked in a result",
  "cancelled before it ran",
  "cancelled while it ran",
  "cancelled after it was answered",
  "sent again",
  "came twice",
  "progress heard",
  "out of time",
  "failed, and may have run",
  "failed, and did not run",
  "host down in a call",
  "call waited for as its host ended",
  "line broken in a call",
  "stream cut by the server",
  "credential refused",
  "ended by a jump of a clock",
  "refused by a gateway",
  "client back again"
] as const

/**
 * The name of a path.
 *
 * @category models
 * @since 0.1.0
 */
export type Path = (typeof paths)[number]

/**
 * How often each path was taken. What was never taken is there, too.
 *
 * @category models
 * @since 0.1.0
 */
export type Coverage = { readonly [P in Path]: number }

/** Looks at what happens, and says which paths it is part of. */
type Scout = (event: Event, read: Reading.Read) => void

type Reach = (path: Path) => void

const streams = (reach: Reach): Scout => (event, { sent }) => {
  if (sent?.isRepeat === true) reach("event replayed")
  if (sent?.via.lastEventId !== undefined && Reading.answeredIn(sent).length > 0) reach("answered on a resumed stream")
  if (event._tag === "Closed" && event.why === "the server cut it") reach("stream cut by the server")
  if (event._tag !== "Opened" || event.verb?.startsWith("GET ") !== true) return
  if (event.headers?.["last-event-id"] !== undefined) reach("stream resumed")
  else if (event.headers?.["mcp-session-id"] !== undefined) reach("own stream of a session")
}

/** A clock that is wrong by less than this ends nothing before its time, in milliseconds. */
const jumpMillisMin = 60_000

const refusals: { readonly [status: number]: Path } = {
  401: "credential refused",
  404: "session not found",
  502: "refused by a gateway"
}

const answers = (reach: Reach): Scout => {
  const named = new Set<string>()
  const jumps = new Set<string>()
  return (event) => {
    if (event._tag === "Opened" && event.headers?.["mcp-session-id"] !== undefined) named.add(event.via)
    if (event._tag === "Struck" && event.fault._tag === "ClockJump" && event.fault.millis >= jumpMillisMin) {
      jumps.add(event.on)
    }
    if (event._tag === "Healed") jumps.delete(event.on)
    if (event._tag !== "Answered") return
    const path = refusals[event.status]
    // A page that is not there is no session.
    if (path === undefined || (event.status === 404 && !named.has(event.via))) return
    reach(path)
    if (jumps.size > 0 && (event.status === 401 || event.status === 404)) reach("ended by a jump of a clock")
  }
}

/** Which host serves what: those of a session, and the last of each client. */
const hosts = (reach: Reach): Scout => {
  const last = new Map<string, string>()
  return (event, { arrived }) => {
    if (arrived === undefined || event._tag !== "Arrived" || event.at === undefined) return
    const places: ReadonlyArray<readonly [string, Path]> = [
      [arrived.via.client, "call on another host than the last"],
      ...(arrived.scope.startsWith("session ") ? [[arrived.scope, "session on several hosts"] as const] : [])
    ]
    for (const [whose, path] of places) {
      const before = last.get(whose)
      last.set(whose, event.at)
      if (before !== undefined && before !== event.at) reach(path)
    }
  }
}

/** Questions, sessions that are opened a second time, and what comes twice. */
const messages = (reach: Reach): Scout => {
  const opened = new Set<string>()
  const arrivals = new Set<number>()
  return (event, { arrived, sent }) => {
    if (event._tag === "Down") opened.delete(event.host)
    if (arrived !== undefined) {
      if (arrivals.has(arrived.sent.message)) reach("came twice")
      arrivals.add(arrived.sent.message)
    }
    for (const item of sent?.items ?? []) {
      if (item._tag === "Request" && sent?.direction === "toClient") reach("asked by request")
      if (item._tag === "Success" && isObject(item.result) && item.result.resultType === "input_required") {
        reach("asked in a result")
      }
      if (item._tag !== "Request" || item.method !== "initialize" || sent === undefined) continue
      if (opened.has(sent.via.client)) reach("session begun anew")
      opened.add(sent.via.client)
    }
  }
}

/** Requests by what they are known by: which act each is for, and how far it is. */
const requests = (reach: Reach): Scout => {
  const acts = new Map<string, { readonly user: string; readonly texts: Set<string> }>()
  const actOf = new Map<string, string>()
  const ran = new Set<string>()
  const open = new Map<string, string>()
  const lines = new Set<string>()

  const ask = (said: Reading.Said): void => {
    if (said.direction !== "toServer") return
    for (const { key, request } of Reading.requestsIn(said)) {
      open.set(key, said.via.name)
      const { _meta: _none, ...params } = request.params ?? {}
      const text = JSON.stringify([request.method, params])
      for (const [act, { texts, user }] of acts) {
        if (user !== said.via.client || !Reading.mentions(text, act)) continue
        actOf.set(key, act)
        if (texts.has(text)) reach("sent again")
        texts.add(text)
      }
    }
  }
  const cancel = (said: Reading.Said): void => {
    for (const key of Reading.cancelledIn(said)) {
      const act = actOf.get(key)
      if (act === undefined) continue
      if (!open.has(key)) reach("cancelled after it was answered")
      else reach(ran.has(act) ? "cancelled while it ran" : "cancelled before it ran")
    }
  }
  const gone = (event: Event): void => {
    for (const [key, via] of Array.from(open)) {
      if (event._tag !== "Closed" || event.via !== via) continue
      open.delete(key)
      if (lines.has(via)) reach("line broken in a call")
    }
  }
  return (event, { arrived, sent }) => {
    if (event._tag === "Opened" && event.verb === undefined) lines.add(event.via)
    if (event._tag === "Began") acts.set(event.key, { user: event.user, texts: new Set() })
    if (event._tag === "Ended") acts.delete(event.key)
    if (event._tag === "Ran") ran.add(event.key)
    if (event._tag === "Closed") gone(event)
    if (arrived !== undefined) cancel(arrived)
    if (sent === undefined) return
    ask(sent)
    for (const key of Reading.answeredIn(sent)) open.delete(key)
  }
}

const outcome = ({ detail, mayHaveRun, outcome }: Ended, reach: Reach): void => {
  if (isObject(detail) && typeof detail.reports === "number" && detail.reports > 0) reach("progress heard")
  if (outcome !== "Failure") return
  if (isObject(detail) && detail.reason === "RequestTimeout") reach("out of time")
  if (mayHaveRun !== undefined) reach(mayHaveRun ? "failed, and may have run" : "failed, and did not run")
}

/** What users and hosts come to. */
const people = (reach: Reach): Scout => {
  const users = new Set<string>()
  const running = new Map<string, string>()
  let orderly = { on: "", atMillis: 0 }
  return (event) => {
    if (event._tag === "Struck" && event.fault._tag === "Restart" && event.fault.isOrderly === true) orderly = event
    if (event._tag === "Down" && event.host === orderly.on && event.atMillis > orderly.atMillis) {
      reach("call waited for as its host ended")
    }
    if (event._tag === "Began") users.add(event.user)
    if (event._tag === "Up" && users.has(event.host)) reach("client back again")
    if (event._tag === "Ran") running.set(event.key, event.host)
    if (event._tag === "Down" && Array.from(running.values()).includes(event.host)) reach("host down in a call")
    if (event._tag !== "Ended") return
    running.delete(event.key)
    outcome(event, reach)
  }
}

const scouts = [streams, answers, hosts, messages, requests, people]

const tally = (count: (path: Path) => number): Coverage =>
  // Every path is there: they are what is walked over.
  Object.fromEntries(paths.map((path) => [path, count(path)])) as { [P in Path]: number }

/**
 * Nothing was reached.
 *
 * @category constructors
 * @since 0.1.0
 */
export const none: Coverage = tally(() => 0)

/**
 * What one world reached.
 *
 * @category constructors
 * @since 0.1.0
 */
export const of = (history: ReadonlyArray<Event>): Coverage => {
  const reader = Reading.make()
  const counts = new Map<Path, number>()
  const reach: Reach = (path) => void counts.set(path, (counts.get(path) ?? 0) + 1)
  const all = scouts.map((scout) => scout(reach))
  for (const event of history) {
    const read = reader.read(event)
    for (const scout of all) scout(event, read)
  }
  return tally((path) => counts.get(path) ?? 0)
}

/**
 * What two runs reached together.
 *
 * @category combining
 * @since 0.1.0
 */
export const plus = (one: Coverage, other: Coverage): Coverage => tally((path) => one[path] + other[path])

/**
 * The paths that were never taken.
 *
 * @category queries
 * @since 0.1.0
 */
export const missing = (coverage: Coverage): ReadonlyArray<Path> => paths.filter((path) => coverage[path] === 0)
