/**
 * Variables in the texts of a configuration: `${NAME}`, `${NAME:-default}`, and `${env:NAME}` as some programs write it.
 * Everything else, a lone `$` included, is text. What a variable holds is put in as it is and not looked into again.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"

/**
 * Where variables come from.
 *
 * @category models
 * @since 0.1.0
 */
export type Environment = { readonly [name: string]: string | undefined }

/**
 * A text with its variables put in. `expanded` tells whether there was one: then the text may hold a secret.
 *
 * @category models
 * @since 0.1.0
 */
export interface Expanded {
  readonly text: string
  readonly expanded: boolean
}

const variable = /\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g

const valueOf = (environment: Environment, name: string): string | undefined =>
  Object.hasOwn(environment, name) ? environment[name] : undefined

/**
 * Puts variables in. A default stands for a variable that is not set or empty, as in a shell; a variable that is not set
 * and has none is the failure, by its name.
 *
 * @category operations
 * @since 0.1.0
 */
export const expand = (text: string, environment: Environment): Result.Result<Expanded, string> => {
  const missing: Array<string> = []
  let expanded = false
  const replaced = text.replace(variable, (_, name: string, fallback: string | undefined) => {
    const value = valueOf(environment, name)
    expanded = true
    if (fallback !== undefined) return value === undefined || value === "" ? fallback : value
    if (value === undefined) missing.push(name)
    return value ?? ""
  })
  return missing[0] === undefined
    ? Result.succeed({ text: replaced, expanded })
    : Result.fail(missing[0])
}
