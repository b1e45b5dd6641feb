/** The ledger's chapter on tools, resources, prompts, completion and logging. Data; see `Requirement.ts` for what a row is. */
import type { Requirement } from "./Requirement.ts"

/** The rows of this chapter that bind a server. */
export const serverFeatures: ReadonlyArray<Requirement> = [
  {
    id: "TOL-01",
    revisions: "all",
    level: "MUST",
    clause: "a server with tools declares them",
    source: "S26:server/tools#capabilities",
    server: "tests"
  },
  {
    id: "TOL-02",
    revisions: "26-07",
    level: "MUST",
    clause: "where tools are declared, they are listed, even if there are none",
    source: "S26:server/tools#capabilities",
    server: "tests"
  },
  {
    id: "TOL-03",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "the list does not depend on the connection or on earlier requests",
    source: "S26:server/tools#capabilities",
    server: "tests"
  },
  {
    id: "TOL-14",
    revisions: "≥25-11",
    level: "MUST",
    clause: "an input schema is a schema of an object",
    source: "S25-11:server/tools#tool; T26:Tool.inputSchema",
    server: "tests"
  },
  {
    id: "TOL-15",
    revisions: "25-06, 25-11",
    level: "MUST*",
    clause: "an output schema is a schema of an object",
    source: "T25-11:Tool.outputSchema",
    server: "tests"
  },
  {
    id: "TOC-02",
    revisions: "all",
    level: "MUST*",
    clause: "an unknown tool and a malformed request are protocol errors",
    source: "S26:server/tools#error-handling",
    server: "tests"
  },
  {
    id: "TOC-03",
    revisions: "≥25-11",
    level: "MUST*",
    clause: "arguments that do not fit are a result that the model can read",
    source: "S25-11:server/tools#error-handling; SEP-1303",
    server: "tests"
  },
  {
    id: "TOC-06",
    revisions: "26-07",
    level: "MUST",
    clause: "structured content that is no object has a text beside it",
    source: "SEP-2106#compatibility-matrix",
    server: "tests"
  },
  {
    id: "TOC-07",
    revisions: "25-06, 25-11",
    level: "MUST*",
    clause: "structured content is an object",
    source: "T25-11:CallToolResult; S26:server/tools#structured-content",
    server: "tests"
  },
  {
    id: "TOC-08",
    revisions: "≥25-06",
    level: "MUST",
    clause: "structured content conforms to the output schema",
    source: "S26:server/tools#output-schema",
    server: "tests"
  },
  {
    id: "TOC-12",
    revisions: "26-07",
    level: "MUST*",
    clause: "a handle that is unknown or expired is an error that the model can read",
    source: "S26:server/tools#stateful-tools",
    server: { reason: "handles are made and judged by the author, whose declared failures are such results (TOC-01)" }
  },
  {
    id: "TOC-13",
    revisions: "all",
    level: "MUST",
    clause: "all arguments are validated",
    source: "S26:server/tools#security-considerations",
    server: "tests"
  },
  {
    id: "TOC-14",
    revisions: "all",
    level: "MUST",
    clause: "access to tools is controlled",
    source: "S26:server/tools#security-considerations",
    server: "tests"
  },
  {
    id: "TOC-15",
    revisions: "all",
    level: "MUST",
    clause: "calls are limited in rate",
    source: "S26:server/tools#security-considerations",
    server: { reason: "binds the application; Policy.rateLimit is there for it, and no limit fits all" }
  },
  {
    id: "TOC-16",
    revisions: "all",
    level: "MUST",
    clause: "outputs are sanitized",
    source: "S26:server/tools#security-considerations",
    server: { reason: "binds the application; what the toolkit itself would add, the text of a defect, is masked" }
  },
  {
    id: "RSC-01",
    revisions: "all",
    level: "MUST",
    clause: "a server with resources declares them, with two flags",
    source: "S26:server/resources#capabilities",
    server: "tests"
  },
  {
    id: "RSC-02",
    revisions: "26-07",
    level: "MUST",
    clause: "where resources are declared, they are listed",
    source: "S26:server/resources#capabilities",
    server: "tests"
  },
  {
    id: "RSC-03",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "the list does not depend on the connection or on earlier requests",
    source: "S26:server/resources#capabilities",
    server: "tests"
  },
  {
    id: "RSC-05",
    revisions: "legacy",
    level: "MUST*",
    clause: "updates go to those only that have subscribed",
    source: "T25-11:ResourceUpdatedNotification",
    server: "tests"
  },
  {
    id: "RSC-06",
    revisions: "legacy",
    level: "MUST*",
    clause: "where subscribing is declared, it is served with empty results",
    source: "S25-11:server/resources#subscriptions",
    server: "tests"
  },
  {
    id: "RSC-07",
    revisions: "26-07",
    level: "MUST*",
    clause: "updates go only to listeners that name the URI",
    source: "S26:server/resources#subscriptions",
    server: "tests"
  },
  {
    id: "RSC-08",
    revisions: "26-07",
    level: "MUST",
    clause: "a resource that is not there is -32602",
    source: "S26:server/resources#error-handling",
    server: "tests"
  },
  {
    id: "RSC-10",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "and never a result without contents",
    source: "S26:server/resources#error-handling",
    server: "tests"
  },
  {
    id: "RSC-16",
    revisions: "≥25-06",
    level: "MUST",
    clause: "URIs with a scheme of one's own follow RFC 3986",
    source: "S26:server/resources#custom-uri-schemes",
    server: "tests"
  },
  {
    id: "RSC-17",
    revisions: "all",
    level: "MUST*",
    clause: "text is text, and bytes are base64",
    source: "T26:TextResourceContents",
    server: "tests"
  },
  {
    id: "RSC-18",
    revisions: "all",
    level: "MUST",
    clause: "the URI of a request is validated",
    source: "S26:server/resources#security-considerations",
    server: "tests"
  },
  {
    id: "RSC-20",
    revisions: "all",
    level: "MUST",
    clause: "bytes are encoded right",
    source: "S26:server/resources#security-considerations",
    server: "tests"
  },
  {
    id: "RSC-22",
    revisions: "26-07",
    level: "MUST",
    clause: "paths of files do not climb",
    source: "S26:server/resources#security-considerations",
    server: "tests"
  },
  {
    id: "RSC-23",
    revisions: "all",
    level: "MUST*",
    clause: "templates are of RFC 6570, and have a media type only if all their resources share it",
    source: "T26:ResourceTemplate",
    server: "tests"
  },
  {
    id: "PRM-01",
    revisions: "legacy",
    level: "MUST",
    clause: "a server with prompts declares them",
    source: "S25-11:server/prompts#capabilities",
    server: "tests"
  },
  {
    id: "PRM-02",
    revisions: "26-07",
    level: "MUST",
    clause: "it does so in its discovery too",
    source: "S26:server/prompts#capabilities",
    server: "tests"
  },
  {
    id: "PRM-03",
    revisions: "26-07",
    level: "MUST",
    clause: "where prompts are declared, they are listed",
    source: "S26:server/prompts#capabilities",
    server: "tests"
  },
  {
    id: "PRM-04",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "the list does not depend on the connection or on earlier requests",
    source: "S26:server/prompts#capabilities",
    server: "tests"
  },
  {
    id: "PRM-12",
    revisions: "all",
    level: "MUST",
    clause: "prompts are validated against injection and access",
    source: "S26:server/prompts#security",
    server: {
      reason: "binds the application: arguments are decoded by its schema, what they may say is its own matter"
    },
    client: { reason: "binds the application, which decides what a prompt of a server may do" }
  },
  {
    id: "CNT-01",
    revisions: "all",
    level: "MUST",
    clause: "images are base64 with a media type",
    source: "S26:server/prompts#image-content",
    server: "tests"
  },
  {
    id: "CNT-02",
    revisions: "≥25-03",
    level: "MUST",
    clause: "sound is base64 with a media type",
    source: "S26:server/prompts#audio-content",
    server: "tests"
  },
  {
    id: "CNT-03",
    revisions: "all",
    level: "MUST",
    clause: "embedded resources have a URI, a media type, and text or base64",
    source: "S26:server/prompts#embedded-resources",
    server: "tests"
  },
  {
    id: "CMP-01",
    revisions: "≥25-03",
    level: "MUST",
    clause: "a server that completes declares it",
    source: "S26:server/utilities/completion#capabilities",
    server: "tests"
  },
  {
    id: "CMP-02",
    revisions: "all",
    level: "MUST*",
    clause: "at most a hundred values are returned",
    source: "T26:CompleteResult",
    server: "tests"
  },
  {
    id: "CMP-13",
    revisions: "all",
    level: "MUST",
    clause: "what is to be completed is validated",
    source: "S26:server/utilities/completion#security",
    server: "tests",
    client: { reason: "binds who completes: the server" }
  },
  {
    id: "CMP-14",
    revisions: "all",
    level: "MUST",
    clause: "completions are limited in rate",
    source: "S26:server/utilities/completion#security",
    server: { reason: "binds the application; Policy.on is there for it, and no limit fits all" },
    client: { reason: "binds who completes: the server" }
  },
  {
    id: "CMP-15",
    revisions: "all",
    level: "MUST",
    clause: "sensitive suggestions are guarded",
    source: "S26:server/utilities/completion#security",
    server: "tests",
    client: { reason: "binds who completes: the server" }
  },
  {
    id: "CMP-16",
    revisions: "all",
    level: "MUST",
    clause: "nothing is disclosed by completion",
    source: "S26:server/utilities/completion#security",
    server: "tests",
    client: { reason: "binds who completes: the server" }
  },
  {
    id: "LOG-01",
    revisions: "all",
    level: "MUST",
    clause: "a server that logs to its clients declares it",
    source: "S26:server/utilities/logging#capabilities",
    server: "tests"
  },
  {
    id: "LOG-02",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "nothing is logged to a request that does not ask for it",
    source: "S26:server/utilities/logging#per-request-log-level",
    server: "tests"
  },
  {
    id: "LOG-03",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "logs travel on the stream of their request only",
    source: "S26:server/utilities/logging#per-request-log-level",
    server: "tests"
  },
  {
    id: "LOG-10",
    revisions: "all",
    level: "MUST NOT",
    clause: "no credentials are logged",
    source: "S26:server/utilities/logging#security",
    server: "tests"
  },
  {
    id: "LOG-11",
    revisions: "all",
    level: "MUST NOT",
    clause: "nothing personal is logged",
    source: "S26:server/utilities/logging#security",
    server: { reason: "binds the application: only what a handler logs is sent" }
  },
  {
    id: "LOG-12",
    revisions: "all",
    level: "MUST NOT",
    clause: "nothing that helps attackers is logged",
    source: "S26:server/utilities/logging#security",
    server: "tests"
  }
]
