/**
 * Running a story that is a client: until it ends. What it has to say goes to stdout, what it logs to stderr.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"

/** Logs to stderr, one line for each message. */
const ToStderr = Logger.layer([Logger.withConsoleError(Logger.formatLogFmt)])

/** Runs the program of a story. */
export const runClient = <A, E>(program: Effect.Effect<A, E>): void =>
  program.pipe(Effect.provide(ToStderr), NodeRuntime.runMain)
