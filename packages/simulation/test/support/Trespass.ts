/**
 * Users who lay their hands on what is not theirs: a cursor of a list that somebody else was given, a session that somebody
 * else has opened, the state of somebody else's call. Servers must not take any of it from them. Where nobody is told from
 * anybody, there is nothing to steal.
 */
import type { Client } from "@parley/mcp/client/Client"
import type { McpClientError } from "@parley/mcp/client/McpClientError"
import { isObject } from "@parley/mcp/jsonrpc/Message"
import type { InputResponses } from "@parley/mcp/schema/InputRequired"
import * as Workload from "@parley/simulation/workload/Workload"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"

interface Loot {
  readonly of: string
  readonly what: string
}

const memberOf = (value: unknown, name: string): string | undefined => {
  const member = isObject(value) ? value[name] : undefined
  return typeof member === "string" ? member : undefined
}

type Kind = "session" | "cursor" | "state"

/** Leaves something of one's own on the server, and takes what somebody else has left. */
const takeLoan = (
  client: Client,
  args: { readonly key: string; readonly kind: Kind; readonly what?: string }
): Effect.Effect<Loot | undefined, McpClientError> =>
  Effect.map(client.callTool({ name: "lend", arguments: args }, { repeatable: true }), (result) => {
    const { value } = Workload.outcomeOf(result)
    const of = memberOf(value, "of")
    const what = memberOf(value, "what")
    return of === undefined || what === undefined ? undefined : { of, what }
  })

/** Whatever is asked must be refused by the server itself. */
const mustBeRefused = (
  asking: Effect.Effect<unknown, McpClientError>,
  otherwise: string
): Effect.Effect<"refused", McpClientError | string> =>
  Effect.matchEffect(asking, {
    onFailure: (error) => error.reason._tag === "RpcError" ? Effect.succeed("refused" as const) : Effect.fail(error),
    onSuccess: () => Effect.fail(otherwise)
  })

const useCursor = (client: Client, key: string): Effect.Effect<unknown, McpClientError | string> =>
  Effect.gen(function*() {
    const { nextCursor } = yield* client.request("tools/list", {})
    if (nextCursor === undefined) return "no cursor"
    const loot = yield* takeLoan(client, { key, kind: "cursor", what: nextCursor })
    if (loot === undefined) return "no loot"
    return yield* mustBeRefused(
      client.request("tools/list", { cursor: loot.what }),
      `A cursor of "${loot.of}" was taken from somebody else`
    )
  })

/** A call that is at a question, as the client is left with it. */
interface Question {
  readonly state: string
  readonly responses: InputResponses
}

/** Asks for something that is answered with a question, and keeps the question. */
const question = (client: Client): Effect.Effect<Question | undefined, McpClientError> =>
  Effect.matchEffect(client.callTool({ name: "keep", arguments: { what: "gold" } }, { repeatable: true }), {
    onSuccess: () => Effect.undefined,
    onFailure: (error) => {
      if (error.reason._tag !== "InputRequired") return Effect.fail(error)
      const { inputRequests = {}, requestState: state } = error.reason.result
      const answer = { action: "accept", content: { words: "in a box" } } as const
      const responses = Object.fromEntries(Object.keys(inputRequests).map((key) => [key, answer]))
      return Effect.succeed(state === undefined ? undefined : { state, responses })
    }
  })

/** Goes on with a state that belongs to other arguments, or to somebody else. */
const useState = (client: Client, key: string): Effect.Effect<unknown, McpClientError | string> =>
  Effect.gen(function*() {
    const own = yield* question(client)
    if (own === undefined) return "no state"
    const answered = (what: string, requestState: string) =>
      client.request("tools/call", {
        name: "keep",
        arguments: { what },
        inputResponses: own.responses,
        requestState
      }, { repeatable: true })
    yield* mustBeRefused(answered("silver", own.state), "A state was taken with other arguments than its own")
    const loot = yield* takeLoan(client, { key, kind: "state", what: own.state })
    if (loot === undefined) return "no loot"
    return yield* mustBeRefused(answered("gold", loot.what), `A state of "${loot.of}" was taken from somebody else`)
  })

const useSession = (client: Client, key: string): Effect.Effect<unknown, McpClientError | string> =>
  Effect.gen(function*() {
    const loot = yield* takeLoan(client, { key, kind: "session" })
    if (loot === undefined) return "no loot"
    return yield* client.callTool({ name: "whoami", arguments: { key, as: loot.what } }, { repeatable: false }).pipe(
      Effect.matchEffect({
        onFailure: (error) => error.mayHaveRun ? Effect.fail(error) : Effect.succeed("refused"),
        onSuccess: () => Effect.fail(`The session of "${loot.of}" was served to somebody else`)
      })
    )
  })

/** Trespassers. A session is only looked for where there are some, which is to say over HTTP. */
export const workload: Workload.Workload = {
  name: "trespass",
  draw: (chance, key) => ({ action: chance.pick("cursor", "call"), input: { key } }),
  perform: ({ client, server: { way } }, { action, input }) => {
    const { key } = input as { readonly key: string }
    if (way === "line") return Effect.succeed("nobody to steal from")
    if (action === "cursor") return useCursor(client, key)
    // Where there are no sessions, there are states; over HTTP+SSE the address of a session is the only key to it.
    if (client.server.revision.era === "stateless") return useState(client, key)
    return way === "http" ? useSession(client, key) : Effect.succeed("no sessions")
  }
}

/** Where a call says as whom it wants to be taken. */
const disguise = /"as":"([^"]+)"/

const textOf = ({ body }: HttpClientRequest.HttpClientRequest): string => {
  if (body._tag !== "Uint8Array") return ""
  return new TextDecoder().decode(body.body)
}

const stolenBy = (request: HttpClientRequest.HttpClientRequest): string | undefined =>
  disguise.exec(textOf(request))?.[1]

/**
 * Puts the session in the arguments of a call in the place of its own. Where it is not found, the thief is refused: told so,
 * its client would take its own session for lost, and leave behind what goes on there.
 */
export const layerHttpClient: Layer.Layer<HttpClient.HttpClient, never, HttpClient.HttpClient> = Layer.effect(
  HttpClient.HttpClient,
  Effect.map(HttpClient.HttpClient, (client) =>
    HttpClient.transform(
      HttpClient.mapRequest(client, (request) => {
        const stolen = stolenBy(request)
        return stolen === undefined ? request : HttpClientRequest.setHeader(request, "mcp-session-id", stolen)
      }),
      (answered, request) => {
        if (stolenBy(request) === undefined) return answered
        const refused = HttpClientResponse.fromWeb(request, new Response("", { status: 403 }))
        return Effect.map(answered, (response) => response.status === 404 ? refused : response)
      }
    ))
)
