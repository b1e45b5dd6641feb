/**
 * `npm run bench:simulation`: what a call costs in a simulated world, beside the same call in memory, and what a second
 * costs in a world in which nothing happens. Everything runs in this process, in turns, and is measured by its user CPU;
 * ratios are those of the same round.
 */
import { parseArgs } from "node:util"
import { order } from "./measure/Rounds.ts"
import { median, ratios } from "./measure/Statistics.ts"
import {
  type Contestant,
  contestants,
  costOfCall,
  costOfIdleSecond,
  type Era,
  type Place,
  type Way
} from "./SimulatedCalls.ts"

const baseRounds = 9
// Enough that the compiler and the collector of garbage weigh the same on all.
const callsOfRun = 1_500
const warmUps = 4

const idleClients = 100
const idleSeconds = 600

const options = () => {
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((argument) => argument !== "--"),
    options: { scale: { type: "string", default: "1" } }
  })
  const scale = Number(values.scale)
  if (!(scale > 0)) throw new Error(`--scale wants a positive number, not ${values.scale}`)
  return { rounds: Math.max(1, Math.round(baseRounds * scale)) }
}

type Costs = ReadonlyMap<Contestant, ReadonlyArray<number>>

const runAll = async (rounds: number): Promise<Costs> => {
  const costs = new Map<Contestant, Array<number>>(contestants.map((contestant) => [contestant, []]))
  for (const contestant of contestants) {
    for (let run = 0; run < warmUps; run++) await costOfCall(contestant, callsOfRun)
  }
  for (let round = 0; round < rounds; round++) {
    for (const index of order(round, contestants.length)) {
      const contestant = contestants[index]
      if (contestant !== undefined) costs.get(contestant)?.push(await costOfCall(contestant, callsOfRun))
    }
  }
  return costs
}

const samplesOf = (costs: Costs, place: Place, way: Way, era: Era): ReadonlyArray<number> => {
  const isIt = (one: Contestant): boolean => one.place === place && one.way === way && one.era === era
  return Array.from(costs).find(([contestant]) => isIt(contestant))?.[1] ?? []
}

const cell = (text: string): string => text.padStart(12)

const times = (values: ReadonlyArray<number>, references: ReadonlyArray<number>): string =>
  cell(`${median(ratios(values, references)).toFixed(1)}×`)

const print = (costs: Costs): void => {
  console.log(`${"a call".padEnd(18)}${["in memory", "in a world", "ratio", "to a line"].map(cell).join("")}`)
  for (const { era, place, way } of contestants) {
    if (place === "memory") continue
    const memory = samplesOf(costs, "memory", way, era)
    const world = samplesOf(costs, "world", way, era)
    const micros = [memory, world].map((values) => cell(`${median(values).toFixed(0)} µs`)).join("")
    const line = samplesOf(costs, "memory", "line", era)
    console.log(`${`${way}, ${era}`.padEnd(18)}${micros}${times(world, memory)}${times(world, line)}`)
  }
}

print(await runAll(options().rounds))
console.log(`\na second in which ${idleClients} clients listen and nothing happens:`)
for (const way of ["line", "http"] as const) {
  const millis = await costOfIdleSecond(way, idleClients, idleSeconds)
  console.log(`${way.padEnd(18)}${cell(`${millis.toFixed(3)} ms`)}`)
}
