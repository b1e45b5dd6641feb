/**
 * How two peers learn what they are talking to: `initialize` and `ping` in the session era, `server/discover` in the
 * stateless one. Versions are plain strings here; comparing them is left to the `revision` floor.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { cacheFields } from "./Caching.ts"
import { ClientCapabilities, ServerCapabilities } from "./Capabilities.ts"
import { Implementation } from "./Implementation.ts"
import { EmptyResult, NotificationParams, requestFields, RequestParams, resultFields } from "./Message.ts"
import { open } from "./Open.ts"

/**
 * Params of `initialize` (session era).
 *
 * @category schemas
 * @since 0.1.0
 */
export class InitializeParams extends Schema.Opaque<InitializeParams>()(open({
  ...requestFields,
  protocolVersion: Schema.String,
  capabilities: ClientCapabilities,
  clientInfo: Implementation
})) {}

/**
 * The answer to `initialize`. Its version may differ from the one that was asked for. `instructions` help a model use
 * the server.
 *
 * @category schemas
 * @since 0.1.0
 */
export class InitializeResult extends Schema.Opaque<InitializeResult>()(open({
  ...resultFields,
  protocolVersion: Schema.String,
  capabilities: ServerCapabilities,
  serverInfo: Implementation,
  instructions: Schema.optionalKey(Schema.String)
})) {}

/**
 * Params of `notifications/initialized` (session era).
 *
 * @category schemas
 * @since 0.1.0
 */
export const InitializedParams = NotificationParams

/**
 * Params of `notifications/initialized`.
 *
 * @category models
 * @since 0.1.0
 */
export interface InitializedParams extends NotificationParams {}

/**
 * Params of `ping` (session era).
 *
 * @category schemas
 * @since 0.1.0
 */
export const PingParams = RequestParams

/**
 * Params of `ping`.
 *
 * @category models
 * @since 0.1.0
 */
export interface PingParams extends RequestParams {}

/**
 * The answer to `ping`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const PingResult = EmptyResult

/**
 * The answer to `ping`.
 *
 * @category models
 * @since 0.1.0
 */
export interface PingResult extends EmptyResult {}

/**
 * Params of `server/discover` (stateless era): what it asks is in `_meta`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DiscoverParams = RequestParams

/**
 * Params of `server/discover`.
 *
 * @category models
 * @since 0.1.0
 */
export interface DiscoverParams extends RequestParams {}

/**
 * The answer to `server/discover`. Who answers is in `_meta`.
 *
 * @category schemas
 * @since 0.1.0
 */
export class DiscoverResult extends Schema.Opaque<DiscoverResult>()(open({
  ...resultFields,
  ...cacheFields,
  supportedVersions: Schema.Array(Schema.String),
  capabilities: ServerCapabilities,
  instructions: Schema.optionalKey(Schema.String)
})) {}
