/** What the tests see of `doctest.mjs`; the file itself is checked as JavaScript. */

/** Compiles and runs the examples of a project's documentation; pages may be told to show what is printed now. */
export declare const doctest: (
  project?: string,
  isUpdate?: boolean
) => Promise<{ readonly compiled: number; readonly run: number; readonly failures: ReadonlyArray<string> }>
