/**
 * What is secret in a world of logins, whom each secret is for, and the search for those that went elsewhere. Secrets are
 * not told by tests: they are what the authorization servers gave out, and what clients made up as they went.
 */
import type { FakeAuthorizationServer } from "./FakeAuthorizationServer.ts"
import type { Arrived } from "./FakeHttp.ts"
import { placeOf } from "./Network.ts"

/** A part of a request, and what it says. */
interface Part {
  readonly name: string
  readonly text: string
}

/** Something that only some may see. */
export interface Secret {
  /** What it is, in a word. */
  readonly kind: string
  readonly value: string
  /** Whether it may be in this part (`url`, `body`, or the name of a header) of this request. */
  readonly mayBeIn: (request: Arrived, part: string) => boolean
}

/** Who is in a world, and what was said in it. */
export interface Evidence {
  readonly authorizationServers: ReadonlyArray<FakeAuthorizationServer>
  /** Everything that was sent by those who are to keep secrets. */
  readonly requests: ReadonlyArray<Arrived>
  /** The URLs that a person was shown by the client. */
  readonly shown: ReadonlyArray<URL>
  /** Texts that anybody may read: errors, lines of logs, spans, refusals. */
  readonly texts: ReadonlyArray<string>
  /** Secrets that tests have brought along. */
  readonly brought: ReadonlyArray<Secret>
}

const folderOf = (url: string): string => url.slice(0, url.lastIndexOf("/") + 1)

/** To nobody, in nothing. */
export const kept = (kind: string, value: string): Secret => ({ kind, value, mayBeIn: () => false })

/** For one authorization server: in what is posted to its endpoint for tokens, or as the password there. */
export const forTokenEndpoint = (
  kind: string,
  value: string,
  endpoint: string | undefined,
  parts: ReadonlyArray<string> = ["body"]
): Secret => ({
  kind,
  value,
  mayBeIn: (request, part) => placeOf(request) === `POST ${endpoint}` && parts.includes(part)
})

/** An access token is for its resource, and for no URL. */
const accessToken = (value: string, resource: string | undefined): Secret => ({
  kind: "access token",
  value,
  mayBeIn: ({ url }, part) =>
    part === "authorization" && resource !== undefined && `${url.origin}${url.pathname}`.startsWith(folderOf(resource))
})

const givenBy = ({ endpoints, issued, secrets }: FakeAuthorizationServer): ReadonlyArray<Secret> => [
  ...issued.map(({ resource, token }) => accessToken(token, resource)),
  ...secrets.map(({ kind, value }) =>
    forTokenEndpoint(kind, value, endpoints.token, kind === "secret" ? ["body", "authorization"] : ["body"])
  )
]

const claimsOf = (jwt: string): { readonly [name: string]: unknown } =>
  JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString() || "{}")

const challengeOf = async (verifier: string): Promise<string> =>
  Buffer.from(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))).toString("base64url")

/** What a client made up: verifiers, assertions and proofs, as they are in what it sent, wherever that went. */
const madeUp = async ({ authorizationServers, requests, shown }: Evidence): Promise<ReadonlyArray<Secret>> => {
  const all: Array<Secret> = []
  for (const request of requests) {
    const form = new URLSearchParams(request.body)
    const verifier = form.get("code_verifier")
    if (verifier !== null) {
      // It belongs to whoever was to show the page to which the client sent the person.
      const challenge = await challengeOf(verifier)
      const page = shown.find(({ searchParams }) => searchParams.get("code_challenge") === challenge)
      const owner = authorizationServers.find(({ endpoints }) =>
        page !== undefined && endpoints.authorize === `${page.origin}${page.pathname}`
      )
      all.push(forTokenEndpoint("verifier", verifier, owner?.endpoints.token))
    }
    for (const name of ["assertion", "client_assertion"]) {
      const assertion = form.get(name)
      if (assertion === null) continue
      const audience = [claimsOf(assertion)["aud"]].flat()
      const owner = authorizationServers.find(({ endpoints, issuer }) =>
        audience.includes(issuer) || audience.includes(endpoints.token)
      )
      all.push(forTokenEndpoint(name, assertion, owner?.endpoints.token))
    }
    const { dpop } = request.headers
    if (dpop !== undefined) {
      const { htm, htu } = claimsOf(dpop)
      all.push({
        kind: "proof",
        value: dpop,
        mayBeIn: (request, part) => part === "dpop" && placeOf(request) === `${String(htm)} ${String(htu)}`
      })
    }
  }
  return all
}

/** A text, and what it says to whoever decodes it. */
const readings = (text: string): string => {
  const decoded = text.replaceAll("+", " ").replace(
    /%[0-9a-f]{2}/gi,
    (code) => String.fromCharCode(parseInt(code.slice(1), 16))
  )
  const password = /^Basic (\S+)$/i.exec(text)?.[1]
  return [text, decoded, password === undefined ? "" : Buffer.from(password, "base64").toString()].join("\n")
}

const partsOf = ({ body, headers, url }: Arrived): ReadonlyArray<Part> =>
  [["url", url.href], ["body", body], ...Object.entries(headers)]
    .map(([name = "", text = ""]) => ({ name, text: readings(text) }))

/** What was seen where it should not be, each a line; the secrets themselves are not repeated. */
export const leaks = async (evidence: Evidence): Promise<ReadonlyArray<string>> => {
  const secrets = [...evidence.authorizationServers.flatMap(givenBy), ...await madeUp(evidence), ...evidence.brought]
  const sent = evidence.requests.flatMap((request) =>
    partsOf(request).flatMap(({ name, text }) =>
      secrets.filter(({ mayBeIn, value }) => text.includes(value) && !mayBeIn(request, name))
        .map(({ kind }) => `${request.by} sent a ${kind} in ${name} of ${placeOf(request)}`)
    )
  )
  const told = evidence.texts.flatMap((text) =>
    secrets.filter(({ value }) => text.includes(value))
      .map(({ kind, value }) => `a ${kind} is in: ${text.replaceAll(value, "<it>").slice(0, 300)}`)
  )
  return Array.from(new Set([...sent, ...told]))
}
