// @ts-check
/**
 * `npm start`: installs what is missing, then runs the notes server from its sources, passing the arguments on. With
 * `--stdio` stdout belongs to the server, so start it as `npm -s start -- --stdio` (npm prints a banner otherwise) or
 * as `node scripts/start.mjs --stdio`.
 */
import { ensureOrExit } from "./ensure.mjs"
import { runSource } from "./lib/child.mjs"

await ensureOrExit()
process.exit(await runSource("packages/examples/src/notes/main.ts", process.argv.slice(2)))
