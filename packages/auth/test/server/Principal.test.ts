/** The text that stands for a caller: the same for the same one, and for nobody else. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Principal from "../../src/server/Principal.ts"
import { accessToken } from "../support/Protected.ts"

const Name = Schema.Literals(["a", "b", "a\",\"b", "", ":", "subject", "a\",\"subject\",\"b"])
const Named = Schema.Struct({ issuer: Name, subject: Schema.UndefinedOr(Name), clientId: Schema.UndefinedOr(Name) })

type Named = typeof Named.Type

/** Whom a token names; the client does not matter where there is a user. */
const isSame = (one: Named, other: Named): boolean =>
  one.issuer === other.issuer && one.subject === other.subject &&
  (one.subject !== undefined || one.clientId === other.clientId)

describe("Principal", () => {
  it.prop("two tokens have the same text when they name the same caller (SSH-05)", [Named, Named], ([one, other]) => {
    const [first, second] = [one, other].map((named) => Principal.idOf(accessToken("", named)))
    if (first === undefined || second === undefined) {
      assert(one.subject === undefined && one.clientId === undefined || other.subject === undefined)
    } else assert.strictEqual(first === second, isSame(one, other))
  })

  it("a token that names nobody is told from all others by its hash", () => {
    const nobody = accessToken("", { subject: undefined, clientId: undefined })
    assert.isUndefined(Principal.idOf(nobody))
    assert.notStrictEqual(Principal.idOfToken(nobody, "1"), Principal.idOfToken(nobody, "2"))
    assert.notStrictEqual(Principal.idOfToken(nobody, "x"), Principal.idOf(accessToken("x")))
  })
})
