/**
 * The way of a call from the facade to the wire: the stages that it meets, in their order. They are put together once for a
 * client; a stage that is not used is not there.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as RequiredVisits from "../answering/RequiredVisits.ts"
import * as Rounds from "../answering/Rounds.ts"
import type { Connection } from "../connection/Connection.ts"
import type { Inbound } from "../connection/Inbound.ts"
import * as KnownTools from "../tools/KnownTools.ts"
import type { OutputValidator } from "../tools/OutputValidator.ts"
import * as ToolCalls from "../tools/ToolCalls.ts"
import type { Send } from "./Call.ts"
import * as Deadline from "./Deadline.ts"
import * as Once from "./Once.ts"
import type { Stages } from "./Optional.ts"
import * as Recovery from "./Recovery.ts"

/**
 * What the stages work on.
 *
 * @category models
 * @since 0.1.0
 */
export interface Parts {
  readonly connection: Connection
  readonly inbound: Inbound
  readonly common: Once.Common
  /** How long a request may take unless it says otherwise. */
  readonly timeouts: Deadline.Defaults
  /** What checks the outputs of tools, if anything does. */
  readonly validator: OutputValidator["Service"] | undefined
  /** Middleware, the response cache, spans and metrics, as far as they are wanted. */
  readonly stages: Stages
}

type Stage = (next: Send) => Send

/**
 * From here on a call is under way: the stages below may look at what is known now, and count what this run has spent. An
 * effect that is run again passes here again, so that none of them has to think of that.
 */
const underWay: Stage = (next) => (call) => Effect.suspend(() => next(call))

/** The first stage is the one that a call meets first. */
const inOrder = (stages: ReadonlyArray<Stage>, last: Send): Send =>
  stages.reduceRight((next, stage) => stage(next), last)

/**
 * What sends the calls of a client.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = ({ common, connection, inbound, stages, timeouts, validator }: Parts): Send => {
  const { answers, limits } = inbound
  const { latest } = connection
  const server = () => latest().server
  const { elicitation } = answers
  const tools: ToolCalls.Parts = { known: KnownTools.make(limits.itemsMax), limits, latest, validator }
  return inOrder([
    // Middleware see what the user does, and nothing of how it is done.
    stages.outer,
    underWay,
    (next) => ToolCalls.results(tools, next),
    // Questions of the server, in the way of either era; URLs to visit only where users can be asked to (ELU-09).
    (next) => elicitation?.url === undefined ? next : RequiredVisits.make({ answers, elicitation, server }, next),
    (next) => Rounds.make({ answers, limits, server }, next),
    (next) => ToolCalls.headers(tools, next),
    // From here on, each is one request to the server: the cache may know its answer, telemetry measures it.
    stages.inner,
    (next) => Deadline.make(inbound, timeouts, common.nextId, next)
  ], Recovery.make(connection, (connected, call) => Once.once(common, connected, call)))
}
