/**
 * How clients reach the notes server over HTTP: what a person should be told, and which names of this machine requests
 * may be addressed to. It opens nothing and prints nothing.
 */
import type { HttpPolicy } from "@parley/mcp"
import { hostname, networkInterfaces } from "node:os"
import { resolve } from "node:path"
import { fileURLToPath } from "node:url"

const loopback = ["localhost", "127.0.0.1", "[::1]"]

const inUrl = (address: string): string => address.includes(":") ? `[${address}]` : address

const isWildcard = (host: string): boolean => host === "0.0.0.0" || host === "::"

/** The names and addresses of this machine. */
const thisMachine = (): ReadonlyArray<string> => [
  hostname().toLowerCase(),
  ...Object.values(networkInterfaces()).flatMap((addresses) => addresses?.map(({ address }) => inUrl(address)) ?? [])
]

/**
 * The hosts that a server at an address answers to: the address by its name, and loopback. A server that listens on all
 * addresses answers to each of them, and to the name of the machine.
 */
export const hosts = (host: string): HttpPolicy.AllowedHosts =>
  loopback.includes(inUrl(host))
    ? "loopback"
    : [...loopback, ...(isWildcard(host) ? thisMachine() : [inUrl(host.toLowerCase())])]

const json = (value: unknown): string => JSON.stringify(value, undefined, 2)

const listTools = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "tools/list",
  params: {
    _meta: {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientCapabilities": {}
    }
  }
})

/** A URL that can be asked for: no address stands for all of them there. */
const reachable = (url: string): string => url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")

/** What to do with a server that listens at an address, and keeps its notes in a file or only as long as it runs. */
export const instructions = (address: string, file: string | undefined): string => {
  const url = reachable(address)
  const main = fileURLToPath(new URL("main.ts", import.meta.url))
  const args = [...process.execArgv, main, "--stdio", ...(file === undefined ? [] : ["--database", resolve(file)])]
  return `The notes server is at ${url}
Notes are kept ${file === undefined ? "until it ends; --database PATH keeps them in a file" : `in ${file}`}.

See its tools:

  curl -s ${url} -H 'content-type: application/json' -H 'mcp-protocol-version: 2026-07-28' -H 'mcp-method: tools/list' -d '${listTools}'

Connect a client to it (VS Code has "servers" for "mcpServers"):

${json({ mcpServers: { notes: { type: "http", url } } })}

Or let the client start a server of its own, as Claude Desktop does:

${json({ mcpServers: { notes: { command: process.execPath, args } } })}

Ctrl-C ends it.`
}
