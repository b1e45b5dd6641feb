/**
 * The samples of the last whole run, kept where nothing is committed, so that the page can be written again when only its
 * words or its drawings have changed.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import * as Path from "node:path"
import type { Sample, Samples } from "../Trial.ts"
import type { Circumstances } from "./Circumstances.ts"

/** A whole run. */
export interface Run {
  readonly circumstances: Circumstances
  /** By the name of the row. */
  readonly samples: ReadonlyMap<string, Samples>
}

interface Written {
  readonly circumstances: Circumstances
  readonly samples: ReadonlyArray<readonly [string, ReadonlyArray<readonly [string, ReadonlyArray<Sample>]>]>
}

const path = Path.join(import.meta.dirname, "../../../../node_modules/.cache/parley-bench/samples.json")

/** Keeps a run instead of the one before. */
export const keep = ({ circumstances, samples }: Run): void => {
  const written: Written = { circumstances, samples: Array.from(samples, ([row, own]) => [row, Array.from(own)]) }
  mkdirSync(Path.dirname(path), { recursive: true })
  writeFileSync(path, JSON.stringify(written))
}

/** The run that was kept; throws when none was. */
export const kept = (): Run => {
  if (!existsSync(path)) throw new Error("there is no whole run yet: npm run bench")
  const { circumstances, samples }: Written = JSON.parse(readFileSync(path, "utf8"))
  return { circumstances, samples: new Map(samples.map(([row, own]) => [row, new Map(own)])) }
}
