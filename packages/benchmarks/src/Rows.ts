/**
 * What is measured: the rows of the report and the servers of each row. A row is one transport, one era and one number
 * of calls in flight.
 */
import type { Era } from "./Workload.ts"

/** The transports that rows run over. */
export type TransportName = "http" | "stdio"

/** A row of the report. */
export interface Row {
  /** For example `http-stateless-32`; `--only` looks for a part of it. */
  readonly name: string
  readonly transport: TransportName
  readonly era: Era
  /** Connections of an HTTP row, calls in flight of a stdio row. */
  readonly concurrency: number
}

/** A server that takes part in all rows of its transport. */
export interface Entry {
  /** The file in `servers/`. */
  readonly name: string
  /** What it is, in a few words, for the page of results. */
  readonly about: string
}

const row = (transport: TransportName, era: Era, concurrency: number): Row => ({
  name: `${transport}-${era === "2025-11-25" ? "session" : "stateless"}-${concurrency}`,
  transport,
  era,
  concurrency
})

/** All rows, in the order of the report. */
export const rows: ReadonlyArray<Row> = [
  row("http", "2025-11-25", 1),
  row("http", "2025-11-25", 32),
  row("http", "2026-07-28", 1),
  row("http", "2026-07-28", 32),
  row("stdio", "2025-11-25", 1),
  row("stdio", "2025-11-25", 64),
  row("stdio", "2026-07-28", 1),
  row("stdio", "2026-07-28", 64)
]

/** The servers of each transport; the first is the reference of its ratios. */
export const entries: Readonly<Record<TransportName, ReadonlyArray<Entry>>> = {
  http: [
    { name: "raw-http", about: "`node:http` alone: parse, build, stringify; no checks. The reference" },
    {
      name: "effect-http",
      about: "the same on Effect's `HttpRouter`: the reference of whatever is mounted on a router"
    },
    { name: "parley-node", about: "Parley directly on `node:http`, all checks on" },
    { name: "parley-router", about: "Parley mounted on Effect's `HttpRouter`, all checks on" },
    { name: "sdk-v2-http", about: "the official SDK, version 2, on `node:http`, as its documentation shows" }
  ],
  stdio: [
    { name: "raw-stdio", about: "a loop over lines; no checks. The reference" },
    { name: "parley-stdio", about: "Parley over stdio" },
    { name: "sdk-v2-stdio", about: "the official SDK, version 2, `serveStdio`" }
  ]
}

/** The second reference, for servers that are mounted on an Effect router. */
export const routerReference = "effect-http"

/** The servers that are also compared with the second reference. */
export const onRouter: ReadonlySet<string> = new Set(["parley-router"])
