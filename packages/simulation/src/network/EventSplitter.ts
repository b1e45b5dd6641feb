/**
 * Sees the messages in the text of an event stream while it is written, for the history: where an event ends, its id and
 * its data. It changes nothing of the text; readers parse it by themselves.
 *
 * @since 0.1.0
 */

/**
 * A part of the text: up to the end of an event, or what has no end yet.
 *
 * @category models
 * @since 0.1.0
 */
export interface Part {
  readonly text: string
  /** The event that ends here. Comments and the like are none, and have neither. */
  readonly event?: { readonly name: string; readonly id?: string; readonly data: string }
}

const valueOf = (line: string, field: string): string | undefined => {
  if (!line.startsWith(field) || (line.length > field.length && line[field.length] !== ":")) return undefined
  return line.slice(field.length + 1).replace(/^ /, "")
}

const eventOf = (block: string): Part["event"] => {
  const data: Array<string> = []
  let id: string | undefined
  let name = "message"
  for (const line of block.split("\n")) {
    id = valueOf(line, "id") ?? id
    name = valueOf(line, "event") ?? name
    const datum = valueOf(line, "data")
    if (datum !== undefined) data.push(datum)
  }
  if (data.length === 0 && id === undefined) return undefined
  return { name, data: data.join("\n"), ...(id === undefined ? {} : { id }) }
}

/**
 * A new splitter: takes what is written next, and gives it in parts. The parts together are what was given.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): (text: string) => ReadonlyArray<Part> => {
  let pending = ""
  return (text) => {
    const parts: Array<Part> = []
    let rest = text
    // An end may lie across two texts.
    let end = `${pending.slice(-1)}${rest}`.indexOf("\n\n")
    while (end !== -1) {
      const length = end + 2 - (pending === "" ? 0 : 1)
      const own = rest.slice(0, length)
      const event = eventOf(pending + own)
      parts.push(event === undefined ? { text: own } : { text: own, event })
      pending = ""
      rest = rest.slice(length)
      end = rest.indexOf("\n\n")
    }
    pending += rest
    if (rest !== "") parts.push({ text: rest })
    return parts
  }
}
