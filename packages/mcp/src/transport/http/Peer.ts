/**
 * How a server that is reached over HTTP is named to people and caches.
 *
 * @since 0.1.0
 */
import * as Hash from "effect/Hash"

/**
 * A mark that tells a secret text from others; none of the empty text.
 *
 * @category conversions
 * @since 0.1.0
 */
export const markOf = (search: string): string => search === "" ? "" : `?#${(Hash.string(search) >>> 0).toString(16)}`

/**
 * A URL without what may be secret in it: a user's name and password, and the query, of which only a mark stays that tells
 * it from others.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromUrl = (url: string): string => {
  if (!URL.canParse(url)) {
    // A path on a page's own server.
    const [place = "", ...search] = url.split("?")
    return `${place}${markOf(search.join("?"))}`
  }
  const { origin, pathname, search } = new URL(url)
  return `${origin}${pathname}${markOf(search)}`
}
