/**
 * What must hold in every world, whoever lives in it.
 *
 * @since 0.1.0
 */
import { answeredAtMostOnce } from "./AnsweredAtMostOnce.ts"
import { answeredOnceHealed } from "./AnsweredOnceHealed.ts"
import type { Checker } from "./Checker.ts"
import { eventIdsIncrease } from "./EventIdsIncrease.ts"
import { fairWeather } from "./FairWeather.ts"
import { noAnswerAfterCancel } from "./NoAnswerAfterCancel.ts"
import { noCrossTalk } from "./NoCrossTalk.ts"
import { nothingLeaked } from "./NothingLeaked.ts"
import { notRunMeansNotRun } from "./NotRunMeansNotRun.ts"
import { requestIdsUnique } from "./RequestIdsUnique.ts"
import { resultsAreTrue } from "./ResultsAreTrue.ts"
import { wellFormed } from "./WellFormed.ts"

/**
 * All checkers, those first that say most exactly what is wrong.
 *
 * @category constants
 * @since 0.1.0
 */
export const all: ReadonlyArray<Checker> = [
  wellFormed,
  requestIdsUnique,
  answeredAtMostOnce,
  noAnswerAfterCancel,
  eventIdsIncrease,
  noCrossTalk,
  notRunMeansNotRun,
  resultsAreTrue,
  fairWeather,
  answeredOnceHealed,
  nothingLeaked
]
