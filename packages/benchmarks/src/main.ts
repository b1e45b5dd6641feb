/**
 * `npm run bench`: runs the trials one after the other, prints what each showed, and writes the page of results after a
 * whole run. It fails when anybody fails or answers anything wrong; the other trials are run even so.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import * as Path from "node:path"
import process from "node:process"
import { explainRequests } from "./guard/Counting.ts"
import { taskOf } from "./Options.ts"
import { circumstances } from "./report/Circumstances.ts"
import { compare, type Comparison } from "./report/Comparison.ts"
import * as Kept from "./report/Kept.ts"
import { filesOf } from "./report/Page.ts"
import { terminal } from "./report/Tables.ts"
import type { Pace, Samples, Trial } from "./Trial.ts"
import { trials } from "./trials/index.ts"

const started = performance.now()

const clock = (millis: number): string => {
  const seconds = Math.round(millis / 1_000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
}

/** Tells where the run is; rows that are left are taken to last as long as those before. */
const tell = (names: ReadonlyArray<string>, done: number, all: number): void => {
  const gone = performance.now() - started
  const left = done === 0 ? "" : `, about ${clock(gone / done * (all - done))} left`
  process.stderr.write(`[${clock(gone)}, ${done} of ${all} rows${left}] ${names.join(", ")} …\n`)
}

const comparisonsOf = ({ rows }: Trial, samples: ReadonlyMap<string, Samples>): ReadonlyArray<Comparison> =>
  rows.flatMap((row) => {
    const own = samples.get(row.name)
    return own === undefined ? [] : [compare(row, own)]
  })

const measure = async (pace: Pace): Promise<{ samples: Map<string, Samples>; failures: Array<unknown> }> => {
  const wanted = trials.filter(({ rows }) => rows.some(pace.wants))
  const count = wanted.flatMap(({ rows }) => rows.filter(pace.wants)).length
  const samples = new Map<string, Samples>()
  const failures: Array<unknown> = []
  let done = 0
  for (const trial of wanted) {
    const names = trial.rows.filter(pace.wants).map(({ name }) => name)
    tell(names, done, count)
    try {
      const own = await trial.run(pace)
      for (const [name, ofRow] of own) samples.set(name, ofRow)
      console.log(`${comparisonsOf(trial, own).map(terminal).join("\n\n")}\n`)
    } catch (error) {
      failures.push(error)
      console.error(error)
    }
    done += names.length
  }
  return { samples, failures }
}

const home = Path.join(import.meta.dirname, "..")

const write = ({ circumstances, samples }: Kept.Run): void => {
  const comparisons = trials.flatMap((trial) => comparisonsOf(trial, samples))
  rmSync(Path.join(home, "results"), { recursive: true, force: true })
  for (const [path, text] of filesOf(comparisons, circumstances)) {
    const file = Path.join(home, path)
    mkdirSync(Path.dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  console.log(`written: ${Path.relative(process.cwd(), Path.join(home, "RESULTS.md"))} and its drawings`)
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1))

const task = taskOf(process.argv.slice(2), trials.flatMap(({ rows }) => rows))
switch (task._tag) {
  case "Explain":
    console.log(await explainRequests(task.part))
    break
  case "Render":
    write(Kept.kept())
    break
  case "Measure": {
    const { failures, samples } = await measure(task)
    const millis = performance.now() - started
    process.stderr.write(`${clock(millis)} minutes\n`)
    if (failures.length > 0) {
      console.error(`${failures.length} of the trials failed`)
      process.exit(1)
    }
    if (task.isWhole) {
      const run = { circumstances: circumstances(task.scale, millis), samples }
      Kept.keep(run)
      write(run)
    }
  }
}
