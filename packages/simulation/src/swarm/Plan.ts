/**
 * A world that is about to be lived in, as plain data: who is there, what they do and when, and what goes wrong. All of it is
 * drawn from a seed; taking parts out gives a smaller world that is otherwise the same.
 *
 * @since 0.1.0
 */
import type { Scheduled } from "../fault/Fault.ts"
import type { Act } from "../workload/Workload.ts"
import type { ServerOptions } from "../world/World.ts"

/**
 * A client that takes part.
 *
 * @category models
 * @since 0.1.0
 */
export interface PlannedClient {
  readonly name: string
  /** The versions that it speaks; all that there are when absent. */
  readonly versions?: ReadonlyArray<string>
  readonly principal?: string
  /** How long a request of it may take, in milliseconds. */
  readonly timeoutMillis?: number
  /** When it gives up all that it does and leaves, to come back at once as if it had never been there. */
  readonly leavesAtMillis?: number
}

/**
 * Something that a client does, at a time.
 *
 * @category models
 * @since 0.1.0
 */
export interface Step extends Act {
  /** Unique in the plan. */
  readonly key: string
  readonly client: string
  readonly atMillis: number
  /** When the client gives it up, if it does. */
  readonly interruptedAtMillis?: number
}

/**
 * A plan.
 *
 * @category models
 * @since 0.1.0
 */
export interface Plan {
  readonly seed: number
  readonly server: ServerOptions & { readonly versions?: ReadonlyArray<string> }
  readonly clients: ReadonlyArray<PlannedClient>
  readonly steps: ReadonlyArray<Step>
  readonly faults: ReadonlyArray<Scheduled>
  /** When all faults end, in milliseconds since the world began. After that everything must come right. */
  readonly healAtMillis: number
}
