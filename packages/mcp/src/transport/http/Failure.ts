/**
 * What an error of the HTTP client means: whether the request may have reached the server, and a sentence for people.
 * What may be secret in the request, its query and its headers, is not in that. Refusals by a status are not errors here.
 *
 * @since 0.1.0
 */
import type { HttpClientError } from "effect/http/HttpClientError"
import type { HttpClientRequest } from "effect/http/HttpClientRequest"
import * as Predicate from "effect/Predicate"
import * as TransportError from "../TransportError.ts"
import * as Peer from "./Peer.ts"

/** Codes of failures before a connection was there to send anything on. Reset and closed connections are not among them. */
const unsentCodes: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "EACCES",
  "ENOENT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_INVALID_ARG",
  "UND_ERR_NOT_SUPPORTED",
  "ERR_INVALID_URL",
  "ConnectionRefused",
  "FailedToOpenSocket",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_UNTRUSTED",
  "ERR_TLS_CERT_ALTNAME_INVALID"
])

/** Causes are nested: `fetch` wraps the error of the socket, and that may gather those of several addresses. */
const depthMax = 5

interface Described {
  readonly code: string | undefined
  readonly text: string | undefined
  readonly isConnecting: boolean
  readonly cause: unknown
}

const textOf = (value: unknown): string | undefined => typeof value === "string" && value !== "" ? value : undefined

const describe = (error: Error): Described => {
  const code = "code" in error ? textOf(error.code) : undefined
  return {
    code,
    text: textOf(error.message) ?? code,
    isConnecting: "syscall" in error && error.syscall === "connect",
    cause: error.cause
  }
}

const chainOf = (cause: unknown): ReadonlyArray<Described> => {
  const chain: Array<Described> = []
  let next = cause
  while (next instanceof Error && chain.length < depthMax) {
    const described = describe(next)
    chain.push(described)
    next = described.cause
  }
  return chain
}

const isUnsent = (chain: ReadonlyArray<Described>): boolean =>
  chain.some(({ code, isConnecting }) => isConnecting || (code !== undefined && unsentCodes.has(code)))

/** What no header can have: control characters, and what is beyond Latin 1. */
const unsendable = /[^\t\x20-\x7e\x80-\xff]/

/** `fetch` quotes the value of a header that it cannot send. */
const withoutHeaders = (text: string, { headers }: HttpClientRequest): string =>
  Object.values(headers)
    .filter((value) => unsendable.test(value))
    .reduce((rest, value) => rest.replaceAll(value.trim(), "<redacted>"), text)

/** Effect's HTTP errors have a `TransportError` too. */
const isUnauthorized = (cause: unknown): cause is TransportError.TransportError =>
  Predicate.isTagged(cause, "TransportError") && "reason" in cause && Predicate.isTagged(cause.reason, "Unauthorized")

/**
 * An error of the HTTP client as `Unreachable`. Where it is not certain that nothing was sent, the request may have run.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromHttp = ({ reason }: HttpClientError): TransportError.TransportError => {
  // An HTTP client that authorizes requests says in words of ours why it could not.
  if (isUnauthorized(reason.cause)) return reason.cause
  const { _tag, request } = reason
  const chain = chainOf(reason.cause)
  const cause = chain.at(-1)?.text ?? reason.description
  const place = `${_tag.replace(/Error$/, "")} error (${request.method} ${Peer.fromUrl(request.url)})`
  const isUnbuilt = _tag === "EncodeError" || _tag === "InvalidUrlError"
  return TransportError.make(
    new TransportError.Unreachable({
      detail: cause === undefined ? place : `${place}: ${withoutHeaders(cause, request)}`,
      mayHaveRun: !isUnbuilt && !(_tag === "TransportError" && isUnsent(chain))
    })
  )
}
