/** The familiar JSON: what it comes to, and what is said of entries that come to nothing. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Equal from "effect/Equal"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Expansion from "../../../src/client/servers/Expansion.ts"
import * as McpServersConfig from "../../../src/client/servers/McpServersConfig.ts"

const environment = { TOKEN: "s3cret", EMPTY: "", HOME: "/home/me", BASE: "https://a" }

const resolve = (mcpServers: unknown) => Result.getOrThrow(McpServersConfig.resolve({ mcpServers }, environment))

const only = (entry: unknown): McpServersConfig.Server => {
  const found = resolve({ it: entry }).get("it")
  if (found === undefined) throw new Error("there is no such server")
  return Result.getOrThrow(found)
}

const problemsOf = (entry: unknown) => {
  const found = resolve({ it: entry }).get("it")
  const reason = found !== undefined && Result.isFailure(found) ? found.failure.reason : undefined
  return reason?._tag === "InvalidServer" ? reason.problems.map(({ member }) => member) : undefined
}

const messageOf = (entry: unknown): string => {
  const found = resolve({ it: entry }).get("it")
  return found !== undefined && Result.isFailure(found) ? found.failure.message : ""
}

describe("variables", () => {
  const expand = (text: string) => Expansion.expand(text, environment)
  const cases: ReadonlyArray<readonly [string, string]> = [
    ["${TOKEN}", "s3cret"],
    ["a${TOKEN}b${HOME}", "as3cretb/home/me"],
    ["${env:HOME}", "/home/me"],
    ["${NOT_SET:-default}", "default"],
    ["${NOT_SET:-}", ""],
    ["${EMPTY:-default}", "default"],
    ["${EMPTY}", ""],
    ["${TOKEN:-default}", "s3cret"],
    ["${NOT_SET:-${x}", "${x"]
  ]
  it.each(cases)(
    "%s",
    (text, expected) => assert.deepStrictEqual(expand(text), Result.succeed({ text: expected, expanded: true }))
  )

  it.each(["$TOKEN", "$", "${", "${}", "${1A}", "$(x)", "{TOKEN}", "%TOKEN%"])(
    "%s is text",
    (text) => assert.deepStrictEqual(expand(text), Result.succeed({ text, expanded: false }))
  )

  it.each(["${NOT_SET}", "${toString}", "${__proto__}"])(
    "%s is missing",
    (text) => assert.deepStrictEqual(expand(text), Result.fail(text.slice(2, -1)))
  )

  it.prop("what a variable holds is put in as it is", { value: Arbitrary.schema(Schema.String) }, ({ value }) => {
    assert.deepStrictEqual(
      Expansion.expand("<${A}|${A:-x}>", { A: value }),
      Result.succeed({ text: `<${value}|${value === "" ? "x" : value}>`, expanded: true })
    )
  })
})

describe("entries", () => {
  it("a program: what was a variable is redacted, and so are all of its own variables", () => {
    const server = only({
      command: "npx",
      args: ["-y", "server", "--key=${TOKEN}"],
      env: { KEY: "${TOKEN}", LEVEL: "info" },
      cwd: "${HOME}/x",
      autoApprove: ["read"]
    })
    const expected: McpServersConfig.Server = {
      _tag: "Stdio",
      disabled: false,
      command: "npx",
      args: ["-y", "server", Redacted.make("--key=s3cret")],
      env: { KEY: Redacted.make("s3cret"), LEVEL: Redacted.make("info") },
      cwd: "/home/me/x"
    }
    assert.isTrue(Equal.equals(server, expected))
    assert.notInclude(JSON.stringify(server), "s3cret")
  })

  it("a URL: it may hold a key, and is shown as it is written", () => {
    const server = only({
      url: "https://me:pass@example.com/mcp?key=${TOKEN}",
      headers: { authorization: "Bearer ${TOKEN}" },
      disabled: true
    })
    assert.deepInclude(server, {
      _tag: "Http",
      transport: "StreamableHttp",
      disabled: true,
      shown: server._tag === "Http" ? server.shown : ""
    })
    assert.match(server._tag === "Http" ? server.shown : "", /^https:\/\/example\.com\/mcp\?#[0-9a-f]+$/)
    assert.notInclude(JSON.stringify(server), "s3cret")
    assert.strictEqual(
      server._tag === "Http" ? Redacted.value(server.url) : "",
      "https://me:pass@example.com/mcp?key=s3cret"
    )
  })

  it("a secret that is written in a URL is not shown, and still tells servers apart", () => {
    const shown = (url: string) => {
      const server = only({ url })
      return server._tag === "Http" ? server.shown : ""
    }
    const urls = [
      "https://a/${TOKEN}/x@y?key=k3y",
      "https://a/${HOME}?key=k3y",
      "https://u:k3y@a/?key=k3y",
      "https://a/#k3y"
    ]
    for (const url of urls) {
      assert.notInclude(shown(url), "k3y")
      assert.notInclude(shown(url), "s3cret")
    }
    assert.match(shown("https://a/${TOKEN}/x"), /^https:\/\/a\/\$\{TOKEN\}\/x\?#/)
    assert.notStrictEqual(shown("https://a/?key=1"), shown("https://a/?key=2"))
    assert.notStrictEqual(shown("https://a/${TOKEN}"), shown("https://a/${TOKEN}?x"))
    assert.strictEqual(shown("https://a/mcp"), "https://a/mcp")
    // A name without its scheme would be that of a child.
    assert.match(shown("${BASE}/mcp"), /^https:\$\{BASE\}\/mcp\?#/)
  })

  it("one that is turned off may lack variables", () => {
    const entry = { command: "x", env: { KEY: "${MISSING}" } }
    assert.deepStrictEqual(problemsOf(entry), ["env.KEY"])
    assert.isTrue(only({ ...entry, disabled: true }).disabled)
  })

  const types: ReadonlyArray<readonly [string | undefined, "Sse" | "StreamableHttp"]> = [
    [undefined, "StreamableHttp"],
    ["http", "StreamableHttp"],
    ["streamable-http", "StreamableHttp"],
    ["sse", "Sse"]
  ]
  it.each(types)(
    "type %s is %s",
    (type, transport) =>
      assert.deepInclude(only({ url: "http://localhost", ...(type === undefined ? {} : { type }) }), { transport })
  )

  const wrong: ReadonlyArray<readonly [string, unknown, ReadonlyArray<string>]> = [
    ["no object", "npx server", [""]],
    ["neither command nor url", { args: [] }, [""]],
    ["both of them", { command: "x", url: "http://x" }, [""]],
    ["an empty command", { command: "" }, ["command"]],
    ["arguments in one text", { command: "x", args: "-y server" }, ["args"]],
    ["an argument that is no text", { command: "x", args: ["a", 1] }, ["args.1"]],
    ["a variable that is no text", { command: "x", env: { PORT: 3000 } }, ["env.PORT"]],
    ["a type that does not fit", { command: "x", type: "http" }, ["type"]],
    ["a type that nobody knows", { url: "http://x", type: "carrier-pigeon" }, ["type"]],
    ["no URL", { url: "example.com/mcp" }, ["url"]],
    ["another protocol", { url: "file:///etc/passwd" }, ["url"]],
    ["variables that are missing", { command: "${A}", args: ["${B}"], env: { X: "${C}" } }, [
      "command",
      "args.0",
      "env.X"
    ]],
    ["variables that leave nothing", { command: "${A:-}", cwd: "${B:-}" }, ["command", "cwd"]],
    ["a missing variable in a URL", { url: "${A}", headers: { h: "${B}" } }, ["url", "headers.h"]],
    ["more than one thing", { command: 1, args: [2], cwd: 3 }, ["command", "args.0", "cwd"]]
  ]
  it.each(wrong)(
    "%s: all that is wrong is named",
    (_, entry, members) => assert.sameMembers([...problemsOf(entry) ?? []], [...members])
  )

  it("the message names server, member and variable, and no value", () => {
    assert.strictEqual(
      messageOf({ command: "x", env: { KEY: "${MISSING}", OTHER: "${TOKEN}" } }),
      "The entry of the server \"it\" is not valid: env.KEY: the environment variable MISSING is not set, and there is no default"
    )
    assert.notInclude(messageOf({ command: "x", args: "s3cret", env: "s3cret", type: "s3cret" }), "s3cret")
  })
})

describe("configurations", () => {
  it("one bad entry spoils no other; the order stays, odd names too", () => {
    const text = "\ufeff" +
      "{\"mcpServers\":{\"b\":{\"command\":\"x\"},\"bad\":7,\"__proto__\":{\"command\":\"y\"},\"a\":{\"url\":\"http://x\"}},\"other\":1}"
    const servers = Result.getOrThrow(McpServersConfig.parse(text, {}))
    assert.deepStrictEqual(
      Array.from(servers, ([name, server]) => [name, Result.isSuccess(server)]),
      [["b", true], ["bad", false], ["__proto__", true], ["a", true]]
    )
  })

  it.each([
    "",
    "{",
    "[]",
    "null",
    "{}",
    "{\"servers\":{}}",
    "{\"mcpServers\":[]}",
    "{\"mcpServers\":{\"a\":{\"env\":\"s3cret\"}"
  ])(
    "%s is none",
    (text) => {
      const parsed = McpServersConfig.parse(text, {})
      assert.strictEqual(Result.isFailure(parsed) ? parsed.failure.reason._tag : "", "InvalidConfig")
      assert.notInclude(Result.isFailure(parsed) ? parsed.failure.message : "", "s3cret")
    }
  )

  it.prop(
    "what the schema of the file takes is taken",
    { file: Arbitrary.schema(McpServersConfig.File) },
    ({ file }) => {
      const servers = Result.getOrThrow(McpServersConfig.resolve(file, {}))
      assert.sameMembers([...servers.keys()], Object.keys(file.mcpServers))
      for (const [name, server] of servers) {
        const entry = file.mcpServers[name]
        // Any text may be a command; not any text is a URL.
        if (entry !== undefined && "command" in entry && !JSON.stringify(entry).includes("${")) {
          assert.isTrue(Result.isSuccess(server))
        }
      }
    }
  )
})
