/** The ledger's chapter on messages, errors, keys of `_meta` and JSON Schema. Data; see `Requirement.ts` for what a row is. */
import type { Requirement } from "./Requirement.ts"

/** The rows of this chapter that bind a server. */
export const jsonRpc: ReadonlyArray<Requirement> = [
  {
    id: "RPC-01",
    revisions: "all",
    level: "MUST",
    clause: "each message is one of JSON-RPC 2.0",
    source: "S26:basic/index#messages",
    server: "tests",
    client: "tests"
  },
  {
    id: "RPC-02",
    revisions: "≥25-03",
    level: "MUST",
    clause: "text is encoded as UTF-8",
    source: "S25-03:basic/transports; S26:basic/transports/index#messages",
    server: "tests",
    client: "tests"
  },
  {
    id: "RPC-03",
    revisions: "all",
    level: "MUST",
    clause: "an id is a string or an integer",
    source: "S26:basic/index#requests",
    server: "tests",
    client: "tests"
  },
  {
    id: "RPC-04",
    revisions: "all",
    level: "MUST NOT",
    clause: "an id is not null",
    source: "S26:basic/index#requests",
    server: "tests",
    client: "tests"
  },
  {
    id: "RPC-05",
    revisions: "legacy",
    level: "MUST NOT",
    clause: "whoever asks uses an id once in a session",
    source: "S25-11:basic/index#requests",
    server: "tests",
    client: "tests"
  },
  {
    id: "RPC-06",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "an id is not that of a request which is still waiting",
    source: "S26:basic/index#requests",
    server: "tests",
    client: "tests"
  },
  {
    id: "RPC-07",
    revisions: "all",
    level: "MUST",
    clause: "an answer has the id of its request, in its type",
    source: "S26:basic/index#result-responses",
    server: "tests",
    client: "tests"
  },
  {
    id: "RPC-08",
    revisions: "≤25-06",
    level: "MUST",
    clause: "an answer has a result or an error",
    source: "S25-06:basic/index#responses",
    server: "tests",
    client: "tests"
  },
  {
    id: "RPC-09",
    revisions: "≤25-06",
    level: "MUST NOT",
    clause: "an answer has not both",
    source: "S25-06:basic/index#responses",
    server: "tests",
    client: "tests"
  },
  {
    id: "RPC-10",
    revisions: "≥25-11",
    level: "MUST",
    clause: "a success has a result",
    source: "S25-11:basic/index#result-responses",
    server: "tests",
    client: "tests"
  },
  {
    id: "RPC-11",
    revisions: "≥25-11",
    level: "MUST",
    clause: "a failure has an error with code and message",
    source: "S25-11:basic/index#error-responses",
    server: "tests",
    client: "tests"
  },
  {
    id: "RPC-12",
    revisions: "≥25-11",
    level: "MUST",
    clause: "a failure has the id of its request, and no id if that could not be read",
    source: "S25-11:basic/index#error-responses",
    server: "tests",
    client: "tests"
  },
  {
    id: "RPC-13",
    revisions: "≤25-06",
    level: "MUST",
    clause: "an error has code and message, and the id that these schemas demand",
    source: "S25-06:basic/index#responses; T25-06:JSONRPCError",
    server: "tests",
    client: "tests"
  },
  {
    id: "RPC-14",
    revisions: "all",
    level: "MUST",
    clause: "error codes are integers",
    source: "S26:basic/index#error-responses",
    server: "tests",
    client: "tests"
  },
  {
    id: "RPC-16",
    revisions: "all",
    level: "MUST NOT",
    clause: "a notification has no id",
    source: "S26:basic/index#notifications",
    server: "tests",
    client: "tests"
  },
  {
    id: "RPC-17",
    revisions: "≥25-03",
    level: "MUST NOT",
    clause: "a notification is not answered",
    source: "S26:basic/index#notifications",
    server: "tests",
    client: "tests"
  },
  {
    id: "RPC-18",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "a server sends no requests",
    source: "S26:basic/patterns/index",
    server: "tests"
  },
  {
    id: "RPC-20",
    revisions: "26-07",
    level: "MUST",
    clause: "requests and notifications go to the server, answers and notifications to the client",
    source: "S26:basic/transports/index#messages",
    server: "tests",
    client: "tests"
  },
  {
    id: "BAT-01",
    revisions: "25-03",
    level: "MUST",
    clause: "batches are accepted",
    source: "S25-03:basic/index#batching",
    server: "tests",
    client: "tests"
  },
  {
    id: "BAT-02",
    revisions: "≥25-06",
    level: "MUST*",
    clause: "batches are refused",
    source: "S25-06:changelog; S26:basic/transports/streamable-http#sending-messages",
    server: "tests",
    client: {
      reason:
        "a client sends none, which HTC-11 shows; one that it gets it reads in every revision: nothing is won by losing an answer"
    }
  },
  {
    id: "RES-01",
    revisions: "26-07",
    level: "MUST",
    clause: "every result has a type",
    source: "S26:basic/index#result-responses",
    server: "tests"
  },
  {
    id: "RES-02",
    revisions: "26-07",
    level: "MUST",
    clause: "both sides know the types of the core, and those of extensions that both announced",
    source: "S26:basic/index#resulttype",
    server: { reason: "it is the client that reads results; that a server sends no other type is RES-01" },
    client: "tests"
  },
  {
    id: "RES-05",
    revisions: "26-07",
    level: "MUST*",
    clause: "answers of a client inside a request have no result type",
    source: "T26:ElicitResult, CreateMessageResult, ListRootsResult",
    server: "tests",
    client: "tests"
  },
  {
    id: "ERR-01",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "no new meaning is given to -32000 to -32019",
    source: "S26:basic/index#error-codes",
    server: "tests",
    client: "tests"
  },
  {
    id: "ERR-03",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "of those codes, only -32002 means anything when it is received",
    source: "S26:basic/index#error-codes",
    server: { reason: "the client's part: a server of this revision sends no requests, and so receives no errors" },
    client: "tests"
  },
  {
    id: "ERR-04",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "of -32020 to -32099, only codes of the specification are sent",
    source: "S26:basic/index#error-codes",
    server: "tests",
    client: "tests"
  },
  {
    id: "ERR-05",
    revisions: "26-07",
    level: "MUST",
    clause: "-32020, -32021 and -32022 mean what they are defined to mean",
    source: "S26:basic/index#error-codes",
    server: "tests",
    client: "tests"
  },
  {
    id: "ERR-06",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "-32002 and -32042 are not sent",
    source: "S26:basic/index#error-codes",
    server: "tests",
    client: "tests"
  },
  {
    id: "ERR-10",
    revisions: "26-07",
    level: "MUST*",
    clause: "an unknown method, or one of a capability that is not offered, is -32601",
    source: "T26:MethodNotFoundError",
    server: "tests"
  },
  {
    id: "ERR-11",
    revisions: "26-07",
    level: "MUST*",
    clause: "bad JSON is -32700, a bad request object -32600",
    source: "T26:ParseError, InvalidRequestError",
    server: "tests"
  },
  {
    id: "ERR-12",
    revisions: "26-07",
    level: "MUST*",
    clause: "unknown names, missing arguments, bad cursors and levels, and missing _meta are -32602",
    source: "T26:InvalidParamsError",
    server: "tests"
  },
  {
    id: "ERR-13",
    revisions: "26-07",
    level: "MUST*",
    clause: "over HTTP, -32020 comes with the status 400",
    source: "T26:HeaderMismatchError",
    server: "tests"
  },
  {
    id: "ERR-14",
    revisions: "25-11",
    level: "MUST",
    clause: "-32042 is sent only if a URL has to be visited first",
    source: "S25-11:client/elicitation#url-elicitation-required-error",
    server: "tests"
  },
  {
    id: "KEY-01",
    revisions: "≥25-06",
    level: "MUST NOT",
    clause: "reserved keys mean what they are defined to mean, and no more is assumed",
    source: "S26:basic/index#meta",
    server: { reason: "it forbids an assumption: there is no code to test" },
    client: { reason: "it forbids an assumption: there is no code to test" }
  },
  {
    id: "KEY-02",
    revisions: "≥25-06",
    level: "MUST",
    clause: "a key's prefix is labels with dots between them and a slash at the end",
    source: "S26:basic/index#meta",
    server: "tests",
    client: "tests"
  },
  {
    id: "KEY-03",
    revisions: "≥25-06",
    level: "MUST",
    clause: "a label begins with a letter and ends with a letter or digit",
    source: "S26:basic/index#meta",
    server: "tests",
    client: "tests"
  },
  {
    id: "KEY-04",
    revisions: "≥25-06",
    level: "MUST",
    clause: "a key's name begins and ends with a letter or digit",
    source: "S26:basic/index#meta",
    server: "tests",
    client: "tests"
  },
  {
    id: "KEY-06",
    revisions: "≥25-11",
    level: "MUST NOT*",
    clause: "prefixes whose second label is that of MCP are MCP's",
    source: "S25-11:basic/index#meta",
    server: "tests",
    client: "tests"
  },
  {
    id: "KEY-07",
    revisions: "25-06",
    level: "MUST NOT*",
    clause: "prefixes whose last label but one is that of MCP are MCP's",
    source: "S25-06:basic/index#meta",
    server: "tests",
    client: "tests"
  },
  {
    id: "KEY-08",
    revisions: "26-07",
    level: "MUST",
    clause: "trace members have the formats of the W3C",
    source: "S26:basic/index#meta",
    server: "tests",
    client: "tests"
  },
  {
    id: "JSC-01",
    revisions: "≥25-11",
    level: "MUST",
    clause: "JSON Schema means 2020-12 unless it says otherwise",
    source: "S25-11:basic/index#json-schema-usage",
    server: "tests",
    client: "tests"
  },
  {
    id: "JSC-02",
    revisions: "≥25-11",
    level: "MUST",
    clause: "a schema is checked in its own dialect",
    source: "S25-11:basic/index#implementation-requirements",
    server: {
      reason:
        "a server validates with Effect schemas; who gives a tool a JSON Schema by hand (Tool.dynamic) validates by hand"
    },
    client: "tests"
  },
  {
    id: "JSC-03",
    revisions: "≥25-11",
    level: "MUST",
    clause: "a dialect that is not supported is an error that says so",
    source: "S25-11:basic/index#implementation-requirements",
    server: { reason: "a server receives no JSON Schema" },
    client: "tests"
  },
  {
    id: "JSC-04",
    revisions: "≥25-11",
    level: "MUST",
    clause: "schemas that are sent are valid in their dialect",
    source: "S25-11:basic/index#schema-validation",
    server: "tests",
    client: { reason: "a client sends no schemas" }
  },
  {
    id: "JSC-07",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "a reference to the network is not followed by itself",
    source: "S26:basic/index#ref-resolution",
    server: { reason: "a server follows no references: it writes JSON Schemas and resolves none" },
    client: "tests"
  },
  {
    id: "JSC-08",
    revisions: "26-07",
    level: "MUST",
    clause: "following references to the network is off unless turned on",
    source: "S26:basic/index#ref-resolution",
    server: { reason: "there is nothing to turn on: a server resolves no references" },
    client: "tests"
  },
  {
    id: "JSC-12",
    revisions: "26-07",
    level: "MUST",
    clause: "inputs and outputs are checked against their schemas, whatever these use",
    source: "SEP-2106#security-implications",
    server: "tests",
    client: "tests"
  },
  {
    id: "JSC-14",
    revisions: "≥25-11",
    level: "MUST",
    clause: "a schema in another dialect than the default names it",
    source: "SEP-1613#5-implementation-requirements",
    server: "tests",
    client: { reason: "a client sends no schemas" }
  }
]
