/**
 * Logs in to the server at `MCP_URL`, or to that of the story `diary`. Tokens are kept in the folder `TOKENS`, by default
 * one in the home directory. Say `BROWSER=none` where there is no browser: then the URL is printed.
 */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { homedir } from "node:os"
import { join } from "node:path"
import { runClient } from "../runClient.ts"
import { connected, explained, program } from "./Client.ts"

const Client = Layer.unwrap(Effect.gen(function*() {
  const url = yield* Config.String("MCP_URL").pipe(Config.withDefault("http://127.0.0.1:3000/mcp"))
  const tokens = yield* Config.String("TOKENS").pipe(Config.withDefault(join(homedir(), ".parley-login")))
  const browser = yield* Config.String("BROWSER").pipe(Config.withDefault(""))
  return connected({ url, tokens, isRemote: browser === "none" })
}))

runClient(explained(Effect.provide(program, Client)))
