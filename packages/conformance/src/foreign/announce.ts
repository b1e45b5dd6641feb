/**
 * Preloaded into servers that say the port they were told, not the one they got: writes the URL of the first server that
 * listens in the process to stdout. So they can be started with port 0, and none has to be guessed. Those that would
 * listen on all interfaces listen on this machine's own: nobody else is to reach a server under test.
 */
import { subscribe } from "node:diagnostics_channel"
import type { Server } from "node:net"

let isAnnounced = false

subscribe("tracing:net.server.listen:asyncStart", (message) => {
  // The channel documents its messages: the options, of which the server makes use afterwards.
  const { options } = message as { readonly options: { port?: unknown; host?: string } }
  if (options.port !== undefined) options.host ??= "127.0.0.1"
})

subscribe("tracing:net.server.listen:asyncEnd", (message) => {
  // The channel documents its messages: the server that listens.
  const address = (message as { readonly server: Server }).server.address()
  if (isAnnounced || address === null || typeof address === "string") return
  isAnnounced = true
  process.stdout.write(`http://127.0.0.1:${address.port}/\n`)
})
