/**
 * The `data` of the errors that MCP defines. The codes themselves, and the errors that carry no data, are on the
 * `jsonrpc` floor.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { ClientCapabilities } from "./Capabilities.ts"
import { ElicitUrlParams } from "./Elicitation.ts"
import { Uri } from "./Format.ts"
import { open } from "./Open.ts"

/**
 * Data of the session-era error "URL elicitation required": the pages to visit before the request can succeed.
 *
 * @category schemas
 * @since 0.1.0
 */
export class UrlElicitationRequiredData
  extends Schema.Opaque<UrlElicitationRequiredData>()(open({ elicitations: Schema.Array(ElicitUrlParams) }))
{}

/**
 * Data of the error "unsupported protocol version": what was asked for, and what there is.
 *
 * @category schemas
 * @since 0.1.0
 */
export class UnsupportedProtocolVersionData extends Schema.Opaque<UnsupportedProtocolVersionData>()(open({
  supported: Schema.Array(Schema.String),
  requested: Schema.String
})) {}

/**
 * Data of the error "missing required client capability": what the client must declare, as a capabilities object.
 *
 * @category schemas
 * @since 0.1.0
 */
export class MissingRequiredClientCapabilityData
  extends Schema.Opaque<MissingRequiredClientCapabilityData>()(open({ requiredCapabilities: ClientCapabilities }))
{}

/**
 * Data of the error "resource not found": which one.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ResourceNotFoundData extends Schema.Opaque<ResourceNotFoundData>()(open({ uri: Uri })) {}
