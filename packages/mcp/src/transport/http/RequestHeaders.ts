/**
 * The headers of what a client sends over HTTP: those that its user wants on everything, those of a session, and those
 * by which a stateless request says what is in it. The body is not written here.
 *
 * @since 0.1.0
 */
import * as Redacted from "effect/Redacted"
import type { Revision } from "../../revision/Revision.ts"
import * as HeaderValue from "../../session/HeaderValue.ts"
import type { OutgoingRequest } from "../ClientTransport.ts"

/**
 * Headers by name.
 *
 * @category models
 * @since 0.1.0
 */
export type Headers = { readonly [name: string]: string }

/** What the protocol says in headers is not for users to say. */
const isReserved = (name: string): boolean =>
  /^(?:accept|content-type|content-length|last-event-id|mcp-(?:protocol-version|session-id|method|name|param-.*))$/i
    .test(name)

/**
 * The headers that a user wants on every request, without those that the protocol defines.
 *
 * @category constructors
 * @since 0.1.0
 */
export const own = (headers: { readonly [name: string]: string | Redacted.Redacted } = {}): Headers =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !isReserved(name))
      .map(([name, value]) => [name, Redacted.isRedacted(value) ? Redacted.value(value) : value] as const)
  )

/**
 * In a session: its id, and the version once it is agreed and the revision has the header (HTS-04, HTV-01, HTV-02).
 *
 * @category constructors
 * @since 0.1.0
 */
export const session = (sessionId: string | undefined, revision: Revision | undefined): Headers => ({
  ...(revision === undefined || revision.versionHeader === "None"
    ? {}
    : { "mcp-protocol-version": revision.version }),
  ...(sessionId === undefined ? {} : { "mcp-session-id": sessionId })
})

/**
 * Without sessions: what the message says of itself (HDR-01, HDR-06 to HDR-08), on notifications too, and the parameters
 * that are mirrored (XMC-05).
 *
 * @category constructors
 * @since 0.1.0
 */
export const stateless = (
  { headers, method, name, revision }: Pick<OutgoingRequest, "headers" | "method" | "name" | "revision">
): Headers => ({
  ...headers,
  "mcp-protocol-version": revision.version,
  "mcp-method": method,
  ...(name === undefined ? {} : { "mcp-name": HeaderValue.encode(name) })
})
