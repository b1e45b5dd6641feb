/** The official SDK, version 1, over stdio, as `docs/server.md` shows. */
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js"
import { ready } from "./channel.ts"
import { makeServer } from "./sdk-v1.ts"

await makeServer().connect(new StdioServerTransport())
ready("")
