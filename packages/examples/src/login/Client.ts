/**
 * A client that logs in: to the diary, or to whatever protected server is at a URL. It is asked for a token, finds out where
 * to get one, registers, opens the browser, and goes on with what it wanted to do. Tokens are kept in a folder, so that the
 * browser stays closed the next time.
 */
import { AuthError, OAuthClient } from "@parley/auth"
import { McpClient, StreamableHttpClient } from "@parley/mcp"
import { NodeTokenStore, NodeUserAgent } from "@parley/node"
import * as NodeOAuthClient from "@parley/node/NodeOAuthClient"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** Where the server is, and what is not as it is for most programs. */
export interface Options {
  readonly url: string
  /** The folder of the tokens. */
  readonly tokens: string
  /** Whether there is no browser here: then the URL is printed, for one that is elsewhere. */
  readonly isRemote: boolean
}

/** A client of the server, over an HTTP client that is authorized for it; both can be had. */
export const connected = ({ isRemote, tokens, url }: Options) =>
  McpClient.layer({ name: "login", version: "1.0.0" }).pipe(
    Layer.provide(StreamableHttpClient.layer({ url })),
    Layer.provideMerge(NodeOAuthClient.layer({
      url,
      program: "parley-login",
      tokenStore: NodeTokenStore.layerFile(tokens),
      userAgent: isRemote ? NodeUserAgent.layerPrinted() : NodeUserAgent.layer()
    }))
  )

/** Reads the diary, and writes into it, which takes more than reading. */
export const program = Effect.gen(function*() {
  const client = yield* McpClient.McpClient
  const oauth = yield* OAuthClient.OAuthClient
  const call = (name: string, args: { readonly [name: string]: string } = {}) =>
    Effect.flatMap(
      client.callTool({ name, arguments: args }),
      ({ content: [first] }) => Console.log(`${name}: ${first?.type === "text" ? first.text : "…"}`)
    )

  yield* call("whoami")
  yield* Console.log(`tools: ${(yield* client.listTools).map(({ name }) => name).join(", ")}`)
  yield* call("write_diary", { text: "Dear diary" })
  yield* call("whoami")
  const status = yield* oauth.status
  if (status._tag === "LoggedIn") yield* Console.log(`logged in at ${status.issuer}`)
})

/** What the user is told when the client is not let in: one error says why, however deep it is. */
export const explained = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.tapError(effect, (error) => {
    const found = AuthError.find(error)
    return found === undefined ? Effect.void : Console.error(`${found.reason._tag}: ${found.message}`)
  })
