/**
 * Finds what must not be written down: credentials in headers, URLs and messages. It knows how they are usually named and how
 * they usually look; what it finds is taken out wherever else it occurs. What looks like nothing of this kind is not found.
 *
 * @since 0.1.0
 */
import * as Redaction from "@parley/mcp/testing/recording/Redaction"

/** Names as a whole: what ends like one of them is often something else (`progressToken`). */
const wholeName = /^(?:token|jwt|pwd|otp|authorization|code[_-]?verifier|(?:client[_-]?)?assertion|credentials?)$/iu

/** The ends of names: `dbPassword` is one, too. */
const endOfName = new RegExp(
  "(?:(?:access|refresh|id|bearer|auth|csrf|session|security|api)[_-]?token|secret|passw(?:or)?d|passphrase|passcode|" +
    "(?:api|private|secret|access)[_-]?key)$",
  "iu"
)

/** A parameter of a tool that stands in a header, too, is called as it is in the message. */
const parameterHeader = /^mcp-param-/iu

const isSecretName = (name: string): boolean => {
  const own = name.replace(parameterHeader, "")
  return wholeName.test(own) || endOfName.test(own)
}

/** Members in JSON within a text, however deep in texts it is. */
const innerMember = /\\*"([\w-]+)\\*"\s*:\s*\\*"([^"\\]+)/gu

const patterns: ReadonlyArray<RegExp> = [
  /\b(?:bearer|basic|dpop)\s+([\w.~+/=-]{6,})/giu,
  // A JSON Web Token, or an encrypted one.
  /\b(eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)+)/gu,
  Redaction.secretParameters,
  /\b[a-z][a-z0-9+.-]*:\/\/[^/\s:@"]*:([^/\s@"]+)@/giu,
  /\b((?:gh[pousr]|github_pat|sk|pk|rk|xox[abprs]|glpat)[_-][\w-]{16,})/gu,
  /(-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----)/gu
]

/**
 * The secrets in a text that stands under a name: that of a header, or of a member.
 *
 * @category queries
 * @since 0.1.0
 */
export const find = (name: string, text: string): ReadonlyArray<string> => {
  if (text === "") return []
  if (Redaction.secretHeaders.has(name.toLowerCase())) return [Redaction.credentialOf(text)]
  if (isSecretName(name)) return [text]
  const inner = Array.from(text.matchAll(innerMember), ([, name = "", value = ""]) => isSecretName(name) ? [value] : [])
  return [
    ...inner.flat(),
    ...patterns.flatMap((pattern) => Array.from(text.matchAll(pattern), (found) => found[1] ?? found[0]))
  ]
}
