import { assert, describe, it } from "@effect/vitest"
import * as LoadBalancer from "../../src/network/LoadBalancer.ts"

describe("LoadBalancer", () => {
  it("keeps sessions with their hosts, and forgets the oldest beyond its limit", () => {
    const balancer = LoadBalancer.make(["a", "b"], () => true)
    for (let session = 0; session <= 10_000; session++) balancer.keep(`s${session}`, "b")
    assert.strictEqual(balancer.pick("s10000"), "b")
    assert.strictEqual(balancer.pick("s1"), "b")
    assert.deepStrictEqual([balancer.pick("s0"), balancer.pick("s0")], ["a", "b"])
  })
})
