/** What binds clients alone, of finding an authorization server and registering there. Data; see `Requirement.ts` for what a row is. */
import type { Requirement } from "../Requirement.ts"

/** The rows of this chapter that bind clients alone. */
export const clientAuthorization: ReadonlyArray<Requirement> = [
  {
    id: "A03-03",
    revisions: "25-03",
    level: "MUST",
    clause: "metadata of RFC 8414 is looked for",
    source: "S25-03:basic/authorization#server-metadata-discovery",
    client: "tests"
  },
  {
    id: "A03-07",
    revisions: "25-03",
    level: "MUST",
    clause: "the base URL is the server's without its path",
    source: "S25-03:basic/authorization#authorization-base-url",
    client: "tests"
  },
  {
    id: "A03-09",
    revisions: "25-03",
    level: "MUST",
    clause: "metadata is tried first",
    source: "S25-03:basic/authorization#fallbacks-for-servers-without-metadata-discovery",
    client: "tests"
  },
  {
    id: "A03-10",
    revisions: "25-03",
    level: "MUST",
    clause: "without metadata, the default endpoints are used",
    source: "S25-03:basic/authorization#fallbacks-for-servers-without-metadata-discovery",
    client: "tests"
  },
  {
    id: "A03-13",
    revisions: "25-03",
    level: "MUST",
    clause: "PKCE is used",
    source: "S25-03:basic/authorization#implementation-requirements",
    client: "tests"
  },
  {
    id: "ADC-01",
    revisions: "≥25-06",
    level: "MUST",
    clause: "metadata of RFC 9728 leads to the authorization server",
    source: "S26:basic/authorization/index#overview",
    client: "tests"
  },
  {
    id: "ADC-02",
    revisions: "≥25-06",
    level: "MUST",
    clause: "challenges are parsed, and a 401 is acted on",
    source: "S26:basic/authorization/authorization-server-discovery#protected-resource-metadata-discovery-requirements",
    client: "tests"
  },
  {
    id: "ADC-03",
    revisions: "≥25-11",
    level: "MUST",
    clause: "the metadata that a challenge names comes first",
    source: "S26:basic/authorization/authorization-server-discovery#protected-resource-metadata-discovery-requirements",
    client: "tests"
  },
  {
    id: "ADC-04",
    revisions: "≥25-11",
    level: "MUST",
    clause: "else the well-known places are tried: of the path, then of the root",
    source: "S26:basic/authorization/authorization-server-discovery#protected-resource-metadata-discovery-requirements",
    client: "tests"
  },
  {
    id: "ADC-05",
    revisions: "25-06",
    level: "MUST",
    clause: "what an authorization server offers is read from metadata of RFC 8414",
    source: "S25-06:basic/authorization#server-metadata-discovery",
    client: "tests"
  },
  {
    id: "ADC-06",
    revisions: "≥25-11",
    level: "MUST",
    clause: "OpenID Connect Discovery is supported too",
    source: "S26:basic/authorization/authorization-server-discovery#authorization-server-metadata-discovery",
    client: "tests"
  },
  {
    id: "ADC-07",
    revisions: "≥25-11",
    level: "MUST",
    clause: "three places are tried for an issuer with a path",
    source: "S26:basic/authorization/authorization-server-discovery#authorization-server-metadata-discovery",
    client: "tests"
  },
  {
    id: "ADC-08",
    revisions: "≥25-11",
    level: "MUST",
    clause: "two places are tried for an issuer without one",
    source: "S26:basic/authorization/authorization-server-discovery#authorization-server-metadata-discovery",
    client: "tests"
  },
  {
    id: "ADC-09",
    revisions: "26-07",
    level: "MUST",
    clause: "the issuer in the metadata is the one that it was looked for under",
    source: "S26:basic/authorization/authorization-server-discovery#authorization-server-metadata-discovery",
    client: "tests"
  },
  {
    id: "ADC-10",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "metadata of another issuer is not used",
    source: "S26:basic/authorization/authorization-server-discovery#authorization-server-metadata-discovery",
    client: "tests"
  },
  {
    id: "ADC-11",
    revisions: "26-07",
    level: "MUST",
    clause: "credentials and tokens are kept apart for each authorization server",
    source: "S26:basic/authorization/authorization-server-discovery#authorization-server-location",
    client: "tests"
  },
  {
    id: "ADC-12",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "no authorization server is thought to take the credentials of another",
    source: "S26:basic/authorization/authorization-server-discovery#authorization-server-location",
    client: "tests"
  },
  {
    id: "ARG-01",
    revisions: "26-07",
    level: "MUST",
    clause: "there is a client id before the flow begins",
    source: "S26:basic/authorization/index#client-registration",
    client: "tests"
  },
  {
    id: "ARG-04",
    revisions: "≥25-11",
    level: "MUST",
    clause: "client id metadata documents are used as the draft says",
    source: "S26:basic/authorization/client-registration#implementation-requirements",
    client: "tests"
  },
  {
    id: "ARG-05",
    revisions: "≥25-11",
    level: "MUST",
    clause: "the document lies at an https URL",
    source: "S26:basic/authorization/client-registration#implementation-requirements",
    client: { reason: "whoever writes the client publishes its document; that the id is such a URL is ARG-06" }
  },
  {
    id: "ARG-06",
    revisions: "≥25-11",
    level: "MUST",
    clause: "such an id is an https URL with a path",
    source: "S26:basic/authorization/client-registration#implementation-requirements",
    client: "tests"
  },
  {
    id: "ARG-07",
    revisions: "≥25-11",
    level: "MUST",
    clause: "the document names the client and its redirect URIs",
    source: "S26:basic/authorization/client-registration#implementation-requirements",
    client: "tests"
  },
  {
    id: "ARG-08",
    revisions: "≥25-11",
    level: "MUST",
    clause: "the id in the document is its URL",
    source: "S26:basic/authorization/client-registration#implementation-requirements",
    client: "tests"
  },
  {
    id: "ARG-12",
    revisions: "26-07",
    level: "MUST",
    clause: "registration says which type of application it is",
    source: "S26:basic/authorization/client-registration#application-type-and-redirect-uri-constraints",
    client: "tests"
  },
  {
    id: "ARG-15",
    revisions: "26-07",
    level: "MUST",
    clause: "a refused redirect URI is handled",
    source: "S26:basic/authorization/client-registration#application-type-and-redirect-uri-constraints",
    client: "tests"
  },
  {
    id: "ARG-17",
    revisions: "26-07",
    level: "MUST",
    clause: "persisted credentials are kept under their issuer",
    source: "S26:basic/authorization/client-registration#authorization-server-binding",
    client: "tests"
  },
  {
    id: "ARG-18",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "credentials of another authorization server are not used again",
    source: "S26:basic/authorization/client-registration#authorization-server-binding",
    client: "tests"
  },
  {
    id: "ARG-19",
    revisions: "26-07",
    level: "MUST",
    clause: "another authorization server means another registration",
    source: "S26:basic/authorization/client-registration#authorization-server-binding",
    client: "tests"
  }
]
