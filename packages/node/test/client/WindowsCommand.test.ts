/** The rules of Windows, on whatever system the tests run. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as WindowsCommand from "../../src/WindowsCommand.ts"

const comspec = "C:\\Windows\\system32\\cmd.exe"

const machine = (
  files: ReadonlyArray<string>,
  env: WindowsCommand.Surroundings["env"] = {}
): WindowsCommand.Surroundings => ({
  env: {
    Path: "C:\\Windows;\"C:\\Program Files\\nodejs\\\";.;C:\\Tools",
    PATHEXT: ".COM;.EXE;.BAT;.CMD;.VBS",
    ComSpec: comspec,
    ...env
  },
  cwd: "D:\\project",
  isFile: (path) => files.some((file) => file.toLowerCase() === path.toLowerCase())
})

const npx = "C:\\Program Files\\nodejs\\npx.cmd"

describe("finding a program (pains row 39)", () => {
  const cases: ReadonlyArray<readonly [string, string, ReadonlyArray<string>, string | undefined]> = [
    ["npx is npx.cmd, not the shell script beside it", "npx", [npx, "C:\\Program Files\\nodejs\\npx"], npx],
    ["a program comes before a batch file", "uv", ["C:\\Tools\\uv.cmd", "C:\\Tools\\uv.exe"], "C:\\Tools\\uv.exe"],
    ["the folders are looked into in order", "x", ["C:\\Tools\\x.exe", "C:\\Windows\\x.cmd"], "C:\\Windows\\x.cmd"],
    ["an extension that is given is kept", "npx.cmd", [npx], npx],
    ["another one is part of the name", "my.tool", ["C:\\Tools\\my.tool.cmd"], "C:\\Tools\\my.tool.cmd"],
    ["a PowerShell script has to be named", "npx.ps1", ["C:\\Tools\\npx.ps1"], "C:\\Tools\\npx.ps1"],
    ["and is not found otherwise", "npx", ["C:\\Tools\\npx.ps1"], undefined],
    ["the current folder is not looked into", "evil", ["D:\\project\\evil.cmd", ".\\evil.cmd"], undefined],
    ["but a path in it is one", ".\\bin\\x", ["D:\\project\\.\\bin\\x.cmd"], "D:\\project\\.\\bin\\x.cmd"],
    ["forward slashes are a path too", "bin/x.cmd", ["D:\\project\\bin\\x.cmd"], "D:\\project\\bin\\x.cmd"],
    ["also in an absolute one", "C:/a b/x", ["C:\\a b\\x.bat"], "C:\\a b\\x.bat"],
    ["an absolute path is looked at where it is", "C:\\a b\\x", ["C:\\a b\\x.bat"], "C:\\a b\\x.bat"]
  ]
  it.each(cases)("%s", (_, command, files, found) => {
    assert.strictEqual(WindowsCommand.find(command, machine(files))?.toLowerCase(), found?.toLowerCase())
  })

  it("PATHEXT has a default, and the environment of the child decides", () => {
    const { isFile } = machine([npx])
    const env = { path: Redacted.make("C:\\Program Files\\nodejs") }
    assert.strictEqual(WindowsCommand.find("npx", { env, cwd: "D:\\", isFile }), npx)
    assert.isUndefined(WindowsCommand.find("npx", { env: {}, cwd: "D:\\", isFile }))
  })
})

describe("starting what was found", () => {
  const resolve = (command: string, args: ReadonlyArray<string>, files: ReadonlyArray<string>, env = {}) =>
    Result.getOrThrow(WindowsCommand.resolve(command, args, machine(files, env)))

  it("a program is started as it is", () => {
    const args = ["a b", "100%", "\"x\""]
    assert.deepStrictEqual(resolve("uv", args, ["C:\\Tools\\uv.exe"]), { command: "C:\\Tools\\uv.exe", args })
  })

  it("a batch file is a line for cmd.exe", () =>
    assert.deepStrictEqual(resolve("npx", ["-y", "@scope/server", "C:\\my files\\"], [npx]), {
      command: "\"C:\\Program Files\\nodejs\\npx.cmd\" \"-y\" \"@scope/server\" \"C:\\my files\\\\\"",
      args: [],
      shell: comspec
    }))

  it("a PowerShell script is run by PowerShell", () =>
    assert.deepStrictEqual(resolve("x.ps1", ["a b"], ["C:\\Tools\\x.ps1"]), {
      command: "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
      args: ["-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File", "C:\\Tools\\x.ps1", "a b"]
    }))

  it("what is found nowhere is not left for the system to find in the current folder", () =>
    assert.isTrue(Result.isFailure(WindowsCommand.resolve("evil", [], machine(["D:\\project\\evil.exe"])))))

  it("the shell is found without COMSPEC", () => {
    const { shell } = resolve("npx", [], [npx], { ComSpec: undefined, SystemRoot: "E:\\Win" })
    assert.strictEqual(shell, "E:\\Win\\System32\\cmd.exe")
  })

  it.each(["a\nb", "a\rb", "a\0b"])("a batch file takes no line break", (argument) => {
    assert.isTrue(Result.isFailure(WindowsCommand.resolve("npx", [argument], machine([npx]))))
  })

  it("a process is ended with its tree", () =>
    assert.deepStrictEqual(WindowsCommand.killTree(12, { systemroot: "E:\\Win" }), {
      command: "E:\\Win\\System32\\taskkill.exe",
      args: ["/pid", "12", "/T", "/F"]
    }))
})

/** What `cmd.exe` makes of a line that it is given: variables first, then characters that mean something outside quotes. */
const readByShell = (line: string): { readonly text: string; readonly meant: string } => {
  const text = line.replaceAll(/%([^%:]*):~,%/g, (_, name: string) => name === "cd" ? "" : "?")
  let quoted = false
  let meant = ""
  for (const character of text) {
    if (character === "\"") quoted = !quoted
    else if (!quoted && "&|<>^()".includes(character)) meant += character
  }
  return { text, meant }
}

/** What a program makes of its command line, by the rules of the Microsoft C runtime. */
const readByProgram = (line: string): ReadonlyArray<string> => {
  const words: Array<string> = []
  let at = 0
  while (at < line.length) {
    if (line[at] === " ") {
      at++
      continue
    }
    let word = ""
    let quoted = false
    for (; at < line.length && (quoted || line[at] !== " "); at++) {
      const slashes = /^\\*/.exec(line.slice(at))?.[0].length ?? 0
      if (slashes > 0 && line[at + slashes] === "\"") {
        word += "\\".repeat(Math.floor(slashes / 2))
        at += slashes
        if (slashes % 2 === 1) {
          word += "\""
          continue
        }
      } else if (slashes > 0) {
        word += "\\".repeat(slashes)
        at += slashes - 1
        continue
      }
      if (line[at] !== "\"") word += line[at] ?? ""
      else if (quoted && line[at + 1] === "\"") {
        word += "\""
        at++
      } else quoted = !quoted
    }
    words.push(word)
  }
  return words
}

const nasty = Schema.Array(
  Schema.Literals(["\"", "\\", "%", "&", "|", "^", "<", ">", " ", "!", "(", ")", "PATH", "é", "a"])
)

describe("quoting for a batch file", () => {
  it.prop("each argument arrives as it was, and means nothing to the shell", {
    args: Arbitrary.schema(Schema.Array(nasty))
  }, ({ args }) => {
    const words = args.map((parts) => parts.join(""))
    const { command } = Result.getOrThrow(WindowsCommand.resolve("npx", words, machine([npx])))
    const { meant, text } = readByShell(command)
    assert.strictEqual(meant, "")
    assert.deepStrictEqual(readByProgram(text), [npx, ...words])
  })
})

describe("the environment on Windows", () => {
  it("Path and PATH are one name", () =>
    assert.deepStrictEqual(WindowsCommand.mergeEnvironment({ PATH: "a", TEMP: "t" }, { Path: "b" }), {
      TEMP: "t",
      Path: "b"
    }))
})
