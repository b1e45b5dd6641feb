// @ts-check
/** `npm run bench`: installs what is missing, then runs the benchmarks from their sources, passing the arguments on. */
import { ensureOrExit } from "./ensure.mjs"
import { runSource } from "./lib/child.mjs"

await ensureOrExit()
process.exit(await runSource("packages/benchmarks/src/main.ts", process.argv.slice(2)))
