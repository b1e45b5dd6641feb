/**
 * Protected resource metadata (RFC 9728): what a server says of itself as a resource, and who issues tokens for it.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

const Texts = Schema.Array(Schema.String)

/**
 * The document. Members that are not known here are dropped.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ProtectedResourceMetadata = Schema.Struct({
  resource: Schema.String,
  authorization_servers: Schema.optionalKey(Texts),
  jwks_uri: Schema.optionalKey(Schema.String),
  scopes_supported: Schema.optionalKey(Texts),
  bearer_methods_supported: Schema.optionalKey(Texts),
  resource_name: Schema.optionalKey(Schema.String),
  resource_documentation: Schema.optionalKey(Schema.String),
  dpop_signing_alg_values_supported: Schema.optionalKey(Texts),
  dpop_bound_access_tokens_required: Schema.optionalKey(Schema.Boolean)
})

/**
 * The document.
 *
 * @category models
 * @since 0.1.0
 */
export type ProtectedResourceMetadata = typeof ProtectedResourceMetadata.Type
