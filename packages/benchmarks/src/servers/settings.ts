/**
 * What a server of this folder can be told on its command line: how many tools it registers, whether it answers with
 * streams of events, whether it opens sessions where it has a choice, and whether its handler is an effect that has to
 * be run. A server heeds what its toolkit has.
 */
import process from "node:process"
import { parseArgs } from "node:util"
import { toolCount } from "./tools.ts"

const { values } = parseArgs({
  args: process.argv.slice(2),
  // Whoever else imports a server's tools has a command line of its own.
  strict: false,
  options: {
    tools: { type: "string", default: String(toolCount) },
    events: { type: "boolean", default: false },
    sessions: { type: "boolean", default: false },
    effects: { type: "boolean", default: false }
  }
})

/** How this server is to be set up. */
export const settings: {
  readonly tools: number
  readonly events: boolean
  readonly sessions: boolean
  readonly effects: boolean
} = {
  tools: Number(values.tools),
  events: values.events === true,
  sessions: values.sessions === true,
  effects: values.effects === true
}
