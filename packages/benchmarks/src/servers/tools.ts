/**
 * The tools that every server registers, under the same names and in the same order: fillers, which make it a server of
 * some size, and in their middle the three that are called. What is written here are names and texts only; each server
 * registers them as its own documentation shows.
 */

/** How many tools a server has unless it is told otherwise. */
export const toolCount = 102

/** The tools that are called: they stand in the middle. */
const calledNames = ["add", "echo", "report"]

/** The other tools of a server with `tools` tools. */
export const fillersIn = (tools: number): ReadonlyArray<string> =>
  Array.from({ length: tools - calledNames.length }, (_, index) => `filler_${String(index + 1).padStart(3, "0")}`)

/** The fillers of a server with `tools` tools: those registered before the tools that are called, and those after. */
export const fillersAround = (tools: number): readonly [ReadonlyArray<string>, ReadonlyArray<string>] => {
  const fillers = fillersIn(tools)
  const half = Math.floor(fillers.length / 2)
  return [fillers.slice(0, half), fillers.slice(half)]
}

/** How often `report` reports progress, from 1 to this number, of this number. */
export const reports = 10

const line = "It was the best of times, it was the \"worst\" of times, and nobody measured it.\n"

/** The text that is echoed: so many bytes of ASCII, in lines, with a quotation in each. */
export const echoed = (bytes: number): string => line.repeat(Math.ceil(bytes / line.length)).slice(0, bytes)
