/**
 * Names for the tools of many servers, `server__tool`, and the way back. Models take them: they are cleaned, cut and marked
 * as `ModelNames` does it. No two tools have the same, and none changes because another server has come or failed.
 *
 * @since 0.1.0
 */
import * as ModelNames from "../tools/ModelNames.ts"

/**
 * Where a name leads.
 *
 * @category models
 * @since 0.1.0
 */
export interface Place {
  readonly server: string
  readonly tool: string
}

const separator = "__"

/** Leaves room for the name of the tool. */
const prefixCharactersMax = 32

/** Without a separator in it or at its end, so that the first one in a name is where the tool begins. */
const prefixOf = (server: string): string =>
  server.replace(/[^A-Za-z0-9-]+/g, "_").slice(0, prefixCharactersMax).replace(/^_|_$/g, "") || "server"

/**
 * What the names of each server's tools begin with, without the separator, by the name of the server. Of servers whose
 * names come to the same the later ones are numbered.
 *
 * @category operations
 * @since 0.1.0
 */
export const prefixes = (servers: Iterable<string>): ReadonlyMap<string, string> => {
  const used = new Set<string>()
  const found = new Map<string, string>()
  for (const server of servers) {
    let prefix = prefixOf(server)
    for (let count = 2; used.has(prefix); count++) prefix = `${prefixOf(server)}_${count}`
    used.add(prefix)
    found.set(server, prefix)
  }
  return found
}

/**
 * Names for tools, in order. A tool that comes twice is there once.
 *
 * @category operations
 * @since 0.1.0
 */
export const names = <P extends Place>(
  places: Iterable<P>,
  prefixes: ReadonlyMap<string, string>
): ReadonlyMap<string, P> => {
  const written = new Map(
    Array.from(places, (place) => [`${prefixes.get(place.server) ?? ""}${separator}${place.tool}`, place] as const)
  )
  const shown = ModelNames.make(written.keys())
  return new Map(Array.from(written, ([name, place]) => [shown.get(name) ?? name, place] as const))
}

/**
 * Where a name leads that no list has: a server may have tools that it does not list.
 *
 * @category operations
 * @since 0.1.0
 */
export const guess = (name: string, prefixes: ReadonlyMap<string, string>): Place | undefined => {
  const at = name.indexOf(separator)
  const tool = name.slice(at + separator.length)
  const server = Array.from(prefixes).find(([, prefix]) => prefix === name.slice(0, Math.max(at, 0)))?.[0]
  return server === undefined || tool === "" ? undefined : { server, tool }
}
