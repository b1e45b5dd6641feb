/**
 * Interleaves the contestants of a row: in every round each is measured once, every second round runs backwards, and the
 * one that starts moves on with each pair of rounds, so that no contestant always follows the same neighbour. What is
 * measured, and in which unit, is the contestant's business.
 */
import type { Pace, Sample, Samples } from "../Trial.ts"

/** Something that can be measured again and again. */
export interface Contestant {
  readonly name: string
  /** Takes one sample. */
  readonly measure: () => Promise<Sample>
}

/** The order of `count` contestants in a round, as indices: every second round backwards, rotated by one a pair. */
export const order = (round: number, count: number): Array<number> => {
  const rotated = Array.from({ length: count }, (_, index) => (index + Math.floor(round / 2)) % count)
  return round % 2 === 0 ? rotated : rotated.toReversed()
}

/** How many rounds a pace makes of `rounds`: at least one. */
export const roundsAt = ({ scale }: Pace, rounds: number): number => Math.max(1, Math.round(rounds * scale))

/** Runs all rounds, one contestant at a time; gives the samples of each in the order of the rounds. */
export const runRounds = async (contestants: ReadonlyArray<Contestant>, rounds: number): Promise<Samples> => {
  const samples = new Map<string, Array<Sample>>(contestants.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const index of order(round, contestants.length)) {
      const contestant = contestants[index]
      if (contestant !== undefined) samples.get(contestant.name)?.push(await contestant.measure())
    }
  }
  return samples
}
