/** What binds clients alone, of headers. Data; see `Requirement.ts` for what a row is. */
import type { Requirement } from "../Requirement.ts"

/** The rows of this chapter that bind clients alone. */
export const clientHeaders: ReadonlyArray<Requirement> = [
  {
    id: "HDR-01",
    revisions: "26-07",
    level: "MUST",
    clause: "the version is in a header",
    source: "S26:basic/transports/streamable-http#protocol-version-header",
    client: "tests"
  },
  {
    id: "HDR-02",
    revisions: "26-07",
    level: "MUST",
    clause: "the header says the version that the body says",
    source: "S26:basic/transports/streamable-http#protocol-version-header",
    client: "tests"
  },
  {
    id: "HDR-06",
    revisions: "26-07",
    level: "MUST",
    clause: "the method is in a header",
    source: "S26:basic/transports/streamable-http#standard-request-headers",
    client: "tests"
  },
  {
    id: "HDR-07",
    revisions: "26-07",
    level: "MUST",
    clause: "the name of tool or prompt, or the URI, is in a header",
    source: "S26:basic/transports/streamable-http#standard-request-headers",
    client: "tests"
  },
  {
    id: "HDR-08",
    revisions: "26-07",
    level: "MUST",
    clause: "a name that is not safe in a header is encoded",
    source: "S26:basic/transports/streamable-http#standard-request-headers",
    client: "tests"
  },
  {
    id: "XMC-01",
    revisions: "26-07",
    level: "MUST",
    clause: "parameters are mirrored over HTTP",
    source: "S26:basic/transports/streamable-http#custom-headers-from-tool-parameters",
    client: "tests"
  },
  {
    id: "XMC-02",
    revisions: "26-07",
    level: "MUST",
    clause: "a tool whose annotations break a rule is rejected",
    source: "S26:basic/transports/streamable-http#schema-extension",
    client: "tests"
  },
  {
    id: "XMC-03",
    revisions: "26-07",
    level: "MUST",
    clause: "only that tool is dropped from the list",
    source: "S26:basic/transports/streamable-http#schema-extension",
    client: "tests"
  },
  {
    id: "XMC-05",
    revisions: "26-07",
    level: "MUST",
    clause: "each annotated value has its header",
    source: "S26:basic/transports/streamable-http#client-behavior",
    client: "tests"
  },
  {
    id: "XMC-06",
    revisions: "26-07",
    level: "MUST",
    clause: "the value is the one at the annotated path",
    source: "S26:basic/transports/streamable-http#client-behavior",
    client: "tests"
  },
  {
    id: "XMC-07",
    revisions: "26-07",
    level: "MUST",
    clause: "a value that is absent has no header",
    source: "S26:basic/transports/streamable-http#server-behavior-for-custom-headers",
    client: "tests"
  },
  {
    id: "XMC-08",
    revisions: "26-07",
    level: "MUST",
    clause: "a value that is null has no header",
    source: "S26:basic/transports/streamable-http#server-behavior-for-custom-headers",
    client: "tests"
  },
  {
    id: "XMC-09",
    revisions: "26-07",
    level: "MUST",
    clause: "strings go as they are, integers in decimal, booleans in lower case",
    source: "S26:basic/transports/streamable-http#value-encoding",
    client: "tests"
  },
  {
    id: "XMC-10",
    revisions: "26-07",
    level: "MUST",
    clause: "values that are not safe in a header are encoded",
    source: "S26:basic/transports/streamable-http#value-encoding",
    client: "tests"
  },
  {
    id: "XMC-11",
    revisions: "26-07",
    level: "MUST",
    clause: "a value that looks like an encoded one is encoded",
    source: "S26:basic/transports/streamable-http#value-encoding",
    client: "tests"
  },
  {
    id: "XMC-13",
    revisions: "26-07",
    level: "MUST",
    clause: "headers follow the schema that was listed last",
    source: "SEP-2243#client-behavior",
    client: "tests"
  }
]
