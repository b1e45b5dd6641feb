/** The ledger's chapter on stdio and Streamable HTTP of both eras. Data; see `Requirement.ts` for what a row is. */
import type { Requirement } from "./Requirement.ts"

/** The rows of this chapter that bind a server. */
export const transports: ReadonlyArray<Requirement> = [
  {
    id: "TRN-02",
    revisions: "legacy",
    level: "MUST",
    clause: "another transport keeps to the messages and to the life of a session",
    source: "S25-11:basic/transports#custom-transports",
    server: "tests",
    client: "tests"
  },
  {
    id: "TRN-03",
    revisions: "26-07",
    level: "MUST",
    clause: "another transport keeps to the messages, the patterns and the claim of each request",
    source: "S26:basic/transports/index#custom-transports",
    server: "tests",
    client: "tests"
  },
  {
    id: "TRN-06",
    revisions: "26-07",
    level: "MUST*",
    clause: "the body is the truth, and an envelope that differs from it is refused",
    source: "S26:basic/transports/index#request-metadata",
    server: "tests",
    client: {
      reason:
        "only what a client sends has such an envelope, and HDR-02 holds it to the body; refusing another is the server's"
    }
  },
  {
    id: "STD-01",
    revisions: "all",
    level: "MUST NOT",
    clause: "a message is one line, with no line end inside",
    source: "S26:basic/transports/stdio",
    server: "tests",
    client: "tests"
  },
  {
    id: "STD-02",
    revisions: "all",
    level: "MUST NOT",
    clause: "nothing but messages is written to stdout",
    source: "S26:basic/transports/stdio",
    server: "tests"
  },
  {
    id: "STD-06",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "no requests are written to stdout",
    source: "S26:basic/transports/stdio#receiving-messages",
    server: "tests"
  },
  {
    id: "STD-10",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "nothing more is sent for a cancelled request",
    source: "S26:basic/transports/stdio#cancellation",
    server: "tests"
  },
  {
    id: "STD-15",
    revisions: "25-03",
    level: "MUST*",
    clause: "a line may hold a batch",
    source: "S25-03:basic/transports#stdio",
    server: "tests",
    client: "tests"
  },
  {
    id: "HTC-01",
    revisions: "25-03..25-11",
    level: "MUST",
    clause: "one path serves POST and GET",
    source: "S25-11:basic/transports#streamable-http",
    server: "tests"
  },
  {
    id: "HTC-02",
    revisions: "26-07",
    level: "MUST",
    clause: "one path serves POST",
    source: "S26:basic/transports/streamable-http",
    server: "tests"
  },
  {
    id: "HTC-03",
    revisions: "all",
    level: "MUST",
    clause: "the origin of each connection is checked",
    source: "S24-11:basic/transports#http-with-sse; S26:basic/transports/streamable-http#security-endpoint",
    server: "tests"
  },
  {
    id: "HTC-04",
    revisions: "≥25-11",
    level: "MUST",
    clause: "an origin that is not admitted is 403",
    source: "S25-11:basic/transports#security-warning",
    server: "tests"
  },
  {
    id: "HTC-13",
    revisions: "≥25-03",
    level: "MUST",
    clause: "a notification or an answer that is accepted is 202 without a body",
    source: "S26:basic/transports/streamable-http#sending-messages",
    server: "tests"
  },
  {
    id: "HTC-14",
    revisions: "≥25-03",
    level: "MUST",
    clause: "one that is not accepted is an error status",
    source: "S26:basic/transports/streamable-http#sending-messages",
    server: "tests"
  },
  {
    id: "HTC-15",
    revisions: "≥25-03",
    level: "MUST",
    clause: "a request is answered with JSON or with an event stream",
    source: "S26:basic/transports/streamable-http#sending-messages",
    server: "tests"
  },
  {
    id: "HTL-11",
    revisions: "SEP-2260 (25-11)",
    level: "MUST",
    clause: "a client is asked only in the course of a request of its own",
    source: "SEP-2260",
    server: "tests"
  },
  {
    id: "HTL-12",
    revisions: "SEP-2260 (25-11)",
    level: "MUST NOT",
    clause: "a client is never asked on a stream of no request",
    source: "SEP-2260",
    server: "tests"
  },
  {
    id: "HTG-02",
    revisions: "25-03..25-11",
    level: "MUST",
    clause: "GET is answered with an event stream or with 405",
    source: "S25-11:basic/transports#listening-for-messages-from-the-server",
    server: "tests"
  },
  {
    id: "HTG-04",
    revisions: "25-03..25-11",
    level: "MUST NOT",
    clause: "a GET stream carries no answers, unless it resumes the stream of a POST",
    source: "S25-11:basic/transports#listening-for-messages-from-the-server",
    server: "tests"
  },
  {
    id: "HTG-06",
    revisions: "25-03..25-11",
    level: "MUST",
    clause: "a message goes out on one of the open streams",
    source: "S25-11:basic/transports#multiple-connections",
    server: "tests"
  },
  {
    id: "HTG-07",
    revisions: "25-03..25-11",
    level: "MUST NOT",
    clause: "a message is not sent on several streams",
    source: "S25-11:basic/transports#multiple-connections",
    server: "tests"
  },
  {
    id: "HTG-08",
    revisions: "25-03..25-11",
    level: "MUST",
    clause: "ids of events are unique in the session",
    source: "S25-11:basic/transports#resumability-and-redelivery",
    server: "tests"
  },
  {
    id: "HTG-11",
    revisions: "25-03..25-11",
    level: "MUST NOT",
    clause: "only what the broken stream has missed is sent again",
    source: "S25-11:basic/transports#resumability-and-redelivery",
    server: "tests"
  },
  {
    id: "HTS-02",
    revisions: "25-03..25-11",
    level: "MUST",
    clause: "a session id is visible ASCII",
    source: "S25-11:basic/transports#session-management",
    server: "tests"
  },
  {
    id: "HTS-06",
    revisions: "25-03..25-11",
    level: "MUST",
    clause: "a session that has ended is 404",
    source: "S25-11:basic/transports#session-management",
    server: "tests"
  },
  {
    id: "HTV-04",
    revisions: "25-06, 25-11",
    level: "MUST",
    clause: "a version header that is not supported is 400",
    source: "S25-06:basic/transports#protocol-version-header",
    server: "tests"
  },
  {
    id: "HTM-03",
    revisions: "26-07",
    level: "MUST",
    clause: "notifications on the stream of an answer belong to that request",
    source: "S26:basic/transports/streamable-http#receiving-messages",
    server: "tests"
  },
  {
    id: "HTM-04",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "the stream of an answer carries no requests",
    source: "S26:basic/transports/streamable-http#receiving-messages",
    server: "tests"
  },
  {
    id: "HTM-09",
    revisions: "26-07",
    level: "MUST*",
    clause: "streams have no ids of events, and are not resumed",
    source: "S26:basic/transports/streamable-http#receiving-messages",
    server: "tests",
    client: "tests"
  },
  {
    id: "HTM-11",
    revisions: "26-07",
    level: "MUST",
    clause: "a client that closes the stream has cancelled the request",
    source: "S26:basic/transports/streamable-http#cancellation",
    server: "tests"
  },
  {
    id: "HTM-13",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "nothing more is sent for it",
    source: "S26:basic/transports/streamable-http#cancellation",
    server: "tests"
  },
  {
    id: "HTM-17",
    revisions: "26-07",
    level: "MUST",
    clause: "a method that is not implemented is 404 with -32601",
    source: "S26:basic/transports/streamable-http#protocol-version-header",
    server: "tests"
  },
  {
    id: "HTM-18",
    revisions: "26-07",
    level: "MUST",
    clause: "work that has to outlive its stream is a task or has a handle",
    source: "SEP-2575#resumable-streams-are-removed",
    server: { reason: "tasks are an extension, which is not offered yet; a handle is an argument of the author's" },
    client: { reason: "tasks are an extension, which is not offered yet; a handle is an argument of the application's" }
  },
  {
    id: "HDR-03",
    revisions: "26-07",
    level: "MUST",
    clause: "a version that differs between header and body is 400 with -32020",
    source: "S26:basic/transports/streamable-http#protocol-version-header",
    server: "tests"
  },
  {
    id: "HDR-04",
    revisions: "26-07",
    level: "MUST",
    clause: "a version that is not supported is 400 with -32022 and the list of those that are",
    source: "S26:basic/transports/streamable-http#protocol-version-header",
    server: "tests"
  },
  {
    id: "HDR-05",
    revisions: "26-07",
    level: "MUST",
    clause: "where no old clients are served, a request without the header is 400 with -32020",
    source: "S26:basic/transports/streamable-http#protocol-version-header",
    server: "tests"
  },
  {
    id: "HDR-09",
    revisions: "26-07",
    level: "MUST",
    clause: "the case of header names does not matter, that of their values does",
    source: "S26:basic/transports/streamable-http#case-sensitivity",
    server: "tests",
    client: "tests"
  },
  {
    id: "HDR-10",
    revisions: "26-07",
    level: "MUST",
    clause: "headers that do not match the body are refused",
    source: "S26:basic/transports/streamable-http#server-validation",
    server: "tests"
  },
  {
    id: "HDR-11",
    revisions: "26-07",
    level: "MUST",
    clause: "a header that is missing, does not match or cannot be read is 400",
    source: "S26:basic/transports/streamable-http#server-validation",
    server: "tests"
  },
  {
    id: "HDR-12",
    revisions: "26-07",
    level: "MUST",
    clause: "and its code is -32020",
    source: "S26:basic/transports/streamable-http#server-validation",
    server: "tests"
  },
  {
    id: "HDR-13",
    revisions: "26-07",
    level: "MUST",
    clause: "an encoded value is decoded before it is compared",
    source: "S26:basic/transports/streamable-http#server-validation",
    server: "tests"
  },
  {
    id: "HDR-18",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "no decision about security rests on a header's value",
    source: "SEP-2243#trusting-header-values",
    server: {
      reason:
        "dispatch reads the body, headers are only compared with it (HDR-10), and sessions are bound to a credential"
    },
    client: { reason: "a client decides nothing by a header but how to read a body and which session it is in" }
  },
  {
    id: "HDR-19",
    revisions: "26-07",
    level: "MUST",
    clause: "a header that implies access is checked against the permissions of the user",
    source: "SEP-2243#trusting-header-values",
    server: { reason: "binds the application: no header of the protocol implies access" }
  },
  {
    id: "HDR-20",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "a header by itself gives no privilege",
    source: "SEP-2243#trusting-header-values",
    server: { reason: "no header gives any: McpRequest.header hands them to the author, who decides" }
  },
  {
    id: "HDR-24",
    revisions: "26-07",
    level: "MUST",
    clause: "spaces around values and the case of names are accepted, a method in another case is not",
    source: "SEP-2243#conformance-test-cases",
    server: "tests"
  },
  {
    id: "SSE-01",
    revisions: "24-11",
    level: "MUST",
    clause: "HTTP+SSE has an endpoint for the stream and one to post to",
    source: "S24-11:basic/transports#http-with-sse",
    server: "tests"
  },
  {
    id: "SSE-02",
    revisions: "24-11",
    level: "MUST",
    clause: "its stream begins with the address to post to",
    source: "S24-11:basic/transports#http-with-sse",
    server: "tests"
  },
  {
    id: "SSE-04",
    revisions: "24-11",
    level: "MUST*",
    clause: "its messages are events named message",
    source: "S24-11:basic/transports#http-with-sse",
    server: "tests"
  }
]
