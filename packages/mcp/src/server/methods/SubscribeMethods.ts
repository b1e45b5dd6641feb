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
import { stringMember } from "./Params.ts"
import { readerOf } from "./ResourceMethods.ts"

const noSession = Rpc.invalidRequest("Subscribing needs a session, and none is kept here")

/**
 * Serves `resources/subscribe` (RSC-06). Where nothing could be read, the error is that of reading (RSC-12); a session with `urisMax` subscriptions already gets `-32603`.
 *
 * @category methods
 * @since 0.1.0
 */
export const subscribe = (components: Components, { urisMax }: Limits): Method => (request, origin) =>
  Effect.suspend(() => {
    const uri = stringMember(request.params, "uri")
    if (Result.isFailure(uri)) return Effect.fail(uri.failure)
    if (origin.session === undefined) return Effect.fail(noSession)
    const read = readerOf(components, uri.success, origin.revision)
    if (Result.isFailure(read)) return Effect.fail(read.failure)
    const subscribed = Feed.subscribe(origin.session.feed, uri.success, urisMax)
    return Result.isFailure(subscribed) ? Effect.fail(subscribed.failure) : Effect.succeed("{}")
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
