/**
 * Bundles a program of `programs/` as a user would ship it: one file, minified, everything inside that Node does not
 * have itself. Sizes are of that file, after gzip.
 */
import * as Path from "node:path"
import { gzipSync } from "node:zlib"
import { rolldown } from "rolldown"

/** A program in one file. */
export interface Bundle {
  readonly code: string
  readonly gzipBytes: number
}

const programFile = (name: string): string => Path.join(import.meta.dirname, "..", "programs", `${name}.ts`)

const built = async (name: string, external: ReadonlyArray<RegExp>, minify: boolean): Promise<string> => {
  const build = await rolldown({
    input: programFile(name),
    platform: "node",
    external: [...external],
    resolve: { conditionNames: ["@parley/source", "import", "node", "default"] },
    logLevel: "silent"
  })
  try {
    const { output } = await build.generate({ format: "esm", minify, codeSplitting: false })
    return output[0].code
  } finally {
    await build.close()
  }
}

/** Bundles a program, our own packages from their sources. */
export const bundle = async (name: string): Promise<Bundle> => {
  const code = await built(name, [], true)
  return { code, gzipBytes: gzipSync(code).length }
}

/** A program as JavaScript that imports all its packages. */
export const transpile = (name: string): Promise<string> => built(name, [/^[^./]/], false)
