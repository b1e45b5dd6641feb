/** Gates for tests: who holds which token is told beforehand, and handlers can say who they were called by. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { McpRequest } from "../../src/contract/McpRequest.ts"
import * as Tool from "../../src/contract/Tool.ts"
import * as Rpc from "../../src/jsonrpc/RpcError.ts"
import { HttpGate, type Route } from "../../src/server/http/HttpGate.ts"
import * as HttpAdmission from "../../src/session/HttpAdmission.ts"
import type { HttpExchange } from "../../src/transport/HttpExchange.ts"

/** Who holds a token. */
export interface Holder {
  readonly user: string
  readonly scopes?: ReadonlyArray<string>
  readonly expiresAtMillis?: number
}

/** What the gate finds out beside the principal. */
export class Badge extends Context.Service<Badge, { readonly scopes: ReadonlyArray<string> }>()("test/Badge") {}

export const challenge = "Bearer resource_metadata=\"http://localhost/.well-known/about\""

export const unauthorized: HttpAdmission.Refusal = {
  ...HttpAdmission.refuse(401, Rpc.invalidRequest("Who are you?")),
  headers: { "www-authenticate": challenge }
}

/** Anybody may read what it says, and a page of any origin too. */
const about: Route = {
  path: "/.well-known/about",
  handler: (exchange: HttpExchange) =>
    Effect.sync(() => exchange.respond(200, { "access-control-allow-origin": "*" }, `about, by ${exchange.method}`))
}

/** A gate that knows these tokens, and the verbs that it was asked about. */
export const make = (holders: { readonly [token: string]: Holder }) => {
  const asked: Array<string> = []
  const gate: HttpGate["Service"] = {
    admit: ({ header, method }) =>
      Effect.suspend(() => {
        asked.push(method)
        const token = header("authorization")?.slice("Bearer ".length) ?? ""
        const holder = holders[token]
        if (holder === undefined) return Effect.fail(unauthorized)
        const { expiresAtMillis, scopes = [], user } = holder
        // Which services a caller brings, is known to the gate only.
        const services = Context.make(Badge, { scopes }) as Context.Context<never>
        return Effect.succeed({ principal: user, services, expiresAtMillis })
      }),
    routes: [about]
  }
  return { gate, asked, layer: Layer.succeed(HttpGate, gate) }
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

const scopesOf: Effect.Effect<string> = Effect.map(
  Effect.serviceOption(Badge),
  (badge) => Option.isSome(badge) ? badge.value.scopes.join("+") : "no badge"
)

/** Says who it is called by, and with which scopes. */
export const who = Tool.serve(
  "who",
  {},
  () => Effect.zipWith(McpRequest, scopesOf, ({ principal }, scopes) => `${principal ?? "nobody"} ${scopes}`)
)
