/** The ways to a server, and a revision for each of the eras that are spoken over it. */
import type { Revision } from "@parley/mcp/revision/Revision"
import * as Revisions from "@parley/mcp/revision/Revisions"

/** The revision of a version, alone. */
export const revision = (version: string): ReadonlyArray<Revision> =>
  Revisions.all.filter((revision) => revision.version === version)

/** Each way, in each era that there is over it. */
export const ways = [
  { way: "line", version: "2025-11-25" },
  { way: "line", version: "2026-07-28" },
  { way: "http", version: "2025-11-25" },
  { way: "http", version: "2026-07-28" },
  { way: "sse", version: "2024-11-05" }
] as const
