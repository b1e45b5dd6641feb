/**
 * Newline framing (stdio, and any reliable byte stream): text chunks in, complete lines out. Pure and resumable; the
 * bytes may be split anywhere. A line beyond the limit is dropped up to its newline and reported once, so that one bad
 * line never harms its neighbours and never holds more memory than the limit.
 *
 * @since 0.1.0
 */

/**
 * What came between two newlines: a line, or the news that one was too long.
 *
 * @category models
 * @since 0.1.0
 */
export type Frame =
  | { readonly _tag: "Line"; readonly text: string }
  | { readonly _tag: "TooLong"; readonly unitsMax: number }

/**
 * A splitter with the remainder of the last chunk inside.
 *
 * @category models
 * @since 0.1.0
 */
export interface Splitter {
  /** Takes the next chunk of decoded text and returns the frames that it completes. Blank lines are dropped. */
  readonly feed: (chunk: string) => ReadonlyArray<Frame>
  /** What is left when the stream ends without a newline: a last frame, or nothing. */
  readonly end: () => Frame | undefined
}

const withoutReturn = (line: string): string => line.endsWith("\r") ? line.slice(0, -1) : line

/**
 * A new splitter.
 *
 * @param unitsMax longest line without its end, in UTF-16 code units (never more than its bytes of UTF-8)
 * @category constructors
 * @since 0.1.0
 */
export const make = (unitsMax: number): Splitter => {
  let pending = ""
  let discarding = false

  const complete = (line: string, frames: Array<Frame>): void => {
    const text = withoutReturn(line)
    if (text.length > unitsMax) frames.push({ _tag: "TooLong", unitsMax })
    else if (text.trim() !== "") frames.push({ _tag: "Line", text })
  }

  const keep = (rest: string, frames: Array<Frame>): void => {
    pending += rest
    // The length first: looking at the end would copy what is pending, once for each chunk.
    if (pending.length > unitsMax && withoutReturn(pending).length > unitsMax) {
      frames.push({ _tag: "TooLong", unitsMax })
      pending = ""
      discarding = true
    }
  }

  return {
    feed: (chunk) => {
      const frames: Array<Frame> = []
      let start = 0
      let newline = chunk.indexOf("\n")
      while (newline !== -1) {
        if (discarding) discarding = false
        else complete(pending + chunk.slice(start, newline), frames)
        pending = ""
        start = newline + 1
        newline = chunk.indexOf("\n", start)
      }
      if (!discarding) keep(chunk.slice(start), frames)
      return frames
    },
    end: () => {
      const frames: Array<Frame> = []
      if (pending !== "") complete(pending, frames)
      pending = ""
      return frames[0]
    }
  }
}
