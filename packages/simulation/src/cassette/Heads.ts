/**
 * Which parts of HTTP heads belong to the protocol, and so to a cassette: whatever else there is (hosts, dates, lengths,
 * agents, tracing) is the platform's, and left out.
 *
 * @since 0.1.0
 */
import type { Headers } from "@parley/mcp/testing/Transcript"

const kept: ReadonlySet<string> = new Set([
  "allow",
  "authorization",
  "content-type",
  "last-event-id",
  "location",
  "retry-after",
  "www-authenticate"
])

const isKept = (name: string): boolean => kept.has(name) || name.startsWith("mcp-")

/** Parameters of a media type say nothing here. */
const valueOf = (name: string, value: string): string =>
  name === "content-type" ? (value.split(";")[0] ?? "").trim().toLowerCase() : value

const cut = (headers: Headers, isWanted: (name: string) => boolean): Headers =>
  Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]): readonly [string, string] => [name.toLowerCase(), value])
      .filter(([name, value]) => isWanted(name) && value !== "")
      .map(([name, value]): readonly [string, string] => [name, valueOf(name, value)])
      .toSorted(([a], [b]) => a < b ? -1 : 1)
  )

/**
 * What is kept of the headers of a request. That a body is JSON goes without saying.
 *
 * @category conversions
 * @since 0.1.0
 */
export const ofRequest = (headers: Headers): Headers => cut(headers, (name) => isKept(name) && name !== "content-type")

/**
 * What is kept of the headers of a response.
 *
 * @category conversions
 * @since 0.1.0
 */
export const ofResponse = (headers: Headers): Headers => cut(headers, isKept)

/**
 * The path and query of a URL.
 *
 * @category conversions
 * @since 0.1.0
 */
export const target = (url: string): string => {
  if (!URL.canParse(url)) return url
  const { pathname, search } = new URL(url)
  return `${pathname}${search}`
}
