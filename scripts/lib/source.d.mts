/** What TypeScript sees of `source.mjs`; the file itself is checked as JavaScript. */

/** A file as the rules see it. */
export interface Source {
  readonly path: string
  readonly text: string
  /** The text with comments, strings and regular expressions blanked; positions stay the same. */
  readonly code: string
  /** The text with only comments blanked. */
  readonly uncommented: string
}

/** Something that a file exports. */
export interface Export {
  readonly name: string
  readonly kind: "value" | "type" | "reexport"
  readonly at: number
}

/** Finds where comments, strings and regular expressions are. */
export declare const scan: (path: string, text: string) => Source

/** The line of a position, from 1. */
export declare const lineOf: (text: string, at: number) => number

/** Every module that is imported or re-exported. */
export declare const importsOf: (source: Source) => ReadonlyArray<{ readonly at: number; readonly specifier: string }>

/** Every export with a name, in the order of the text. */
export declare const exportsOf: (source: Source) => ReadonlyArray<Export>

/** Where each function's body begins, and how many lines lie between its braces. */
export declare const functionBodiesOf: (
  source: Source
) => ReadonlyArray<{ readonly at: number; readonly lines: number }>
