/**
 * What the bridges know of Effect that Effect does not document: names under which it keeps things for itself. All of it
 * is here, and each is held by a test that fails when Effect has changed it.
 *
 * @since 0.1.0
 */
import type * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as SchemaAST from "effect/SchemaAST"

/**
 * How a response is written, as `HttpApiSchema.asText` and its like note on a schema; nothing for JSON.
 *
 * @category annotations
 * @since 0.1.0
 */
export const encodingIn = SchemaAST.resolveAt<HttpApiSchema.ResponseEncoding>("~httpApiEncoding")

/**
 * Something, where `HttpApiSchema.encodeToWithHeaders` has put headers beside the body of a schema.
 *
 * @category annotations
 * @since 0.1.0
 */
export const headersIn = SchemaAST.resolveAt<unknown>("~httpApiWithHeaders")

/**
 * Where `HttpApiMiddleware.layerClient` puts the client side of a middleware, and `HttpApiClient` looks for it.
 *
 * @category keys
 * @since 0.1.0
 */
export const clientKey = (middleware: string): string => `${middleware}/Client`

const brands: ReadonlySet<PropertyKey> = new Set(["~effect/ai/Prompt/Part", "~effect/ai/Response/Part"])

/**
 * Whether a property is the one by which `effect/ai` tells its parts from other objects.
 *
 * @category guards
 * @since 0.1.0
 */
export const isPartBrand = (name: PropertyKey): boolean => brands.has(name)
