/**
 * What the compiler takes for a catalog, its handlers, its server and its typed client: instantiations for each tool, and
 * the time of a whole run. What the libraries take by themselves, with a single tool, is subtracted from the former.
 */
import { build } from "../measure/Built.ts"
import { roundsAt, runRounds } from "../measure/Rounds.ts"
import type { Row, Samples, Trial } from "../Trial.ts"
import { typeCheck } from "../types/Catalogs.ts"

const sizes = [10, 100, 500]

const contestant = (tools: number): string => `parley-${tools}`

const instantiationsRow: Row = {
  name: "types-instantiations",
  chapter: "types",
  about: "Type instantiations for one tool of a catalog with 10, 100 and 500 tools: declared, handled, called.",
  unit: "instantiations a tool",
  reference: contestant(10),
  // Linear: a tool of many takes no more than one of few.
  goals: [100, 500].map((tools) => ({ contestant: contestant(tools), atMost: 1.1, timesOf: contestant(10) }))
}

const timeRow: Row = {
  name: "types-time",
  chapter: "types",
  about: "Type-checking a program with 1, 10, 100 and 500 tools from nothing, the libraries' declarations included.",
  unit: "s",
  reference: contestant(1),
  goals: []
}

/** Counts repeat exactly, so that one round is enough. */
const countInstantiations = async (): Promise<Samples> => {
  const alone = await typeCheck(1, { sources: false })
  const samples = new Map<string, ReadonlyArray<{ readonly value: number }>>()
  for (const tools of sizes) {
    const { instantiations } = await typeCheck(tools, { sources: false })
    samples.set(contestant(tools), [{ value: (instantiations - alone.instantiations) / (tools - 1) }])
  }
  return samples
}

/** Both rows. */
export const types: ReadonlyArray<Trial> = [{
  rows: [instantiationsRow, timeRow],
  run: async (pace) => {
    await build()
    const samples = new Map<string, Samples>()
    if (pace.wants(instantiationsRow)) samples.set(instantiationsRow.name, await countInstantiations())
    if (pace.wants(timeRow)) {
      const contestants = [1, ...sizes].map((tools) => ({
        name: contestant(tools),
        measure: async () => ({ value: (await typeCheck(tools, { sources: false })).seconds })
      }))
      samples.set(timeRow.name, await runRounds(contestants, roundsAt(pace, 3)))
    }
    return samples
  }
}]
