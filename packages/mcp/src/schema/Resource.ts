/**
 * Resources and resource templates: listing, reading, subscribing. The contents themselves are in `Content.ts`.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Annotations } from "./Annotations.ts"
import { cacheFields } from "./Caching.ts"
import { ResourceContents, resourceFields } from "./Content.ts"
import { Uri, UriTemplate } from "./Format.ts"
import { namedFields } from "./Icon.ts"
import { inputResponseFields } from "./InputRequired.ts"
import { EmptyResult, notificationFields, NotificationParams, requestFields, resultFields } from "./Message.ts"
import { Meta } from "./Meta.ts"
import { open } from "./Open.ts"
import { PaginatedParams, paginatedResultFields } from "./Pagination.ts"

/**
 * A resource as a server lists it. `size` is in bytes, before encoding.
 *
 * @category schemas
 * @since 0.1.0
 */
export class Resource extends Schema.Opaque<Resource>()(open(resourceFields)) {}

/**
 * A family of resources, by URI template (RFC 6570). `mimeType` only when all of them have it.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ResourceTemplate extends Schema.Opaque<ResourceTemplate>()(open({
  ...namedFields,
  uriTemplate: UriTemplate,
  description: Schema.optionalKey(Schema.String),
  mimeType: Schema.optionalKey(Schema.String),
  annotations: Schema.optionalKey(Annotations),
  _meta: Schema.optionalKey(Meta)
})) {}

/**
 * Params of `resources/list`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ListResourcesParams = PaginatedParams

/**
 * Params of `resources/list`.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListResourcesParams extends PaginatedParams {}

/**
 * The answer to `resources/list`.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ListResourcesResult extends Schema.Opaque<ListResourcesResult>()(open({
  ...resultFields,
  ...paginatedResultFields,
  ...cacheFields,
  resources: Schema.Array(Resource)
})) {}

/**
 * Params of `resources/templates/list`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ListResourceTemplatesParams = PaginatedParams

/**
 * Params of `resources/templates/list`.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListResourceTemplatesParams extends PaginatedParams {}

/**
 * The answer to `resources/templates/list`.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ListResourceTemplatesResult extends Schema.Opaque<ListResourceTemplatesResult>()(open({
  ...resultFields,
  ...paginatedResultFields,
  ...cacheFields,
  resourceTemplates: Schema.Array(ResourceTemplate)
})) {}

/**
 * Params of `resources/read`.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ReadResourceParams
  extends Schema.Opaque<ReadResourceParams>()(open({ ...inputResponseFields, uri: Uri }))
{}

/**
 * The answer to `resources/read`: one item, or several when the URI names a collection.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ReadResourceResult extends Schema.Opaque<ReadResourceResult>()(open({
  ...resultFields,
  ...cacheFields,
  contents: Schema.Array(ResourceContents)
})) {}

/**
 * Params of `resources/subscribe` (session era).
 *
 * @category schemas
 * @since 0.1.0
 */
export class SubscribeParams extends Schema.Opaque<SubscribeParams>()(open({ ...requestFields, uri: Uri })) {}

/**
 * The answer to `resources/subscribe`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SubscribeResult = EmptyResult

/**
 * The answer to `resources/subscribe`.
 *
 * @category models
 * @since 0.1.0
 */
export interface SubscribeResult extends EmptyResult {}

/**
 * Params of `resources/unsubscribe` (session era).
 *
 * @category schemas
 * @since 0.1.0
 */
export class UnsubscribeParams extends Schema.Opaque<UnsubscribeParams>()(open({ ...requestFields, uri: Uri })) {}

/**
 * The answer to `resources/unsubscribe`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const UnsubscribeResult = EmptyResult

/**
 * The answer to `resources/unsubscribe`.
 *
 * @category models
 * @since 0.1.0
 */
export interface UnsubscribeResult extends EmptyResult {}

/**
 * Params of `notifications/resources/updated`. `uri` may be a part of the resource that was subscribed to.
 *
 * @category schemas
 * @since 0.1.0
 */
export class ResourceUpdatedParams
  extends Schema.Opaque<ResourceUpdatedParams>()(open({ ...notificationFields, uri: Uri }))
{}

/**
 * Params of `notifications/resources/list_changed`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ResourceListChangedParams = NotificationParams

/**
 * Params of `notifications/resources/list_changed`.
 *
 * @category models
 * @since 0.1.0
 */
export interface ResourceListChangedParams extends NotificationParams {}
