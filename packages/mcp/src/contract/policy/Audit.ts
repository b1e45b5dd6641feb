/**
 * A record of who called what, and how it ended.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { RequestId } from "../../jsonrpc/Message.ts"
import type { Implementation } from "../../schema/Implementation.ts"
import { type Call, make, type Policy, refusedBy } from "./Model.ts"

/**
 * How a call ended: with a result, a failure, a refusal of a policy, a defect, or not at all. In the stateless era a call
 * may also end with questions to the client, which sends it again with the answers.
 *
 * @category models
 * @since 0.1.0
 */
export type AuditOutcome = "success" | "failure" | "refusal" | "defect" | "interruption" | "question"

/**
 * One call. There is no credential in it, and no text of an error.
 *
 * @category models
 * @since 0.1.0
 */
export interface AuditRecord {
  readonly principal: string | undefined
  readonly sessionId: string | undefined
  /** Who the client says it is; that is not verified. */
  readonly clientInfo: Implementation | undefined
  readonly protocolVersion: string
  readonly requestId: RequestId
  /** How many times the call had ended with questions before; each round has an id of its own. */
  readonly round: number
  readonly method: string
  readonly kind: Call["kind"]
  readonly name: string
  readonly outcome: AuditOutcome
  /** The tag or the name of the error, or the policy that refused. */
  readonly error: string | undefined
  readonly startedAtMillis: number
  readonly durationMillis: number
  /** What the handler was called with, when `arguments` asks for it. */
  readonly arguments?: unknown
}

/**
 * The options of {@link audit}.
 *
 * @category models
 * @since 0.1.0
 */
export interface AuditOptions {
  /** Whether the arguments are in the record, with all that a user typed. Default: no. */
  readonly arguments?: boolean
}

const tagOf = (error: unknown): string | undefined => {
  const { _tag, name } = (error ?? {}) as { readonly _tag?: unknown; readonly name?: unknown }
  return typeof _tag === "string" ? _tag : typeof name === "string" ? name : undefined
}

const endingOf = (
  exit: Exit.Exit<unknown, unknown>,
  { request }: Call
): Pick<AuditRecord, "outcome" | "error"> => {
  if (Exit.isSuccess(exit)) return { outcome: "success", error: undefined }
  const failure = exit.cause.reasons.find(Cause.isFailReason)
  if (failure !== undefined) {
    const policy = refusedBy(failure.error)
    return typeof policy === "string"
      ? { outcome: "refusal", error: policy }
      : { outcome: "failure", error: tagOf(failure.error) }
  }
  const defect = exit.cause.reasons.find(Cause.isDieReason)
  if (defect !== undefined) return { outcome: "defect", error: tagOf(defect.defect) }
  return { outcome: request.round.isAsking() ? "question" : "interruption", error: undefined }
}

const recordOf = (
  { args, kind, name, request }: Call,
  ending: Pick<AuditRecord, "outcome" | "error">,
  startedAtMillis: number,
  endedAtMillis: number,
  options: AuditOptions
): AuditRecord => ({
  principal: request.principal,
  sessionId: request.sessionId,
  clientInfo: request.clientInfo,
  protocolVersion: request.protocolVersion,
  requestId: request.id,
  round: request.round.index,
  method: request.method,
  kind,
  name,
  ...ending,
  startedAtMillis,
  durationMillis: endedAtMillis - startedAtMillis,
  ...(options.arguments === true ? { arguments: args } : {})
})

/**
 * Gives a record of each call to the sink, before the answer goes out; of one that asks in the stateless era, a record of
 * each round. A sink that breaks is logged, and harms no call.
 * As the outermost policy it sees what the others refuse.
 *
 * @category policies
 * @since 0.1.0
 */
export const audit = <R = never>(
  sink: (record: AuditRecord) => Effect.Effect<unknown, unknown, R>,
  options: AuditOptions = {}
): Policy<R> =>
  make(
    Effect.map(Effect.context<R>(), (context) => (call, effect) =>
      Effect.flatMap(Clock.currentTimeMillis, (started) =>
        Effect.onExit(effect, (exit) =>
          Effect.flatMap(Clock.currentTimeMillis, (ended) =>
            sink(recordOf(call, endingOf(exit, call), started, ended, options)).pipe(
              Effect.provideContext(context),
              Effect.catchCause((cause) =>
                Effect.logError("A call could not be recorded", cause)
              ),
              Effect.asVoid
            )))))
  )
