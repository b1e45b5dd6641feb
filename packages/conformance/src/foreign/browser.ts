/**
 * A browser and the person at it, who goes where an authorization server leads, with its cookies, and stops where the way
 * leads elsewhere: nothing listens there.
 */

/** How many times an authorization server may send somebody on. */
const hopsMax = 10

const cookiesOf = (jar: ReadonlyMap<string, string>): string =>
  Array.from(jar, ([name, value]) => `${name}=${value}`).join("; ")

const keep = (jar: Map<string, string>, response: Response): void => {
  for (const line of response.headers.getSetCookie()) {
    const [, name = "", value = ""] = /^([^=;]+)=([^;]*)/.exec(line) ?? []
    if (value === "") jar.delete(name)
    else jar.set(name, value)
  }
}

/**
 * Visits the URL of an authorization request as somebody who agrees, and gives the URL that the authorization server sends
 * them back to. Without a name, nobody agrees.
 */
export const visit = async (url: URL, person: string | undefined = "ada"): Promise<URL> => {
  const jar = new Map(person === undefined ? [] : [["person", person]])
  let at = url
  for (let hop = 0; hop < hopsMax; hop++) {
    const response = await fetch(at, { redirect: "manual", headers: { cookie: cookiesOf(jar) } })
    keep(jar, response)
    const location = response.headers.get("location")
    if (location === null) {
      throw new Error(`${at.origin}${at.pathname} says ${response.status}: ${await response.text()}`)
    }
    await response.body?.cancel()
    at = new URL(location, at)
    if (at.origin !== url.origin) return at
  }
  throw new Error(`${url.origin} sends around in circles`)
}
