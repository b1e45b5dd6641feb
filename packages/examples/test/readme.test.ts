/**
 * What the documentation shows compiles against the sources, and runs where it can be run; and what does not is found.
 */
import { assert, describe, it } from "@effect/vitest"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { doctest } from "../../../scripts/doctest.mjs"

const fence = (words: string, ...lines: ReadonlyArray<string>) => ["```" + words, ...lines, "```", ""].join("\n")

/** The verdict on a project that consists of these files. */
const verdict = async (files: Record<string, string>) => {
  const project = mkdtempSync(join(tmpdir(), "parley-doctest-"))
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(project, path)), { recursive: true })
      writeFileSync(join(project, path), text)
    }
    return await doctest(project)
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}

const docstring = (text: string) => `/**\n${text.trimEnd().replace(/^/gm, " * ")}\n */\nexport const a = 1\n`

describe("doctest", () => {
  it("compiles and runs fences of pages and docstrings, which may import each other by page and name", async () => {
    const result = await verdict({
      "README.md": "# A\n\n" + fence("ts file=answer.ts", "export const answer: number = 42") +
        fence(
          "ts file=main.ts",
          "import { strictEqual } from \"node:assert\"",
          "import { answer } from \"./answer.ts\"",
          "",
          "strictEqual(answer, 42)"
        ) +
        fence("ts fragment", "not code at all") + fence("sh", "npm start"),
      "packages/docs/guide/one.md": fence("ts file=half.ts", "export const half: number = 21"),
      "packages/docs/guide/two.md": fence(
        "ts",
        "import { strictEqual } from \"node:assert\"",
        "import { half } from \"../one/half.ts\"",
        "",
        "strictEqual(half, 21)"
      ),
      "packages/mcp/src/A.ts": docstring(
        fence("ts", "import * as Effect from \"effect/Effect\"", "Effect.runSync(Effect.void)")
      )
    })
    assert.deepStrictEqual(result, { compiled: 5, run: 5, failures: [] })
  })

  it("finds what does not compile, at its own line", async () => {
    const { failures } = await verdict({
      "README.md": "# A\n\n" + fence("ts", "", "const a: string = 1"),
      "packages/node/src/A.ts": docstring("A value.\n\n@example\n" + fence("ts", "nowhere()"))
    })
    assert.match(failures[0] ?? "", /^README\.md:5 error TS2322/)
    assert.match(failures[1] ?? "", /^packages\/node\/src\/A\.ts:6 error TS2304/)
    assert.strictEqual(failures.length, 2)
  })

  it("finds what fails as it runs, at once or later, but runs only what is to be run", async () => {
    const { failures, run } = await verdict({
      "packages/docs/guide.md": fence("ts", "throw new Error(\"at once\")") +
        fence("ts", "void Promise.reject(new Error(\"later\"))") + fence("ts no-run", "throw new Error(\"not run\")"),
      "packages/mcp/src/A.ts": docstring(fence("ts", "const launch = new Error(\"not run\")", "throw launch"))
    })
    assert.strictEqual(run, 2)
    assert.strictEqual(failures.length, 2)
    assert.match(failures.join("\n"), /packages\/docs\/guide\.md:2 failed: Error: at once/)
    assert.match(failures.join("\n"), /Error: later/)
    assert.notMatch(failures.join("\n"), /not run/)
  })

  it("compares what a page says that is printed with what is printed, but for what is left out", async () => {
    const counting = fence("ts file=count.ts", "for (const count of [1, 2, 3, 4]) console.log(`count ${count}.`)")
    const page = (...lines: ReadonlyArray<string>) => counting + fence("text output=count.ts", ...lines)
    const { failures } = await verdict({
      "packages/docs/right.md": page("count 1.", "count 2.", "count 3.", "count 4."),
      "packages/docs/short.md": page("count 1.", "…", "… 4…"),
      "packages/docs/wrong-1.md": page("count 1.", "count 2."),
      "packages/docs/wrong-2.md": page("count 1.", "…", "count 3."),
      "packages/docs/wrong-3.md": page("count 1,", "…"),
      "packages/docs/wrong-4.md": fence("ts no-run file=a.ts", "console.log(1)") + fence("text output=a.ts", "1")
    })
    const printed = "is not what is printed:\ncount 1.\ncount 2.\ncount 3.\ncount 4.\n"
    assert.deepStrictEqual(failures, [
      ...[1, 2, 3].map((wrong) => `packages/docs/wrong-${wrong}.md:5 ${printed}`),
      "packages/docs/wrong-4.md:5 is not what is printed:\nit is not run"
    ])
  })

  it("writes down what is printed now, where it is asked to", async () => {
    const project = mkdtempSync(join(tmpdir(), "parley-doctest-"))
    const page = (output: string) =>
      fence("ts file=a.ts", "console.log(\"now\")", "console.log(\"x\".repeat(200))") +
      fence("text output=a.ts", output)
    try {
      writeFileSync(join(project, "README.md"), page("then"))
      assert.deepStrictEqual((await doctest(project, true)).failures, [])
      assert.strictEqual(readFileSync(join(project, "README.md"), "utf8"), page(`now\n${"x".repeat(149)}…`))
      assert.deepStrictEqual((await doctest(project)).failures, [])
    } finally {
      rmSync(project, { recursive: true, force: true })
    }
  })

  it("refuses two fences of one name on a page", async () => {
    const { failures } = await verdict({ "README.md": fence("ts file=a.ts", "const a = 1").repeat(2) })
    assert.deepStrictEqual(failures, ["README.md:5 a second a.ts on this page"])
  })
})

describe("this project", () => {
  it("shows no example that does not compile or run", { timeout: 90_000 }, async () => {
    const { compiled, failures } = await doctest()
    assert.deepStrictEqual(failures, [])
    assert.isAbove(compiled, 0)
  })
})
