/** What binds clients alone, of security. Data; see `Requirement.ts` for what a row is. */
import type { Requirement } from "../Requirement.ts"

/** The rows of this chapter that bind clients alone. */
export const clientSecurity: ReadonlyArray<Requirement> = [
  {
    id: "SSR-01",
    revisions: "≥25-03",
    level: "MUST",
    clause: "servers that are clients do not fetch what they are told to",
    source: "BP26#server-side-request-forgery-ssrf",
    client: "tests"
  },
  {
    id: "SUR-01",
    revisions: "≥25-03",
    level: "MUST",
    clause: "addresses to log in at have no dangerous scheme",
    source: "BP26#oauth-authorization-url-validation",
    client: "tests"
  },
  {
    id: "SUR-02",
    revisions: "≥25-03",
    level: "MUST",
    clause: "addresses to log in at are of http or https",
    source: "BP26#oauth-authorization-url-validation",
    client: "tests"
  },
  {
    id: "SUR-03",
    revisions: "≥25-03",
    level: "MUST",
    clause: "schemes that run code are refused",
    source: "BP26#oauth-authorization-url-validation",
    client: "tests"
  },
  {
    id: "SUR-05",
    revisions: "≥25-03",
    level: "MUST",
    clause: "no shell opens an address",
    source: "BP26#oauth-authorization-url-validation",
    client: "tests"
  },
  {
    id: "SUR-06",
    revisions: "≥25-03",
    level: "MUST NOT",
    clause: "no command interpreter opens an address",
    source: "BP26#oauth-authorization-url-validation",
    client: "tests"
  },
  {
    id: "SUR-09",
    revisions: "≥25-03",
    level: "MUST",
    clause: "addresses from a server are checked",
    source: "BP26#oauth-authorization-url-validation",
    client: "tests"
  }
]
