/**
 * The names under which tools are shown to a model. Servers may name tools in ways that providers refuse; here they get
 * names that providers take, and that differ. A name depends on nothing but the tool's own as far as that can be: what a
 * model has called before must not mean another tool because the list has changed.
 *
 * @since 0.1.0
 */
import * as Hash from "effect/Hash"

/** What the providers have in common: letters, digits, `_` and `-`, at most 64 characters. */
const charactersMax = 64

/** What cannot be part of such a name. */
const refused = /[^A-Za-z0-9_-]/g

/** Ends with a mark of the whole name, so that names that look alike once they are cleaned still differ. */
const marked = (name: string, turn: number): string => {
  const mark = `_${(Hash.string(turn === 0 ? name : `${name} ${turn}`) >>> 0).toString(36)}`
  return name.replace(refused, "_").slice(0, charactersMax - mark.length) + mark
}

/** What objects have by themselves is no name for a tool: records of tools would lose it. */
const isFine = (name: string): boolean =>
  name !== "" && name.length <= charactersMax && name.search(refused) === -1 && !(name in {})

const free = (name: string, taken: ReadonlySet<string>): string => {
  let turn = 0
  while (taken.has(marked(name, turn))) turn++
  return marked(name, turn)
}

/**
 * Gives each of the names one of its own out of `A-Z a-z 0-9 _ -`, 1 to 64 characters. Names that are fine stay as they
 * are; the others are cleaned, cut and marked. A name that comes twice is one tool, and is there once.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (names: Iterable<string>): ReadonlyMap<string, string> => {
  const all = new Set(names)
  const taken = new Set(Array.from(all).filter(isFine))
  const shown = new Map<string, string>()
  for (const name of all) {
    const own = isFine(name) ? name : free(name, taken)
    taken.add(own)
    shown.set(name, own)
  }
  return shown
}
