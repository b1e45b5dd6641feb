/** What the tests see of `doctest.mjs`; the file itself is checked as JavaScript. */

/** Compiles and runs the examples of a project's documentation. */
export declare const doctest: (
  project?: string
) => Promise<{ readonly compiled: number; readonly run: number; readonly failures: ReadonlyArray<string> }>
