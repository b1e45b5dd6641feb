// @ts-check
/**
 * `node scripts/conformance.mjs server|client …`: installs what is missing, then runs the fixture that the official
 * conformance suite talks to, passing the other arguments on. Nothing but the fixture writes to stdout.
 */
import { ensureOrExit } from "./ensure.mjs"
import { runSource } from "./lib/child.mjs"

const [side, ...args] = process.argv.slice(2)
if (side !== "server" && side !== "client") {
  process.stderr.write("usage: node scripts/conformance.mjs server|client [arguments of the fixture]\n")
  process.exit(2)
}
await ensureOrExit()
process.exit(await runSource(`packages/conformance/src/${side}/main.ts`, args))
