/** Sets of scopes: what includes what, and what is asked for. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Scopes from "../../src/server/Scopes.ts"

const names = ["a", "b", "c", "d", "offline_access"] as const
const Scope = Schema.Literals(names)
const Set_ = Schema.Array(Scope)
const Hierarchy = Schema.Record(Scope, Set_)

/** The same by another way: from the required scope back to one that is granted. */
const isIncluded = (
  hierarchy: { readonly [scope: string]: ReadonlyArray<string> },
  granted: ReadonlyArray<string>,
  scope: string,
  seen: ReadonlyArray<string> = []
): boolean =>
  granted.includes(scope) ||
  names.some((other) =>
    !seen.includes(other) && hierarchy[other]?.includes(scope) === true &&
    isIncluded(hierarchy, granted, other, [...seen, scope, other])
  )

describe("Scopes", () => {
  it("a broad scope includes narrower ones, through several steps (ASC-06)", () => {
    const table = { admin: ["write", "users"], write: ["read"] }
    assert.deepStrictEqual(Scopes.missing(table, ["admin"], ["read", "users", "write"]), [])
    assert.deepStrictEqual(Scopes.missing(table, ["write"], ["read", "users"]), ["users"])
    assert.deepStrictEqual(Scopes.missing(Scopes.flat, ["admin"], ["read"]), ["read"])
    const byPrefix = (scope: string) => scope.endsWith(":*") ? [scope.replace("*", "read")] : []
    assert.deepStrictEqual(Scopes.missing(byPrefix, ["files:*"], ["files:read", "mail:read"]), ["mail:read"])
  })

  it("names of a table are its own: nothing comes from the prototype", () => {
    assert.deepStrictEqual(Scopes.missing({}, ["constructor", "__proto__"], ["read"]), ["read"])
  })

  it("a hierarchy without end is followed so far, and no further", () => {
    const closure = Scopes.closure((scope) => [`${scope}x`], ["a"])
    assert.strictEqual(closure.size, 1_000)
  })

  it.prop(
    "what is missing is what nothing granted includes, circles or not",
    [Hierarchy, Set_, Set_],
    ([hierarchy, granted, required]) => {
      const missing = Scopes.missing(hierarchy, granted, required)
      assert.deepStrictEqual(missing, required.filter((scope) => !isIncluded(hierarchy, granted, scope)))
    }
  )

  it.prop(
    "a challenge asks for all that is required, keeps what was granted, and never wants a refresh token (ASC-02, ASC-03, APR-07)",
    [Set_, Set_],
    ([granted, required]) => {
      const asked = Scopes.toAskFor(granted, required)
      assert.deepStrictEqual(new Set(asked), new Set(Scopes.ofResource([...granted, ...required])))
      assert.notInclude(asked, "offline_access")
      assert.strictEqual(new Set(asked).size, asked.length)
    }
  )

  it("what a token says of its scopes does not get into a header unless it is a scope, nor without end", () => {
    assert.deepStrictEqual(Scopes.toAskFor(["a b", "\"", "\n", "", "ok"], ["read"]), ["read", "ok"])
    const many = Array.from({ length: 5_000 }, (_, index) => `s${index}`)
    const asked = Scopes.toAskFor(many, ["read"]).join(" ")
    assert.match(asked, /^read s0 s1 /)
    assert.isAtMost(asked.length, 2_053)
    assert.deepStrictEqual(Scopes.toAskFor(["x".repeat(100_000)], ["read"]), ["read"])
  })
})
