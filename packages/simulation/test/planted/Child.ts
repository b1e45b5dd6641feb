/**
 * A program that looks for bugs, one after the other, and writes what it has found, a line of JSON for each. The world that a
 * bug was found in is lived through in the library as it is, too: there, nothing must be found.
 */
import { type Mutant, mutants } from "./Mutants.ts"
import * as Planting from "./Planting.ts"
import type * as Search from "./Search.ts"

/** What came of looking for a bug. */
export interface Outcome {
  readonly bug: string
  readonly found?: Search.Found
  /** What the same world came to without the bug. */
  readonly without?: Search.Found
  readonly millis: number
}

const seedsMax = 200

const load = (bug?: Mutant): Promise<typeof Search> => import(Planting.urlWith("./Search.ts", bug))

const seeds = Array.from({ length: seedsMax }, (_, index) => index + 1)

const find = async (bug: Mutant): Promise<Outcome> => {
  const began = performance.now()
  const found = await (await load(bug)).search(seeds)
  const without = found && await (await load()).search([found.seed])
  return {
    bug: bug.name,
    ...(found === undefined ? {} : { found }),
    ...(without === undefined ? {} : { without }),
    millis: Math.round(performance.now() - began)
  }
}

Planting.begin()
await load()
for (const bug of mutants) {
  process.stdout.write(`${JSON.stringify(await find(bug))}\n`)
}
