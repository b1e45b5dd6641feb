/** The ledger's chapter on sessions, tokens and trust. Data; see `Requirement.ts` for what a row is. */
import type { Requirement } from "./Requirement.ts"

/** The rows of this chapter that bind a server. */
export const security: ReadonlyArray<Requirement> = [
  {
    id: "STP-01",
    revisions: "≥25-03",
    level: "MUST NOT",
    clause: "no token is accepted that was not issued for this server",
    source: "BP26#token-passthrough",
    server: "tests"
  },
  {
    id: "SSH-01",
    revisions: "25-03..25-11",
    level: "MUST",
    clause: "where there is authorization, each request of a session is verified",
    source: "BP25-11#session-hijacking",
    server: "tests"
  },
  {
    id: "SSH-02",
    revisions: "25-03..25-11",
    level: "MUST NOT",
    clause: "a session is not authentication",
    source: "BP25-11#session-hijacking",
    server: "tests"
  },
  {
    id: "SSH-03",
    revisions: "25-03..25-11",
    level: "MUST",
    clause: "session ids are secure, and not to be guessed",
    source: "BP25-11#session-hijacking",
    server: "tests"
  },
  {
    id: "SSH-06",
    revisions: "26-07",
    level: "MUST",
    clause: "where there is authorization, each request is verified",
    source: "BP26#state-handle-hijacking",
    server: "tests"
  },
  {
    id: "SSH-07",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "to hold a handle is not authentication",
    source: "BP26#state-handle-hijacking",
    server: "tests"
  },
  {
    id: "SSM-04",
    revisions: "≥25-11",
    level: "MUST*",
    clause: "scopes of a token do not replace the server's own checks",
    source: "BP26#scope-minimization",
    server: {
      reason:
        "what a caller may do beyond its scopes is the author's to say; policies and CurrentPrincipal are there for it"
    }
  },
  {
    id: "SSM-05",
    revisions: "all",
    level: "MUST*",
    clause: "peers on stdio trust each other, and remote ones do not",
    source: "SECURITY.md#stdio-transport-trust-boundary",
    server: { reason: "it draws a boundary, and demands nothing that code could break" },
    client: { reason: "it draws a boundary, and demands nothing that code could break" }
  }
]
