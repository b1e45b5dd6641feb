/**
 * Authorization server metadata (RFC 8414, OpenID Connect Discovery): who the issuer is, where its endpoints are, and
 * what it supports.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import type * as oauth from "oauth4webapi"

const Text = Schema.optionalKey(Schema.String)
const Texts = Schema.optionalKey(Schema.Array(Schema.String))
const Flag = Schema.optionalKey(Schema.Boolean)

/**
 * The document. Members that are not known here are dropped.
 *
 * @category schemas
 * @since 0.1.0
 */
export const AuthorizationServerMetadata = Schema.Struct({
  issuer: Schema.String,
  authorization_endpoint: Text,
  token_endpoint: Text,
  registration_endpoint: Text,
  revocation_endpoint: Text,
  introspection_endpoint: Text,
  jwks_uri: Text,
  scopes_supported: Texts,
  response_types_supported: Texts,
  grant_types_supported: Texts,
  code_challenge_methods_supported: Texts,
  token_endpoint_auth_methods_supported: Texts,
  token_endpoint_auth_signing_alg_values_supported: Texts,
  dpop_signing_alg_values_supported: Texts,
  authorization_grant_profiles_supported: Texts,
  client_id_metadata_document_supported: Flag,
  authorization_response_iss_parameter_supported: Flag
})

/**
 * The document.
 *
 * @category models
 * @since 0.1.0
 */
export type AuthorizationServerMetadata = typeof AuthorizationServerMetadata.Type

/**
 * The document as `oauth4webapi` wants it.
 *
 * @category converting
 * @since 0.1.0
 */
export const toLibrary = (metadata: AuthorizationServerMetadata): oauth.AuthorizationServer =>
  // The same members; the library does not write to its arrays, but types them as if it did.
  metadata as oauth.AuthorizationServer
