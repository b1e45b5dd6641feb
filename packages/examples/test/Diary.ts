/** The diary behind its authorization server, as programs, with somebody who watches what passes. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type Passed, proxy } from "./Observed.ts"
import * as Program from "./Program.ts"

/** Where the two are, and what came to them so far. */
export interface Running {
  /** The URL of the diary, as clients know it. */
  readonly url: string
  readonly issuer: string
  readonly passed: Array<Passed>
}

/** Starts both, each behind a proxy; they end with the scope. */
export const running: Effect.Effect<Running, unknown, Scope.Scope> = Effect.gen(function*() {
  const passed: Array<Passed> = []
  const issuer = yield* proxy("Issuer", passed)
  const server = yield* proxy("Server", passed)
  const url = `${server.origin}/mcp`
  const [first, second] = yield* Effect.all([
    Program.listen("issuer/main.ts", { env: { ISSUER: issuer.origin } }),
    Program.listen("diary/main.ts", { env: { ISSUER: issuer.origin, MCP_URL: url } })
  ], { concurrency: "unbounded" })
  issuer.lead(first.url)
  server.lead(second.url)
  return { url, issuer: issuer.origin, passed }
})
