/**
 * Starting a server of one tool over stdio: from the start of its process to its answer to `initialize`, which is
 * written at once. As one bundle, and from JavaScript in `node_modules` (what is compiled of our sources included).
 */
import { spawn } from "node:child_process"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import * as Path from "node:path"
import process from "node:process"
import { initializeBody, session } from "../load/Dialect.ts"
import { build } from "../measure/Built.ts"
import { bundle, transpile } from "../measure/Bundle.ts"
import { roundsAt, runRounds } from "../measure/Rounds.ts"
import { readSchedulerMicros } from "../measure/ServerProcess.ts"
import type { Goal, Row, Samples, Trial } from "../Trial.ts"

const programs: ReadonlyArray<readonly [contestant: string, program: string]> = [
  ["raw-node", "raw-stdio-server"],
  ["parley", "stdio-server"],
  ["sdk-v2", "sdk-v2-stdio-server"],
  ["sdk-v1", "sdk-v1-stdio-server"],
  ["effect-ai", "effect-ai-stdio-server"]
]

const startMillisMax = 20_000

interface Start {
  readonly wallMillis: number
  readonly cpuMillis: number
}

const verify = (line: string): void => {
  const answer = JSON.parse(line) as { readonly id?: unknown; readonly result?: { readonly protocolVersion?: unknown } }
  if (answer.id !== 0 || answer.result?.protocolVersion !== session.version) throw new Error(`initialize: ${line}`)
}

/** Starts a program, waits for its answer, and ends it. */
const start = (file: string): Promise<Start> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now()
    const child = spawn(process.execPath, [file], { stdio: ["pipe", "pipe", "ignore"], timeout: startMillisMax })
    let output = ""
    child.stdout.setEncoding("utf8").on("data", (piece: string) => {
      output += piece
      const end = output.indexOf("\n")
      if (end < 0) return
      const wallMillis = performance.now() - startedAt
      const cpuMicros = readSchedulerMicros(child.pid ?? 0)
      child.kill("SIGKILL")
      try {
        verify(output.slice(0, end))
        // Where the scheduler keeps no account of a process, its wall time stands for the CPU that it used.
        resolve({ wallMillis, cpuMillis: cpuMicros === undefined ? wallMillis : cpuMicros / 1_000 })
      } catch (error) {
        reject(error)
      }
    })
    child.once("error", reject)
    child.once("exit", (code) => reject(new Error(`${Path.basename(file)} ended with code ${code}`)))
    child.stdin.end(`${initializeBody(session)}\n`)
  })

const home = Path.join(import.meta.dirname, "..", "..", ".cache", "start")

const bundled = async (program: string): Promise<string> => (await bundle(program)).code

interface Way {
  readonly cpu: Row
  readonly wall: Row
  readonly codeOf: (program: string) => Promise<string>
}

const rowsOf = (way: string, about: string, goals: ReadonlyArray<Goal>): Pick<Way, "cpu" | "wall"> => {
  const common = { chapter: "start and size", reference: "raw-node", goals } as const
  const what = `From the start of a process to its answer to \`initialize\` over stdio, ${about}`
  return {
    cpu: { ...common, name: `start-${way}`, about: `${what}.`, unit: "CPU ms" },
    wall: { ...common, name: `start-${way}-wall`, about: `${what}: time that passes.`, unit: "ms" }
  }
}

const ways: ReadonlyArray<Way> = [
  {
    ...rowsOf("bundle", "as one bundle", [{ contestant: "parley", atMost: 2, timesOf: "raw-node" }]),
    codeOf: bundled
  },
  { ...rowsOf("modules", "from `node_modules`", []), codeOf: transpile }
]

const measure = async ({ codeOf, cpu, wall }: Way, rounds: number): Promise<ReadonlyArray<readonly [Row, Samples]>> => {
  const walls = new Map<string, Array<{ readonly value: number }>>()
  const contestants = await Promise.all(programs.map(async ([name, program]) => {
    const file = Path.join(home, `${cpu.name}-${program}.mjs`)
    writeFileSync(file, await codeOf(program))
    // Once unmeasured: what is on the disk is in memory afterwards, and so it is for a server in daily use.
    await start(file)
    const ofWall: Array<{ readonly value: number }> = []
    walls.set(name, ofWall)
    const take = async () => {
      const { cpuMillis, wallMillis } = await start(file)
      ofWall.push({ value: wallMillis })
      return { value: cpuMillis }
    }
    return { name, measure: take }
  }))
  return [[cpu, await runRounds(contestants, rounds)], [wall, walls]]
}

/** Both ways, in CPU time and in time that passes. */
export const coldStart: ReadonlyArray<Trial> = ways.map((way) => ({
  rows: [way.cpu, way.wall],
  run: async (pace) => {
    await build()
    mkdirSync(home, { recursive: true })
    try {
      const measured = await measure(way, roundsAt(pace, 11))
      return new Map(measured.flatMap(([row, samples]) => pace.wants(row) ? [[row.name, samples] as const] : []))
    } finally {
      rmSync(home, { recursive: true, force: true })
    }
  }
}))
