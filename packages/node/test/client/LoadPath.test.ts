/** What a program loads that only wants to speak MCP: nothing of what logging in is made of. */
import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { join } from "node:path"

const source = join(import.meta.dirname, "..", "..", "src")

/** Loads a module in a process of its own, and tells which packages it came with. */
const packagesOf = (file: string): ReadonlyArray<string> => {
  const program = `
    import { registerHooks } from "node:module"
    const urls = []
    registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) })
    await import(${JSON.stringify(join(source, file))})
    process.stdout.write(urls.join("\\n"))`
  const args = ["--conditions=@parley/source", "--input-type=module", "--eval", program]
  const loaded = execFileSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
  return ["oauth4webapi", "jose"].filter((name) => loaded.includes(`/node_modules/${name}/`))
}

describe("the modules that are loaded", () => {
  it("with the package are none of OAuth's libraries; with what logs in they are", () => {
    assert.deepStrictEqual(packagesOf("index.ts"), [])
    assert.deepStrictEqual(packagesOf("NodeOAuthClients.ts"), ["oauth4webapi", "jose"])
  }, 60_000)
})
