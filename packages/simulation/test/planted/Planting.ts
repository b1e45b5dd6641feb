/**
 * Plants bugs as sources are loaded: whoever imports a module with the name of a bug in the query of its URL gets a library of
 * its own that has the bug. A program can have several, one beside the other; what does not depend on the place of a bug
 * is the same in all of them, so the library as it is has to be loaded first.
 */
import { readFileSync } from "node:fs"
import { registerHooks, stripTypeScriptTypes } from "node:module"
import { fileURLToPath } from "node:url"
import { type Mutant, mutants } from "./Mutants.ts"

const packages = new URL("../../../", import.meta.url).href

const urlOf = ({ file }: Mutant): string => new URL(`mcp/src/${file}`, packages).href

const query = "bug"

const bugOf = (url: string | undefined): Mutant | undefined => {
  const bug = url?.startsWith(packages) ? new URL(url).searchParams.get(query) : undefined
  return mutants.find(({ name }) => name === bug)
}

const withBug = (url: string, { name }: Mutant): string => {
  const named = new URL(url)
  named.searchParams.set(query, name)
  return named.href
}

/** How often a text is in another one. */
export const placesIn = (text: string, find: string): number => text.split(find).length - 1

/** How often the place where a bug goes is in the sources; once is right. */
export const placesOf = (mutant: Mutant): number =>
  placesIn(readFileSync(fileURLToPath(urlOf(mutant)), "utf8"), mutant.find)

/** The source with the bug in its place. */
export const plant = ({ find, name, replace }: Mutant, source: string): string => {
  if (placesIn(source, find) !== 1) throw new Error(`The place of "${name}" is not there once`)
  return source.replace(find, () => replace)
}

/** The URL of a module beside this one, in a library with a bug; without one, in the library as it is. */
export const urlWith = (module: string, bug: Mutant | undefined): string => {
  const url = new URL(module, import.meta.url).href
  return bug === undefined ? url : withBug(url, bug)
}

/** From here on, modules are loaded with their bugs. */
export const begin = (): void => {
  const importersOf = new Map<string, Set<string>>()
  const dependents = new Map<Mutant, Set<string>>()

  const dependentsOf = (mutant: Mutant): Set<string> => {
    const known = dependents.get(mutant) ?? new Set([urlOf(mutant)])
    if (!dependents.has(mutant)) {
      // What is added on the way is walked over, too.
      for (const url of known) importersOf.get(url)?.forEach((importer) => known.add(importer))
      dependents.set(mutant, known)
    }
    return known
  }

  registerHooks({
    resolve: (specifier, context, next) => {
      const resolved = next(specifier, context)
      const bug = bugOf(context.parentURL)
      if (bug !== undefined) {
        return dependentsOf(bug).has(resolved.url) ? { ...resolved, url: withBug(resolved.url, bug) } : resolved
      }
      if (context.parentURL?.startsWith(packages) === true && resolved.url.startsWith(packages)) {
        const importers = importersOf.get(resolved.url) ?? new Set()
        importersOf.set(resolved.url, importers.add(context.parentURL))
      }
      return resolved
    },
    load: (url, context, next) => {
      const bug = bugOf(url)
      if (bug === undefined) return next(url, context)
      const source = readFileSync(fileURLToPath(url), "utf8")
      const isPlace = url === withBug(urlOf(bug), bug)
      return {
        format: "module",
        source: stripTypeScriptTypes(isPlace ? plant(bug, source) : source),
        shortCircuit: true
      }
    }
  })
}
