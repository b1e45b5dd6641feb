/** The memory of used proofs: none is good twice, and none costs others their place. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as UsedProofs from "../../src/verifier/UsedProofs.ts"

const windowMillis = 300_000

const proof = (jti: string, iat = 1_000, jkt = "key") => ({ jkt, jti, iat })

const now = 1_000_000

describe("a memory of proofs", () => {
  it("takes a proof once, and the same id of another key (XDP-12)", () => {
    const used = UsedProofs.make({ windowMillis, proofsMax: 10 })
    assert.isTrue(used.use(proof("a"), now))
    assert.isFalse(used.use(proof("a"), now))
    assert.isTrue(used.use(proof("a", 1_000, "other"), now))
    assert.strictEqual(used.size(), 2)
  })

  it("remembers a proof as long as its time is not over, whether it was dated ahead or not", () => {
    const used = UsedProofs.make({ windowMillis, proofsMax: 10 })
    assert.isTrue(used.use(proof("ahead", 1_300), now))
    assert.isTrue(used.use(proof("now"), now))
    assert.isFalse(used.use(proof("now"), now + windowMillis))
    assert.isFalse(used.use(proof("ahead", 1_300), now + 2 * windowMillis))
    assert.isTrue(used.use(proof("later", 1_700), now + 2 * windowMillis + 1))
    assert.strictEqual(used.size(), 1)
  })

  it("forgets the oldest of the key that brings too many, and refuses what it has forgotten", () => {
    const used = UsedProofs.make({ windowMillis, proofsMax: 3 })
    assert.isTrue(used.use(proof("other", 1_000, "other"), now))
    for (const [jti, iat] of [["a", 1_000], ["b", 1_001], ["c", 1_002]] as const) {
      assert.isTrue(used.use(proof(jti, iat), now))
    }
    assert.strictEqual(used.size(), 3)
    assert.isFalse(used.use(proof("a", 1_000), now))
    assert.isFalse(used.use(proof("unused", 1_000), now))
    assert.isFalse(used.use(proof("other", 1_000, "other"), now))
    assert.isTrue(used.use(proof("d", 1_003), now))
  })

  it("lets a new key in when it is full, at the cost of old proofs only", () => {
    const used = UsedProofs.make({ windowMillis, proofsMax: 2 })
    assert.isTrue(used.use(proof("a", 1_000, "k1"), now))
    assert.isTrue(used.use(proof("b", 1_000, "k1"), now))
    assert.isTrue(used.use(proof("c", 1_000, "k2"), now))
    assert.strictEqual(used.size(), 2)
    assert.isFalse(used.use(proof("a", 1_000, "k1"), now))
    assert.isTrue(used.use(proof("d", 1_001, "k1"), now))
  })

  it("refuses further keys when there are too many, until their time is over", () => {
    const used = UsedProofs.make({ windowMillis, proofsMax: 2 })
    assert.isTrue(used.use(proof("a", 1_000, "k1"), now))
    assert.isTrue(used.use(proof("a", 1_000, "k2"), now))
    assert.isFalse(used.use(proof("a", 1_000, "k3"), now))
    assert.isTrue(used.use(proof("a", 1_301, "k3"), now + windowMillis + 1_000))
  })

  const Step = Schema.Struct({
    jkt: Schema.Literals(["k1", "k2", "k3"]),
    jti: Schema.Literals(["a", "b", "c", "d"]),
    iat: Schema.Int.check(Schema.isBetween({ minimum: 700, maximum: 1_300 })),
    advance: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100_000 }))
  })

  it.prop(
    "never takes the same proof twice within its window, however small it is (XDP-12)",
    [Schema.Array(Step), Schema.Int.check(Schema.isBetween({ minimum: 3, maximum: 6 }))],
    ([steps, proofsMax]) => {
      const used = UsedProofs.make({ windowMillis, proofsMax })
      const taken = new Set<string>()
      let time = now
      for (const { advance, iat, jkt, jti } of steps) {
        time += advance
        if (Math.abs(iat * 1000 - time) > windowMillis) continue
        const name = `${jkt} ${jti} ${iat}`
        if (used.use({ jkt, jti, iat }, time)) {
          assert.isFalse(taken.has(name))
          taken.add(name)
        }
        assert.isAtMost(used.size(), proofsMax)
      }
    }
  )
})
