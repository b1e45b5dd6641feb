/** What the tests see of `tidy.mjs`; the file itself is checked as JavaScript. */

/** One place that breaks a rule. */
export interface Violation {
  readonly path: string
  readonly line: number
  readonly rule: string
  readonly message: string
}

/** Applies every rule to the project in a folder. */
export declare const tidy: (project?: string) => ReadonlyArray<Violation>
