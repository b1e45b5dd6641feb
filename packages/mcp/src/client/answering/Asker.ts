/**
 * Who asks: the server behind a question. What is shown to a user says so (ELS-02); nothing is decided by it.
 *
 * @since 0.1.0
 */
import type { Implementation } from "../../schema/Implementation.ts"

/**
 * The server that asks.
 *
 * @category models
 * @since 0.1.0
 */
export interface Asker {
  /** How the server is reached: its URL, its command line. This is what the client itself knows. */
  readonly peer: string
  /** Who the server says that it is, which nobody has checked (MET-11). */
  readonly info: Implementation | undefined
}
