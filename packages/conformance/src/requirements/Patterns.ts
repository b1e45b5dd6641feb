/** The ledger's chapter on asking in a result, subscriptions, caching, progress, cancellation and trace context. Data; see `Requirement.ts` for what a row is. */
import type { Requirement } from "./Requirement.ts"

/** The rows of this chapter that bind a server. */
export const patterns: ReadonlyArray<Requirement> = [
  {
    id: "MRS-01",
    revisions: "26-07",
    level: "MUST",
    clause: "roots, sampling and elicitation are asked for in results only",
    source: "S26:basic/patterns/mrtr",
    server: "tests"
  },
  {
    id: "MRS-02",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "only tools/call, prompts/get and resources/read may ask",
    source: "S26:basic/patterns/mrtr#supported-requests",
    server: "tests"
  },
  {
    id: "MRS-03",
    revisions: "26-07",
    level: "MUST",
    clause: "the questions of a result have a key each",
    source: "S26:basic/patterns/mrtr#server-requirements-basic-workflow",
    server: "tests"
  },
  {
    id: "MRS-04",
    revisions: "26-07",
    level: "MUST",
    clause: "a question is a request object without an envelope",
    source: "S26:basic/patterns/mrtr#server-requirements-basic-workflow",
    server: "tests"
  },
  {
    id: "MRS-05",
    revisions: "26-07",
    level: "MUST",
    clause: "a result that asks has questions, state, or both",
    source: "S26:basic/patterns/mrtr#server-requirements-basic-workflow",
    server: "tests"
  },
  {
    id: "MRS-06",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "nothing is asked that this request's client does not declare",
    source: "S26:basic/patterns/mrtr#server-requirements-basic-workflow",
    server: "tests"
  },
  {
    id: "MRS-07",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "a server does not count on an answer",
    source: "S26:basic/patterns/mrtr#server-requirements-basic-workflow",
    server: "tests"
  },
  {
    id: "MRS-08",
    revisions: "26-07",
    level: "MUST",
    clause: "state that comes back is not trusted",
    source: "S26:basic/patterns/mrtr#server-requirements-basic-workflow",
    server: "tests"
  },
  {
    id: "MRS-09",
    revisions: "26-07",
    level: "MUST",
    clause: "state that matters is sealed",
    source: "S26:basic/patterns/mrtr#server-requirements-basic-workflow",
    server: "tests"
  },
  {
    id: "MRS-10",
    revisions: "26-07",
    level: "MUST",
    clause: "state whose seal is broken is refused",
    source: "S26:basic/patterns/mrtr#server-requirements-basic-workflow",
    server: "tests"
  },
  {
    id: "MRS-14",
    revisions: "26-07",
    level: "MUST",
    clause: "what may be used once is enforced by the server, not by the seal",
    source: "S26:basic/patterns/mrtr#server-requirements-basic-workflow",
    server: {
      reason:
        "state may be used as often as it is valid; what must happen once is recorded in it by the author (Ask.once)"
    }
  },
  {
    id: "MRS-15",
    revisions: "26-07",
    level: "MUST",
    clause: "state about a user is bound to that user, and checked",
    source: "SEP-2322#protocol-requirements-for-ephemeral-workflow",
    server: "tests"
  },
  {
    id: "MRS-16",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "nothing follows a result that asks on its stream",
    source: "SEP-2322#protocol-requirements-for-ephemeral-workflow",
    server: "tests"
  },
  {
    id: "SUB-01",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "only what the filter asks for is sent",
    source: "S26:basic/patterns/subscriptions#opening-a-stream",
    server: "tests"
  },
  {
    id: "SUB-02",
    revisions: "26-07",
    level: "MUST",
    clause: "the first message of a subscription acknowledges it",
    source: "S26:basic/patterns/subscriptions#acknowledgment",
    server: "tests"
  },
  {
    id: "SUB-03",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "nothing of it is sent before",
    source: "S26:basic/patterns/subscriptions#acknowledgment",
    server: "tests"
  },
  {
    id: "SUB-04",
    revisions: "26-07",
    level: "MUST*",
    clause: "the acknowledgement names what is honoured, and nothing else",
    source: "T26:SubscriptionsAcknowledgedNotificationParams",
    server: "tests"
  },
  {
    id: "SUB-05",
    revisions: "26-07",
    level: "MUST",
    clause: "each message of it carries the id of the listen request, in its type",
    source: "S26:basic/index#meta",
    server: "tests"
  },
  {
    id: "SUB-07",
    revisions: "26-07",
    level: "MUST*",
    clause: "so does the result that ends it",
    source: "T26:SubscriptionsListenResultMetaObject",
    server: "tests"
  },
  {
    id: "SUB-08",
    revisions: "26-07",
    level: "MUST",
    clause: "a server that ends it on a line says so with a cancellation",
    source: "S26:basic/patterns/cancellation",
    server: "tests"
  },
  {
    id: "SUB-09",
    revisions: "26-07",
    level: "MUST",
    clause: "nothing is sent once the client has cancelled it",
    source: "SEP-2575#stopping-a-subscription",
    server: "tests"
  },
  {
    id: "SUB-10",
    revisions: "26-07",
    level: "MUST*",
    clause: "over HTTP, listening is answered with an event stream",
    source: "S26:basic/transports/streamable-http#receiving-messages",
    server: "tests"
  },
  {
    id: "SUB-11",
    revisions: "26-07",
    level: "MUST*",
    clause: "a client may have several, each with its own filter and id",
    source: "S26:basic/patterns/subscriptions#multiple-concurrent-subscriptions",
    server: "tests"
  },
  {
    id: "SUB-12",
    revisions: "26-07",
    level: "MUST NOT*",
    clause: "progress and logs do not travel on it",
    source: "S26:basic/transports/streamable-http#receiving-messages",
    server: "tests"
  },
  {
    id: "SUB-13",
    revisions: "26-07",
    level: "MUST",
    clause: "over HTTP, a server that ends it closes the stream",
    source: "SEP-2575#acknowledgment-notification",
    server: "tests"
  },
  {
    id: "CAC-01",
    revisions: "26-07",
    level: "MUST",
    clause: "lists, reads and discovery say how long they keep, and for whom",
    source: "S26:server/utilities/caching#cacheable-results",
    server: "tests"
  },
  {
    id: "CAC-02",
    revisions: "26-07",
    level: "MUST NOT*",
    clause: "results that ask do not",
    source: "S26:server/utilities/caching#cacheable-results",
    server: "tests"
  },
  {
    id: "CAC-03",
    revisions: "26-07",
    level: "MUST",
    clause: "the time is not negative",
    source: "S26:server/utilities/caching#time-to-live-ttl-field",
    server: "tests"
  },
  {
    id: "CAC-04",
    revisions: "26-07",
    level: "MUST",
    clause: "all pages of a list are for the same audience",
    source: "S26:server/utilities/caching#interaction-with-pagination",
    server: "tests"
  },
  {
    id: "CAC-05",
    revisions: "26-07",
    level: "MUST",
    clause: "public results are shared between users",
    source: "S26:server/utilities/caching#security-considerations",
    server: "tests"
  },
  {
    id: "CAC-06",
    revisions: "26-07",
    level: "MUST",
    clause: "access to each component is controlled",
    source: "S26:server/utilities/caching#security-considerations",
    server: "tests"
  },
  {
    id: "CAC-07",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "access control does not rest on caching hints",
    source: "S26:server/utilities/caching#security-considerations",
    server: "tests"
  },
  {
    id: "PRG-01",
    revisions: "all",
    level: "MUST",
    clause: "progress tokens are strings or integers",
    source: "S26:basic/patterns/progress#progress-flow",
    server: "tests",
    client: "tests"
  },
  {
    id: "PRG-02",
    revisions: "all",
    level: "MUST",
    clause: "tokens are unique among the requests of their sender",
    source: "S26:basic/patterns/progress#progress-flow",
    server: { reason: "the client's part: a server asks for no progress" },
    client: "tests"
  },
  {
    id: "PRG-03",
    revisions: "all",
    level: "MUST",
    clause: "progress rises with each report",
    source: "S26:basic/patterns/progress#progress-flow",
    server: "tests",
    client: "tests"
  },
  {
    id: "PRG-05",
    revisions: "all",
    level: "MUST",
    clause: "progress is sent for running requests that asked for it",
    source: "S26:basic/patterns/progress#behavior-requirements",
    server: "tests",
    client: { reason: "this client reports no progress on what a server asks of it" }
  },
  {
    id: "PRG-06",
    revisions: "all",
    level: "MUST",
    clause: "none is sent after the end",
    source: "S26:basic/patterns/progress#implementation-notes",
    server: "tests",
    client: { reason: "this client reports no progress on what a server asks of it" }
  },
  {
    id: "CAN-02",
    revisions: "legacy",
    level: "MUST",
    clause: "only running requests of one's own are cancelled",
    source: "S25-11:basic/utilities/cancellation#behavior-requirements",
    server: "tests",
    client: "tests"
  },
  {
    id: "CAN-05",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "a server's cancellation ends a subscription, and nothing else",
    source: "S26:basic/patterns/cancellation",
    server: "tests"
  },
  {
    id: "CAN-06",
    revisions: "26-07",
    level: "MUST",
    clause: "a server's cancellation names a listen request",
    source: "S26:basic/patterns/cancellation#behavior-requirements",
    server: "tests"
  },
  {
    id: "CAN-07",
    revisions: "26-07",
    level: "MUST",
    clause: "over HTTP, going away is cancelling",
    source: "S26:basic/patterns/cancellation#transport-specific-cancellation",
    server: "tests"
  },
  {
    id: "CAN-13",
    revisions: "all",
    level: "MUST",
    clause: "a cancellation that comes too late does no harm",
    source: "S26:basic/patterns/cancellation#timing-considerations",
    server: "tests",
    client: "tests"
  },
  {
    id: "CAN-17",
    revisions: "25-11",
    level: "MUST",
    clause: "tasks are cancelled with tasks/cancel",
    source: "S25-11:basic/utilities/cancellation#behavior-requirements",
    server: { reason: "tasks are not offered yet" },
    client: { reason: "tasks are not offered yet" }
  },
  {
    id: "CAN-18",
    revisions: "25-11",
    level: "MUST",
    clause: "a cancellation names its request",
    source: "T25-11:CancelledNotificationParams",
    server: "tests",
    client: "tests"
  },
  {
    id: "TRC-01",
    revisions: "26-07",
    level: "MUST",
    clause: "traceparent and tracestate have the format of the W3C",
    source: "S26:basic/index#meta",
    server: "tests",
    client: "tests"
  },
  {
    id: "TRC-02",
    revisions: "26-07",
    level: "MUST",
    clause: "baggage has the format of the W3C",
    source: "S26:basic/index#meta",
    server: "tests",
    client: "tests"
  },
  {
    id: "TRC-03",
    revisions: "26-07",
    level: "MUST*",
    clause: "no other keys but these and progressToken go without a prefix",
    source: "S26:basic/index#meta",
    server: "tests",
    client: "tests"
  }
]
