/** What importing the toolkit loads: bridges to other modules of Effect are subpaths, beside the barrel. */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const source = (path: string): URL => new URL(`../../src/${path}`, import.meta.url)

/** The modules that a module imports when it runs: types are not among them. */
const importsOf = (file: URL): ReadonlyArray<string> =>
  Array.from(
    readFileSync(fileURLToPath(file), "utf8").matchAll(/^(?:import|export) (?!type\b)[^"]*?from "([^"]+)"/gm),
    ([, specifier = ""]) => specifier
  )

/** All modules of Effect that a module loads, directly or through others of the toolkit. */
const loadedBy = (path: string): ReadonlySet<string> => {
  const seen = new Set<string>()
  const loaded = new Set<string>()
  const visit = (file: URL): void => {
    if (seen.has(file.href)) return
    seen.add(file.href)
    for (const specifier of importsOf(file)) {
      if (specifier.startsWith(".")) visit(new URL(specifier, file))
      else loaded.add(specifier)
    }
  }
  visit(source(path))
  return loaded
}

const bridges = /^effect\/(?:ai|http-api)\//

describe("the barrel", () => {
  it("loads no bridge", () => {
    const loaded = Array.from(loadedBy("index.ts"))
    assert.include(loaded, "effect/Effect")
    assert.deepStrictEqual(loaded.filter((module) => bridges.test(module)), [])
  })

  it.each([
    ["server/bridge/ToolkitTools.ts", "effect/ai/Tool", "effect/http-api/HttpApi"],
    ["server/bridge/HttpApiTools.ts", "effect/http-api/HttpApiClient", "effect/ai/Tool"],
    ["client/bridge/ClientToolkit.ts", "effect/ai/Toolkit", "effect/http-api/HttpApi"]
  ])("has a subpath beside it that does: %s", (path, own, other) => {
    const loaded = loadedBy(path)
    assert.isTrue(loaded.has(own))
    assert.isFalse(loaded.has(other))
  })
})
