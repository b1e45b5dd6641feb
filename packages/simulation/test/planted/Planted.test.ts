/** Bugs that are planted in the library's own sources are found by its own simulation, and by nothing that is made for them. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { Outcome } from "./Child.ts"
import { mutants } from "./Mutants.ts"
import * as Planting from "./Planting.ts"

const program = fileURLToPath(new URL("./Child.ts", import.meta.url))

const isOutcome = (value: unknown): value is Outcome => typeof value === "object" && value !== null && "bug" in value

/** Looks for the bugs in a process of its own. */
const look: Effect.Effect<ReadonlyArray<Outcome>, Error> = Effect.callback((resume) => {
  const child = execFile(process.execPath, ["--conditions=@parley/source", program], (error, stdout) => {
    const lines = stdout.split("\n").filter((line) => line !== "").map((line): unknown => JSON.parse(line))
    resume(error === null ? Effect.succeed(lines.filter(isOutcome)) : Effect.fail(error))
  })
  return Effect.sync(() => void child.kill())
})

const names = mutants.map(({ name }) => name)

const sayOf = ({ bug, found, millis }: Outcome): string =>
  found === undefined ? `not found: ${bug}` : `seed ${found.seed}, ${found.checker}: ${bug} (${millis} ms)`

describe("planted bugs", () => {
  it("each have their one place in the sources, and a name of their own", () => {
    assert.deepStrictEqual(mutants.filter((mutant) => Planting.placesOf(mutant) !== 1), [])
    assert.strictEqual(new Set(names).size, names.length)
  })

  it("are not planted where their place is not there, or is there twice", () => {
    const [bug] = mutants
    if (bug === undefined) return assert.fail("there are no bugs")
    assert.throws(() => Planting.plant(bug, "const other = 1"), "is not there once")
    assert.throws(() => Planting.plant(bug, `${bug.find}\n${bug.find}`), "is not there once")
    assert.strictEqual(Planting.plant(bug, `a ${bug.find} b`), `a ${bug.replace} b`)
  })

  it.effect(
    "are all found by the swarm within 200 seeds, in worlds that do not go wrong without them",
    () =>
      Effect.gen(function*() {
        const outcomes = yield* look
        // Said even if all is well: which bug is found by what is the point of this.
        process.stdout.write(`${outcomes.map(sayOf).join("\n")}\n`)
        assert.deepStrictEqual(outcomes.filter(({ found }) => found === undefined), [])
        assert.deepStrictEqual(outcomes.filter(({ without }) => without !== undefined), [])
        assert.sameMembers(outcomes.map(({ bug }) => bug), names)
        assert.isAtLeast(new Set(outcomes.map(({ found }) => found?.checker)).size, 6)
      }),
    120_000
  )
})
