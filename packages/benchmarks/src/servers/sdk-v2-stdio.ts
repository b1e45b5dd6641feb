/** The official SDK, version 2, over stdio: one server for the connection, whichever era opens it. */
import { serveStdio } from "@modelcontextprotocol/server/stdio"
import { ready } from "./channel.ts"
import { makeServer } from "./sdk-v2.ts"

serveStdio(makeServer)
ready("")
