/**
 * The code that errors of the platform and of libraries have, for telling them apart: their texts may change, and their
 * classes may be there twice. What a code means is not known here.
 *
 * @since 0.1.0
 */

/**
 * The code of an error; `undefined` for what has none.
 *
 * @category getters
 * @since 0.1.0
 */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined
