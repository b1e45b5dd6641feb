/**
 * What a row of the requirements ledger is: one thing that the specification demands of a server or a client with
 * MUST or MUST NOT, in our words, with the clause that it comes from. The clause decides, not the paraphrase.
 *
 * Sources are written `document:page#section`: `S26` to `S24-11` are the pages of the specification of a revision, `T26`
 * to `T24-11` the comments of its schema, `SEP-n` a proposal, `BP26` and `BP25-11` the security best practices, `LC` and
 * `TIER` the policies on the life of features and on SDK tiers, `XC`, `XE`, `XD` and `XW` the extensions of authorization
 * (client credentials, enterprise-managed, DPoP, workload identity), `DX` the documentation of extensions.
 */

/** How strong the demand is. A star marks one that the source makes without the capitalised word. */
export type Level = "MUST" | "MUST NOT" | "MUST*" | "MUST NOT*"

/**
 * Why we believe that it is kept: because tests name its id in their titles, because a scenario of the official suite
 * looks for it, or because there is nothing to test, for a reason that is stated.
 */
export type Ground = "tests" | { readonly scenario: string } | { readonly reason: string }

/** The two sides that we build. */
export type Side = "server" | "client"

/** A row of the ledger, with the grounds on which each side that it binds keeps it. */
export interface Requirement {
  readonly id: string
  /** `legacy` are all revisions with sessions; `≥`, `≤` and `..` include their ends. */
  readonly revisions: string
  readonly level: Level
  /** What is demanded. */
  readonly clause: string
  readonly source: string
  readonly server?: Ground
  readonly client?: Ground
}
