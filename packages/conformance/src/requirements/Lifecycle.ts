/** The ledger's chapter on the life of a session, claims of requests, versions and eras, and the duties of a toolkit. Data; see `Requirement.ts` for what a row is. */
import type { Requirement } from "./Requirement.ts"

/** The rows of this chapter that bind a server. */
export const lifecycle: ReadonlyArray<Requirement> = [
  {
    id: "LIF-01",
    revisions: "legacy",
    level: "MUST",
    clause: "messages, and a life from initialize to the end, are implemented",
    source: "S25-11:basic/index",
    server: "tests",
    client: "tests"
  },
  {
    id: "LIF-02",
    revisions: "26-07",
    level: "MUST",
    clause: "messages, versions and the three patterns of exchange are implemented",
    source: "S26:basic/index",
    server: { reason: "the sum of RPC, VER, MRS and SUB" },
    client: { reason: "the sum of RPC, VER, MRC and SUC" }
  },
  {
    id: "LIF-03",
    revisions: "all",
    level: "MUST*",
    clause: "what is offered is declared, and what is declared is kept",
    source: "S26:architecture#capability-negotiation",
    server: "tests",
    client: "tests"
  },
  {
    id: "INI-01",
    revisions: "legacy",
    level: "MUST",
    clause: "nothing is served before initialize",
    source: "S25-11:basic/lifecycle#initialization",
    server: "tests",
    client: "tests"
  },
  {
    id: "INI-04",
    revisions: "legacy",
    level: "MUST",
    clause: "initialize is answered with version, capabilities and the server's name",
    source: "S25-11:basic/lifecycle#initialization",
    server: "tests"
  },
  {
    id: "INI-10",
    revisions: "legacy",
    level: "MUST",
    clause: "a version that is supported is answered with itself",
    source: "S25-11:basic/lifecycle#version-negotiation",
    server: "tests"
  },
  {
    id: "INI-11",
    revisions: "legacy",
    level: "MUST",
    clause: "a version that is not is answered with another one, not with an error",
    source: "S25-11:basic/lifecycle#version-negotiation",
    server: "tests"
  },
  {
    id: "INI-17",
    revisions: "25-06, 25-11",
    level: "MUST",
    clause: "the negotiated version is kept to",
    source: "S25-06:basic/lifecycle#operation",
    server: "tests",
    client: "tests"
  },
  {
    id: "INI-18",
    revisions: "25-06, 25-11",
    level: "MUST",
    clause: "only negotiated capabilities are used",
    source: "S25-06:basic/lifecycle#operation",
    server: "tests",
    client: "tests"
  },
  {
    id: "TMO-05",
    revisions: "SEP-2260 (25-11)",
    level: "MUST",
    clause: "a call's time does not run out while it waits for an answer of the client",
    source: "SEP-2260#timeout-considerations",
    server: { reason: "the client's part: whoever sent the call runs its clock" },
    client: "tests"
  },
  {
    id: "PNG-01",
    revisions: "legacy",
    level: "MUST",
    clause: "ping is answered with an empty result at any time",
    source: "S25-11:basic/utilities/ping#behavior-requirements",
    server: "tests",
    client: "tests"
  },
  {
    id: "MET-04",
    revisions: "26-07",
    level: "MUST",
    clause: "a request without its claim is -32602; the client's name is no part of it",
    source: "S26:basic/index#meta",
    server: "tests"
  },
  {
    id: "MET-05",
    revisions: "26-07",
    level: "MUST",
    clause: "over HTTP, that comes with the status 400",
    source: "S26:basic/index#meta",
    server: "tests"
  },
  {
    id: "MET-06",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "a capability that this request does not declare is not relied on",
    source: "S26:basic/index#meta",
    server: "tests"
  },
  {
    id: "MET-07",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "what earlier requests declared is not remembered",
    source: "T26:RequestMetaObject",
    server: "tests"
  },
  {
    id: "MET-08",
    revisions: "26-07",
    level: "MUST",
    clause: "a capability that is needed and not declared is -32021, with what is needed",
    source: "S26:basic/index#meta",
    server: "tests"
  },
  {
    id: "MET-09",
    revisions: "26-07",
    level: "MUST",
    clause: "over HTTP, -32021 comes with the status 400",
    source: "S26:basic/index#meta",
    server: "tests"
  },
  {
    id: "MET-13",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "nothing is taken from earlier requests of a connection",
    source: "S26:basic/index#statelessness",
    server: "tests"
  },
  {
    id: "MET-17",
    revisions: "26-07",
    level: "MUST",
    clause: "state that spans requests is named by the client each time",
    source: "S26:basic/index#statelessness",
    server: {
      reason:
        "it is handlers that make handles and take them as arguments; the toolkit's own spanning state is requestState and cursors"
    },
    client: { reason: "a handle is an argument of a tool like any other; the state of a request in rounds is MRC-03" }
  },
  {
    id: "MET-18",
    revisions: "26-07",
    level: "MUST",
    clause: "each request is authenticated by itself",
    source: "SEP-2575#security-implications",
    server: "tests"
  },
  {
    id: "VER-01",
    revisions: "26-07",
    level: "MUST",
    clause: "another version is -32022, with what is supported and what was asked for",
    source: "S26:basic/versioning#protocol-version-negotiation",
    server: "tests"
  },
  {
    id: "VER-02",
    revisions: "26-07",
    level: "MUST",
    clause: "over HTTP, -32022 comes with the status 400",
    source: "S26:basic/transports/streamable-http#protocol-version-header",
    server: "tests"
  },
  {
    id: "VER-04",
    revisions: "26-07",
    level: "MUST",
    clause: "server/discover tells versions, capabilities, instructions, and how long that keeps",
    source: "S26:server/discover; T26:DiscoverResult",
    server: "tests"
  },
  {
    id: "ERA-12",
    revisions: "26-07",
    level: "MUST*",
    clause: "both eras are served side by side; initialize opens a session, a claim needs none",
    source: "S26:basic/versioning#compatibility-matrix",
    server: "tests"
  },
  {
    id: "SDK-01",
    revisions: "26-07",
    level: "MUST*",
    clause: "deprecated interfaces are marked, with proposal and earliest removal",
    source: "LC#tier-1-sdk-obligations",
    server: { reason: "a duty of each release; no revision has followed the one that deprecates" },
    client: { reason: "a duty of each release; no revision has followed the one that deprecates" }
  },
  {
    id: "SDK-03",
    revisions: "all",
    level: "MUST*",
    clause: "all required scenarios of the official suite pass",
    source: "TIER#tier-requirements",
    server: { reason: "the suite runs as a test of its own, and its baseline lists what does not pass" },
    client: { reason: "the suite runs as a test of its own, and its baseline lists what does not pass" }
  },
  {
    id: "SDK-04",
    revisions: "all",
    level: "MUST*",
    clause: "every feature that is not experimental is implemented",
    source: "TIER#overview",
    server: { reason: "the sum of all other rows" },
    client: { reason: "the sum of all other rows" }
  },
  {
    id: "SDK-05",
    revisions: "all",
    level: "MUST*",
    clause: "features of a new revision are there before it ships",
    source: "TIER#tier-requirements",
    server: { reason: "a duty of the project, not of its code" },
    client: { reason: "a duty of the project, not of its code" }
  },
  {
    id: "SDK-06",
    revisions: "all",
    level: "MUST*",
    clause: "issues are looked at within two days",
    source: "TIER#tier-requirements",
    server: { reason: "a duty of the project, not of its code" },
    client: { reason: "a duty of the project, not of its code" }
  },
  {
    id: "SDK-07",
    revisions: "all",
    level: "MUST*",
    clause: "there is a stable release, and a policy on versions",
    source: "TIER#tier-requirements",
    server: { reason: "a duty of the project, not of its code" },
    client: { reason: "a duty of the project, not of its code" }
  },
  {
    id: "SDK-08",
    revisions: "all",
    level: "MUST*",
    clause: "each feature is documented with an example",
    source: "TIER#tier-requirements",
    server: { reason: "a duty of the documentation; its examples are compiled and run by tests of their own" },
    client: { reason: "a duty of the documentation; its examples are compiled and run by tests of their own" }
  },
  {
    id: "SDK-09",
    revisions: "all",
    level: "MUST*",
    clause: "labels of issues have the common names",
    source: "TIER#issue-triage-labels",
    server: { reason: "a duty of the project, not of its code" },
    client: { reason: "a duty of the project, not of its code" }
  },
  {
    id: "SDK-12",
    revisions: "26-07",
    level: "MUST",
    clause: "a deprecated capability that a peer uses is still served",
    source: "SEP-2577#capability-negotiation",
    server: "tests",
    client: "tests"
  },
  {
    id: "SDK-14",
    revisions: "26-07",
    level: "MUST",
    clause: "packages of experimental extensions are named so",
    source: "SEP-2133#experimental-extensions",
    server: { reason: "there is no such package" },
    client: { reason: "there is no such package" }
  }
]
