/** What binds clients alone, of the extensions of authorization. Data; see `Requirement.ts` for what a row is. */
import type { Requirement } from "../Requirement.ts"

/** The rows of this chapter that bind clients alone. */
export const clientAuthorizationExtensions: ReadonlyArray<Requirement> = [
  {
    id: "XCC-03",
    revisions: "ext auth",
    level: "MUST",
    clause: "a client authenticates with an assertion or with its secret",
    source: "XC#client-authentication-methods",
    client: "tests"
  },
  {
    id: "XCC-05",
    revisions: "ext auth",
    level: "MUST*",
    clause: "with an assertion, the id is not in the body too",
    source: "XC#jwt-authentication-example",
    client: "tests"
  },
  {
    id: "XCC-06",
    revisions: "ext auth",
    level: "MUST*",
    clause: "credentials are registered beforehand, and the resource is sent",
    source: "XC#overview",
    client: "tests"
  },
  {
    id: "XCC-10",
    revisions: "ext auth",
    level: "MUST*",
    clause: "the extension is declared, and tokens are there in time",
    source: "DX:auth/oauth-client-credentials",
    client: "tests"
  },
  {
    id: "XEM-01",
    revisions: "ext auth",
    level: "MUST",
    clause: "the audience of the exchange is the issuer that the server names",
    source: "XE#4-token-exchange",
    client: "tests"
  },
  {
    id: "XEM-02",
    revisions: "ext auth",
    level: "MUST",
    clause: "the resource is the server's identifier",
    source: "XE#4-token-exchange",
    client: "tests"
  },
  {
    id: "XEM-03",
    revisions: "ext auth",
    level: "MUST*",
    clause: "an ID-JAG is asked for, with an ID token",
    source: "XE#4-token-exchange",
    client: "tests"
  },
  {
    id: "XEM-04",
    revisions: "ext auth",
    level: "MUST*",
    clause: "the ID-JAG is presented as a grant, by an authenticated client",
    source: "XE#5-access-token-request",
    client: "tests"
  },
  {
    id: "XEM-05",
    revisions: "ext auth",
    level: "MUST*",
    clause: "the user is not sent to the server's authorization server",
    source: "DX:auth/enterprise-managed-authorization",
    client: "tests"
  },
  {
    id: "XEM-06",
    revisions: "ext auth",
    level: "MUST*",
    clause: "support is read from the metadata",
    source: "XE#6-discovery",
    client: "tests"
  },
  {
    id: "XEM-29",
    revisions: "ext auth",
    level: "MUST",
    clause: "secrets are stored securely",
    source: "XE#7-5-1",
    client: {
      reason: "the secret is the host's, which gives it to the client redacted; that it is never shown is XEM-39"
    }
  },
  {
    id: "XEM-34",
    revisions: "ext auth",
    level: "MUST",
    clause: "the state that comes back is checked",
    source: "XE#7-5-2",
    client: { reason: "single sign-on is the host's; the client is given its ID token" }
  },
  {
    id: "XEM-39",
    revisions: "ext auth",
    level: "MUST",
    clause: "tokens and ID-JAGs are kept out of logs and URLs",
    source: "XE#7-5-4",
    client: "tests"
  },
  {
    id: "XDP-02",
    revisions: "ext auth draft",
    level: "MUST",
    clause: "tokens are presented with the scheme DPoP",
    source: "XD#access-token-presentation",
    client: "tests"
  },
  {
    id: "XDP-03",
    revisions: "ext auth draft",
    level: "MUST",
    clause: "every request has a fresh proof",
    source: "XD#access-token-presentation",
    client: "tests"
  },
  {
    id: "XDP-04",
    revisions: "ext auth draft",
    level: "MUST",
    clause: "the token request has a proof",
    source: "SEP-1932; RFC 9449, 5",
    client: "tests"
  },
  {
    id: "XDP-05",
    revisions: "ext auth draft",
    level: "MUST",
    clause: "a nonce of the authorization server is used",
    source: "SEP-1932; RFC 9449, 8",
    client: "tests"
  },
  {
    id: "XDP-06",
    revisions: "ext auth draft",
    level: "MUST",
    clause: "a nonce of the server is used",
    source: "SEP-1932; RFC 9449, 9",
    client: "tests"
  },
  {
    id: "XDP-21",
    revisions: "ext auth draft",
    level: "MUST",
    clause: "private keys are protected",
    source: "XD#key-storage",
    client: "tests"
  },
  {
    id: "XWI-02",
    revisions: "ext auth draft",
    level: "MUST",
    clause: "the assertion is a grant, with the resource and without registration",
    source: "XW#flow-steps",
    client: "tests"
  },
  {
    id: "XWI-03",
    revisions: "ext auth draft",
    level: "MUST",
    clause: "the assertion is signed, and has its claims",
    source: "XW#jwt-format",
    client: { reason: "the platform of the workload issues it; the client hands it on" }
  },
  {
    id: "XWI-04",
    revisions: "ext auth draft",
    level: "MUST",
    clause: "its audience is the token endpoint",
    source: "XW#jwt-format",
    client: { reason: "the platform of the workload issues it; the client hands it on" }
  },
  {
    id: "XWI-05",
    revisions: "ext auth draft",
    level: "MUST",
    clause: "that it is refused is told",
    source: "SEP-1933",
    client: "tests"
  },
  {
    id: "XWI-17",
    revisions: "ext auth draft",
    level: "MUST",
    clause: "it is presented over a secure channel only",
    source: "XW#jwt-validity-and-lifetime",
    client: "tests"
  }
]
