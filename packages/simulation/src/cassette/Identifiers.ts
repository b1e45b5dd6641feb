/**
 * Where messages hold ids that whoever sends them is free to choose: of requests, and for progress. A cassette whose ids vary
 * compares them by what they refer to.
 *
 * @since 0.1.0
 */
import { isObject, type Params } from "@parley/mcp/jsonrpc/Message"
import type { Direction } from "@parley/mcp/testing/Transcript"

const opposite = (direction: Direction): Direction => direction === "toServer" ? "toClient" : "toServer"

const subscriptionId = "io.modelcontextprotocol/subscriptionId"

type Hole = readonly [path: string, name: string]

/** The name of an id: what it is for, who chose it, and what it was. */
const hole = (path: string, kind: string, value: unknown): ReadonlyArray<Hole> =>
  typeof value === "string" || typeof value === "number" ? [[path, `${kind} ${JSON.stringify(value)}`]] : []

const metaOf = (params: unknown): Params => isObject(params) && isObject(params._meta) ? params._meta : {}

const ofMessage = (value: unknown, direction: Direction, path: string): ReadonlyArray<Hole> => {
  if (!isObject(value)) return []
  const { id, method, params, result } = value
  const asker = method === undefined ? opposite(direction) : direction
  const own = isObject(params) ? params : {}
  return [
    ...hole(`${path}.id`, `#${asker}`, id),
    ...(method === "notifications/cancelled" ? hole(`${path}.params.requestId`, `#${direction}`, own.requestId) : []),
    ...(method === "notifications/progress"
      ? hole(`${path}.params.progressToken`, `%${opposite(direction)}`, own.progressToken)
      : []),
    ...hole(`${path}.params._meta.progressToken`, `%${direction}`, metaOf(params).progressToken),
    // The id of the request that listens, which is the client's.
    ...hole(`${path}.params._meta.${subscriptionId}`, "#toServer", metaOf(params)[subscriptionId]),
    ...hole(`${path}.result._meta.${subscriptionId}`, "#toServer", metaOf(result)[subscriptionId])
  ]
}

/**
 * The holes of a message, or of a batch, by their paths: to be asked by a template.
 *
 * @category queries
 * @since 0.1.0
 */
export const holeAt = (value: unknown, direction: Direction): (path: string) => string | undefined => {
  const found = Array.isArray(value)
    ? value.flatMap((item, index) => ofMessage(item, direction, `[${index}]`))
    : ofMessage(value, direction, "")
  const holes = new Map(found)
  return (path) => holes.get(path)
}

/**
 * What an id was when it was recorded, by the name of its hole.
 *
 * @category queries
 * @since 0.1.0
 */
export const recordedOf = (name: string): unknown => JSON.parse(name.slice(name.indexOf(" ") + 1))
