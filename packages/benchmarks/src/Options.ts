/** What `npm run bench` is told on its command line. */
import { parseArgs } from "node:util"
import type { Row } from "./Trial.ts"

/** What to do. */
export type Task =
  | {
    readonly _tag: "Measure"
    readonly scale: number
    readonly wants: (row: Row) => boolean
    /** Whether all rows are wanted. */
    readonly isWhole: boolean
  }
  /** Write the page again, from the samples of the last whole run. */
  | { readonly _tag: "Render" }
  /** Tell what the requests call whose names contain this. */
  | { readonly _tag: "Explain"; readonly part: string }

/** Reads the arguments; throws, with what would have been possible, when they make no sense. */
export const taskOf = (args: ReadonlyArray<string>, rows: ReadonlyArray<Row>): Task => {
  const { values: { explain, only, render, scale: scaleText } } = parseArgs({
    args: args.filter((argument) => argument !== "--"),
    options: {
      only: { type: "string", default: "" },
      scale: { type: "string", default: "1" },
      render: { type: "boolean", default: false },
      explain: { type: "string" }
    }
  })
  if (explain !== undefined) return { _tag: "Explain", part: explain }
  if (render) return { _tag: "Render" }
  const scale = Number(scaleText)
  if (!(scale > 0)) throw new Error(`--scale wants a positive number, not ${scaleText}`)
  const parts = only.split(",")
  const wants = (row: Row): boolean => parts.some((part) => row.name.includes(part))
  if (!rows.some(wants)) {
    throw new Error(`--only ${only} names no row; there are ${rows.map(({ name }) => name).join(", ")}`)
  }
  return { _tag: "Measure", scale, wants, isWhole: rows.every(wants) }
}
