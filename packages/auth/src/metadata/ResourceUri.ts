/**
 * How a server is called as a resource (RFC 8707), and whether a resource that metadata speaks of is that server.
 *
 * @since 0.1.0
 */

/**
 * The canonical URI of a server, for when no metadata says what it is called: scheme and host in lower case, without a
 * fragment, without the slash of an empty path (ARQ-03, ARQ-05 to ARQ-07). The query is left out: it tells no servers
 * apart that the path does not, and some hold keys in it.
 *
 * @category conversions
 * @since 0.1.0
 */
export const canonical = ({ origin, pathname }: URL): string => pathname === "/" ? origin : `${origin}${pathname}`

const isBelow = (path: string, prefix: string): boolean =>
  path === prefix || path.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`) || `${path}/` === prefix

/**
 * Whether a resource is the server at a URL, or one that the server is part of: of the same origin, and its path the same
 * or whole segments of it (RFC 9728, 3.3). A resource has no fragment (RFC 8707, 2), and if it has a query, the server's
 * is the same.
 *
 * @category predicates
 * @since 0.1.0
 */
export const covers = (resource: string, server: URL): boolean => {
  if (resource.includes("#") || !URL.canParse(resource)) return false
  const { origin, password, pathname, search, username } = new URL(resource)
  if (username !== "" || password !== "" || origin === "null" || origin !== server.origin) return false
  return isBelow(server.pathname, pathname) && (search === "" || search === server.search)
}
