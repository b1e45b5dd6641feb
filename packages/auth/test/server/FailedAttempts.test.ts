/** How often somebody may fail, and who is kept out by whose failures. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as FailedAttempts from "../../src/server/FailedAttempts.ts"

const limits: FailedAttempts.Limits = {
  windowMillis: 1_000,
  peerFailuresMax: 3,
  sharedFailuresMax: 5,
  tokenFailuresMax: 2,
  rememberedMax: 4
}

const from = (peer: string | undefined, tokenHash?: string): FailedAttempts.Attempt => ({ peer, tokenHash })

describe("FailedAttempts", () => {
  it("keeps a peer out that failed too often, for the rest of the window, and nobody else", () => {
    const attempts = FailedAttempts.make(limits)
    for (const token of ["a", "b", "c"]) {
      assert.isUndefined(attempts.blockedMillis(from("one", token), 100))
      assert.isUndefined(attempts.failed(from("one", token), "Token", 100))
    }
    assert.strictEqual(attempts.blockedMillis(from("one", "d"), 600), 500)
    assert.isUndefined(attempts.blockedMillis(from("other", "d"), 600))
    assert.isUndefined(attempts.blockedMillis(from("one", "d"), 1_100))
    assert.isUndefined(attempts.failed(from("one", "d"), "Token", 1_100))
  })

  it("lets good tokens through that it knows, whatever their neighbours do", () => {
    const attempts = FailedAttempts.make(limits)
    attempts.succeeded(from("one", "good"))
    for (const token of ["a", "b", "c"]) attempts.failed(from("one", token), "Token", 0)
    assert.isDefined(attempts.blockedMillis(from("one", "d"), 0))
    assert.isUndefined(attempts.blockedMillis(from("one", "good"), 0))
    // one that has failed since is not good any more
    attempts.failed(from("one", "good"), "Token", 0)
    assert.isDefined(attempts.blockedMillis(from("one", "good"), 0))
  })

  it("keeps a token out that failed too often, from wherever it comes", () => {
    const attempts = FailedAttempts.make(limits)
    assert.isFalse(attempts.needsHash(undefined))
    attempts.failed(from("one", "bad"), "Token", 0)
    attempts.failed(from("two", "bad"), "Token", 0)
    assert.isTrue(attempts.needsHash(undefined))
    assert.strictEqual(attempts.blockedMillis(from("three", "bad"), 0), 1_000)
    assert.isUndefined(attempts.blockedMillis(from("three", "other"), 0))
  })

  it("tells those that were let try a token at the same time, too", () => {
    const attempts = FailedAttempts.make(limits)
    for (const _ of [1, 2, 3]) assert.isUndefined(attempts.blockedMillis(from("one", "bad"), 0))
    assert.isUndefined(attempts.failed(from("one", "bad"), "Token", 0))
    assert.isUndefined(attempts.failed(from("two", "bad"), "Token", 0))
    assert.strictEqual(attempts.failed(from("three", "bad"), "Token", 10), 990)
  })

  it("does not hold against a token what somebody else did with it", () => {
    const attempts = FailedAttempts.make(limits)
    for (const _ of [1, 2, 3, 4]) attempts.failed(from("thief", "stolen"), "Request", 0)
    assert.isDefined(attempts.blockedMillis(from("thief", "stolen"), 0))
    assert.isUndefined(attempts.blockedMillis(from("owner", "stolen"), 0))
  })

  it("keeps nobody out where peers cannot be told apart, but tells those that fail", () => {
    const attempts = FailedAttempts.make(limits)
    for (const token of ["a", "b", "c", "d", "e"]) {
      assert.isUndefined(attempts.failed(from(undefined, token), "Token", 0))
    }
    assert.isUndefined(attempts.blockedMillis(from(undefined, "good"), 0))
    assert.strictEqual(attempts.failed(from(undefined, "f"), "Token", 10), 990)
  })

  it("no peer passes for all", () => {
    const attempts = FailedAttempts.make(limits)
    for (const token of ["a", "b", "c", "d", "e"]) attempts.failed(from(undefined, token), "Token", 0)
    assert.isUndefined(attempts.failed(from("*", "x"), "Token", 0))
  })

  it("remembers so many, and forgets the oldest", () => {
    const attempts = FailedAttempts.make(limits)
    for (const _ of [1, 2, 3]) attempts.failed(from("first", undefined), "Request", 0)
    for (const peer of ["a", "b", "c"]) attempts.failed(from(peer), "Request", 0)
    assert.isDefined(attempts.blockedMillis(from("first"), 0))
    attempts.failed(from("d"), "Request", 0)
    assert.isUndefined(attempts.blockedMillis(from("first"), 0))
  })

  const Step = Schema.Struct({
    peer: Schema.Literals(["one", "two"]),
    token: Schema.Literals(["a", "b", "c"]),
    fault: Schema.Literals(["Token", "Request", "None"]),
    afterMillis: Schema.Literals([0, 1, 400, 1_000])
  })

  it.prop(
    "nobody waits longer than a window, or without enough failures of its peer or its token in the last one",
    [Schema.Array(Step)],
    ([steps]) => {
      const attempts = FailedAttempts.make({ ...limits, rememberedMax: 100 })
      const failures: Array<{ readonly peer: string; readonly token: string | undefined; readonly at: number }> = []
      let now = 0
      for (const { afterMillis, fault, peer, token } of steps) {
        now += afterMillis
        const wait = attempts.blockedMillis(from(peer, token), now)
        if (wait !== undefined) {
          const recent = failures.filter(({ at }) => at + limits.windowMillis > now)
          assert.isAbove(wait, 0)
          assert.isAtMost(wait, limits.windowMillis)
          assert(
            recent.filter((one) => one.peer === peer).length >= limits.peerFailuresMax ||
              recent.filter((one) => one.token === token).length >= limits.tokenFailuresMax
          )
        } else if (fault === "None") attempts.succeeded(from(peer, token))
        else {
          attempts.failed(from(peer, token), fault, now)
          failures.push({ peer, token: fault === "Token" ? token : undefined, at: now })
        }
      }
    }
  )
})
