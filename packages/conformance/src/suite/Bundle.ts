/**
 * One file of a program and of everything that it imports, made from the sources. A program that is started dozens of times
 * spends more on finding its modules each time than on what it is started for.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { rolldown } from "rolldown"

/** A program that was bundled. */
export interface Bundle {
  /** The command that starts it. */
  readonly command: string
  /** Removes it again. */
  readonly remove: () => void
}

/** Bundles the program whose main module is at this path. */
export const bundle = async (main: string): Promise<Bundle> => {
  // Inside the project, so that what stays outside of the bundle is found from there.
  const cache = join(import.meta.dirname, "../../../../.cache")
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, "bundle-"))
  const build = await rolldown({
    input: { main },
    platform: "node",
    // It is no ES module, and what is taken for its exports would be missing.
    external: ["undici"],
    resolve: { conditionNames: ["@parley/source", "node", "import"] },
    treeshake: false
  })
  await build.write({ dir: folder, entryFileNames: "[name].mjs" })
  await build.close()
  return {
    command: `node ${join(folder, "main.mjs")}`,
    remove: () => rmSync(folder, { recursive: true, force: true })
  }
}
