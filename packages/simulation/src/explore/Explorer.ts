/**
 * Looks at every state that a machine can get into, breadth first, up to a depth: where an invariant does not hold, the way
 * there is as short as any. It knows no time and no chance; what is explored is the decisions of a machine, each order of
 * its events, and not how somebody performs them, which worlds are for.
 *
 * @since 0.1.0
 */
import type { Machine, Step } from "./Machine.ts"

/**
 * How far to go.
 *
 * @category models
 * @since 0.1.0
 */
export interface Bounds {
  /** Most events from the beginning. */
  readonly depthMax: number
  /** Most states. Default: 200,000. */
  readonly statesMax?: number
}

/**
 * What is wrong with a machine.
 *
 * @category models
 * @since 0.1.0
 */
export interface Finding<State, Event> {
  /** The name of the invariant; `goal` for a state from which none is in reach. */
  readonly invariant: string
  readonly what: string
  /** The events that lead there: no other way is shorter. */
  readonly trace: ReadonlyArray<Event>
  readonly state: State
}

/**
 * What an exploration came to.
 *
 * @category models
 * @since 0.1.0
 */
export interface Explored<State, Event> {
  /** How many states were found, each counted once. */
  readonly states: number
  /** How many steps were taken between them. */
  readonly steps: number
  /** How many events the farthest state is away from the first. */
  readonly depth: number
  /** Whether these are all states that there are: none was left at a bound. */
  readonly isExhausted: boolean
  readonly finding: Finding<State, Event> | undefined
}

interface Node<State, Event> {
  readonly state: State
  readonly depth: number
  /** How it was found first. */
  readonly from: { readonly node: Node<State, Event>; readonly event: Event } | undefined
  /** All states that a step leads from to here. */
  readonly before: Array<Node<State, Event>>
  isLeft: boolean
}

const statesMaxDefault = 200_000

const traceTo = <State, Event>(node: Node<State, Event>): ReadonlyArray<Event> => {
  const trace: Array<Event> = []
  for (let { from } = node; from !== undefined; from = from.node.from) trace.push(from.event)
  return trace.toReversed()
}

const judge = <State, Event>(
  { invariants }: Machine<State, Event>,
  state: State,
  step: Step<State, Event> | undefined,
  trace: () => ReadonlyArray<Event>
): Finding<State, Event> | undefined => {
  for (const { check, name } of invariants) {
    const what = check(state, step)
    if (what !== undefined) return { invariant: name, what, trace: trace(), state }
  }
  return undefined
}

/** The first state from which no goal can be reached. What lies beyond a bound is taken for good. */
const stuck = <State, Event>(
  { isGoal }: Machine<State, Event>,
  nodes: Iterable<Node<State, Event>>
): Finding<State, Event> | undefined => {
  if (isGoal === undefined) return undefined
  const good = new Set<Node<State, Event>>()
  for (const node of nodes) if (node.isLeft || isGoal(node.state)) good.add(node)
  // What is added on the way is walked over, too.
  for (const node of good) for (const before of node.before) good.add(before)
  for (const node of nodes) {
    if (good.has(node)) continue
    return { invariant: "goal", what: "no way leads on to a goal", trace: traceTo(node), state: node.state }
  }
  return undefined
}

/**
 * Explores a machine until all its states are known, a bound is reached, or something does not hold.
 *
 * @category exploring
 * @since 0.1.0
 */
export const explore = <State, Event>(
  machine: Machine<State, Event>,
  { depthMax, statesMax = statesMaxDefault }: Bounds
): Explored<State, Event> => {
  const first: Node<State, Event> = { state: machine.initial, depth: 0, from: undefined, before: [], isLeft: false }
  const known = new Map([[machine.key(machine.initial), first]])
  let steps = 0
  let deepest = first
  const explored = (finding: Finding<State, Event> | undefined): Explored<State, Event> => ({
    states: known.size,
    steps,
    depth: deepest.depth,
    isExhausted: finding === undefined && Array.from(known.values()).every(({ isLeft }) => !isLeft),
    finding
  })
  const wrong = judge(machine, first.state, undefined, () => [])
  if (wrong !== undefined) return explored(wrong)
  // A map is walked in the order in which its entries came, also those that come meanwhile: that is breadth first.
  for (const node of known.values()) {
    const events = machine.events(node.state)
    node.isLeft = events.length > 0 && (node.depth >= depthMax || known.size >= statesMax)
    if (node.isLeft) continue
    for (const event of events) {
      steps += 1
      const state = machine.step(node.state, event)
      const finding = judge(machine, state, { before: node.state, event }, () => [...traceTo(node), event])
      if (finding !== undefined) return explored(finding)
      const key = machine.key(state)
      const there = known.get(key)
      const next = there ?? { state, depth: node.depth + 1, from: { node, event }, before: [], isLeft: false }
      next.before.push(node)
      if (there === undefined) known.set(key, deepest = next)
    }
  }
  return explored(stuck(machine, Array.from(known.values())))
}

/**
 * What was found, as text: how much there is, and the way to what does not hold, an event a line.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = <State, Event>(
  { depth, finding, isExhausted, states, steps }: Explored<State, Event>
): string => {
  const extent = `${states} states, ${steps} steps, ${depth} deep${isExhausted ? ", all there are" : ""}`
  if (finding === undefined) return extent
  const trace = finding.trace.map((event, index) => `${index + 1}. ${JSON.stringify(event)}`)
  return [`${finding.invariant}: ${finding.what}`, ...trace, `(${extent})`].join("\n")
}
