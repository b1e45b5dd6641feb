/** What binds clients alone, of rounds, listening, caching and cancelling. Data; see `Requirement.ts` for what a row is. */
import type { Requirement } from "../Requirement.ts"

/** The rows of this chapter that bind clients alone. */
export const clientPatterns: ReadonlyArray<Requirement> = [
  {
    id: "MRC-01",
    revisions: "26-07",
    level: "MUST",
    clause: "all questions are answered before the request is sent again",
    source: "S26:basic/patterns/mrtr#client-requirements-basic-workflow",
    client: "tests"
  },
  {
    id: "MRC-02",
    revisions: "26-07",
    level: "MUST*",
    clause: "answers have the keys of the questions",
    source: "T26:InputResponseRequestParams",
    client: "tests"
  },
  {
    id: "MRC-03",
    revisions: "26-07",
    level: "MUST",
    clause: "the state comes back byte for byte",
    source: "S26:basic/patterns/mrtr#client-requirements-basic-workflow",
    client: "tests"
  },
  {
    id: "MRC-04",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "nobody looks into the state",
    source: "S26:basic/patterns/mrtr#client-requirements-basic-workflow",
    client: "tests"
  },
  {
    id: "MRC-05",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "where there was no state none is sent",
    source: "S26:basic/patterns/mrtr#client-requirements-basic-workflow",
    client: "tests"
  },
  {
    id: "MRC-06",
    revisions: "26-07",
    level: "MUST",
    clause: "the next round has another id",
    source: "S26:basic/patterns/mrtr#client-requirements-basic-workflow",
    client: "tests"
  },
  {
    id: "MRC-07",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "questions and state belong to one request alone",
    source: "S26:basic/patterns/mrtr#client-requirements-basic-workflow",
    client: "tests"
  },
  {
    id: "MRC-08",
    revisions: "26-07",
    level: "MUST",
    clause: "the next round repeats params, claims and headers",
    source: "S26:basic/patterns/mrtr; S26:basic/index#meta",
    client: "tests"
  },
  {
    id: "MRC-09",
    revisions: "26-07",
    level: "MUST*",
    clause: "questions where there can be none, or neither questions nor state, are not valid",
    source: "S26:basic/patterns/mrtr#supported-requests",
    client: "tests"
  },
  {
    id: "SUC-02",
    revisions: "26-07",
    level: "MUST",
    clause: "notifications on a line are told apart by subscription id",
    source: "S26:basic/patterns/subscriptions#receiving-notifications",
    client: "tests"
  },
  {
    id: "SUC-03",
    revisions: "26-07",
    level: "MUST",
    clause: "listening on a line begins anew after a reconnection",
    source: "S26:basic/patterns/subscriptions#cancellation",
    client: "tests"
  },
  {
    id: "SUC-04",
    revisions: "26-07",
    level: "MUST*",
    clause: "listening ends with the stream, or with a word on a line",
    source: "S26:basic/patterns/subscriptions#cancellation",
    client: "tests"
  },
  {
    id: "SUC-05",
    revisions: "26-07",
    level: "MUST*",
    clause: "listening says what for",
    source: "T26:SubscriptionsListenRequestParams",
    client: "tests"
  },
  {
    id: "CAC-09",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "a cached result serves the same method and params alone",
    source: "S26:server/utilities/caching#cache-key",
    client: "tests"
  },
  {
    id: "CAC-10",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "rounds with answers or state are not cached",
    source: "S26:server/utilities/caching#cache-key",
    client: "tests"
  },
  {
    id: "CAC-11",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "private results do not go from one identity to another",
    source: "S26:server/utilities/caching#cache-scope-field",
    client: "tests"
  },
  {
    id: "CAC-18",
    revisions: "26-07",
    level: "MUST",
    clause: "polling is irregular and backs off",
    source: "S26:server/utilities/caching#freshness-calculation",
    client: "tests"
  },
  {
    id: "PRG-09",
    revisions: "26-07",
    level: "MUST NOT*",
    clause: "clients send no progress in the stateless era",
    source: "T26:ClientNotification",
    client: "tests"
  },
  {
    id: "CAN-03",
    revisions: "26-07",
    level: "MUST",
    clause: "only requests in flight are cancelled",
    source: "S26:basic/patterns/cancellation#behavior-requirements",
    client: "tests"
  },
  {
    id: "CAN-04",
    revisions: "legacy",
    level: "MUST NOT",
    clause: "the handshake is not cancelled",
    source: "S25-11:basic/utilities/cancellation#behavior-requirements",
    client: "tests"
  },
  {
    id: "CAN-08",
    revisions: "26-07",
    level: "MUST",
    clause: "on a line cancelling is a notification",
    source: "S26:basic/patterns/cancellation#transport-specific-cancellation",
    client: "tests"
  }
]
