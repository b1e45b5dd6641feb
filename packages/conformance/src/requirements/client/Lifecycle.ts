/** What binds clients alone, of opening a connection. Data; see `Requirement.ts` for what a row is. */
import type { Requirement } from "../Requirement.ts"

/** The rows of this chapter that bind clients alone. */
export const clientLifecycle: ReadonlyArray<Requirement> = [
  {
    id: "INI-02",
    revisions: "legacy",
    level: "MUST",
    clause: "the handshake is the first message, with version, capabilities and name",
    source: "S25-11:basic/lifecycle#initialization",
    client: "tests"
  },
  {
    id: "INI-03",
    revisions: "25-03",
    level: "MUST NOT",
    clause: "the handshake is not part of a batch",
    source: "S25-03:basic/lifecycle#initialization",
    client: "tests"
  },
  {
    id: "INI-05",
    revisions: "legacy",
    level: "MUST",
    clause: "after the handshake comes `notifications/initialized`, before anything else",
    source: "S25-11:basic/lifecycle#initialization",
    client: "tests"
  },
  {
    id: "INI-08",
    revisions: "legacy",
    level: "MUST",
    clause: "the version asked for is one that the client speaks",
    source: "S25-11:basic/lifecycle#version-negotiation",
    client: "tests"
  },
  {
    id: "INI-14",
    revisions: "legacy",
    level: "MUST",
    clause: "a counter-offer that is not spoken ends it",
    source: "T25-11:InitializeResult.protocolVersion",
    client: "tests"
  },
  {
    id: "MET-01",
    revisions: "26-07",
    level: "MUST",
    clause: "every request of the stateless era names its version",
    source: "S26:basic/index#meta",
    client: "tests"
  },
  {
    id: "MET-02",
    revisions: "26-07",
    level: "MUST",
    clause: "every request of the stateless era says what the client can do",
    source: "S26:basic/index#meta",
    client: "tests"
  },
  {
    id: "VER-05",
    revisions: "26-07",
    level: "MUST*",
    clause: "a client may begin without `server/discover`, and follow a refusal of its version",
    source: "S26:server/discover#when-to-call",
    client: "tests"
  },
  {
    id: "ERA-05",
    revisions: "26-07",
    level: "MUST NOT*",
    clause: "a server that shows itself to be of the stateless era is not sent `initialize`",
    source: "S26:basic/transports/stdio#backward-compatibility",
    client: "tests"
  },
  {
    id: "ERA-06",
    revisions: "26-07",
    level: "MUST*",
    clause: "any other error, or silence on a line, means an old server",
    source: "S26:basic/transports/stdio#backward-compatibility",
    client: "tests"
  },
  {
    id: "ERA-07",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "the fallback on a line depends on no single code",
    source: "S26:basic/transports/stdio#backward-compatibility",
    client: "tests"
  },
  {
    id: "ERA-09",
    revisions: "26-07",
    level: "MUST*",
    clause: "HTTP 400 with an error of the stateless era is no sign of an old server",
    source: "S26:basic/transports/streamable-http#backward-compatibility",
    client: "tests"
  },
  {
    id: "ERA-10",
    revisions: "26-07",
    level: "MUST*",
    clause: "HTTP 400 that says nothing known leads to `initialize`",
    source: "S26:basic/transports/streamable-http#backward-compatibility",
    client: "tests"
  },
  {
    id: "ERA-11",
    revisions: "26-07",
    level: "MUST*",
    clause: "HTTP 400, 404 or 405 may be a server of HTTP+SSE",
    source: "S26:basic/transports/streamable-http#http-sse-transport-2024-11-05",
    client: "tests"
  },
  {
    id: "ERA-13",
    revisions: "26-07",
    level: "MUST",
    clause: "a result without a type is read as complete",
    source: "S26:basic/index#resulttype",
    client: "tests"
  }
]
