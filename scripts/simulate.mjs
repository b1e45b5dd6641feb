// @ts-check
/**
 * `npm run simulate -- --seeds 1000`: installs what is missing, then has this library's own server and clients live through
 * drawn worlds, passing the arguments on. Exit code 1 when one went wrong; 2 for arguments that make no sense.
 */
import { ensureOrExit } from "./ensure.mjs"
import { runSource } from "./lib/child.mjs"

await ensureOrExit()
process.exit(await runSource("packages/simulation/test/support/simulate.ts", process.argv.slice(2)))
