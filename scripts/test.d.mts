/** What the tests see of `test.mjs`; the file itself is checked as JavaScript. */

/** What Vitest's JSON reporter writes, as far as it matters here. */
export interface Report {
  readonly testResults: ReadonlyArray<{
    readonly status: string
    readonly assertionResults: ReadonlyArray<{ readonly status: string }>
  }>
}

/** The last line of a run and its exit code, and why there is one failure more than tests failed. */
export declare const summary: (
  report: Report | undefined,
  vitestCode: number
) => { readonly line: string; readonly code: number; readonly reason?: string }
