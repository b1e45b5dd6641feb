/**
 * The official SDK clients behind one face, so that one set of tests can put the same questions to all of them: version
 * 1, and version 2 as a client of either era, each over stdio and over Streamable HTTP.
 */
import * as V2 from "@modelcontextprotocol/client"
import * as V2Stdio from "@modelcontextprotocol/client/stdio"
import { Client as V1Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StdioClientTransport as V1StdioTransport } from "@modelcontextprotocol/sdk/client/stdio.js"
import { StreamableHTTPClientTransport as V1HttpTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js"
import type { Transport as V1Transport } from "@modelcontextprotocol/sdk/shared/transport.js"
import { CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js"
import { nodeArguments } from "../../src/suite/FixtureServer.ts"

/** Arguments of a tool or a prompt. */
export type Arguments = { readonly [name: string]: unknown }

/** What may go along with a call. */
export interface CallOptions {
  readonly signal?: AbortSignal
  readonly onprogress?: (progress: { readonly progress: number }) => void
}

/** What the tests need of the result of a call; the SDK has checked its schema. */
export interface CallResult {
  readonly content: ReadonlyArray<{ readonly type: string }>
  readonly structuredContent?: unknown
  readonly isError?: boolean | undefined
}

/** A connected client. */
export interface Connected {
  readonly serverName: string | undefined
  readonly tools: () => Promise<ReadonlyArray<{ readonly name: string }>>
  readonly call: (name: string, args?: Arguments, options?: CallOptions) => Promise<CallResult>
  readonly resources: () => Promise<ReadonlyArray<{ readonly uri: string }>>
  readonly templates: () => Promise<ReadonlyArray<{ readonly uriTemplate: string }>>
  readonly read: (uri: string) => Promise<ReadonlyArray<{ readonly uri: string; readonly text?: string }>>
  readonly prompts: () => Promise<ReadonlyArray<{ readonly name: string }>>
  readonly get: (name: string, args?: { readonly [name: string]: string }) => Promise<ReadonlyArray<unknown>>
  readonly close: () => Promise<void>
}

/** Where a server is: a command that speaks over stdio, or a URL. */
export type Target =
  | { readonly _tag: "Stdio"; readonly command: string; readonly args: ReadonlyArray<string> }
  | { readonly _tag: "Http"; readonly url: string }

/** One of the clients. */
export interface Peer {
  readonly name: string
  /** The revision that it must end up speaking with a server of ours. */
  readonly revision: string
  /** The code that it shows for a resource that is not there. Version 2 shows the newer one, whatever the wire had. */
  readonly resourceNotFound: number
  readonly connect: (target: Target) => Promise<Connected>
}

const clientInfo = { name: "interop", version: "0.1.0" }

const v1Transport = (target: Target): V1Transport =>
  target._tag === "Stdio"
    ? new V1StdioTransport({ command: target.command, args: [...target.args], stderr: "ignore" })
    // The class declares its members as possibly `undefined`, which exact optional types tell from absent ones.
    : new V1HttpTransport(new URL(target.url)) as V1Transport

const connectV1 = async (target: Target): Promise<Connected> => {
  const client = new V1Client(clientInfo)
  const transport = v1Transport(target)
  await client.connect(transport)
  return {
    serverName: client.getServerVersion()?.name,
    tools: async () => (await client.listTools()).tools,
    call: async (name, args = {}, options) =>
      CallToolResultSchema.parse(await client.callTool({ name, arguments: args }, CallToolResultSchema, options)),
    resources: async () => (await client.listResources()).resources,
    templates: async () => (await client.listResourceTemplates()).resourceTemplates,
    read: async (uri) => (await client.readResource({ uri })).contents,
    prompts: async () => (await client.listPrompts()).prompts,
    get: async (name, args = {}) => (await client.getPrompt({ name, arguments: args })).messages,
    close: async () => {
      if (transport instanceof V1HttpTransport) await transport.terminateSession()
      await client.close()
    }
  }
}

const connectV2 = (mode: V2.VersionNegotiationMode) => async (target: Target): Promise<Connected> => {
  const client = new V2.Client(clientInfo, { versionNegotiation: { mode } })
  const transport = target._tag === "Stdio"
    ? new V2Stdio.StdioClientTransport({ command: target.command, args: [...target.args], stderr: "ignore" })
    : new V2.StreamableHTTPClientTransport(new URL(target.url))
  await client.connect(transport)
  return {
    serverName: client.getServerVersion()?.name,
    tools: async () => (await client.listTools()).tools,
    call: (name, args = {}, options) => client.callTool({ name, arguments: args }, options),
    resources: async () => (await client.listResources()).resources,
    templates: async () => (await client.listResourceTemplates()).resourceTemplates,
    read: async (uri) => (await client.readResource({ uri })).contents,
    prompts: async () => (await client.listPrompts()).prompts,
    get: async (name, args = {}) => (await client.getPrompt({ name, arguments: args })).messages,
    close: async () => {
      if (transport instanceof V2.StreamableHTTPClientTransport) await transport.terminateSession()
      await client.close()
    }
  }
}

/** All of them. */
export const peers: ReadonlyArray<Peer> = [
  { name: "SDK v1", revision: "2025-11-25", resourceNotFound: -32002, connect: connectV1 },
  {
    name: "SDK v2 as a client of sessions",
    revision: "2025-11-25",
    resourceNotFound: -32602,
    connect: connectV2("legacy")
  },
  {
    name: "SDK v2 pinned to 2026-07-28",
    revision: "2026-07-28",
    resourceNotFound: -32602,
    connect: connectV2({ pin: "2026-07-28" })
  },
  { name: "SDK v2 that probes", revision: "2026-07-28", resourceNotFound: -32602, connect: connectV2("auto") }
]

/** The two transports. */
export const transports = ["stdio", "Streamable HTTP"] as const

/** A transport. */
export type Transport = typeof transports[number]

/** Every client over every transport. */
export const pairs: ReadonlyArray<readonly [name: string, peer: Peer, transport: Transport]> = transports.flatMap(
  (transport) => peers.map((peer) => [`${peer.name} over ${transport}`, peer, transport] as const)
)

/** Where to reach a program of this project: started anew over stdio, or where it listens already. */
export const targetOf = (transport: Transport, program: string, url: string): Target =>
  transport === "stdio"
    ? { _tag: "Stdio", command: process.execPath, args: [...nodeArguments(program), "--stdio"] }
    : { _tag: "Http", url }

/** How long a server may take to start on a machine that is busy otherwise. */
export const startMillisMax = 20_000

/** The text in a result. */
export const textOf = ({ content }: CallResult): string =>
  content.map((block) => "text" in block ? String(block.text) : "").join("")
