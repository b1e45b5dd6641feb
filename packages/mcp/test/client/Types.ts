/** What must and what must not compile of the client: checked by the compiler, run by nobody. */
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type { Client } from "../../src/client/Client.ts"
import * as McpClient from "../../src/client/McpClient.ts"
import type { McpClientError } from "../../src/client/McpClientError.ts"
import type { ToolFailure } from "../../src/client/ToolFailure.ts"
import * as Catalog from "../../src/contract/Catalog.ts"
import * as Tool from "../../src/contract/Tool.ts"
import type { CallToolResult } from "../../src/schema/Tool.ts"
import type { ClientTransport } from "../../src/transport/ClientTransport.ts"
import { Demo, type OutOfStock } from "./Demo.ts"

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
const same = <T extends true>(): T | undefined => undefined
type Success<F> = F extends (...args: never) => Effect.Effect<infer A, infer _E> ? A : never
type Failure<F> = F extends (...args: never) => Effect.Effect<infer _A, infer E> ? E : never

const demoOf = McpClient.of(Demo)
same<Equal<Effect.Services<typeof demoOf>, McpClient.McpClient>>()
type Demo = Effect.Success<typeof demoOf>

// successes and failures are those of the contract
same<Equal<Success<Demo["tools"]["add"]>, { readonly sum: number }>>()
same<Equal<Success<Demo["tools"]["days"]>, ReadonlyArray<Date>>>()
same<Equal<Success<Demo["tools"]["say"]>, CallToolResult>>()
same<Equal<Failure<Demo["tools"]["buy"]>, ToolFailure<OutOfStock> | McpClientError>>()
same<Equal<Failure<Demo["tools"]["add"]>, ToolFailure<never> | McpClientError>>()

declare const demo: Demo
demo.tools.add({ a: 1, b: 2 }, { timeout: "1 seconds" })
demo.tools.say()
demo.tools.say({}, { timeout: "1 seconds" })
demo.resources["config://app"]()
demo.resources["config://app"]({ timeout: "1 seconds" })
demo.resources["greeting://{name}/{times}"]({ name: "Ada", times: 2 })
demo.prompts.review_code({ code: "x" })
// @ts-expect-error an argument of another type
demo.tools.add({ a: 1, b: "2" })
// @ts-expect-error an argument that is missing
demo.tools.add({ a: 1 })
// @ts-expect-error all arguments are missing
demo.tools.add()
// @ts-expect-error a tool that the catalog does not have
demo.tools.subtract({ a: 1, b: 2 })
// @ts-expect-error a template needs its parameters
demo.resources["greeting://{name}/{times}"]({ name: "Ada" })
// @ts-expect-error a prompt needs its arguments
demo.prompts.review_code()

// prefixes rename
const prefixed = McpClient.of(Catalog.prefix(Catalog.make("other").add(Tool.make("ping")), "other_"))
same<Equal<keyof Effect.Success<typeof prefixed>["tools"], "other_ping">>()

// methods of the protocol are typed, whatever optional members are left out; others are not
declare const client: Client
const called = client.request("tools/call", { name: "x" })
same<
  Equal<
    "content" extends keyof Exclude<Effect.Success<typeof called>, { readonly resultType: "input_required" }> ? true
      : false,
    true
  >
>()
const custom = client.request("acme/do", { any: "thing" })
same<Equal<Effect.Success<typeof custom>, unknown>>()
// @ts-expect-error params of a known method
client.request("tools/call", { tool: "x" })

// what a client layer needs and provides
const layer = McpClient.layer({ name: "me", version: "1" })
same<Equal<typeof layer, Layer.Layer<McpClient.McpClient, McpClientError, ClientTransport>>>()

// reasons are caught by name
client.readResource("a://b").pipe(
  Effect.catchReason("McpClientError", "RpcError", (error) => Effect.succeed(error.code.toFixed()))
)
Effect.catchTag(demo.tools.buy({ item: "x" }), "ToolFailure", ({ failure }) => Effect.succeed(failure?.until.getTime()))
