/**
 * The fixture client for the official conformance suite: `npm run -s conformance:client <url>` plays one scenario, named
 * by `MCP_CONFORMANCE_SCENARIO`, in the revision that `MCP_CONFORMANCE_PROTOCOL_VERSION` names, and exits. Scenarios that
 * the library cannot play yet end with exit code 2 and say so. The suite starts all scenarios at once, so those are
 * turned away before anything is loaded.
 */
import { isProtected, isSupported } from "./Supported.ts"

const scenario = process.env["MCP_CONFORMANCE_SCENARIO"] ?? ""
const url = process.argv[2]

if (url === undefined) {
  process.stderr.write("usage: conformance:client <url>, with MCP_CONFORMANCE_SCENARIO set\n")
  process.exitCode = 2
} else if (isSupported(scenario)) {
  const { play } = await import("./Scenarios.ts")
  play(scenario, url, process.env["MCP_CONFORMANCE_PROTOCOL_VERSION"])
} else if (isProtected(scenario)) {
  const { play } = await import("./AuthScenarios.ts")
  play(scenario, url, process.env["MCP_CONFORMANCE_PROTOCOL_VERSION"])
} else {
  process.stderr.write(`The scenario "${scenario}" is not supported yet\n`)
  process.exitCode = 2
}
