/** What binds clients alone, of asking for tokens and of using them. Data; see `Requirement.ts` for what a row is. */
import type { Requirement } from "../Requirement.ts"

/** The rows of this chapter that bind clients alone. */
export const clientAuthorizationFlow: ReadonlyArray<Requirement> = [
  {
    id: "ASP-03",
    revisions: "≥25-11",
    level: "MUST NOT",
    clause: "the scopes of a challenge and those of the metadata need not contain each other",
    source: "S26:basic/authorization/index#scope-selection-strategy",
    client: "tests"
  },
  {
    id: "ASP-04",
    revisions: "≥25-11",
    level: "MUST",
    clause: "the scopes of a challenge are what is needed",
    source: "S26:basic/authorization/index#scope-selection-strategy",
    client: "tests"
  },
  {
    id: "ARQ-01",
    revisions: "≥25-06",
    level: "MUST",
    clause: "the resource is in the authorization request and in the token request",
    source: "S26:basic/authorization/index#resource-parameter-implementation",
    client: "tests"
  },
  {
    id: "ARQ-02",
    revisions: "≥25-06",
    level: "MUST",
    clause: "the resource is the server that is spoken to",
    source: "S26:basic/authorization/index#resource-parameter-implementation",
    client: "tests"
  },
  {
    id: "ARQ-03",
    revisions: "≥25-06",
    level: "MUST",
    clause: "the resource is the canonical URI of the server",
    source: "S26:basic/authorization/index#resource-parameter-implementation",
    client: "tests"
  },
  {
    id: "ARQ-04",
    revisions: "≥25-06",
    level: "MUST",
    clause: "the resource is sent whether or not it is supported",
    source: "S26:basic/authorization/index#canonical-server-uri",
    client: "tests"
  },
  {
    id: "ARQ-08",
    revisions: "≥25-06",
    level: "MUST",
    clause: "PKCE is used",
    source: "S26:basic/authorization/security-considerations#authorization-code-protection",
    client: "tests"
  },
  {
    id: "ARQ-09",
    revisions: "≥25-11",
    level: "MUST",
    clause: "support of PKCE is verified first",
    source: "S26:basic/authorization/security-considerations#authorization-code-protection",
    client: "tests"
  },
  {
    id: "ARQ-10",
    revisions: "≥25-11",
    level: "MUST",
    clause: "the method is S256",
    source: "S26:basic/authorization/security-considerations#authorization-code-protection",
    client: "tests"
  },
  {
    id: "ARQ-11",
    revisions: "≥25-11",
    level: "MUST",
    clause: "without word of PKCE in the metadata, nothing goes on",
    source: "S26:basic/authorization/security-considerations#authorization-code-protection",
    client: "tests"
  },
  {
    id: "ARQ-12",
    revisions: "≥25-06",
    level: "MUST",
    clause: "redirect URIs are registered",
    source: "S26:basic/authorization/security-considerations#open-redirection",
    client: "tests"
  },
  {
    id: "ARQ-13",
    revisions: "≥25-03",
    level: "MUST",
    clause: "redirect URIs are https, or of this machine",
    source: "S26:basic/authorization/security-considerations#communication-security",
    client: "tests"
  },
  {
    id: "ARQ-15",
    revisions: "26-07",
    level: "MUST",
    clause: "issuer, verifier and state are recorded before anybody is sent away",
    source: "S26:basic/authorization/index#authorization-response-validation",
    client: "tests"
  },
  {
    id: "ARQ-16",
    revisions: "26-07",
    level: "MUST",
    clause: "the answer is validated before its code goes anywhere",
    source: "S26:basic/authorization/index#authorization-response-validation",
    client: "tests"
  },
  {
    id: "ARQ-17",
    revisions: "26-07",
    level: "MUST",
    clause: "an issuer that was promised and is missing is a refusal",
    source: "S26:basic/authorization/index#authorization-response-validation",
    client: "tests"
  },
  {
    id: "ARQ-18",
    revisions: "26-07",
    level: "MUST",
    clause: "an issuer that is there is compared",
    source: "S26:basic/authorization/index#authorization-response-validation",
    client: "tests"
  },
  {
    id: "ARQ-19",
    revisions: "26-07",
    level: "MUST*",
    clause: "an issuer that was not promised may be missing",
    source: "S26:basic/authorization/index#authorization-response-validation",
    client: "tests"
  },
  {
    id: "ARQ-20",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "nothing is normalized before the comparison",
    source: "S26:basic/authorization/index#authorization-response-validation",
    client: "tests"
  },
  {
    id: "ARQ-21",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "an error from another issuer is neither acted on nor shown",
    source: "S26:basic/authorization/index#authorization-response-validation",
    client: "tests"
  },
  {
    id: "ATU-01",
    revisions: "≥25-03",
    level: "MUST",
    clause: "tokens are used as OAuth 2.1 says",
    source: "S26:basic/authorization/index#token-requirements",
    client: "tests"
  },
  {
    id: "ATU-02",
    revisions: "≥25-03",
    level: "MUST",
    clause: "tokens go in the header",
    source: "S26:basic/authorization/index#token-requirements",
    client: "tests"
  },
  {
    id: "ATU-03",
    revisions: "≥25-03",
    level: "MUST",
    clause: "they go with every request",
    source: "S26:basic/authorization/index#token-requirements",
    client: "tests"
  },
  {
    id: "ATU-04",
    revisions: "≥25-03",
    level: "MUST NOT",
    clause: "they never go in the query",
    source: "S26:basic/authorization/index#token-requirements",
    client: "tests"
  },
  {
    id: "ATU-05",
    revisions: "≥25-06",
    level: "MUST NOT",
    clause: "a server gets no token of another issuer than its own",
    source: "S26:basic/authorization/index#token-handling",
    client: "tests"
  },
  {
    id: "ATU-06",
    revisions: "26-07",
    level: "MUST",
    clause: "refresh tokens are confidential",
    source: "S26:basic/authorization/index#refresh-tokens",
    client: "tests"
  },
  {
    id: "ATU-08",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "a refresh token is never taken for granted",
    source: "S26:basic/authorization/index#refresh-tokens",
    client: "tests"
  },
  {
    id: "ATU-09",
    revisions: "25-03",
    level: "MUST",
    clause: "tokens are stored securely",
    source: "S25-03:basic/authorization#security-considerations",
    client: "tests"
  }
]
