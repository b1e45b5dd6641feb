/** How large the programs become that users ship, and how much work a tool is for the compiler. */
import { bundle } from "../measure/Bundle.ts"
import { typeCheck } from "../types/Catalogs.ts"
import type { Figures } from "./Budgets.ts"

/** Programs of ours in `programs/`. */
const programs = ["stdio-server", "web-server", "http-client", "typed-client", "testing"]

/** Bundles them. */
export const measureBundles = async (): Promise<Figures> => {
  const sizes = await Promise.all(programs.map(async (name) => [name, (await bundle(name)).gzipBytes] as const))
  return { "bytes of a bundle after gzip": Object.fromEntries(sizes) }
}

/** A catalog with so many tools is compared with one of a single tool. */
const tools = 41

/** Counts what one tool takes, declared, handled and called. */
export const measureTypes = async (): Promise<Figures> => {
  const [alone, many] = await Promise.all([1, tools].map((count) => typeCheck(count, { sources: true, alone: true })))
  if (alone === undefined || many === undefined) throw new Error("nothing was compiled")
  const instantiations = Math.round((many.instantiations - alone.instantiations) / (tools - 1))
  return { "type instantiations": { "a tool of a catalog": instantiations } }
}
