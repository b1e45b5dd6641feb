/**
 * The rules of the house, each shown to fail on a planted violation, and then applied to the house itself. A plant is
 * one file added to a small project in which nothing is wrong.
 */
import { assert, describe, it } from "@effect/vitest"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { tidy } from "../../../scripts/tidy.mjs"

const header = "/** A file. */\n"
const exporting = (name: string, value: string) => `\n/** A value. */\nexport const ${name} = ${value}\n`

const clean: Record<string, string> = {
  "README.md": "About First and Second.\n",
  "packages/mcp/package.json": JSON.stringify({ exports: { "./server/internal/*": null } }),
  "packages/mcp/src/index.ts": `${header}export * as First from "./jsonrpc/First.ts"\n`,
  "packages/mcp/src/jsonrpc/First.ts": `${header}import * as Effect from "effect/Effect"\n${
    exporting("First", "Effect.void")
  }`,
  "packages/mcp/src/server/internal/Second.ts": `${header}import { First } from "../../jsonrpc/First.ts"\n${
    exporting("Second", "First")
  }`,
  "packages/node/src/Third.ts": `${header}import { readFileSync } from "node:fs"\n\nreadFileSync(process.argv[2])\n`
}

/** What `tidy` says about the clean project with some files added or replaced, as `path:line rule`. */
const complaints = (files: Record<string, string>): ReadonlyArray<string> => {
  const project = mkdtempSync(join(tmpdir(), "parley-tidy-"))
  try {
    for (const [path, text] of Object.entries({ ...clean, ...files })) {
      mkdirSync(dirname(join(project, path)), { recursive: true })
      writeFileSync(join(project, path), text)
    }
    return tidy(project).map(({ line, path, rule }) => `${path}:${line} ${rule}`)
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}

const inToolkit = "packages/mcp/src/session/Planted.ts"
const inClient = "packages/mcp/src/client/Planted.ts"
const inServer = "packages/mcp/src/server/Planted.ts"
const inAuth = "packages/auth/src/token/Planted.ts"
const inNode = "packages/node/src/Planted.ts"
const inTests = "packages/mcp/test/Planted.test.ts"

/** A file, what it says that breaks a rule, and the one complaint to come of it. */
type Plant = readonly [path: string, text: string, complaint: string]

const plant = (path: string, text: string, line: number, rule: string): Plant => [path, text, `${path}:${line} ${rule}`]

const impurities = [
  "Date.now()",
  "new Date(0)",
  "new Date",
  "Math.random()",
  "setTimeout(f, 1)",
  "setInterval(f, 1)",
  "async () => 1",
  "await f",
  "() => { throw f }",
  "() => { try { f() } finally { f() } }",
  "f as any",
  "(a: any) => a",
  "console.log(1)",
  "globalThis.console.log(1)",
  "`${Date.now()}`",
  "f(/[/\"]/, Math.random(), \"\")"
]

const allowances = [
  "import { InsecureAllowances } from \"@parley/auth\"",
  "f(AllowPrivateHosts, [\"localhost\"])",
  "f({ allowInsecureTraversal: [\"name\"] })",
  "f({ allowMissingAudience: true })"
]

const longFunctions = [
  ["const f = () => {", "}"],
  ["const f = Effect.gen(function*() {", "})"],
  ["function f<A extends { a: 1 }>(a: A): Record<string, { b: 1 }> {", "}"],
  ["function f(): { readonly a: 1 } {", "}"],
  ["class F { static x = 1\n  override get f(): string {", "  }\n}"],
  ["const o = {\n  f(a: string) {", "  }\n}"]
] as const

const plants: ReadonlyArray<Plant> = [
  plant(inToolkit, `${header}import "../transport/A.ts"\n`, 2, "floor"),
  plant(inToolkit, `${header}export type * from "../server/A.ts"\n`, 2, "floor"),
  plant(inToolkit, `${header}\nconst a = import("../testing/A.ts")\n`, 3, "floor"),
  plant(inToolkit, `${header}import "../index.ts"\n`, 2, "floor"),
  plant(inToolkit, `${header}import "../../../node/src/Third.ts"\n`, 2, "floor"),
  plant(inClient, `${header}import "../server/A.ts"\n`, 2, "floor"),
  plant(inServer, `${header}import "../client/A.ts"\n`, 2, "floor"),
  plant("packages/mcp/src/Planted.ts", header, 1, "floor"),
  plant(inAuth, `${header}import "../protocol/A.ts"\n`, 2, "floor"),
  plant(inAuth, `${header}import "../index.ts"\n`, 2, "floor"),
  plant(inAuth, `${header}import "../other/A.ts"\n`, 2, "floor"),
  plant("packages/auth/src/client/Planted.ts", `${header}import "../server/A.ts"\n`, 2, "floor"),
  plant("packages/auth/src/dpop/Planted.ts", `${header}import "../http/A.ts"\n`, 2, "floor"),
  plant("packages/auth/src/AuthLimits.ts", `${header}import "./http/A.ts"\n`, 2, "floor"),
  plant("packages/auth/src/Planted.ts", header, 1, "floor"),
  plant(inToolkit, `${header}import { Effect } from "effect"\n`, 2, "import"),
  plant(inToolkit, `${header}import "node:fs"\n`, 2, "import"),
  plant(inToolkit, `${header}import "@parley/mcp/jsonrpc/First"\n`, 2, "import"),
  plant(inNode, `${header}import "effect"\n`, 2, "import"),
  plant(inNode, `${header}import "@effect/platform-node"\n`, 2, "import"),
  plant(inNode, `${header}import "zod"\n`, 2, "import"),
  ...impurities.flatMap((code) => [
    plant(inToolkit, `${header}\nconst a = ${code}\n`, 3, "banned"),
    plant(inNode, `${header}\nconst a = ${code}\n`, 3, "banned")
  ]),
  plant(inToolkit, `${header}\nconst a = process.env\n`, 3, "banned"),
  ...allowances.map((code) => plant("packages/examples/src/planted/main.ts", `${header}\n${code}\n`, 3, "banned")),
  plant(inToolkit, `${header}\nconst a = b instanceof Session\n`, 3, "instanceof"),
  plant(inNode, `${header}\nconst a = b instanceof Stream.Stream\n`, 3, "instanceof"),
  plant(inToolkit, `${header}\nconst a = "2025-11-25"\n`, 3, "version"),
  plant(inNode, `${header}\nconst a = \`v2026-07-28\`\n`, 3, "version"),
  plant(inTests, "const a = 1\n".repeat(501), 1, "size"),
  plant("scripts/planted.mjs", "const a = 1\n".repeat(501), 1, "size"),
  ...longFunctions.map(([open, close]) =>
    plant(inToolkit, `${header}${open}\n${"    g()\n".repeat(71)}${close}\n`, 1 + open.split("\n").length, "size")
  ),
  plant(
    inToolkit,
    header + Array.from({ length: 26 }, (_, index) => exporting(`a${index}`, `a${(index + 1) % 26}`)).join(""),
    1,
    "size"
  ),
  plant(inToolkit, header + exporting("Planted", "1"), 4, "dead-export"),
  plant(
    inToolkit,
    `${header}\n/** Planted, as Planted knows. */\nexport class Planted extends Service<Planted>("Planted") {}\n`,
    4,
    "dead-export"
  ),
  plant(inToolkit, "const a = 1\n", 1, "docstring"),
  plant(inToolkit, `${header}\nexport interface First {}\n`, 3, "docstring"),
  plant(inToolkit, `${header}\n/** A gap. */\n\nexport type First = 1\n`, 5, "docstring"),
  plant(inNode, `${header}\n/* Plain. */\nexport function First() {}\n`, 4, "docstring"),
  plant(inToolkit, `${header}export const First = 1\n`, 2, "docstring"),
  plant(inTests, "it.skip(\"a\", f)\n", 1, "skip"),
  plant(inTests, "it.effect.only(\"a\", f)\n", 1, "skip"),
  plant(inTests, "it.todo(\"a\")\n", 1, "skip"),
  plant(inTests, "describe.skip(\"a\", f)\n", 1, "skip"),
  plant(inTests, "test.runIf(false)(\"a\", f)\n", 1, "skip"),
  plant("packages/docs/a.md", `\n${"TO"}DO: all of it\n`, 2, "unfinished"),
  plant(inTests, `// ${"FIX"}ME\n`, 1, "unfinished"),
  plant(".ci/run", `cd /${"work"}/main\n`, 1, "machine-path"),
  ["packages/mcp/src/client/internal/A.ts", header, "packages/mcp/package.json:1 internal"]
]

describe("tidy", () => {
  it("says nothing about a clean project", () => {
    assert.deepStrictEqual(complaints({}), [])
  })

  it.each(plants)("finds what is wrong in %s: %j", (path, text, complaint) => {
    assert.deepStrictEqual(complaints({ [path]: text }), [complaint])
  })

  it("does not mistake comments, strings and regular expressions for code", () => {
    const text = [
      "/** A file, of 2025-11-25, that once used Date.now() and `as any`. */",
      "// import \"node:fs\"; throw new Error()",
      "const a = \"await Math.random() // \" + 'new Date(0)' + `async ${\"console.log\"} setTimeout( ${`throw`} /*`",
      "const b = /throw \\/ [/\"`] await/.test(a) ? first / second : 1 / 2",
      "const c = Effect.try({ try: f, catch: g }), d = fiber.await, e = g.throw, h = x.process.env, i: anyone = any",
      "const j = k instanceof Uint8Array || k instanceof Error",
      ""
    ].join("\n")
    assert.deepStrictEqual(complaints({ [inToolkit]: text }), [])
  })

  const houses: ReadonlyArray<readonly [home: string, floors: ReadonlyArray<string>]> = [
    ["mcp", ["jsonrpc", "schema", "revision", "contract", "session", "transport", "server", "testing"]],
    ["auth", ["http", "metadata", "token", "protocol", "grant", "client"]],
    ["auth", ["store", "metadata", "token", "protocol", "verifier", "server"]]
  ]

  it.each(houses)("allows each floor of packages/%s itself and what is below it: %j", (home, order) => {
    const ground = home === "auth" ? "import \"../AuthError.ts\"\n" : ""
    const files = order.map((floor, index) => [
      `packages/${home}/src/${floor}/A.ts`,
      header + ground + order.slice(0, index + 1).map((below) => `import "../${below}/B.ts"\n`).join("")
    ])
    assert.deepStrictEqual(complaints(Object.fromEntries(files)), [])
  })

  it("allows versions on the revision floor, and asks an overloaded function for one docstring", () => {
    const text = `${header}\n/** A. */\nexport function First(a: 1): 1\nexport function First(a: 2): 2 {}\n`
    assert.deepStrictEqual(
      complaints({ "packages/mcp/src/revision/A.ts": `${text}\nconst a = "2025-11-25"\n` }),
      []
    )
  })

  it("finds files that import each other, for types too", () => {
    const files = {
      "packages/auth/src/client/A.ts": `${header}import "./B.ts"\n`,
      "packages/auth/src/client/B.ts": `${header}import type * as C from "./C.ts"\n`,
      "packages/auth/src/client/C.ts": `${header}import "./A.ts"\nimport "./D.ts"\n`,
      "packages/auth/src/client/D.ts": header
    }
    assert.deepStrictEqual(
      complaints(files),
      ["A", "B", "C"].map((name) => `packages/auth/src/client/${name}.ts:2 circle`)
    )
  })

  it("counts a use in the same file, in a test and in prose", () => {
    const values = exporting("Alpha", "1") + exporting("Beta", "2") + exporting("Gamma", "3")
    const files = {
      [inToolkit]: `${header}${values}\nconst a = Alpha\n`,
      [inTests]: "use(Beta)\n",
      "packages/docs/a.md": "About `Gamma`.\n"
    }
    assert.deepStrictEqual(complaints(files), [])
  })
})

describe("this project", () => {
  it("is tidy", () => {
    assert.deepStrictEqual(tidy().map(({ line, message, path, rule }) => `${path}:${line} ${rule} ${message}`), [])
  })
})
