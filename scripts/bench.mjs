// @ts-check
/**
 * `npm run bench`: installs what is missing, then runs the benchmarks from their sources, passing the arguments on.
 * `npm run bench:simulation`: those of simulated worlds instead, which take a few seconds.
 */
import { ensureOrExit } from "./ensure.mjs"
import { runSource } from "./lib/child.mjs"

await ensureOrExit()
const given = process.argv.slice(2)
const program = given.includes("--simulation") ? "simulation" : "main"
process.exit(await runSource(`packages/benchmarks/src/${program}.ts`, given.filter((one) => one !== "--simulation")))
