/**
 * The components of one kind, by name and in the order of their list, changing while the server runs. Several may claim
 * one name at a time: the newest stands in front of the others and is the one that is found, or nothing is while it is
 * disabled.
 *
 * @since 0.1.0
 */
import { compare, type Place } from "../../session/Cursor.ts"

/**
 * Components as requests find them.
 *
 * @category models
 * @since 0.1.0
 */
export interface Shelf<out A> {
  readonly size: number
  readonly get: (name: string) => A | undefined
  readonly has: (name: string) => boolean
  /** All, in the order of the list. */
  readonly values: () => Iterable<A>
}

/**
 * A component at its place in the list.
 *
 * @category models
 * @since 0.1.0
 */
export interface Item<out A> {
  readonly place: Place
  readonly name: string
  readonly value: A
}

/**
 * One claim on a name.
 *
 * @category models
 * @since 0.1.0
 */
export interface Claim<in A> {
  readonly set: (value: A) => void
  readonly setEnabled: (enabled: boolean) => void
  readonly remove: () => void
}

/**
 * A shelf that can be filled.
 *
 * @category models
 * @since 0.1.0
 */
export interface OpenShelf<in out A> extends Shelf<A> {
  /** Grows with every change to what is found here. */
  readonly version: () => number
  /** What is found here, in the order of the list. The same array until something changes. */
  readonly items: () => ReadonlyArray<Item<A>>
  /** Whether somebody claims the name. */
  readonly isTaken: (name: string) => boolean
  /** Claims a name, in front of those who claim it already. The number is the place among those of the start. */
  readonly claim: (name: string, value: A, number?: number) => Claim<A>
}

interface Layer<A> {
  value: A
  enabled: boolean
}

interface Slot<A> {
  readonly name: string
  readonly place: Place
  readonly layers: Array<Layer<A>>
}

interface State<A> {
  readonly slots: Map<string, Slot<A>>
  readonly found: Map<string, A>
  items: ReadonlyArray<Item<A>> | undefined
  version: number
}

/** Finds out what is found under a name, after one of its claims has changed. */
const settle = <A>(state: State<A>, { layers, name }: Slot<A>): void => {
  if (layers.length === 0) state.slots.delete(name)
  const front = layers.at(-1)
  const value = front?.enabled === true ? front.value : undefined
  if (state.found.get(name) === value) return
  if (value === undefined) state.found.delete(name)
  else state.found.set(name, value)
  state.items = undefined
  state.version++
}

const listed = <A>({ found, slots }: State<A>): ReadonlyArray<Item<A>> =>
  Array.from(slots.values())
    .flatMap(({ name, place }) => {
      const value = found.get(name)
      return value === undefined ? [] : [{ place, name, value }]
    })
    .toSorted((self, that) => compare(self.place, that.place))

const claim = <A>(state: State<A>, slot: Slot<A>, value: A): Claim<A> => {
  const layer: Layer<A> = { value, enabled: true }
  slot.layers.push(layer)
  settle(state, slot)
  const change = (by: () => void) => () => {
    if (!slot.layers.includes(layer)) return
    by()
    settle(state, slot)
  }
  return {
    set: (value) => change(() => (layer.value = value))(),
    setEnabled: (enabled) => change(() => (layer.enabled = enabled))(),
    remove: change(() => slot.layers.splice(slot.layers.indexOf(layer), 1))
  }
}

/**
 * An empty shelf.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <A extends object>(): OpenShelf<A> => {
  const state: State<A> = { slots: new Map(), found: new Map(), items: undefined, version: 0 }
  const items = (): ReadonlyArray<Item<A>> => state.items ??= listed(state)
  return {
    get size() {
      return state.found.size
    },
    get: (name) => state.found.get(name),
    has: (name) => state.found.has(name),
    values: () => items().map(({ value }) => value),
    version: () => state.version,
    items,
    isTaken: (name) => state.slots.has(name),
    claim: (name, value, number) => {
      const slot = state.slots.get(name) ?? { name, place: number ?? name, layers: [] }
      state.slots.set(name, slot)
      return claim(state, slot, value)
    }
  }
}

/**
 * The shelf without some of what is on it.
 *
 * @category combinators
 * @since 0.1.0
 */
export const without = <A>(shelf: Shelf<A>, hidden: ReadonlySet<unknown>): Shelf<A> => {
  const get = (name: string): A | undefined => {
    const value = shelf.get(name)
    return value === undefined || hidden.has(value) ? undefined : value
  }
  const values = (): ReadonlyArray<A> => Array.from(shelf.values()).filter((value) => !hidden.has(value))
  return {
    get size() {
      return values().length
    },
    get,
    has: (name) => get(name) !== undefined,
    values
  }
}
