/**
 * Rules that take a canonical value to the plain JSON of an older revision: leave members out, rewrite members. A rule
 * that has nothing to do returns the very value it was given, so what a revision shares with the newest one costs a few
 * lookups and no copy. Nothing here knows a revision or a message; nothing here validates.
 *
 * @since 0.1.0
 */
import { isObject } from "../../jsonrpc/Message.ts"
import type { Wire } from "../Revision.ts"

/**
 * Takes one JSON object to another. Total, and the identity (same reference) where nothing has to change.
 *
 * @category models
 * @since 0.1.0
 */
export type Project = (value: Wire) => Wire

/**
 * Takes the value of a member to another; `undefined` leaves the member out.
 *
 * @category models
 * @since 0.1.0
 */
export type Rewrite = (value: unknown) => unknown

/**
 * What to leave out of an object and what to rewrite in it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Rules {
  /** Members to leave out. */
  readonly omit?: ReadonlyArray<string>
  /** Members to rewrite, when present. */
  readonly members?: { readonly [key: string]: Rewrite }
}

/**
 * Changes nothing.
 *
 * @category projections
 * @since 0.1.0
 */
export const same = <A>(value: A): A => value

const without = (value: Wire, keys: ReadonlySet<string>): Wire => {
  // `fromEntries` defines members, so an own `__proto__` stays what it was.
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.has(key)))
}

/**
 * A projection that follows rules. An absent member stays absent.
 *
 * @category projections
 * @since 0.1.0
 */
export const shape = (rules: Rules): Project => {
  const omit = rules.omit ?? []
  const members = Object.entries(rules.members ?? {}).filter(([, rewrite]) => rewrite !== same)
  if (omit.length === 0 && members.length === 0) return same
  return (value) => {
    // Nothing is allocated until something has to change: most values pass through as they are.
    let gone: Set<string> | undefined
    let changed: { [key: string]: unknown } | undefined
    for (const key of omit) if (Object.hasOwn(value, key)) (gone ??= new Set()).add(key)
    for (const [key, rewrite] of members) {
      const before = value[key]
      if (before === undefined || gone?.has(key) === true) continue
      const after = rewrite(before)
      if (after === before) continue
      if (after === undefined) (gone ??= new Set()).add(key)
      else (changed ??= {})[key] = after
    }
    const kept = gone === undefined ? value : without(value, gone)
    return changed === undefined ? kept : { ...kept, ...changed }
  }
}

/**
 * One projection after another.
 *
 * @category projections
 * @since 0.1.0
 */
export const chain = (...projections: ReadonlyArray<Project>): Project => {
  const steps = projections.filter((step) => step !== same)
  if (steps.length === 0) return same
  return (value) => {
    let current = value
    for (const step of steps) current = step(current)
    return current
  }
}

/**
 * A projection as a rewrite: applied when the value is an object, otherwise the value stays.
 *
 * @category rewrites
 * @since 0.1.0
 */
export const inObject = (project: Project): Rewrite =>
  project === same ? same : (value) => isObject(value) ? project(value) : value

/**
 * A rewrite of every element of an array; elements that become `undefined` are left out. The array itself is returned
 * when no element changed.
 *
 * @category rewrites
 * @since 0.1.0
 */
export const inArray = (rewrite: Rewrite): Rewrite => {
  if (rewrite === same) return same
  return (value) => {
    if (!Array.isArray(value)) return value
    let copy: Array<unknown> | undefined
    for (let i = 0; i < value.length; i++) {
      const after = rewrite(value[i])
      if (copy === undefined && after !== value[i]) copy = value.slice(0, i)
      if (copy !== undefined && after !== undefined) copy.push(after)
    }
    return copy ?? value
  }
}

/**
 * A rewrite of every member of a record; members that become `undefined` are left out.
 *
 * @category rewrites
 * @since 0.1.0
 */
export const inRecord = (rewrite: Rewrite): Rewrite => {
  if (rewrite === same) return same
  return (value) => {
    if (!isObject(value)) return value
    const entries = Object.entries(value)
    const after = entries.map(([key, member]) => [key, rewrite(member)] as const)
    return after.every(([, member], i) => member === entries[i]?.[1])
      ? value
      : Object.fromEntries(after.filter(([, member]) => member !== undefined))
  }
}

/**
 * Leaves members out.
 *
 * @category projections
 * @since 0.1.0
 */
export const omit = (...keys: ReadonlyArray<string>): Project => shape({ omit: keys })

/**
 * Adds members that are absent, or there but `undefined`; present ones stay.
 *
 * @category projections
 * @since 0.1.0
 */
export const withDefaults = (defaults: Wire): Project => {
  const entries = Object.entries(defaults)
  return (value) => {
    let whole = value
    // A spread that begins an object is a clone; one that comes later goes member by member.
    for (const [key, fallback] of entries) if (whole[key] === undefined) whole = { ...whole, [key]: fallback }
    return whole
  }
}
