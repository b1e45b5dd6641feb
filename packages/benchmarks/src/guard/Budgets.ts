/**
 * Budgets for what can be counted without a clock, and what to say when one is exceeded. They are kept in a table that
 * people read and that `UPDATE_BUDGETS=1` writes; a budget that has become too generous is no guard, so that is told, too.
 */
import { readFileSync, writeFileSync } from "node:fs"
import * as Path from "node:path"

/** Numbers by what is counted, then by what it is counted of. */
export type Figures = Readonly<Record<string, Readonly<Record<string, number>>>>

/** The table. */
export const path = Path.join(import.meta.dirname, "..", "..", "budgets.json")

/** How far a budget lies above the figure of the day it was written, as a share: more than figures differ by themselves. */
const headroom = 0.02

/** How far a figure may lie below its budget, as a share. */
const slackMax = 0.2

/** The budget for a figure: a little above it, in three digits. */
export const budgetFor = (figure: number): number => {
  const generous = figure * (1 + headroom)
  const digit = 10 ** Math.max(0, Math.floor(Math.log10(generous)) - 2)
  return Math.ceil(generous / digit) * digit
}

/** The budgets in force. */
export const read = (): Figures => JSON.parse(readFileSync(path, "utf8"))

/** Sets the budgets by figures of today; those of other things are kept. */
export const update = (figures: Figures): void => {
  const budgets: Record<string, Record<string, number>> = { ...read() as Record<string, Record<string, number>> }
  for (const [counted, byName] of Object.entries(figures)) {
    budgets[counted] = Object.fromEntries(Object.entries(byName).map(([name, figure]) => [name, budgetFor(figure)]))
  }
  writeFileSync(path, `${JSON.stringify(budgets, null, 2)}\n`)
}

const share = (ratio: number): string => `${Math.abs((ratio - 1) * 100).toFixed(1)} %`

/** What is wrong with a figure, or nothing. */
const judge = (
  counted: string,
  name: string,
  figure: number | undefined,
  budget: number | undefined
): Array<string> => {
  if (figure === undefined) return [`${name}: ${counted} has a budget, and is not counted any more`]
  if (budget === undefined) return [`${name}: ${counted} (${figure}) has no budget`]
  if (figure > budget) return [`${name}: ${counted} ${figure}, ${share(figure / budget)} over the budget of ${budget}`]
  const isSlack = figure < budget * (1 - slackMax)
  return isSlack ? [`${name}: ${counted} ${figure}, so its budget of ${budget} holds nothing any more`] : []
}

/** What is wrong with figures, one line for each, by the budgets for what they count. */
export const judgeAll = (figures: Figures, budgets: Figures): ReadonlyArray<string> =>
  Object.entries(figures).flatMap(([counted, byName]) => {
    const allowed = budgets[counted] ?? {}
    const names = new Set([...Object.keys(byName), ...Object.keys(allowed)])
    return Array.from(names).flatMap((name) => judge(counted, name, byName[name], allowed[name]))
  })
