/** What the bridges know of Effect without being told: each of these fails when Effect changes it. */
import { assert, describe, it } from "@effect/vitest"
import * as Prompt from "effect/ai/Prompt"
import * as Response from "effect/ai/Response"
import * as Effect from "effect/Effect"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as EffectInternals from "../../src/server/bridge/EffectInternals.ts"

class Signed extends HttpApiMiddleware.Service<Signed>()("test/Signed", { requiredForClient: true }) {}

const hasBrand = ({ ast }: Schema.Top): boolean =>
  ast._tag === "Objects" && ast.propertySignatures.some(({ name }) => EffectInternals.isPartBrand(name))

describe("of Effect's internals", () => {
  it("the encoding of a response is where it was", () => {
    assert.deepInclude(EffectInternals.encodingIn(Schema.String.pipe(HttpApiSchema.asText()).ast), { _tag: "Text" })
    const bytes = Schema.Uint8Array.pipe(HttpApiSchema.asUint8Array({ contentType: "image/png" }))
    assert.deepInclude(EffectInternals.encodingIn(bytes.ast), { _tag: "Uint8Array", contentType: "image/png" })
    assert.isUndefined(EffectInternals.encodingIn(Schema.String.ast))
  })

  it("the headers of a response are where they were", () => {
    const withHeaders = Schema.String.pipe(
      HttpApiSchema.encodeToWithHeaders({ body: Schema.String, headers: { "x-total": Schema.String } }, {
        decode: ({ body }) => body,
        encode: (body) => ({ body, headers: { "x-total": "1" } })
      })
    )
    assert.isDefined(EffectInternals.headersIn(withHeaders.ast))
    assert.isUndefined(EffectInternals.headersIn(Schema.String.ast))
  })

  it.effect("the client side of a middleware is where it was", () =>
    Effect.gen(function*() {
      const layer = HttpApiMiddleware.layerClient(Signed, ({ next, request }) => next(request))
      const context = yield* Layer.build(layer)
      assert.isTrue(context.mapUnsafe.has(EffectInternals.clientKey(Signed.key)))
    }))

  it("parts have the brands that they had", () => {
    assert.isTrue([Prompt.FilePart, Prompt.TextPart, Response.FilePart].every(hasBrand))
    assert.isFalse(hasBrand(Schema.Struct({ type: Schema.Literal("file") })))
  })
})
