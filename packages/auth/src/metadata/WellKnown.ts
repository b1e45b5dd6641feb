/**
 * Where metadata may be, as lists of URLs in the order in which they are asked. Asking is `Discovery.ts`.
 *
 * @since 0.1.0
 */

const withoutSlash = (path: string): string => path.replace(/\/+$/, "")

const unique = (urls: ReadonlyArray<string>): ReadonlyArray<string> => Array.from(new Set(urls))

/**
 * The path of protected resource metadata at the root of a host.
 *
 * @category places
 * @since 0.1.0
 */
export const resourcePlace = "/.well-known/oauth-protected-resource"

/**
 * The path of the metadata of a resource: that of the resource goes behind, and a slash alone is none (RFC 9728, 3.1).
 *
 * @category places
 * @since 0.1.0
 */
export const resourcePath = ({ pathname }: URL): string => pathname === "/" ? resourcePlace : resourcePlace + pathname

const serverPlace = "/.well-known/oauth-authorization-server"
const openIdPlace = "/.well-known/openid-configuration"

/**
 * Places of protected resource metadata: what the challenge names, the well-known URI at the path of the endpoint, with
 * its query (RFC 9728, 3.1), then at the root (ADC-03, ADC-04). A path that ends with a slash is also tried without.
 *
 * @category places
 * @since 0.1.0
 */
export const protectedResource = (
  url: URL,
  named: string | undefined
): ReadonlyArray<string> => {
  const path = resourcePath(url)
  return unique([
    ...named === undefined ? [] : [named],
    `${url.origin}${path}${url.search}`,
    `${url.origin}${withoutSlash(path)}`,
    `${url.origin}${resourcePlace}`
  ])
}

/**
 * Places of the metadata of an issuer. With a path: RFC 8414 with the path behind, OpenID Connect with the path behind,
 * OpenID Connect with the path before; without: the first and the last (ADC-06 to ADC-08).
 *
 * @category places
 * @since 0.1.0
 */
export const authorizationServer = ({ origin, pathname }: URL): ReadonlyArray<string> => {
  const path = withoutSlash(pathname)
  return unique([
    `${origin}${serverPlace}${path}`,
    `${origin}${openIdPlace}${path}`,
    `${origin}${path}${openIdPlace}`
  ])
}

/**
 * Endpoints of an authorization server that has no metadata.
 *
 * @category models
 * @since 0.1.0
 */
export interface DefaultEndpoints {
  readonly authorization_endpoint: string
  readonly token_endpoint: string
  readonly registration_endpoint: string
}

/**
 * Where everything is at an authorization server that is the MCP server itself and has no metadata, by the oldest rules:
 * at its root, whatever its path (A03-07, A03-10).
 *
 * @category places
 * @since 0.1.0
 */
export const defaultEndpoints = ({ origin }: URL): DefaultEndpoints => ({
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/token`,
  registration_endpoint: `${origin}/register`
})
