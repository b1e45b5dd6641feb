/** What binds clients alone, of transports. Data; see `Requirement.ts` for what a row is. */
import type { Requirement } from "../Requirement.ts"

/** The rows of this chapter that bind clients alone. */
export const clientTransports: ReadonlyArray<Requirement> = [
  {
    id: "STD-03",
    revisions: "all",
    level: "MUST NOT",
    clause: "nothing but messages goes to the stdin of a server",
    source: "S26:basic/transports/stdio",
    client: "tests"
  },
  {
    id: "STD-05",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "in the stateless era no answers go to the stdin of a server",
    source: "S26:basic/transports/stdio#sending-messages",
    client: "tests"
  },
  {
    id: "STD-07",
    revisions: "26-07",
    level: "MUST",
    clause: "what is listened for on a line is told apart by subscription id",
    source: "S26:basic/transports/stdio#receiving-messages",
    client: "tests"
  },
  {
    id: "STD-08",
    revisions: "26-07",
    level: "MUST",
    clause: "giving up a request on a line is said with its id",
    source: "S26:basic/transports/stdio#cancellation",
    client: "tests"
  },
  {
    id: "STD-14",
    revisions: "26-07",
    level: "MUST*",
    clause: "listening begins anew after a restart of the server",
    source: "S26:basic/transports/stdio#unexpected-termination",
    client: "tests"
  },
  {
    id: "HTC-07",
    revisions: "≥25-03",
    level: "MUST",
    clause: "each message is a POST of its own",
    source: "S26:basic/transports/streamable-http#sending-messages",
    client: "tests"
  },
  {
    id: "HTC-08",
    revisions: "≥25-03",
    level: "MUST",
    clause: "messages are sent by POST alone",
    source: "S26:basic/transports/streamable-http#sending-messages",
    client: "tests"
  },
  {
    id: "HTC-09",
    revisions: "≥25-03",
    level: "MUST",
    clause: "a POST accepts JSON and event streams",
    source: "S26:basic/transports/streamable-http#sending-messages",
    client: "tests"
  },
  {
    id: "HTC-10",
    revisions: "25-03",
    level: "MUST",
    clause: "a body is one message or an array of one kind",
    source: "S25-03:basic/transports#sending-messages-to-the-server",
    client: "tests"
  },
  {
    id: "HTC-11",
    revisions: "25-06, 25-11",
    level: "MUST",
    clause: "a body is one message",
    source: "S25-06:basic/transports#sending-messages-to-the-server",
    client: "tests"
  },
  {
    id: "HTC-12",
    revisions: "26-07",
    level: "MUST",
    clause: "a body is one request or notification",
    source: "S26:basic/transports/streamable-http#sending-messages",
    client: "tests"
  },
  {
    id: "HTC-16",
    revisions: "≥25-03",
    level: "MUST",
    clause: "answers may be JSON or an event stream",
    source: "S26:basic/transports/streamable-http#sending-messages",
    client: "tests"
  },
  {
    id: "HTL-04",
    revisions: "25-11",
    level: "MUST",
    clause: "`retry` is waited for before a stream is taken up again",
    source: "S25-11:basic/transports#sending-messages-to-the-server",
    client: "tests"
  },
  {
    id: "HTG-01",
    revisions: "25-03..25-11",
    level: "MUST",
    clause: "GET accepts event streams",
    source: "S25-11:basic/transports#listening-for-messages-from-the-server",
    client: "tests"
  },
  {
    id: "HTS-03",
    revisions: "25-11",
    level: "MUST",
    clause: "the id of a session is kept to the session's own requests",
    source: "S25-11:basic/transports#session-management",
    client: "tests"
  },
  {
    id: "HTS-04",
    revisions: "25-03..25-11",
    level: "MUST",
    clause: "the id of a session goes along with all that belongs to it",
    source: "S25-11:basic/transports#session-management",
    client: "tests"
  },
  {
    id: "HTS-07",
    revisions: "25-03..25-11",
    level: "MUST",
    clause: "404 in a session leads to a new handshake without the id",
    source: "S25-11:basic/transports#session-management",
    client: "tests"
  },
  {
    id: "HTV-01",
    revisions: "25-06, 25-11",
    level: "MUST",
    clause: "after the handshake the version is in a header of every request",
    source: "S25-06:basic/transports#protocol-version-header",
    client: "tests"
  },
  {
    id: "HTM-01",
    revisions: "26-07",
    level: "MUST",
    clause: "every request of the stateless era has the headers that describe it",
    source: "S26:basic/transports/streamable-http#sending-messages",
    client: "tests"
  },
  {
    id: "HTM-02",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "in the stateless era no answer is posted",
    source: "S26:basic/transports/streamable-http#sending-messages",
    client: "tests"
  },
  {
    id: "HTM-08",
    revisions: "26-07",
    level: "MUST*",
    clause: "comments in an event stream are passed over",
    source: "S26:basic/transports/streamable-http#receiving-messages",
    client: "tests"
  },
  {
    id: "HTM-10",
    revisions: "26-07",
    level: "MUST",
    clause: "what a broken stream lost is asked for as a new request",
    source: "S26:changelog (major 9)",
    client: "tests"
  },
  {
    id: "SSE-03",
    revisions: "24-11",
    level: "MUST",
    clause: "messages of HTTP+SSE go to the address that the server names",
    source: "S24-11:basic/transports#http-with-sse",
    client: "tests"
  }
]
