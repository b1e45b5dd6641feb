/**
 * Values that are made when they are first asked for: a server or a client mostly speaks one revision of five, and builds
 * nothing for the others.
 *
 * @since 0.1.0
 */

/**
 * A value that is made when it is first asked for, and kept.
 *
 * @category models
 * @since 0.1.0
 */
export type Lazy<A> = () => A

/**
 * Puts the making of a value off until it is asked for. What is made must not depend on when.
 *
 * @category constructors
 * @since 0.1.0
 */
export const lazy = <A>(make: () => A): Lazy<A> => {
  let made: { readonly value: A } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
