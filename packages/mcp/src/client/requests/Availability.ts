/**
 * Whether a method can be used on a connection: the agreed revision must have it, and the server must have declared the
 * capability that it belongs to (INI-18). Nothing is sent to find out.
 *
 * @since 0.1.0
 */
import type { Revision } from "../../revision/Revision.ts"
import * as Revisions from "../../revision/Revisions.ts"
import type { Connected } from "../connection/Connect.ts"
import * as McpClientError from "../McpClientError.ts"

const capabilities: { readonly [method: string]: "tools" | "resources" | "prompts" | "logging" | undefined } = {
  "tools/list": "tools",
  "tools/call": "tools",
  "resources/list": "resources",
  "resources/templates/list": "resources",
  "resources/read": "resources",
  "resources/subscribe": "resources",
  "resources/unsubscribe": "resources",
  "prompts/list": "prompts",
  "prompts/get": "prompts",
  "logging/setLevel": "logging"
}

type Lacking = McpClientError.Unavailable["lacking"]

const isKnown = (method: string): boolean => Revisions.all.some((revision) => revision.clientRequests.has(method))

/** What the server, or the revision, lacks for a method. */
const lackingFor = (
  { server: { capabilities: declared, revision } }: Connected,
  method: string
): Lacking | undefined => {
  if (!revision.clientRequests.has(method)) return isKnown(method) ? "Method" : undefined
  if (method === "resources/subscribe") return declared.resources?.subscribe === true ? undefined : "Capability"
  const capability = capabilities[method]
  return capability === undefined || declared[capability] !== undefined ? undefined : "Capability"
}

/**
 * The error of a method that lacks something.
 *
 * @category errors
 * @since 0.1.0
 */
export const unavailable = (
  { version }: Revision,
  method: string,
  lacking: Lacking
): McpClientError.McpClientError => McpClientError.make(new McpClientError.Unavailable({ method, version, lacking }))

/**
 * Why a method cannot be used on a connection; `undefined` when it can, and for a method that MCP does not have.
 *
 * @category queries
 * @since 0.1.0
 */
export const problemOn = (connected: Connected, method: string): McpClientError.McpClientError | undefined => {
  const lacking = lackingFor(connected, method)
  return lacking === undefined ? undefined : unavailable(connected.server.revision, method, lacking)
}
