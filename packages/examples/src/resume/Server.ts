/**
 * A call that outlives its connection. What it reports is kept for a while, event by event: a client that lost the
 * connection says what it heard last (`Last-Event-ID`), and hears the rest. Between two pages nobody needs to hold a
 * connection: the call gives it up, and the client comes back for more (polling).
 */
import { ClientStream, McpServer, Progress, Tool } from "@parley/mcp"
import { NodeMcpServer } from "@parley/node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

const copy = Tool.serve("copy_book", {
  description: "Copy a book by hand, page by page",
  parameters: {
    pages: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000 })),
    millisPerPage: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 60_000 }))
  },
  success: Schema.Struct({ pages: Schema.Int })
}, ({ millisPerPage, pages }) =>
  Effect.gen(function*() {
    for (let page = 1; page <= pages; page++) {
      yield* Effect.sleep(millisPerPage)
      yield* Progress.report({ progress: page, total: pages, message: `Page ${page} is copied` })
    }
    return { pages }
  }).pipe(Effect.onInterrupt(() => Effect.logInfo("The pen is put down"))))

const bind = Tool.serve("bind_book", {
  description: "Have a book bound; nobody needs to wait for the glue to dry",
  parameters: { dryMillis: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 3_600_000 })) }
}, ({ dryMillis }) =>
  Effect.gen(function*() {
    yield* ClientStream.pause({ retryMillis: dryMillis })
    yield* Effect.sleep(dryMillis)
    return "The book is bound"
  }))

/** The server; it wants a transport. */
export const Server = McpServer.layer([copy, bind], { name: "resume", version: "1.0.0" })

/** The server, on a port of this machine. */
export const serve = (port: number) => Server.pipe(Layer.provideMerge(NodeMcpServer.layerHttp({ port })))
