/**
 * `resources/read`.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Handling from "../asking/Handling.ts"
import { notFound, type Read } from "../component/BoundResource.ts"
import type { Components } from "../component/Components.ts"
import type { Dialects } from "../Dialect.ts"
import type { Method } from "../Engine.ts"
import { stringMember } from "./Params.ts"

const readerOf = (components: Components, uri: string): Read | undefined => {
  const resource = components.resources.get(uri)
  if (resource !== undefined) return resource.read
  for (const template of components.templates.values()) {
    const read = template.match(uri)
    if (read !== undefined) return read
  }
  return undefined
}

/**
 * Serves `resources/read`.
 *
 * @category methods
 * @since 0.1.0
 */
export const readResource = (components: Components, dialects: Dialects): Method => (request, origin) => {
  const uri = stringMember(request.params, "uri")
  if (Result.isFailure(uri)) return Effect.fail(uri.failure)
  const read = readerOf(components, uri.success)
  if (read === undefined) return Effect.fail(notFound(origin.revision, uri.success))
  const dialect = dialects(origin.revision)
  return Handling.handle(dialect, request, origin, (info) =>
    Effect.map(
      read(uri.success, info, origin.revision),
      (result) => dialect.revision.encode.readResourceResult(result)
    ))
}
