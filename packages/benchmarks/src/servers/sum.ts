/**
 * The handler of `add` for toolkits on Effect: as most documentation has it, which gives its answer at once, or as an
 * effect that has to be run, because it takes a service.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { settings } from "./settings.ts"

interface Numbers {
  readonly a: number
  readonly b: number
}

const Offset = Context.Reference<number>("benchmarks/Offset", { defaultValue: () => 0 })

const given = ({ a, b }: Numbers) => Effect.succeed({ sum: a + b })

const worked = Effect.fnUntraced(function*({ a, b }: Numbers) {
  const offset = yield* Offset
  return { sum: offset + a + b }
})

/** The sum of two numbers. */
export const sum = settings.effects ? worked : given
