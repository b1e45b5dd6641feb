/** The tools of a server, over a line of the session era. */
import * as Effect from "effect/Effect"
import type { AnyServed } from "../../src/contract/Registry.ts"
import * as McpServer from "../../src/server/McpServer.ts"
import * as Line from "./Line.ts"
import { type Params, serverInfo } from "./Messages.ts"

/** A line to a server with the given components. */
export const open = <S extends AnyServed>(served: ReadonlyArray<S>, version = "2025-11-25") =>
  Effect.flatMap(McpServer.make(served, serverInfo), (server) => Line.openSession(server, version))

/** What `tools/list` says, by name. */
export const list = (line: Line.Line): Effect.Effect<ReadonlyMap<string, Params>> =>
  Effect.map(
    line.ask("tools/list"),
    ({ result }) =>
      new Map(
        (result?.tools as ReadonlyArray<Params> | undefined ?? []).map((tool) => [String(tool.name), tool] as const)
      )
  )

/** The answer to `tools/call`. */
export const call = (line: Line.Line, name: string, args?: Params) =>
  line.ask("tools/call", { name, ...(args === undefined ? {} : { arguments: args }) })
