/**
 * What a client does only where somebody wants it: middleware, the response cache, the checking of outputs, spans and
 * metrics. It is found out once, when the client is made; what nobody wants is not in the way of anything.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { Answers } from "../answering/Answers.ts"
import { ResponseCache } from "../cache/CacheService.ts"
import * as Caching from "../cache/Caching.ts"
import { ClientLimits } from "../ClientLimits.ts"
import type { Connection } from "../connection/Connection.ts"
import * as Inbound from "../connection/Inbound.ts"
import * as Middleware from "../Middleware.ts"
import * as Telemetry from "../Telemetry.ts"
import { OutputValidator } from "../tools/OutputValidator.ts"
import type { Send } from "./Call.ts"

/**
 * The stages of a call that may be there.
 *
 * @category models
 * @since 0.1.0
 */
export interface Stages {
  /** Around all that the client does about a call. */
  readonly outer: (next: Send) => Send
  /** Around each request to the server. */
  readonly inner: (next: Send) => Send
}

/**
 * What may be there, to be put in its places one after the other as the client is made.
 *
 * @category models
 * @since 0.1.0
 */
export interface Optional {
  readonly answers: (answers: Answers) => Answers
  /** What stands between notifications and their subscribers. */
  readonly notified: ReturnType<typeof Middleware.toNotified>
  /** What checks the outputs of tools. */
  readonly validator: OutputValidator["Service"] | undefined
  readonly stages: (connection: Connection, inbound: Inbound.Inbound) => Effect.Effect<Stages, never, Scope.Scope>
}

/**
 * What the user says about it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Names the server. */
  readonly peer: string
  readonly middleware: ReadonlyArray<Middleware.Any>
  readonly identity: Caching.Identity | undefined
}

const caching = (
  cache: ResponseCache["Service"],
  { identity, peer }: Options,
  connection: Connection,
  inbound: Inbound.Inbound
) => {
  const { answers: { capabilities }, fork } = inbound
  const parts: Caching.Options = { cache, peer, identity, capabilities, connection, fork }
  Inbound.observe(inbound, Caching.hear(parts))
  return (next: Send) => Caching.make(parts, next)
}

/**
 * Finds out what is wanted.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options): Effect.Effect<Optional> =>
  Effect.contextWith((context: Context.Context<never>) =>
    Effect.map(ClientLimits, ({ notificationsPendingMax }): Optional => {
      const { middleware, peer } = options
      const cache = Option.getOrUndefined(Context.getOption(context, ResponseCache))
      return {
        answers: (answers) => {
          const observed = Telemetry.toAnswers(context, peer, answers.byMethod)
          const byMethod = Middleware.toAnswers(middleware, context, observed)
          return byMethod === answers.byMethod ? answers : { ...answers, byMethod }
        },
        notified: Middleware.toNotified(middleware, context, notificationsPendingMax),
        validator: Option.getOrUndefined(Context.getOption(context, OutputValidator)),
        stages: (connection, inbound) => {
          const server = () => connection.latest().server
          const cached = cache === undefined ? undefined : caching(cache, options, connection, inbound)
          const observed = (next: Send) => Telemetry.toSend(context, { peer, server }, next)
          return Effect.as(Telemetry.followSessions(context, peer, connection), {
            outer: (next) => Middleware.toSend(middleware, context, server, next),
            inner: (next) => cached === undefined ? observed(next) : cached(observed(next))
          })
        }
      }
    })
  )
