/** The ledger's chapter on the extensions of authorization: client credentials, enterprise-managed authorization, proof of possession, workload identity. Data; see `Requirement.ts` for what a row is. */
import type { Requirement } from "./Requirement.ts"

/** The rows of this chapter that bind a server. */
export const authorizationExtensions: ReadonlyArray<Requirement> = [
  {
    id: "XCC-01",
    revisions: "ext auth",
    level: "MUST",
    clause: "the extension is met",
    source: "XC#extension-requirements",
    server: { reason: "it sums up the rows after it" },
    client: { reason: "it sums up the rows after it" }
  },
  {
    id: "XCC-02",
    revisions: "ext auth",
    level: "MUST",
    clause: "authorization itself is met",
    source: "XC#extension-requirements",
    server: { reason: "it sums up the rows after it" },
    client: { reason: "it sums up the rows after it" }
  },
  {
    id: "XCC-09",
    revisions: "ext auth",
    level: "MUST",
    clause: "OAuth 2.1's security practice is followed",
    source: "XC#security-considerations",
    server: { reason: "a server takes the tokens, however they were got; what it checks is ATK-01 to ATK-06" },
    client: { reason: "it is AUT-04 and AUT-05" }
  },
  {
    id: "XCC-11",
    revisions: "ext auth",
    level: "MUST*",
    clause: "signature, claims and scopes are validated on every request",
    source: "DX:auth/oauth-client-credentials",
    server: "tests"
  },
  {
    id: "XEM-14",
    revisions: "ext auth",
    level: "MUST",
    clause: "what carries credentials is encrypted",
    source: "XE#7-3",
    server: { reason: "whoever runs the server terminates TLS in front of it" },
    client: "tests"
  },
  {
    id: "XEM-15",
    revisions: "ext auth",
    level: "MUST",
    clause: "certificates are validated",
    source: "XE#7-3",
    server: { reason: "the platform validates certificates, and nothing here turns that off" },
    client: { reason: "the platform validates certificates, and nothing here turns that off" }
  },
  {
    id: "XEM-16",
    revisions: "ext auth",
    level: "MUST NOT",
    clause: "neither secrets nor assertions go over insecure channels",
    source: "XE#7-3",
    server: { reason: "a server never gets one" },
    client: "tests"
  },
  {
    id: "XEM-17",
    revisions: "ext auth",
    level: "MUST NOT",
    clause: "neither ID-JAGs nor tokens are in URLs",
    source: "XE#7-3",
    server: "tests",
    client: "tests"
  },
  {
    id: "XEM-25",
    revisions: "ext auth",
    level: "MUST NOT",
    clause: "ID-JAGs are not logged",
    source: "XE#7-4-2",
    server: { reason: "a server never gets one" },
    client: "tests"
  },
  {
    id: "XEM-28",
    revisions: "ext auth",
    level: "MUST",
    clause: "personal data is sensitive",
    source: "XE#7-4-3",
    server: { reason: "a server takes the tokens, however they were got; what it checks is ATK-01 to ATK-06" },
    client: { reason: "a client reads nothing of an ID token or an ID-JAG" }
  },
  {
    id: "XEM-35",
    revisions: "ext auth",
    level: "MUST",
    clause: "authorization codes go over TLS only",
    source: "XE#7-5-3",
    server: { reason: "a server never gets one" },
    client: { reason: "it is AUT-05" }
  },
  {
    id: "XEM-41",
    revisions: "ext auth",
    level: "MUST",
    clause: "access tokens are validated by their format",
    source: "XE#7-5-4",
    server: { reason: "it is ATK-01" }
  },
  {
    id: "XEM-42",
    revisions: "ext auth",
    level: "MUST",
    clause: "refresh tokens are guarded",
    source: "XE#7-5-4",
    server: { reason: "a server never gets one" },
    client: { reason: "it is ATU-06" }
  },
  {
    id: "XDP-01",
    revisions: "ext auth draft",
    level: "MUST",
    clause: "the extension is met",
    source: "XD#extension-requirements",
    server: { reason: "it sums up the rows after it" },
    client: { reason: "it sums up the rows after it" }
  },
  {
    id: "XDP-07",
    revisions: "ext auth draft",
    level: "MUST",
    clause: "proofs are validated as RFC 9449 says",
    source: "XD#mcp-server-validation",
    server: "tests"
  },
  {
    id: "XDP-08",
    revisions: "ext auth draft",
    level: "MUST",
    clause: "a proof is of these five minutes",
    source: "XD#mcp-server-validation",
    server: "tests"
  },
  {
    id: "XDP-09",
    revisions: "ext auth draft",
    level: "MUST",
    clause: "a proof that fails is 401, and the challenge says so",
    source: "XD#mcp-server-validation",
    server: "tests"
  },
  {
    id: "XDP-10",
    revisions: "ext auth draft",
    level: "MUST",
    clause: "without state, the window of time is what there is against replay",
    source: "XD#stateless-replay-protection",
    server: "tests"
  },
  {
    id: "XDP-13",
    revisions: "ext auth draft",
    level: "MUST",
    clause: "the audience is validated all the same",
    source: "XD#integration-with-mcp-security-model",
    server: "tests"
  },
  {
    id: "XDP-18",
    revisions: "ext auth draft",
    level: "MUST",
    clause: "algorithms are asymmetric",
    source: "XD#algorithm-security",
    server: "tests",
    client: "tests"
  },
  {
    id: "XDP-19",
    revisions: "ext auth draft",
    level: "MUST NOT",
    clause: "neither symmetric algorithms nor none",
    source: "XD#algorithm-security",
    server: "tests",
    client: "tests"
  },
  {
    id: "XDP-23",
    revisions: "ext auth draft",
    level: "MUST",
    clause: "the security section of RFC 9449 is followed",
    source: "XD#security-considerations",
    server: { reason: "it sums up the rows after it" },
    client: { reason: "it sums up the rows after it" }
  },
  {
    id: "XWI-01",
    revisions: "ext auth draft",
    level: "MUST",
    clause: "the extension is met",
    source: "XW#extension-requirements",
    server: { reason: "it sums up the rows after it" },
    client: { reason: "it sums up the rows after it" }
  },
  {
    id: "XWI-15",
    revisions: "ext auth draft",
    level: "MUST",
    clause: "tokens are validated as always, and no more",
    source: "XW#mcp-server-requirements",
    server: { reason: "a server takes the tokens, however they were got; what it checks is ATK-01 to ATK-06" }
  },
  {
    id: "XWI-16",
    revisions: "ext auth draft",
    level: "MUST",
    clause: "the security sections of RFC 7523 and RFC 7521 are followed",
    source: "XW#security-considerations",
    server: { reason: "an assertion never gets to a server" },
    client: { reason: "it sums up XWI-02 to XWI-17" }
  }
]
