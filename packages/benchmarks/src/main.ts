/**
 * `npm run bench`: starts the servers row by row, measures them in turns, prints the table, and writes the page of
 * results after a complete run. It fails when a server fails or answers anything wrong.
 */
import { writeFileSync } from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import process from "node:process"
import { parseArgs } from "node:util"
import { connectHttp, prepareHttp } from "./LoadHttp.ts"
import { connectStdio } from "./LoadStdio.ts"
import { type Circumstances, markdown, type RowResult, table } from "./Report.ts"
import { type Contestant, type Plan, runRounds } from "./Rounds.ts"
import { entries, type Row, rows } from "./Rows.ts"
import { nodeFlags, type ServerProcess, startServer } from "./ServerProcess.ts"

const baseRounds = 7

const warmUpConcurrency = 32

const roundsOf = (scale: number): number => Math.max(1, Math.round(baseRounds * scale))

const planOf = (row: Row, rounds: number): Plan => ({
  rounds,
  concurrency: row.concurrency,
  warmUp: { requestsMax: Number.POSITIVE_INFINITY, millisMax: 1_500 },
  warmUpConcurrency,
  touch: { requestsMax: Number.POSITIVE_INFINITY, millisMax: 60 },
  sample: { requestsMax: Number.POSITIVE_INFINITY, millisMax: 400 }
})

const contestantOf = async (server: ServerProcess, row: Row): Promise<Contestant> => {
  const { cpuMicros, name } = server
  if (row.transport === "stdio") {
    const loadOf = await connectStdio(server.pipes, row.era)
    return { name, cpuMicros, connect: async (concurrency) => loadOf(concurrency) }
  }
  const target = await prepareHttp(server.url, row.era, Math.max(row.concurrency, warmUpConcurrency))
  return { name, cpuMicros, connect: (concurrency) => connectHttp(target, concurrency) }
}

const runRow = async (row: Row, rounds: number): Promise<RowResult> => {
  const servers: Array<ServerProcess> = []
  try {
    const contestants: Array<Contestant> = []
    for (const { name } of entries[row.transport]) {
      const server = await startServer(name)
      servers.push(server)
      contestants.push(await contestantOf(server, row))
    }
    return { row, samples: await runRounds(contestants, planOf(row, rounds)) }
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

const options = () => {
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((argument) => argument !== "--"),
    options: { only: { type: "string", default: "" }, scale: { type: "string", default: "1" } }
  })
  const scale = Number(values.scale)
  if (!(scale > 0)) throw new Error(`--scale wants a positive number, not ${values.scale}`)
  const chosen = rows.filter((row) => row.name.includes(values.only))
  if (chosen.length === 0) {
    throw new Error(`--only ${values.only} names no row; there are ${rows.map((row) => row.name).join(", ")}`)
  }
  return { rounds: roundsOf(scale), chosen }
}

const circumstances = (rounds: number): Circumstances => {
  const processors = Os.cpus()
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: processors[0]?.model.trim() ?? "unknown processor",
    cores: processors.length,
    node: process.version,
    flags: nodeFlags,
    rounds
  }
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1))

const { chosen, rounds: roundCount } = options()
const results: Array<RowResult> = []
for (const row of chosen) {
  process.stderr.write(`${row.name} …\n`)
  results.push(await runRow(row, roundCount))
}
console.log(table(results))
if (chosen.length === rows.length) {
  const page = Path.join(import.meta.dirname, "..", "RESULTS.md")
  writeFileSync(page, markdown(results, circumstances(roundCount)))
  console.log(`\nwritten to ${Path.relative(process.cwd(), page)}`)
}
