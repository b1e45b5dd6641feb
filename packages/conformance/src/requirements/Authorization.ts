/** The ledger's chapter on what OAuth demands of a server, or of both sides. Data; see `Requirement.ts` for what a row is. */
import type { Requirement } from "./Requirement.ts"

/** The rows of this chapter that bind a server, alone or not. */
export const authorization: ReadonlyArray<Requirement> = [
  {
    id: "AUT-03",
    revisions: "≥25-03",
    level: "MUST",
    clause: "over other transports, their security practice is followed",
    source: "S26:basic/authorization/index#protocol-requirements",
    server: { reason: "binds whoever brings another transport; stdio has no authorization" },
    client: { reason: "binds whoever brings another transport; stdio has no authorization" }
  },
  {
    id: "AUT-04",
    revisions: "≥25-03",
    level: "MUST",
    clause: "OAuth 2.1's security practice is followed",
    source: "S26:basic/authorization/security-considerations",
    server: { reason: "it sums up OAuth 2.1, whose rows are ATK, ASC and STP" },
    client: { reason: "it sums up OAuth 2.1, whose rows are ARQ, ATU and SUR" }
  },
  {
    id: "AUT-05",
    revisions: "≥25-06",
    level: "MUST",
    clause: "communication is secured as OAuth 2.1 asks",
    source: "S26:basic/authorization/security-considerations#communication-security",
    server: { reason: "whoever runs the server terminates TLS in front of it" },
    client: "tests"
  },
  {
    id: "AUT-06",
    revisions: "26-07",
    level: "MUST",
    clause: "the page on security considerations is met",
    source: "S26:basic/authorization/index#security-considerations",
    server: { reason: "it sums up the page whose rows are ATK and ASC" },
    client: { reason: "it sums up the page whose rows are ARQ, ATU and SUR" }
  },
  {
    id: "AUT-07",
    revisions: "26-07",
    level: "MUST",
    clause: "the page on discovery is met",
    source: "S26:basic/authorization/index#authorization-server-discovery",
    server: { reason: "it sums up the page whose rows are APR" },
    client: { reason: "it sums up the page whose rows are ADC" }
  },
  {
    id: "A03-01",
    revisions: "25-03",
    level: "MUST",
    clause: "OAuth 2.1 is implemented for both kinds of clients",
    source: "S25-03:basic/authorization#overview",
    server: { reason: "a server here issues no tokens; its authorization server is somebody else's" },
    client: { reason: "it sums up OAuth 2.1, whose rows are ARQ, ATU and XCC" }
  },
  {
    id: "A03-05",
    revisions: "25-03",
    level: "MUST",
    clause: "without metadata, the default endpoints are served",
    source: "S25-03:basic/authorization#server-metadata-discovery",
    server: { reason: "a server here issues no tokens; its authorization server is somebody else's" }
  },
  {
    id: "A03-08",
    revisions: "25-03",
    level: "MUST",
    clause: "metadata lies at the well-known path",
    source: "S25-03:basic/authorization#authorization-base-url",
    server: { reason: "a server here issues no tokens; its authorization server is somebody else's" }
  },
  {
    id: "A03-12",
    revisions: "25-03",
    level: "MUST",
    clause: "what needs authorization and has none is 401",
    source: "S25-03:basic/authorization#example-authorization-code-grant",
    server: "tests"
  },
  {
    id: "A03-15",
    revisions: "25-03",
    level: "MUST",
    clause: "redirect URIs are validated",
    source: "S25-03:basic/authorization#security-considerations",
    server: { reason: "a server here issues no tokens; its authorization server is somebody else's" }
  },
  {
    id: "A03-16",
    revisions: "25-03",
    level: "MUST",
    clause: "tokens of others are mapped to tokens issued",
    source: "S25-03:basic/authorization#session-binding-requirements",
    server: { reason: "a server here issues no tokens; its authorization server is somebody else's" }
  },
  {
    id: "A03-17",
    revisions: "25-03",
    level: "MUST",
    clause: "they are checked before a token is honoured",
    source: "S25-03:basic/authorization#session-binding-requirements",
    server: { reason: "a server here issues no tokens; its authorization server is somebody else's" }
  },
  {
    id: "A03-18",
    revisions: "25-03",
    level: "MUST",
    clause: "they are renewed, and expire",
    source: "S25-03:basic/authorization#session-binding-requirements",
    server: { reason: "a server here issues no tokens; its authorization server is somebody else's" }
  },
  {
    id: "A03-19",
    revisions: "25-03",
    level: "MUST",
    clause: "they are stored securely, and failures upstream are handled",
    source: "S25-03:basic/authorization#security-considerations-1",
    server: { reason: "a server here issues no tokens; its authorization server is somebody else's" }
  },
  {
    id: "APR-01",
    revisions: "≥25-06",
    level: "MUST",
    clause: "metadata of RFC 9728 is served",
    source: "S26:basic/authorization/authorization-server-discovery#authorization-server-location",
    server: "tests"
  },
  {
    id: "APR-02",
    revisions: "≥25-06",
    level: "MUST",
    clause: "it names an authorization server",
    source: "S26:basic/authorization/authorization-server-discovery#authorization-server-location",
    server: "tests"
  },
  {
    id: "APR-03",
    revisions: "25-06",
    level: "MUST",
    clause: "a 401 names the metadata",
    source: "S25-06:basic/authorization#authorization-server-location",
    server: "tests"
  },
  {
    id: "APR-04",
    revisions: "≥25-11",
    level: "MUST",
    clause: "the metadata is found by a challenge or at a well-known place",
    source: "S25-11:basic/authorization#protected-resource-metadata-discovery-requirements",
    server: "tests"
  },
  {
    id: "ATK-01",
    revisions: "≥25-03",
    level: "MUST",
    clause: "access tokens are validated",
    source: "S26:basic/authorization/index#token-handling",
    server: "tests"
  },
  {
    id: "ATK-02",
    revisions: "≥25-06",
    level: "MUST",
    clause: "only tokens for this server are accepted",
    source: "S26:basic/authorization/index#token-handling",
    server: "tests"
  },
  {
    id: "ATK-03",
    revisions: "≥25-06",
    level: "MUST",
    clause: "a token that does not name it is refused",
    source: "S26:basic/authorization/security-considerations#access-token-privilege-restriction",
    server: "tests"
  },
  {
    id: "ATK-04",
    revisions: "≥25-06",
    level: "MUST",
    clause: "tokens are validated before anything is done",
    source: "S26:basic/authorization/security-considerations#access-token-privilege-restriction",
    server: "tests"
  },
  {
    id: "ATK-05",
    revisions: "≥25-03",
    level: "MUST",
    clause: "a failed validation is answered as OAuth 2.1 asks",
    source: "S26:basic/authorization/index#token-handling",
    server: "tests"
  },
  {
    id: "ATK-06",
    revisions: "≥25-03",
    level: "MUST",
    clause: "a bad token is 401",
    source: "S26:basic/authorization/index#token-handling",
    server: "tests"
  },
  {
    id: "ATK-07",
    revisions: "≥25-06",
    level: "MUST NOT",
    clause: "other tokens are neither accepted nor forwarded",
    source: "S26:basic/authorization/index#token-handling",
    server: "tests"
  },
  {
    id: "ATK-08",
    revisions: "≥25-06",
    level: "MUST NOT",
    clause: "a client's token is not passed on",
    source: "S26:basic/authorization/security-considerations#access-token-privilege-restriction",
    server: "tests"
  },
  {
    id: "ATK-09",
    revisions: "≥25-06",
    level: "MUST",
    clause: "tokens are stored securely",
    source: "S26:basic/authorization/security-considerations#token-theft",
    server: "tests",
    client: { reason: "it is ATU-06 and ATU-09" }
  },
  {
    id: "ATK-10",
    revisions: "≥25-03",
    level: "MUST",
    clause: "401, 403 and 400 are used as defined",
    source: "S26:basic/authorization/index#error-handling",
    server: "tests"
  },
  {
    id: "ASC-06",
    revisions: "26-07",
    level: "MUST",
    clause: "a scope may contain others",
    source: "S26:basic/authorization/index#step-up-authorization-flow",
    server: "tests"
  }
]
