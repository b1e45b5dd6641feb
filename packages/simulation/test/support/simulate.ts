/**
 * The program behind `npm run simulate`: shares seeds out among threads, says how it goes, and shows the first world that goes
 * wrong, made small. Each thread lives through one world after another.
 */
import * as History from "@parley/simulation/history/History"
import * as Simulation from "@parley/simulation/swarm/Simulation"
import * as Effect from "effect/Effect"
import { mkdir, writeFile } from "node:fs/promises"
import { availableParallelism } from "node:os"
import { fileURLToPath, pathToFileURL } from "node:url"
import { parseArgs } from "node:util"
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads"
import { optionsOf, server, source } from "./Subject.ts"
import * as Tally from "./Tally.ts"

interface Job {
  readonly from: number
  readonly seeds: number
  readonly era: "session" | "stateless" | undefined
  readonly twice: boolean
  readonly workers: number
}

/** What a thread says: what came of some seeds, up to the first that failed. */
interface Said {
  readonly tally: Tally.Tally
  readonly failed?: number
  readonly differs?: boolean
}

const usage =
  "usage: npm run simulate -- [--seeds 1000] [--from 1] [--seed 7] [--era session|stateless] [--workers 2] [--twice]"

const seedsAtOnce = 20
const seedsPerLine = 100

const refuse = (why: string): never => {
  process.stderr.write(`${why}\n${usage}\n`)
  return process.exit(2)
}

const whole = (text: string | undefined, otherwise: number, least = 0): number => {
  const value = text === undefined ? otherwise : Number(text)
  return Number.isSafeInteger(value) && value >= least ? value : refuse(`${text} is no whole number from ${least} on`)
}

const readJob = (): Job => {
  try {
    const { values } = parseArgs({
      options: {
        seeds: { type: "string" },
        from: { type: "string" },
        seed: { type: "string" },
        era: { type: "string" },
        workers: { type: "string" },
        twice: { type: "boolean" }
      }
    })
    const { era, seed } = values
    if (era !== undefined && era !== "session" && era !== "stateless") throw new Error(`there is no era ${era}`)
    return {
      from: whole(seed ?? values.from, 1),
      seeds: seed === undefined ? whole(values.seeds, 1_000, 1) : 1,
      era,
      twice: values.twice ?? false,
      workers: whole(values.workers, availableParallelism(), 1)
    }
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

const live = (seed: number, era: Job["era"]) => Effect.runPromise(Simulation.run(server, { ...optionsOf(era), seed }))

const liveThrough = async (job: Job, from: number, to: number): Promise<Said> => {
  let tally = Tally.none
  for (let seed = from; seed < to; seed++) {
    const report = await live(seed, job.era)
    tally = Tally.plus(tally, Tally.of(report))
    if (report.violations.length > 0) return { tally, failed: seed }
    if (!job.twice) continue
    const again = await live(seed, job.era)
    if (History.render(again.history) !== History.render(report.history)) return { tally, failed: seed, differs: true }
  }
  return { tally }
}

const work = (job: Job): void => {
  parentPort?.on("message", ([from, to]: readonly [number, number]) => {
    liveThrough(job, from, to).then((said) => parentPort?.postMessage(said, []))
  })
}

/** Shares the seeds out, until all are done or one has failed; those before it are done then, too. */
const shareOut = (job: Job, onDone: (tally: Tally.Tally) => void): Promise<Said | undefined> =>
  new Promise((resolve, reject) => {
    const end = job.from + job.seeds
    let next = job.from
    let first: Said | undefined
    let active = 0
    const give = (worker: Worker): void => {
      const from = next
      if (first !== undefined || from >= end) {
        void worker.terminate()
        if (active === 0) resolve(first)
        return
      }
      next = Math.min(end, from + seedsAtOnce)
      active += 1
      worker.postMessage([from, next], [])
    }
    for (let index = 0; index < Math.min(job.workers, Math.ceil(job.seeds / seedsAtOnce)); index++) {
      const worker = new Worker(new URL(import.meta.url), { workerData: job })
      worker.on("error", reject)
      worker.on("message", (said: Said) => {
        active -= 1
        if (said.failed !== undefined && said.failed < (first?.failed ?? Infinity)) first = said
        onDone(said.tally)
        give(worker)
      })
      give(worker)
    }
  })

const command = ({ era, twice }: Job, seed: number): string =>
  ["npm run simulate -- --seed", seed, ...(era === undefined ? [] : ["--era", era]), ...(twice ? ["--twice"] : [])]
    .join(" ")

/** Draws a world, as small as it could be made, where nobody commits it. */
const draw = async ({ page, seed }: Simulation.SimulationFailed): Promise<string> => {
  const folder = fileURLToPath(new URL("../../../../.cache/worlds/", import.meta.url))
  const path = `${folder}seed-${seed}.html`
  await mkdir(folder, { recursive: true })
  await writeFile(path, page)
  return pathToFileURL(path).href
}

const show = async (job: Job, { differs, failed = 0 }: Said): Promise<string> => {
  if (differs) return `The world of seed ${failed} was not the same when it was lived through again.`
  const options = optionsOf(job.era)
  const report = await live(failed, job.era)
  const smallest = await Effect.runPromise(Simulation.shrink(server, report, options))
  const failure = Simulation.failure(smallest, source)
  return `${failure.message}\nA picture of it: ${await draw(failure)}`
}

const main = async (): Promise<number> => {
  const job = readJob()
  const began = performance.now()
  const secondsSince = (): string => ((performance.now() - began) / 1_000).toFixed(1)
  let tally = Tally.none
  const first = await shareOut(job, (more) => {
    const lines = Math.floor(tally.worlds / seedsPerLine)
    tally = Tally.plus(tally, more)
    if (Math.floor(tally.worlds / seedsPerLine) > lines) {
      process.stdout.write(`${tally.worlds} of ${job.seeds} seeds in ${secondsSince()} s\n`)
    }
  })
  process.stdout.write(`${Tally.render(tally)}\n`)
  if (first?.failed !== undefined) {
    process.stdout.write(`\n${await show(job, first)}\n\nTo run it again: ${command(job, first.failed)}\n`)
    return 1
  }
  const each = tally.worlds === 0 ? "" : `, ${((performance.now() - began) / tally.worlds).toFixed(1)} ms a seed`
  process.stdout.write(`No violations in ${secondsSince()} s${each}\n`)
  return 0
}

if (isMainThread) process.exitCode = await main()
else work(workerData as Job)
