/** What binds clients alone, of messages. Data; see `Requirement.ts` for what a row is. */
import type { Requirement } from "../Requirement.ts"

/** The rows of this chapter that bind clients alone. */
export const clientMessages: ReadonlyArray<Requirement> = [
  {
    id: "RPC-19",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "in the stateless era a client answers nothing",
    source: "S26:basic/transports/stdio#sending-messages; S26:basic/transports/streamable-http#sending-messages",
    client: "tests"
  },
  {
    id: "RES-03",
    revisions: "26-07",
    level: "MUST",
    clause: "a result of an unknown type is not valid",
    source: "S26:basic/index#resulttype",
    client: "tests"
  },
  {
    id: "RES-04",
    revisions: "26-07",
    level: "MUST",
    clause: "a result without a type is complete",
    source: "S26:basic/index#resulttype",
    client: "tests"
  },
  {
    id: "JSC-13",
    revisions: "26-07",
    level: "MUST*",
    clause: "a received schema keeps every keyword when it is handed on",
    source: "SEP-2106; conformance json-schema-2020-12-preservation",
    client: "tests"
  }
]
