/** What is kept in a store comes out as it went in, and keys of different things are different. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Credentials from "../../src/client/Credentials.ts"
import { AuthorizationServerMetadata } from "../../src/metadata/AuthorizationServerMetadata.ts"
import * as FakeStore from "../support/FakeStore.ts"

const plain = Schema.encodeSync(Credentials.Credentials)

const discoveredOf = (resource: string, issuer: string) => ({
  resource,
  protectedResource: undefined,
  authorizationServer: { issuer }
})

describe("Credentials", () => {
  it.effect.prop("come out as they went in", [Credentials.Credentials], ([record]) =>
    Effect.gen(function*() {
      const { service } = FakeStore.make()
      yield* Credentials.write(service, "key", record, undefined)
      const read = yield* Credentials.read(service, "key")
      assert.isDefined(read.record)
      // As text, in which a zero has no sign.
      assert.strictEqual(JSON.stringify(plain(read.record ?? {})), JSON.stringify(plain(record)))
    }))

  it.effect.prop(
    "so does what was discovered",
    [Schema.String, AuthorizationServerMetadata],
    ([resource, metadata]) =>
      Effect.gen(function*() {
        const { service } = FakeStore.make()
        const discovered = { resource, protectedResource: { resource }, authorizationServer: metadata }
        yield* Credentials.writeFound(service, "key", { discovered, atMillis: 5, metadataUrl: undefined })
        yield* Credentials.writeFound(service, "key", { discovered, atMillis: 7, metadataUrl: "https://a.example/prm" })
        assert.deepStrictEqual(yield* Credentials.readFound(service, "key"), {
          discovered,
          atMillis: 7,
          metadataUrl: "https://a.example/prm"
        })
      })
  )

  it.prop("no two of them have one key unless user, resource and issuer are the same (ADC-11, ARG-17)", [
    Schema.Tuple([Schema.String, Schema.String, Schema.String]),
    Schema.Tuple([Schema.String, Schema.String, Schema.String])
  ], ([one, other]) => {
    const keyOf = ([identity, resource, issuer]: typeof one) =>
      Credentials.keyOfTokens(identity, discoveredOf(resource, issuer))
    assert.strictEqual(keyOf(one) === keyOf(other), one.every((part, at) => part === other[at]))
    assert.notStrictEqual(keyOf(["a", "b c", "d"]), keyOf(["a", "b", "c d"]))
  })

  it("of one server are under one key, however its URL is written", () => {
    const keys = ["https://mcp.example", "https://mcp.example/", "HTTPS://MCP.example:443/"].map((url) =>
      Credentials.keyOfFound("me", url)
    )
    assert.strictEqual(new Set(keys).size, 1)
    assert.notStrictEqual(Credentials.keyOfFound("me", "https://mcp.example/mcp"), keys[0])
  })

  it.effect("that are not understood are as good as none, and their version is known", () =>
    Effect.gen(function*() {
      const { service } = FakeStore.make()
      for (const text of ["", "{", "[]", "{\"tokens\":{\"accessToken\":1}}"]) {
        const key = `key of ${text}`
        const version = yield* service.put(key, Redacted.make(text), undefined)
        assert.deepStrictEqual(yield* Credentials.read(service, key), { record: undefined, version })
      }
    }))
})
