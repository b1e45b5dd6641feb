/** A server over HTTP that is scripted as a whole: what each request is answered with, and a client of it. */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as McpClient from "../../src/client/McpClient.ts"
import { isObject, type Params } from "../../src/jsonrpc/Message.ts"
import { ClientTransport } from "../../src/transport/ClientTransport.ts"
import * as StreamableHttpClient from "../../src/transport/StreamableHttpClient.ts"
import { json, live, type LiveEvents } from "./ScriptedHttp.ts"

/** A request of the client, with its message taken apart. */
export interface Asked {
  readonly verb: string
  readonly url: string
  readonly headers: { readonly [name: string]: string }
  readonly id: number | undefined
  readonly method: string | undefined
  readonly params: Params
}

/** A response, an error of the socket, or either of them later. */
export type Reply = Response | Error | Effect.Effect<Response | Error>

export const url = "https://example.com/mcp"

const parse = (text: string): Params => {
  const message: unknown = text === "" ? {} : JSON.parse(text)
  return isObject(message) ? message : {}
}

/** An HTTP client to a server that answers as told; `asked` fills with the requests. */
export const make = (respond: (asked: Asked) => Reply) => {
  const asked: Array<Asked> = []
  const client = HttpClient.make((request, { href }) =>
    Effect.suspend(() => {
      const { body, headers, method: verb } = request
      const { id, method, params } = parse(body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : "")
      const one: Asked = {
        verb,
        url: href,
        headers,
        id: typeof id === "number" ? id : undefined,
        method: typeof method === "string" ? method : undefined,
        params: isObject(params) ? params : {}
      }
      asked.push(one)
      const reply = respond(one)
      return Effect.flatMap(Effect.isEffect(reply) ? reply : Effect.succeed(reply), (response) =>
        response instanceof Error
          ? Effect.fail(
            new HttpClientError.HttpClientError({
              reason: new HttpClientError.TransportError({ request, cause: response })
            })
          )
          : Effect.succeed(HttpClientResponse.fromWeb(request, response)))
    })
  )
  return {
    asked,
    client,
    /** The verbs and methods that were asked for, in order. */
    methods: () => asked.map(({ method, verb }) => method ?? verb),
    count: (method: string) => asked.filter((one) => one.method === method).length
  }
}

export type World = ReturnType<typeof make>

/** A client of that server. */
export const connect = (world: World, options: Partial<McpClient.Options> = {}) =>
  Effect.gen(function*() {
    const transport = yield* Effect.provideService(
      StreamableHttpClient.make({ url }),
      HttpClient.HttpClient,
      world.client
    )
    return yield* Effect.provideService(
      McpClient.make({ name: "test", version: "0", ...options }),
      ClientTransport,
      transport
    )
  })

/** A stream that stays open; one that was asked for with `subscriptions/listen` begins with the server's word for it. */
export const listening = ({ id, method, params }: Asked): LiveEvents => {
  const stream = live()
  if (method !== undefined) {
    const said = {
      jsonrpc: "2.0",
      method: "notifications/subscriptions/acknowledged",
      params: { _meta: { "io.modelcontextprotocol/subscriptionId": id }, ...params }
    }
    stream.send(`data: ${JSON.stringify(said)}\n\n`)
  }
  return stream
}

export const status = (code: number, body = ""): Response => new Response(body, { status: code })

export const result = ({ id }: Asked, result: object, headers: { readonly [name: string]: string } = {}): Response =>
  json({ id, result: { resultType: "complete", ttlMs: 0, cacheScope: "private", ...result } }, { headers })

export const error = (
  { id }: Asked,
  code: number,
  { data, status = 200 }: { readonly data?: object; readonly status?: number } = {}
): Response => json({ id, error: { code, message: "no", ...(data === undefined ? {} : { data }) } }, { status })

export const capabilities = { tools: {}, resources: {}, prompts: {} }

/** What a stateless server answers to a discovery. */
export const discovery = (asked: Asked, ...versions: ReadonlyArray<string>): Response =>
  result(asked, { supportedVersions: versions, capabilities })

/** What a server with sessions answers to `initialize`. */
export const handshake = (asked: Asked, protocolVersion: string, sessionId?: string): Response =>
  result(
    asked,
    { protocolVersion, capabilities, serverInfo: { name: "server", version: "1" } },
    sessionId === undefined ? {} : { "mcp-session-id": sessionId }
  )

/** What any server answers to the requests that tests send. */
export const served = (asked: Asked): Response =>
  asked.method === "tools/list"
    ? result(asked, { tools: [{ name: "a", inputSchema: { type: "object" } }] })
    : result(asked, { content: [{ type: "text", text: "done" }] })
