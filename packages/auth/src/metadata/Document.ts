/**
 * Asks one place for one document. Whatever comes of it is a value: that a place has nothing to say is no error, it is
 * what discovery goes by.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as SchemaIssue from "effect/SchemaIssue"
import type * as AuthError from "../AuthError.ts"
import * as GuardedHttpClient from "../http/GuardedHttpClient.ts"
import * as Hiding from "../http/Hiding.ts"

/**
 * Why a place gave no document.
 *
 * @category models
 * @since 0.1.0
 */
export interface Miss {
  /** A few words. */
  readonly outcome: string
  /** Whether it answered that there is none, as far as one can tell; otherwise there may be one. */
  readonly isAbsent: boolean
  /** Whether nothing came back at all. */
  readonly isSilent: boolean
}

/** Statuses that say nothing about whether there is a document. */
const isTransient = (status: number): boolean => status >= 500 || status === 429 || status === 408

const miss = (outcome: string, isAbsent: boolean, isSilent = false): Result.Result<never, Miss> =>
  Result.fail({ outcome, isAbsent, isSilent })

const missOf = ({ reason }: AuthError.AuthError): Result.Result<never, Miss> => {
  switch (reason._tag) {
    case "UntrustedUrl":
      return miss(`refused: ${reason.problem}`, false)
    case "Unreachable":
      return miss(`unreachable: ${reason.detail}`, false, true)
    case "InvalidResponse":
      return miss(`refused: ${reason.detail}`, false)
    default:
      return miss(reason._tag, false)
  }
}

const pathOf = (issue: SchemaIssue.Issue): string =>
  "issues" in issue
    ? pathOf(issue.issues[0])
    : `${"path" in issue ? issue.path.map(String).join(".") : ""}${"issue" in issue ? pathOf(issue.issue) : ""}`

/** There are servers that write `null` for what they do not have. */
const withoutNulls = (members: object): unknown =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null))

/**
 * A kind of document of JSON.
 *
 * @category models
 * @since 0.1.0
 */
export interface Kind<A> {
  /** The member that says whose document it is. JSON without it is something else. */
  readonly identity: string
  readonly decode: (json: unknown) => Result.Result<A, Schema.SchemaError>
}

/**
 * A kind of document.
 *
 * @category constructors
 * @since 0.1.0
 */
export const kind = <A, I>(schema: Schema.Codec<A, I>, identity: string): Kind<A> => ({
  identity,
  decode: Schema.decodeUnknownResult(schema)
})

const read = <A>(status: number, body: string, { decode, identity }: Kind<A>): Result.Result<A, Miss> => {
  if (status !== 200) return miss(String(status), !isTransient(status))
  const json = Hiding.parsed(body)
  if (!Predicate.isObject(json)) return miss("200, no JSON object", true)
  const isOther = !Object.hasOwn(json, identity)
  return Result.mapError(decode(withoutNulls(json)), ({ issue }) => ({
    outcome: isOther ? `200, no member "${identity}"` : Hiding.shown(`200, not valid: ${pathOf(issue)}`),
    isAbsent: isOther,
    isSilent: false
  }))
}

/**
 * Gets a document: of status 200, and JSON whatever its content type says.
 *
 * @category operations
 * @since 0.1.0
 */
export const get = <A>(
  url: string,
  headers: { readonly [name: string]: string },
  kind: Kind<A>
): Effect.Effect<Result.Result<A, Miss>, never, HttpClient.HttpClient> =>
  HttpClient.get(url, { headers: { accept: "application/json", ...headers } }).pipe(
    Effect.flatMap((response) => Effect.map(response.text, (body) => read(response.status, body, kind))),
    Effect.catch((error) => Effect.succeed(missOf(GuardedHttpClient.toAuthError(error))))
  )
