/**
 * Somebody at a browser: goes where an authorization server leads, logs in where a name is asked for, agrees where consent
 * is, and ends where the authorization server sends people back to.
 */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Passed } from "./Observed.ts"

/** How many pages there may be on the way. */
const pagesMax = 12

const cookiesOf = (jar: ReadonlyMap<string, string>): string =>
  Array.from(jar, ([name, value]) => `${name}=${value}`).join("; ")

const keep = (jar: Map<string, string>, { headers }: Response): void => {
  for (const line of headers.getSetCookie()) {
    const [, name = "", value = ""] = /^([^=;]+)=([^;]*)/.exec(line) ?? []
    if (value === "") jar.delete(name)
    else jar.set(name, value)
  }
}

/** What a person does with a page of `oidc-provider`: fills its form. */
const filled = (page: string, login: string): { readonly action: string; readonly form: URLSearchParams } => {
  const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1]
  const prompt = /name="prompt" value="(login|consent)"/.exec(page)?.[1]
  if (action === undefined || prompt === undefined) return assert.fail(`what is to be done here? ${page}`)
  return { action, form: new URLSearchParams(prompt === "login" ? { prompt, login, password: "any" } : { prompt }) }
}

const go = async (start: string, login: string): Promise<URL> => {
  const { origin } = new URL(start)
  const jar = new Map<string, string>()
  let at = start
  let form: URLSearchParams | undefined
  for (let page = 0; page < pagesMax; page++) {
    const response = await fetch(at, {
      redirect: "manual",
      headers: { cookie: cookiesOf(jar) },
      ...(form === undefined ? {} : { method: "POST", body: form })
    })
    keep(jar, response)
    const text = await response.text()
    const location = response.headers.get("location")
    form = undefined
    if (location === null) {
      const { action, form: next } = filled(text, login)
      at = new URL(action, at).href
      form = next
    } else {
      at = new URL(location, at).href
    }
    if (new URL(at).origin !== origin) return new URL(at)
  }
  return assert.fail("there are pages without end")
}

/**
 * Goes to the URL of an authorization request, agrees, and goes back to where people are sent; that is written down like
 * everything else that passes. Gives the page that is shown there.
 */
export const consents = (url: string, passed: Array<Passed>, login = "ada"): Effect.Effect<string> =>
  Effect.promise(async () => {
    const back = await go(url, login)
    const { pathname: path, searchParams } = back
    const parameters = Object.fromEntries(searchParams)
    const visit: Passed = {
      to: "Client",
      method: "GET",
      path,
      authorization: undefined,
      parameters,
      status: 0,
      challenge: undefined
    }
    passed.push(visit)
    const response = await fetch(back)
    visit.status = response.status
    return response.text()
  })
