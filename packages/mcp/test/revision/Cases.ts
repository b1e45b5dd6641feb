/**
 * Every message of every revision, as the official schemas list them, next to our codec for it. The tests are generated
 * from these lists, so a message that is missing on our side fails.
 */
import * as Answers from "../../src/revision/Answers.ts"
import type { Reader } from "../../src/revision/common/Reader.ts"
import * as Notices from "../../src/revision/Notices.ts"
import * as Params from "../../src/revision/Params.ts"
import * as Questions from "../../src/revision/Questions.ts"
import * as Results from "../../src/revision/Results.ts"
import type { Revision } from "../../src/revision/Revision.ts"
import * as Revisions from "../../src/revision/Revisions.ts"
import { methods, type Official, official, resultOf, type Version, versions } from "./Official.ts"

/** How a message is read, as the readers of either side have it. */
export interface NotificationCodec {
  readonly params: Reader["schema"]
  readonly decodeParams: Reader["decode"]
}

export interface RequestCodec extends NotificationCodec {
  readonly result: Reader["schema"]
  readonly decodeResult: Reader["decode"]
}

export interface RequestCase {
  readonly label: string
  readonly version: Version
  readonly revision: Revision
  readonly official: Official
  readonly method: string
  /** The name of the official definition of the request, and of its result. */
  readonly request: string
  readonly result: string
  readonly codec: RequestCodec
}

export interface NotificationCase extends Omit<RequestCase, "request" | "result" | "codec"> {
  readonly notification: string
  readonly codec: NotificationCodec
}

const found = <A>(value: A | undefined, label: string): A => {
  if (value === undefined) throw new Error(`missing: ${label}`)
  return value
}

export const revisionOf = (version: Version): Revision => found(Revisions.fromVersion(version), version)

/** The union of server requests is called otherwise where these travel inside results. */
export const unions = (version: Version) =>
  ({
    clientRequests: "ClientRequest",
    serverRequests: revisionOf(version).era === "session" ? "ServerRequest" : "InputRequest",
    clientNotifications: "ClientNotification",
    serverNotifications: "ServerNotification"
  }) as const

/** How a request is read. What both sides may ask of each other is read in one way: pings, and tasks. */
export const requestCodec = (revision: Revision, method: string): RequestCodec => {
  const params = found(Questions.of(revision).get(method) ?? Params.of(revision).get(method), method)
  const result = found(Answers.of(revision).get(method) ?? Results.of(revision).get(method), method)
  return { params: params.schema, decodeParams: params.decode, result: result.schema, decodeResult: result.decode }
}

export const notificationCodec = (
  revision: Revision,
  table: "clientNotifications" | "serverNotifications",
  method: string
): NotificationCodec => {
  const readers = table === "clientNotifications" ? Notices.ofClients(revision) : Notices.ofServers(revision)
  const params = found(readers.get(method), method)
  return { params: params.schema, decodeParams: params.decode }
}

export const requestCases: ReadonlyArray<RequestCase> = versions.flatMap((version) =>
  (["clientRequests", "serverRequests"] as const).flatMap((table) =>
    [...methods(official[version], unions(version)[table])].map(([method, request]) => {
      const label = `${version} ${table} ${method}`
      const revision = revisionOf(version)
      const result = resultOf(official[version], request)
      const codec = requestCodec(revision, method)
      return { label, version, revision, official: official[version], method, request, result, codec }
    })
  )
)

export const notificationCases: ReadonlyArray<NotificationCase> = versions.flatMap((version) =>
  (["clientNotifications", "serverNotifications"] as const).flatMap((table) =>
    [...methods(official[version], unions(version)[table])].map(([method, notification]) => {
      const label = `${version} ${table} ${method}`
      const revision = revisionOf(version)
      const codec = notificationCodec(revision, table, method)
      return { label, version, revision, official: official[version], method, notification, codec }
    })
  )
)

/** A request as it stands in a message, or in a result where requests travel there. */
export const requestMessage = (one: RequestCase, params: unknown) =>
  one.revision.era === "stateless" && one.revision.serverRequests.has(one.method)
    ? { method: one.method, params }
    : { jsonrpc: "2.0", id: 1, method: one.method, params }

export const notificationMessage = (one: NotificationCase, params: unknown) => ({
  jsonrpc: "2.0",
  method: one.method,
  params
})

/**
 * What is left of a value on the wire: members that are `undefined` are not. Not by way of a text, because the V8 of Node
 * 24 confuses keys: after `JSON.parse('{"a":1,"\\\\":1}')` it reads the key `"\\t"` of `{"a":1,"\\t":1}` as a backslash.
 */
export const overTheWire = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(overTheWire)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => member === undefined ? [] : [[key, overTheWire(member)]])
  )
}
