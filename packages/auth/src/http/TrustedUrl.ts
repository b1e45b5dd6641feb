/**
 * Whether a URL that somebody else names is asked, or shown to a person. It is a list of what is allowed: https, or http
 * where that was allowed by name, on hosts that are public or were named (SUR-04). What a name resolves to is seen where
 * connections are made.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as AuthError from "../AuthError.ts"
import { AllowInsecureHttpHosts, AllowPrivateHosts } from "../InsecureAllowances.ts"
import * as HostAddress from "./HostAddress.ts"

/**
 * What is allowed by name, as `HostAddress.normalize` writes hosts.
 *
 * @category models
 * @since 0.1.0
 */
export interface Allowances {
  readonly privateHosts: ReadonlySet<string>
  readonly insecureHosts: ReadonlySet<string>
}

const normalized = (hosts: ReadonlyArray<string>): ReadonlySet<string> =>
  new Set(hosts.map(HostAddress.normalize).filter((host) => host !== undefined))

/**
 * The allowances in force, and hosts beside them that count as named in `AllowPrivateHosts`.
 *
 * @category accessors
 * @since 0.1.0
 */
export const allowances = (named: ReadonlyArray<string>): Effect.Effect<Allowances> =>
  Effect.gen(function*() {
    const privateHosts = yield* AllowPrivateHosts
    const insecureHosts = yield* AllowInsecureHttpHosts
    return { privateHosts: normalized([...privateHosts, ...named]), insecureHosts: normalized(insecureHosts) }
  })

const shownMax = 300

/**
 * A URL as it may be shown and logged: without user, query and fragment, and of a bounded length. Of what is no http(s)
 * URL only the scheme is left.
 *
 * @category conversions
 * @since 0.1.0
 */
export const shown = (url: string | URL): string => {
  const text = String(url)
  if (!URL.canParse(text)) return (text.split(/[?#]/)[0] ?? "").replace(/^.*@/s, "").slice(0, shownMax)
  const { origin, pathname, protocol } = new URL(text)
  return protocol === "https:" || protocol === "http:" ? `${origin}${pathname}`.slice(0, shownMax) : protocol
}

const problems: { readonly [kind in Exclude<HostAddress.Kind, "Public">]: string } = {
  Loopback: "it is on a loopback address, which is not allowed by name",
  Private: "it is on a private address, which is not allowed by name",
  LinkLocal: "it is on a link-local address, which is not allowed by name",
  Metadata: "it is on the metadata address of a cloud, which is not allowed by name",
  Reserved: "it is on a reserved address, which is not allowed by name"
}

const problemOf = (url: URL, { insecureHosts, privateHosts }: Allowances): string | undefined => {
  if (url.protocol !== "https:" && url.protocol !== "http:") return "its scheme is neither https nor http"
  if (url.username !== "" || url.password !== "") return "it has a user name in it"
  const kind = HostAddress.kindOf(url.hostname)
  const host = HostAddress.normalize(url.hostname) ?? url.hostname
  const isNamed = privateHosts.has(host)
  if (kind !== "Public" && !isNamed) return problems[kind]
  const isSafe = url.protocol === "https:" || insecureHosts.has(host) || (kind === "Loopback" && isNamed)
  return isSafe ? undefined : "it is not https"
}

/**
 * Judges a URL (SSR-01 to SSR-03, SUR-01 to SUR-04).
 *
 * @category predicates
 * @since 0.1.0
 */
export const judge = (url: string | URL, allowances: Allowances): Result.Result<URL, AuthError.UntrustedUrl> => {
  const refuse = (problem: string) => Result.fail(new AuthError.UntrustedUrl({ url: shown(url), problem }))
  if (!URL.canParse(String(url))) return refuse("it is no absolute URL")
  const parsed = new URL(url)
  const problem = problemOf(parsed, allowances)
  return problem === undefined ? Result.succeed(parsed) : refuse(problem)
}

/**
 * A URL that is to be shown to a person, or opened for one: judged by the same rules under the allowances in force, and
 * without a fragment, which no authorization endpoint has (RFC 6749, 3.1; SUR-01 to SUR-04, SUR-09). Give what this
 * gives to the browser, not what came in.
 *
 * @category predicates
 * @since 0.1.0
 */
export const check = (url: string | URL): Effect.Effect<URL, AuthError.AuthError> =>
  Effect.flatMap(allowances([]), (allowed) =>
    Effect.mapError(
      Effect.fromResult(Result.filterOrFail(
        judge(url, allowed),
        ({ hash }) => hash === "",
        () => new AuthError.UntrustedUrl({ url: shown(url), problem: "it has a fragment" })
      )),
      AuthError.make
    ))
