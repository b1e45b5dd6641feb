/**
 * What the documentation says beside its code: its links lead somewhere, the files that it names are there, and its
 * tables of limits and options are complete and true.
 */
import { assert, describe, it } from "@effect/vitest"
import * as AuthError from "@parley/auth/AuthError"
import * as AuthLimits from "@parley/auth/AuthLimits"
import * as FailedAttempts from "@parley/auth/server/FailedAttempts"
import * as VerifierLimits from "@parley/auth/verifier/VerifierLimits"
import { ResponseCacheLimits } from "@parley/mcp/client/cache/ResponseCache"
import * as ClientLimits from "@parley/mcp/client/ClientLimits"
import * as McpClientError from "@parley/mcp/client/McpClientError"
import * as JsonRpcLimits from "@parley/mcp/jsonrpc/Limits"
import { ResourceLimits } from "@parley/mcp/server/component/ResourceLimits"
import * as EventLog from "@parley/mcp/session/EventLog"
import * as HttpPolicy from "@parley/mcp/session/HttpPolicy"
import { RequestStateLimits } from "@parley/mcp/session/RequestState"
import * as SessionLimits from "@parley/mcp/session/SessionLimits"
import * as SubscriptionLimits from "@parley/mcp/session/SubscriptionLimits"
import * as TransportError from "@parley/mcp/transport/TransportError"
import * as Checkers from "@parley/simulation/checker/Checkers"
import * as FaultSwarm from "@parley/simulation/swarm/FaultSwarm"
import * as Context from "effect/Context"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../..", import.meta.url))

const read = (path: string): string => readFileSync(join(root, path), "utf8")

const pages: ReadonlyArray<string> = [
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "packages/docs"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .map((path) => join("packages/docs", path))
]

const withoutCode = (text: string): string => text.replace(/^```[^]*?^```$/gm, "")

const anchorsOf = (text: string): ReadonlyArray<string> =>
  Array.from(
    withoutCode(text).matchAll(/^#+ (.+)$/gm),
    ([, heading = ""]) => heading.toLowerCase().replace(/[^\w\- ]/g, "").replaceAll(" ", "-")
  )

/** The links of a page within the project that lead nowhere. */
const brokenLinks = (page: string): ReadonlyArray<string> =>
  Array.from(withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g), ([, link = ""]) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [path = "", anchor] = link.split("#")
      const target = path === "" ? page : join(dirname(page), path)
      if (!existsSync(join(root, target))) return true
      return anchor !== undefined && !anchorsOf(read(target)).includes(anchor)
    })
    .map((link) => `${page}: ${link}`)

/** The cells of each row of a page's tables, code marks left out. */
const rowsOf = (page: string): ReadonlyArray<ReadonlyArray<string>> =>
  Array.from(
    read(page).matchAll(/^\| (.*) \|$/gm),
    ([, row = ""]) => row.split(" | ").map((cell) => cell.trim().replaceAll("`", ""))
  )

const units: Readonly<Record<string, number>> = { "Mi": 1024 ** 2, "MiB": 1024 ** 2 }

const valueOf = (text: string): unknown => {
  if (text === "infinity") return Number.POSITIVE_INFINITY
  const [, digits = "", unit = ""] = /^([\d,]+)(?: (Mi|MiB))?$/.exec(text) ?? []
  if (digits !== "") return Number(digits.replaceAll(",", "")) * (units[unit] ?? 1)
  return text === "true" ? true : text.replaceAll("\"", "")
}

const references: Readonly<Record<string, object>> = {
  JsonRpcLimits: JsonRpcLimits.defaultLimits,
  SessionLimits: SessionLimits.defaultLimits,
  SubscriptionLimits: SubscriptionLimits.defaultLimits,
  RequestStateLimits: Context.get(Context.empty(), RequestStateLimits),
  EventLogLimits: EventLog.defaultLimits,
  ResourceLimits: Context.get(Context.empty(), ResourceLimits),
  ClientLimits: ClientLimits.defaultLimits,
  ResponseCacheLimits: Context.get(Context.empty(), ResponseCacheLimits),
  AuthLimits: AuthLimits.defaultLimits,
  VerifierLimits: VerifierLimits.defaultLimits,
  failedAttempts: FailedAttempts.defaultLimits
}

/** What the table of limits says, as `reference.name = value`. */
const told = rowsOf("packages/docs/guide/safety.md").flatMap(([name = "", , , value = "", where = ""]) => {
  const reference = Object.keys(references).find((reference) => where.startsWith(reference))
  return reference === undefined ? [] : [`${reference}.${name} = ${valueOf(value)}`]
})

const isNumber = (entry: readonly [string, unknown]): boolean => typeof entry[1] === "number"

describe("the documentation", () => {
  it("has links that lead somewhere", () => {
    assert.deepStrictEqual(pages.flatMap(brokenLinks), [])
  })

  it("has an index with every page of the guide", () => {
    const guide = pages.filter((page) => page.startsWith("packages/docs/guide/") && !page.endsWith("README.md"))
    const index = read("packages/docs/guide/README.md")
    assert.isAbove(guide.length, 0)
    assert.deepStrictEqual(guide.filter((page) => !index.includes(`](${page.slice(page.lastIndexOf("/") + 1)})`)), [])
  })

  it("names files that are there", () => {
    const folders = [
      "packages/mcp/src",
      "packages/mcp/src/server",
      "packages/mcp/src/client",
      "packages/mcp/src/testing",
      "packages/auth/src",
      "packages/simulation/src",
      "packages"
    ]
    const named = Array.from(read("packages/docs/architecture.md").matchAll(/`([\w/]+\.ts)`/g), ([, path = ""]) => path)
    assert.isAbove(named.length, 10)
    assert.deepStrictEqual(
      named.filter((path) => {
        const places = [
          ...folders.map((folder) => join(folder, path)),
          `packages/node/src/${path.replace(/^node\//, "")}`
        ]
        return !places.some((place) => existsSync(join(root, place)))
      }),
      []
    )
  })

  it("tells every limit, with its default", () => {
    const known = Object.entries(references).flatMap(([reference, limits]) =>
      Object.entries(limits).filter(isNumber).map(([name, value]) => `${reference}.${name} = ${value}`)
    )
    assert.deepStrictEqual(told.toSorted(), known.toSorted())
  })

  it("tells every reason for which a client's request fails", () => {
    const known = [McpClientError.McpClientError, TransportError.TransportError].flatMap(({ fields }) =>
      fields.reason.members.map(({ name }) => name)
    )
    const told = rowsOf("packages/docs/guide/clients.md").flatMap(([name = ""]) => known.includes(name) ? [name] : [])
    assert.deepStrictEqual(told.toSorted(), known.toSorted())
  })

  it("tells every reason for which a login fails", () => {
    const known = AuthError.AuthError.fields.reason.members.map(({ name }) => name)
    const told = rowsOf("packages/docs/guide/logging-in.md").flatMap(([name = ""]) =>
      known.includes(name) ? [name] : []
    )
    assert.deepStrictEqual(told.toSorted(), known.toSorted())
  })

  it("tells every option of a protected server and of a client that logs in", () => {
    const optionsOf = (path: string, name: string): ReadonlyArray<string> => {
      const [, body = ""] = new RegExp(`interface ${name}\\b[^{]*\\{\\n([^]*?)^\\}`, "m").exec(read(path)) ?? []
      return Array.from(body.matchAll(/^ {2}readonly (\w+)\??:/gm), ([, option = ""]) => option)
    }
    const toldOn = (page: string) => rowsOf(page).flatMap(([names = ""]) => names.split(", "))
    const of = {
      "packages/docs/guide/protecting.md": [
        ...optionsOf("packages/auth/src/server/ProtectedResource.ts", "Options"),
        ...optionsOf("packages/auth/src/server/Resource.ts", "ResourceOptions")
      ],
      "packages/docs/guide/logging-in.md": optionsOf("packages/auth/src/client/OAuthClient.ts", "Options")
    }
    for (const [page, options] of Object.entries(of)) {
      assert.isAbove(options.length, 4)
      assert.deepStrictEqual(options.filter((option) => !toldOn(page).includes(option)), [])
    }
  })

  it("tells every checker, and every kind of fault", () => {
    const told = new Set(rowsOf("packages/docs/guide/simulating.md").map(([name]) => name))
    const known = [...Checkers.all.map(({ name }) => name), ...FaultSwarm.kindsOf("http")]
    assert.deepStrictEqual(known.filter((name) => !told.has(name)), [])
  })

  it("tells every option of an endpoint, with its default", () => {
    const rows = new Map(rowsOf("packages/docs/guide/servers.md").map((row) => [row[0], row.at(-1)] as const))
    const options = Object.entries(HttpPolicy.defaultPolicy)
    assert.deepStrictEqual(options.map(([name]) => [name, valueOf(rows.get(name) ?? "")]), options)
  })
})
