/**
 * What grows: `tools/list` of a hundred tools, calls on servers with ever more tools, and echoes of ever more bytes, each
 * request alone.
 */
import { callLast, echo, list } from "../load/Call.ts"
import { connectCalls } from "../load/HttpExchanges.ts"
import { toolCount } from "../servers/tools.ts"
import type { Trial } from "../Trial.ts"
import { named, standingAlone } from "./entrants.ts"
import { type HttpEntrant, type HttpRow, httpTrial, usual } from "./HttpTrial.ts"

const connections = 32
const chapter = "lists, sizes and streams"
const unit = "CPU µs a request"

const listing: HttpRow = {
  row: {
    name: `http-list-${connections}`,
    chapter,
    about: `One \`tools/list\` of ${toolCount} tools, each request alone, ${connections} connections. ` +
      "The reference stringifies the list for each answer.",
    unit,
    reference: "raw-http",
    goals: [{ contestant: "parley-node", atMost: 0.5, timesOf: "raw-http" }]
  },
  connect: (target) => connectCalls(target, list(toolCount), connections),
  sampling: usual
}

const echoing = (name: string, bytes: number, on: number, about: string): HttpRow => {
  const call = echo(bytes)
  return {
    row: {
      name: `http-echo-${name}`,
      chapter,
      about: `One \`tools/call\` that gives back ${about} of text, each request alone, ${on} connections.`,
      unit,
      reference: "raw-http",
      goals: []
    },
    connect: (target) => connectCalls(target, call, on),
    sampling: { rounds: 9, sampleMillis: 150, touchMillis: 30 }
  }
}

/** Messages of 4 MiB are the most that many servers take: with its envelope and its escapes this one is just below. */
const almost4MiB = 3_900_000

const echoes: ReadonlyArray<HttpRow> = [
  echoing("1k", 1_024, 32, "1 KiB"),
  echoing("256k", 262_144, 4, "256 KiB"),
  echoing("4m", almost4MiB, 2, "almost 4 MiB")
]

const sized = (name: string, server: string, ...counts: ReadonlyArray<number>): ReadonlyArray<HttpEntrant> =>
  counts.flatMap((tools) =>
    named(standingAlone, server).map((entrant) => ({
      ...entrant,
      name: `${name}-${tools}`,
      settings: ["--tools", String(tools)]
    }))
  )

const toolsOf = ({ settings = [] }: HttpEntrant): number => Number(settings.at(-1))

const growing: HttpRow = {
  row: {
    name: `http-tools-${connections}`,
    chapter,
    about:
      "One `tools/call` of the tool that was registered last, on servers with the number of tools that their name " +
      `ends in, each request alone, ${connections} connections.`,
    unit,
    reference: "parley-node-10",
    goals: [{ contestant: "parley-node-10000", atMost: 1.1, timesOf: "parley-node-10" }]
  },
  connect: (target, entrant) => connectCalls(target, callLast(toolsOf(entrant)), connections),
  sampling: usual
}

/** Lists, echoes and numbers of tools. */
export const lists: ReadonlyArray<Trial> = [
  httpTrial(standingAlone, [listing, ...echoes]),
  httpTrial([
    ...sized("parley-node", "parley-node", 10, 100, 1_000, 10_000),
    ...sized("mcp-lite", "mcp-lite", 10, 10_000),
    ...sized("effect-ai", "effect-ai", 10, 1_000),
    ...sized("sdk-v2", "sdk-v2", 10, 1_000)
  ], [growing])
]
