/**
 * `resources/subscribe` and `resources/unsubscribe` of the session era. (The stateless era asks for updates in the
 * filter of `subscriptions/listen`.)
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Rpc from "../../jsonrpc/RpcError.ts"
import type { Limits } from "../../session/SubscriptionLimits.ts"
import type { Components } from "../component/Components.ts"
import type { Method } from "../Engine.ts"
import * as Feed from "../listening/Feed.ts"
import * as RequestContext from "../RequestContext.ts"
import { stringMember } from "./Params.ts"
import { addressedBy } from "./ResourceMethods.ts"

const noSession = Rpc.invalidRequest("Subscribing needs a session, and none is kept here")

/**
 * Serves `resources/subscribe` (RSC-06). Where nothing could be read, the error is that of reading (RSC-12), and
 * where a policy is against it, that of the policy; a session with `urisMax` subscriptions already gets `-32603`.
 *
 * @category methods
 * @since 0.1.0
 */
export const subscribe = (components: Components, { urisMax }: Limits): Method => (request, origin) =>
  Effect.suspend(() => {
    const uri = stringMember(request.params, "uri")
    if (Result.isFailure(uri)) return Effect.fail(uri.failure)
    const { session } = origin
    if (session === undefined) return Effect.fail(noSession)
    const addressed = addressedBy(components, uri.success, origin.revision)
    if (Result.isFailure(addressed)) return Effect.fail(addressed.failure)
    const begin = Effect.suspend(() => {
      const subscribed = Feed.subscribe(session.feed, uri.success, urisMax)
      return Result.isFailure(subscribed) ? Effect.fail(subscribed.failure) : Effect.succeed("{}")
    })
    const { subscribe: ask } = addressed.success
    return ask === undefined ? begin : Effect.andThen(ask(uri.success, RequestContext.make(request, origin)), begin)
  })

/**
 * Serves `resources/unsubscribe` (RSC-06). Ending a subscription that is none succeeds: there is none afterwards.
 *
 * @category methods
 * @since 0.1.0
 */
export const unsubscribe: Method = (request, origin) =>
  Effect.suspend(() => {
    const uri = stringMember(request.params, "uri")
    if (Result.isFailure(uri)) return Effect.fail(uri.failure)
    if (origin.session === undefined) return Effect.fail(noSession)
    Feed.unsubscribe(origin.session.feed, uri.success)
    return Effect.succeed("{}")
  })
