/**
 * Programs that an author of many tools would write: a catalog, a handler for each tool, the server, and a client that
 * calls each of them by its types. The compiler is run on them, and on one with almost no tools, so that what the
 * libraries themselves take can be subtracted.
 */
import { spawn } from "node:child_process"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import * as Path from "node:path"
import process from "node:process"

const preamble = `import { Catalog, McpClient, McpServer, Tool } from "@parley/mcp"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
`

const declaration = (name: string): string =>
  `const ${name} = Tool.make("${name}", {
  description: "Does ${name}",
  parameters: { text: Schema.String, count: Schema.Number },
  success: Schema.Struct({ ${name}_text: Schema.String })
})
`

/** The program with this many tools. */
export const catalogProgram = (tools: number): string => {
  const names = Array.from({ length: tools }, (_, index) => `tool_${index + 1}`)
  const lines = (of: (name: string) => string) => names.map(of).join("\n")
  return `${preamble}
${lines(declaration)}
const All = Catalog.make("all").add(${names.join(", ")})

const Live = All.layer({
  tools: {
${lines((name) => `    ${name}: ({ text }) => Effect.succeed({ ${name}_text: text }),`)}
  }
})

export const Server = McpServer.layer(All, { name: "all", version: "1.0.0" }).pipe(Layer.provide(Live))

export const program = Effect.gen(function*() {
  const all = yield* McpClient.of(All)
  return [
${lines((name) => `    Effect.map(all.tools.${name}({ text: "a", count: 1 }), (output) => output.${name}_text),`)}
  ]
})
`
}

/** What the compiler says of a program. */
export interface TypeCheck {
  readonly instantiations: number
  readonly types: number
  /** Seconds of the whole run, as the compiler measures them. */
  readonly seconds: number
}

const home = Path.join(import.meta.dirname, "..", "..", ".cache", "types")
const compiler = Path.join(import.meta.dirname, "..", "..", "..", "..", "node_modules", "typescript", "bin", "tsc")

const project = (sources: boolean) => ({
  compilerOptions: {
    target: "ES2024",
    lib: ["ES2024", "ESNext.Disposable", "DOM"],
    module: "NodeNext",
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    types: [],
    customConditions: sources ? ["@parley/source"] : []
  },
  files: ["program.ts"]
})

const run = (args: ReadonlyArray<string>): Promise<{ readonly code: number | null; readonly output: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [compiler, ...args], { stdio: ["ignore", "pipe", "inherit"] })
    let output = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text
    })
    child.once("error", reject)
    child.once("exit", (code) => resolve({ code, output }))
  })

const figureOf = (output: string, name: string): number => {
  const figure = new RegExp(`^${name}: +([\\d.]+)`, "m").exec(output)?.[1]
  if (figure === undefined) throw new Error(`the compiler does not say its "${name}": ${output.slice(0, 400)}`)
  return Number(figure)
}

/** How to type-check. */
export interface How {
  /** Against our sources or (as a user has it) against what was built of them. */
  readonly sources: boolean
  /** In one thread: what is counted is then counted once, on every machine. */
  readonly alone?: boolean
}

/** Type-checks the program with this many tools. It throws when the program does not compile. */
export const typeCheck = async (tools: number, { alone = false, sources }: How): Promise<TypeCheck> => {
  const folder = Path.join(home, `${tools}-${sources ? "sources" : "built"}-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  try {
    writeFileSync(Path.join(folder, "program.ts"), catalogProgram(tools))
    writeFileSync(Path.join(folder, "tsconfig.json"), JSON.stringify(project(sources)))
    const { code, output } = await run([
      "-p",
      folder,
      "--extendedDiagnostics",
      ...alone ? ["--singleThreaded"] : []
    ])
    if (code !== 0) throw new Error(`a catalog with ${tools} tools does not compile:\n${output.slice(0, 2_000)}`)
    return {
      instantiations: figureOf(output, "Instantiations"),
      types: figureOf(output, "Types"),
      seconds: figureOf(output, "Total time")
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
