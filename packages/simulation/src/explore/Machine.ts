/**
 * What can be explored: a machine whose states are values, with the events that may come next in each, and what must hold.
 * A machine that changes in place becomes one by being built anew for each state ({@link rebuilt}).
 *
 * @since 0.1.0
 */

/**
 * How a state came about.
 *
 * @category models
 * @since 0.1.0
 */
export interface Step<State, Event> {
  readonly before: State
  readonly event: Event
}

/**
 * Something that must hold in each state, or for each step.
 *
 * @category models
 * @since 0.1.0
 */
export interface Invariant<State, Event> {
  readonly name: string
  /** Says what is wrong, in a sentence with the facts, or nothing. The initial state comes about by no step. */
  readonly check: (state: State, step: Step<State, Event> | undefined) => string | undefined
}

/**
 * A machine.
 *
 * @category models
 * @since 0.1.0
 */
export interface Machine<State, Event> {
  readonly initial: State
  /** What may come next; nothing where it is at its end. They are finitely many. */
  readonly events: (state: State) => ReadonlyArray<Event>
  /** The next state. The one before must not change. */
  readonly step: (state: State, event: Event) => State
  /** The same text for states that nothing tells apart from here on, neither events nor invariants. */
  readonly key: (state: State) => string
  readonly invariants: ReadonlyArray<Invariant<State, Event>>
  /** From every state it must be possible to get to one of these. Default: nothing is demanded. */
  readonly isGoal?: (state: State) => boolean
}

/**
 * A machine that changes in place, with the part of the world around it that its invariants speak of.
 *
 * @category models
 * @since 0.1.0
 */
export interface Mutable<Model, Event> {
  /** A new one, which shares nothing with the others. */
  readonly make: () => Model
  readonly events: (model: Model) => ReadonlyArray<Event>
  /** Changes the model. The same events must always lead to the same one. */
  readonly apply: (model: Model, event: Event) => void
  readonly key: (model: Model) => string
  readonly invariants: ReadonlyArray<Invariant<Model, Event>>
  readonly isGoal?: (model: Model) => boolean
}

/**
 * A state of a machine that is built anew.
 *
 * @category models
 * @since 0.1.0
 */
export interface Rebuilt<Model, Event> {
  /** All events since the beginning. */
  readonly events: ReadonlyArray<Event>
  /** What they have led to. It is only looked at. */
  readonly model: Model
}

const build = <Model, Event>(mutable: Mutable<Model, Event>, events: ReadonlyArray<Event>): Rebuilt<Model, Event> => {
  const model = mutable.make()
  for (const event of events) mutable.apply(model, event)
  return { events, model }
}

/**
 * A machine of values: each state is made from the beginning, by all events that lead to it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const rebuilt = <Model, Event>(mutable: Mutable<Model, Event>): Machine<Rebuilt<Model, Event>, Event> => {
  const { isGoal } = mutable
  return {
    initial: build(mutable, []),
    events: ({ model }) => mutable.events(model),
    step: ({ events }, event) => build(mutable, [...events, event]),
    key: ({ model }) => mutable.key(model),
    invariants: mutable.invariants.map(({ check, name }) => ({
      name,
      check: ({ model }, step) => check(model, step && { before: step.before.model, event: step.event })
    })),
    ...(isGoal === undefined ? {} : { isGoal: ({ model }) => isGoal(model) })
  }
}
