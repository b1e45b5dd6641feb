/** The ledger's chapter on extensions, and parameters that are mirrored in headers. Data; see `Requirement.ts` for what a row is. */
import type { Requirement } from "./Requirement.ts"

/** The rows of this chapter that bind a server. */
export const headers: ReadonlyArray<Requirement> = [
  {
    id: "EXN-01",
    revisions: "26-07",
    level: "MUST",
    clause: "extensions are named like keys of _meta, with a prefix",
    source: "S26:basic/versioning#extension-negotiation",
    server: "tests",
    client: { reason: "a client announces no extension, for none is offered yet" }
  },
  {
    id: "EXN-02",
    revisions: "26-07",
    level: "MUST*",
    clause: "extensions are announced among the capabilities, with their settings",
    source: "S26:basic/versioning#extension-negotiation",
    server: "tests",
    client: { reason: "a client announces no extension, for none is offered yet" }
  },
  {
    id: "EXN-03",
    revisions: "26-07",
    level: "MUST",
    clause: "where only one side has an extension, the core is served",
    source: "S26:basic/versioning#extension-negotiation",
    server: "tests",
    client: "tests"
  },
  {
    id: "EXN-06",
    revisions: "26-07",
    level: "MUST",
    clause: "extensions are off unless turned on",
    source: "SEP-2133#sdk-implementation",
    server: "tests",
    client: "tests"
  },
  {
    id: "EXN-09",
    revisions: "26-07",
    level: "MUST",
    clause: "an extension that breaks takes a new name",
    source: "SEP-2133#definition",
    server: { reason: "binds who defines an extension" },
    client: { reason: "binds who defines an extension" }
  },
  {
    id: "EXN-11",
    revisions: "26-07",
    level: "MUST",
    clause: "extensions follow the security practice of their field",
    source: "SEP-2133#security-implications",
    server: { reason: "binds who defines an extension" },
    client: { reason: "binds who defines an extension" }
  },
  {
    id: "XMH-01",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "the name of an annotated parameter's header is not empty",
    source: "S26:server/tools#x-mcp-header",
    server: "tests"
  },
  {
    id: "XMH-02",
    revisions: "26-07",
    level: "MUST",
    clause: "it is a token of RFC 9110",
    source: "S26:server/tools#x-mcp-header",
    server: "tests"
  },
  {
    id: "XMH-03",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "it has no control characters",
    source: "S26:server/tools#x-mcp-header",
    server: "tests"
  },
  {
    id: "XMH-04",
    revisions: "26-07",
    level: "MUST",
    clause: "it is the only one of its name in the schema, in any case",
    source: "S26:server/tools#x-mcp-header",
    server: "tests"
  },
  {
    id: "XMH-05",
    revisions: "26-07",
    level: "MUST",
    clause: "only integers, strings and booleans are annotated",
    source: "S26:server/tools#x-mcp-header",
    server: "tests"
  },
  {
    id: "XMH-06",
    revisions: "26-07",
    level: "MUST",
    clause: "annotated integers are exact in a double",
    source: "S26:server/tools#x-mcp-header",
    server: "tests",
    client: "tests"
  },
  {
    id: "XMH-07",
    revisions: "26-07",
    level: "MUST",
    clause: "only properties of properties are annotated",
    source: "S26:basic/transports/streamable-http#schema-extension",
    server: "tests"
  },
  {
    id: "XMH-08",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "not those behind arrays, compositions, conditions or references",
    source: "S26:basic/transports/streamable-http#schema-extension",
    server: "tests"
  },
  {
    id: "XMH-11",
    revisions: "26-07",
    level: "MUST",
    clause: "a tool that breaks these rules is refused when it is registered",
    source: "SEP-2243#conformance-test-cases",
    server: "tests"
  },
  {
    id: "XMC-12",
    revisions: "26-07",
    level: "MUST",
    clause: "the marks of an encoded value are exact, and in lower case",
    source: "S26:basic/transports/streamable-http#value-encoding",
    server: "tests",
    client: "tests"
  },
  {
    id: "XMV-02",
    revisions: "26-07",
    level: "MUST",
    clause: "a value that cannot be read is refused",
    source: "S26:basic/transports/streamable-http#server-behavior-for-custom-headers",
    server: "tests"
  },
  {
    id: "XMV-03",
    revisions: "26-07",
    level: "MUST",
    clause: "values are decoded, then compared with the body",
    source: "S26:basic/transports/streamable-http#server-behavior-for-custom-headers",
    server: "tests"
  },
  {
    id: "XMV-04",
    revisions: "26-07",
    level: "MUST",
    clause: "what differs is 400 with -32020",
    source: "S26:basic/transports/streamable-http#server-behavior-for-custom-headers",
    server: "tests"
  },
  {
    id: "XMV-05",
    revisions: "26-07",
    level: "MUST",
    clause: "so is a value of the body without its header",
    source: "S26:basic/transports/streamable-http#server-behavior-for-custom-headers",
    server: "tests"
  },
  {
    id: "XMV-06",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "no header is expected for what is null or absent",
    source: "S26:basic/transports/streamable-http#server-behavior-for-custom-headers",
    server: "tests"
  }
]
