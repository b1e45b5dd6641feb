/**
 * What discovery finds out about a server: what it is called as a resource, and which authorization server protects it.
 *
 * @since 0.1.0
 */
import type { AuthorizationServerMetadata } from "./AuthorizationServerMetadata.ts"
import type { ProtectedResourceMetadata } from "./ProtectedResourceMetadata.ts"

/**
 * A protected resource and its authorization server.
 *
 * @category models
 * @since 0.1.0
 */
export interface Discovered {
  /** The value of the `resource` parameter, to the letter as the metadata has it (ARQ-01 to ARQ-07). */
  readonly resource: string
  /** Absent for servers of the oldest rules, which have none. */
  readonly protectedResource: ProtectedResourceMetadata | undefined
  readonly authorizationServer: AuthorizationServerMetadata
}
