/** What the tests and the other scripts see of `ensure.mjs`; the file itself is checked as JavaScript. */

/** Whether everything that the lockfile of a project names is installed, in that very version. */
export declare const isInstalled: (project?: string) => boolean

/** Makes sure that the dependencies are there; false when they could not be installed. */
export declare const ensure: () => Promise<boolean>

/** Makes sure as `ensure` does, or ends this process with exit code 1. */
export declare const ensureOrExit: () => Promise<void>
