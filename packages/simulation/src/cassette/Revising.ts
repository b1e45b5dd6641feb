/**
 * Brings a cassette up to date with how the conversation is held now: what is still said stays as it is written, what is not
 * goes, what is new comes to where it was said. Prose stays.
 *
 * @since 0.1.0
 */
import * as Archive from "./Archive.ts"
import * as Cassette from "./Cassette.ts"
import * as Identifiers from "./Identifiers.ts"
import * as Tape from "./Tape.ts"

type Table = ReadonlyArray<ReadonlyArray<number>>

/** For each two places, the most that the rests from there have in common. */
const inCommon = (rows: number, columns: number, isAlike: (row: number, column: number) => boolean): Table => {
  const table = Array.from({ length: rows + 1 }, () => Array.from({ length: columns + 1 }, () => 0))
  const at = (row: number, column: number): number => table[row]?.[column] ?? 0
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) {
      const best = isAlike(row, column)
        ? at(row + 1, column + 1) + 1
        : Math.max(at(row + 1, column), at(row, column + 1))
      const own = table[row]
      if (own !== undefined) own[column] = best
    }
  }
  return table
}

/** What becomes of the old parts: each stays or goes, and new ones come before it. The last entry is the end. */
interface Change {
  readonly before: Array<Cassette.Played>
  stays: boolean
}

const changesOf = (
  old: ReadonlyArray<Cassette.Played>,
  now: ReadonlyArray<Cassette.Played>,
  isAlike: (row: number, column: number) => boolean
): ReadonlyArray<Change> => {
  const table = inCommon(old.length, now.length, isAlike)
  const at = (row: number, column: number): number => table[row]?.[column] ?? 0
  const changes: Array<Change> = Array.from({ length: old.length + 1 }, () => ({ before: [], stays: false }))
  let row = 0
  let column = 0
  while (row < old.length || column < now.length) {
    const change = changes[row]
    const part = now[column]
    if (change === undefined) break
    if (
      row < old.length && column < now.length && isAlike(row, column) && at(row, column) === at(row + 1, column + 1) + 1
    ) {
      change.stays = true
      row += 1
      column += 1
    } else if (part !== undefined && (row === old.length || at(row, column + 1) > at(row + 1, column))) {
      change.before.push(part)
      column += 1
    } else if (row < old.length) row += 1
  }
  return changes
}

/** What a hole of the new conversation is called, or was, in the old one. */
type Names = ReadonlyMap<string, unknown>

const asWritten = (name: string): unknown => Tape.isCounted(name) ? Identifiers.recordedOf(name) : `<${name}>`

/** The name of a hole by what it stands for in the new conversation. */
const newName = (oldName: string, stoodFor: unknown): string | undefined =>
  Tape.isCounted(oldName)
    ? `${oldName.slice(0, oldName.indexOf(" "))} ${JSON.stringify(stoodFor)}`
    : /^<([\w-]+)>$/u.exec(String(stoodFor))?.[1]

/** The next value of the same kind that is not taken: a number, or a name with one at its end. */
const free = (name: string, taken: ReadonlySet<string>): unknown => {
  const kind = Tape.isCounted(name) ? name.slice(0, name.indexOf(" ")) : name.replace(/-\d+$/u, "")
  for (let count = 1;; count++) {
    if (!Tape.isCounted(name)) {
      const other = count === 1 ? kind : `${kind}-${count}`
      if (!taken.has(other)) return `<${other}>`
    } else {
      const value = kind === "@" ? String(count) : count
      if (!taken.has(`${kind} ${JSON.stringify(value)}`)) return value
    }
  }
}

const nameIn = (value: unknown, name: string): string =>
  Tape.isCounted(name) ? `${name.slice(0, name.indexOf(" "))} ${JSON.stringify(value)}` : String(value).slice(1, -1)

/** Names for what is new, which agree with what stays. */
const namesOf = (
  old: Cassette.Cassette,
  now: Cassette.Cassette,
  same: ReadonlyArray<readonly [Cassette.Played, Cassette.Played]>
): Names => {
  const names = new Map<string, unknown>()
  for (const [part, other] of same) {
    for (const [oldName, stoodFor] of Tape.bindingsOf(old, part, other)) {
      const name = newName(oldName, stoodFor)
      if (name !== undefined && !names.has(name)) names.set(name, asWritten(oldName))
    }
  }
  const taken = new Set(same.flatMap(([part]) => Tape.holesOf({ ...old, parts: [part] })))
  for (const name of new Set(Tape.holesOf(now))) {
    if (names.has(name)) continue
    const value = taken.has(name) ? free(name, taken) : asWritten(name)
    taken.add(nameIn(value, name))
    names.set(name, value)
  }
  return names
}

/** Where new parts come to that follow the last of the old ones: behind it, not behind the prose at the end. */
const endOf = (parts: ReadonlyArray<Cassette.Part>): number => parts.findLastIndex((part) => part._tag !== "Prose") + 1

const frontOf = (
  old: Cassette.Cassette,
  now: Cassette.Cassette,
  names: Names,
  text: string
): Cassette.Cassette["front"] => {
  const placeholder = /^<([\w-]+)>$/u
  const kept = old.front.filter(([name]) => !placeholder.test(name) || text.includes(name))
  const known = new Set(kept.map(([name]) => name))
  const added = now.front.flatMap(([name, value]): Cassette.Cassette["front"] => {
    const own = placeholder.exec(name)?.[1]
    const written = own === undefined ? name : String(names.get(own) ?? name)
    return own === undefined || known.has(written) || !text.includes(written) ? [] : [[written, value]]
  })
  return [...kept, ...added]
}

/** A cassette with other names for some of its placeholders. */
const renamed = (cassette: Cassette.Cassette, names: ReadonlyMap<string, string>): Cassette.Cassette => {
  const nameOf = (name: string): unknown => names.has(name) ? `<${names.get(name)}>` : asWritten(name)
  return {
    front: cassette.front.map((
      [name, value]
    ) => [/^<.*>$/u.test(name) ? String(nameOf(name.slice(1, -1))) : name, value]),
    parts: cassette.parts.map((part) => part._tag === "Prose" ? part : Tape.rewrite(cassette, part, nameOf))
  }
}

/** Placeholders of before give way where somebody now says, and means, what they are called. */
const withoutClashes = (old: Cassette.Cassette, now: Cassette.Cassette): Cassette.Cassette => {
  const said = Archive.print({ ...now, front: [] })
  const own = new Set(Cassette.placeholders(old).keys())
  const others = new Set(Cassette.placeholders(now).keys())
  const clashing = Array.from(own).filter((name) => !others.has(name) && said.includes(`<${name}>`))
  const taken = new Set([...own, ...others])
  const names = new Map<string, string>()
  for (const name of clashing) {
    let count = 2
    while (taken.has(`${name}-${count}`) || said.includes(`<${name}-${count}>`)) count += 1
    names.set(name, `${name}-${count}`)
    taken.add(`${name}-${count}`)
  }
  return names.size === 0 ? old : renamed(old, names)
}

const revised = (old: Cassette.Cassette, now: Cassette.Cassette): Cassette.Cassette => {
  const before = Cassette.played(old)
  const after = Cassette.played(now)
  const isAlike = (row: number, column: number): boolean => {
    const [part, other] = [before[row], after[column]]
    return part !== undefined && other !== undefined && Tape.isAlike(old, part, other)
  }
  const changes = changesOf(before, after, isAlike)
  const added = new Set(changes.flatMap(({ before }) => before))
  const stay = after.filter((part) => !added.has(part))
  const stayed = before.filter((_, index) => changes[index]?.stays === true)
  const names = namesOf(
    old,
    now,
    stayed.flatMap((part, index) => {
      const other = stay[index]
      return other === undefined ? [] : [[part, other] as const]
    })
  )
  const fresh = (index: number): ReadonlyArray<Cassette.Played> =>
    (changes[index]?.before ?? []).map((part) => Tape.rewrite(now, part, (name) => names.get(name) ?? asWritten(name)))
  const end = endOf(old.parts)
  const parts: Array<Cassette.Part> = []
  let index = 0
  for (const [place, part] of old.parts.entries()) {
    if (part._tag === "Prose") {
      if (place === end) parts.push(...fresh(before.length))
      parts.push(part)
      continue
    }
    parts.push(...fresh(index), ...(changes[index]?.stays === true ? [part] : []))
    index += 1
  }
  if (end === old.parts.length) parts.push(...fresh(before.length))
  const front = frontOf(old, now, names, Archive.print({ front: [], parts }))
  return { front, parts }
}

/**
 * The old cassette with what is said now.
 *
 * @category conversions
 * @since 0.1.0
 */
export const revise = (before: Cassette.Cassette, now: Cassette.Cassette): Cassette.Cassette =>
  revised(withoutClashes(before, now), now)
