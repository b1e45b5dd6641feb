/**
 * The revisions together, and how two peers agree on one. This is the only place where a version string is compared:
 * everywhere else a revision is a value.
 *
 * @since 0.1.0
 */
import type { Revision } from "./Revision.ts"
import { v2024_11_05 } from "./v2024_11_05.ts"
import { v2025_03_26 } from "./v2025_03_26.ts"
import { v2025_06_18 } from "./v2025_06_18.ts"
import { v2025_11_25 } from "./v2025_11_25.ts"
import { v2026_07_28 } from "./v2026_07_28.ts"

/**
 * All revisions, newest first.
 *
 * @category revisions
 * @since 0.1.0
 */
export const all: ReadonlyArray<Revision> = [v2026_07_28, v2025_11_25, v2025_06_18, v2025_03_26, v2024_11_05]

/**
 * The revisions with sessions, newest first.
 *
 * @category revisions
 * @since 0.1.0
 */
export const sessionEra: ReadonlyArray<Revision> = all.filter((revision) => revision.era === "session")

/**
 * The revisions without sessions, newest first.
 *
 * @category revisions
 * @since 0.1.0
 */
export const statelessEra: ReadonlyArray<Revision> = all.filter((revision) => revision.era === "stateless")

const byVersion: ReadonlyMap<string, Revision> = new Map(all.map((revision) => [revision.version, revision]))

/**
 * The revision that a version string names.
 *
 * @category lookups
 * @since 0.1.0
 */
export const fromVersion = (version: string): Revision | undefined => byVersion.get(version)

/** The newest of some revisions that fits, whatever order they come in. */
const newest = (revisions: ReadonlyArray<Revision>, fits: (revision: Revision) => boolean): Revision | undefined =>
  all.find((revision) => fits(revision) && revisions.includes(revision))

/**
 * What a server answers to `initialize`: the version that the client asked for if it is supported and has sessions, and
 * otherwise the newest supported one that has (INI-10 to INI-12). `undefined` when none of the supported revisions has
 * sessions: then `initialize` is a method that does not exist, and the error says what is spoken (ERA-02).
 *
 * @category negotiation
 * @since 0.1.0
 */
export const negotiateSession = (supported: ReadonlyArray<Revision>, requested: string): Revision | undefined =>
  newest(supported, (revision) => revision.era === "session" && revision.version === requested) ??
    newest(supported, (revision) => revision.era === "session")

/**
 * What a client speaks to a stateless server that says which versions it has: the newest that both know, or `undefined`
 * when there is none (VER-03). Versions with sessions in the server's list are for `initialize`, and do not count.
 *
 * @category negotiation
 * @since 0.1.0
 */
export const selectStateless = (
  clientSupported: ReadonlyArray<Revision>,
  serverVersions: ReadonlyArray<string>
): Revision | undefined =>
  newest(clientSupported, (revision) => revision.era === "stateless" && serverVersions.includes(revision.version))

/**
 * The version that a client names in `initialize`: its newest with sessions (INI-08, INI-09).
 *
 * @category negotiation
 * @since 0.1.0
 */
export const newestSession = (supported: ReadonlyArray<Revision>): Revision | undefined =>
  newest(supported, (revision) => revision.era === "session")

/**
 * The version of an HTTP request in a session that names none: the last revision that knew no version header (HTV-03).
 *
 * @category negotiation
 * @since 0.1.0
 */
export const withoutHeader: Revision = v2025_03_26
