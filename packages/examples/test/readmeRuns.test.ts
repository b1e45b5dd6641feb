/** The README's server and client, taken out of it as they stand, really talk to each other. */
import { assert, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const root = fileURLToPath(new URL("../../..", import.meta.url))

const fences = (page: string): ReadonlyArray<{ readonly file: string; readonly text: string }> =>
  Array.from(
    page.matchAll(/^```ts file=(\S+).*\n([\s\S]*?)^```$/gm),
    ([, file = "", text = ""]) => ({ file, text })
  )

/** A folder inside the project, where packages resolve, with a `node` that reads the sources of the workspaces. */
const unpack = (page: string): string => {
  mkdirSync(join(root, ".cache"), { recursive: true })
  const folder = mkdtempSync(join(root, ".cache", "readme-"))
  for (const { file, text } of fences(page)) writeFileSync(join(folder, file), text)
  writeFileSync(join(folder, "package.json"), "{ \"type\": \"module\" }")
  const node = join(folder, "node")
  writeFileSync(node, `#!/bin/sh\nexec "${process.execPath}" --conditions=@parley/source "$@"\n`)
  chmodSync(node, 0o755)
  return folder
}

describe("the README", () => {
  it("shows a client that gets an answer from the server it shows", async () => {
    const page = readFileSync(join(root, "README.md"), "utf8")
    assert.deepStrictEqual(fences(page).map(({ file }) => file), ["server.ts", "contract.ts", "client.ts"])
    const folder = unpack(page)
    try {
      const { stdout } = await promisify(execFile)(join(folder, "node"), ["client.ts"], {
        cwd: folder,
        env: { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` },
        timeout: 15_000
      })
      assert.strictEqual(stdout, "3\n")
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
