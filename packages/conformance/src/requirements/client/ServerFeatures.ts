/** What binds clients alone, of what servers offer. Data; see `Requirement.ts` for what a row is. */
import type { Requirement } from "../Requirement.ts"

/** The rows of this chapter that bind clients alone. */
export const clientServerFeatures: ReadonlyArray<Requirement> = [
  {
    id: "TOL-16",
    revisions: "≥25-03",
    level: "MUST",
    clause: "annotations of tools are not trusted",
    source: "S26:server/tools#tool",
    client: "tests"
  },
  {
    id: "TOL-17",
    revisions: "≥25-03",
    level: "MUST*",
    clause: "no decision on using a tool rests on its annotations",
    source: "T26:ToolAnnotations",
    client: "tests"
  },
  {
    id: "TOL-18",
    revisions: "≥25-06",
    level: "MUST*",
    clause: "a tool is shown by its title, then that in its annotations, then its name",
    source: "T26:Tool.annotations",
    client: "tests"
  },
  {
    id: "TOC-11",
    revisions: "26-07",
    level: "MUST",
    clause: "a call that is repeated with answers has another id",
    source: "S26:server/tools#input-required-tool-results",
    client: "tests"
  },
  {
    id: "CNT-04",
    revisions: "≥25-11",
    level: "MUST",
    clause: "icons may be PNG or JPEG",
    source: "S26:basic/index#icons",
    client: { reason: "binds the application, which fetches and shows icons; this library does neither" }
  },
  {
    id: "CNT-06",
    revisions: "≥25-11",
    level: "MUST",
    clause: "icons are not trusted",
    source: "S26:basic/index#icons",
    client: { reason: "binds the application, which fetches and shows icons; this library does neither" }
  },
  {
    id: "CNT-07",
    revisions: "≥25-11",
    level: "MUST",
    clause: "icons come from https or data alone",
    source: "S26:basic/index#icons",
    client: { reason: "binds the application, which fetches and shows icons; this library does neither" }
  },
  {
    id: "CNT-08",
    revisions: "≥25-11",
    level: "MUST",
    clause: "fetching icons follows no redirect to another origin or scheme",
    source: "S26:basic/index#icons",
    client: { reason: "binds the application, which fetches and shows icons; this library does neither" }
  },
  {
    id: "CNT-09",
    revisions: "≥25-11",
    level: "MUST",
    clause: "icons that are too large do no harm",
    source: "S26:basic/index#icons",
    client: { reason: "binds the application, which fetches and shows icons; this library does neither" }
  },
  {
    id: "CNT-10",
    revisions: "≥25-11",
    level: "MUST",
    clause: "icons are fetched without credentials",
    source: "S26:basic/index#icons",
    client: { reason: "binds the application, which fetches and shows icons; this library does neither" }
  },
  {
    id: "CNT-11",
    revisions: "≥25-11",
    level: "MUST",
    clause: "icons are of the server's origin",
    source: "S26:basic/index#icons",
    client: { reason: "binds the application, which fetches and shows icons; this library does neither" }
  },
  {
    id: "CNT-13",
    revisions: "≥25-11",
    level: "MUST",
    clause: "icons that can run code are handled with care",
    source: "S26:basic/index#icons",
    client: { reason: "binds the application, which fetches and shows icons; this library does neither" }
  },
  {
    id: "CNT-14",
    revisions: "≥25-11",
    level: "MUST",
    clause: "the type of an icon is checked by its bytes",
    source: "S26:basic/index#icons",
    client: { reason: "binds the application, which fetches and shows icons; this library does neither" }
  },
  {
    id: "PAG-01",
    revisions: "all",
    level: "MUST NOT",
    clause: "pages may be of any size",
    source: "S26:server/utilities/pagination#pagination-model",
    client: "tests"
  },
  {
    id: "PAG-07",
    revisions: "all",
    level: "MUST",
    clause: "cursors are opaque",
    source: "S26:server/utilities/pagination#implementation-guidelines",
    client: "tests"
  },
  {
    id: "PAG-08",
    revisions: "legacy",
    level: "MUST",
    clause: "cursors end with the session",
    source: "S25-11:server/utilities/pagination#implementation-guidelines",
    client: "tests"
  },
  {
    id: "PAG-09",
    revisions: "26-07",
    level: "MUST NOT",
    clause: "the empty string is a cursor",
    source: "S26:server/utilities/pagination#implementation-guidelines",
    client: "tests"
  }
]
