/**
 * Serves the diary over HTTP, on the port in `PORT` or on 3000. Clients know it by the URL in `MCP_URL`, and log in at the
 * authorization server in `ISSUER`: both are on this machine unless something is said.
 */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { runHttp } from "../runHttp.ts"
import { serve } from "./Server.ts"

runHttp((port) =>
  Layer.unwrap(
    Effect.map(
      Config.all({
        resource: Config.String("MCP_URL").pipe(Config.withDefault(`http://127.0.0.1:${port}/mcp`)),
        issuer: Config.String("ISSUER").pipe(Config.withDefault("http://127.0.0.1:4000"))
      }),
      (where) => serve({ port, ...where })
    )
  )
)
