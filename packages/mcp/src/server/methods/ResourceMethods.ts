/**
 * `resources/read`.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { RpcError } from "../../jsonrpc/RpcError.ts"
import type { Revision } from "../../revision/Revision.ts"
import * as Handling from "../asking/Handling.ts"
import { type Addressed, notFound } from "../component/BoundResource.ts"
import type { Components } from "../component/Components.ts"
import type { Dialects } from "../Dialect.ts"
import type { Method } from "../Engine.ts"
import { stringMember } from "./Params.ts"

/**
 * What a URI addresses: a resource of its own, or else the first template that takes it. The failure is that of the first
 * template whose form the URI has, or, when there is none, the error of the revision (RSC-12).
 *
 * @category queries
 * @since 0.1.0
 */
export const addressedBy = (
  { resources, templates }: Components,
  uri: string,
  revision: Revision
): Result.Result<Addressed, RpcError> => {
  const resource = resources.get(uri)
  if (resource !== undefined) return Result.succeed(resource)
  let refusal: RpcError | undefined
  for (const template of templates.values()) {
    const addressed = template.match(uri)
    if (addressed === undefined) continue
    if (Result.isSuccess(addressed)) return addressed
    refusal ??= addressed.failure
  }
  return Result.fail(refusal ?? notFound(revision, uri))
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
  const addressed = addressedBy(components, uri.success, origin.revision)
  if (Result.isFailure(addressed)) return Effect.fail(addressed.failure)
  const dialect = dialects(origin.revision)
  return Handling.handle(dialect, request, origin, (facts) =>
    Effect.mapEager(
      addressed.success.read(uri.success, facts, origin.revision),
      (result) => dialect.finish(dialect.revision.encode.readResourceResult(result))
    ))
}
