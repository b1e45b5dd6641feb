/**
 * A program with an authorized HTTP client, whose tokens are in files that others use as well. It prints a line when it is
 * ready, waits for one, asks the server many times at once, and prints the statuses.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as OAuthClient from "@parley/auth/client/OAuthClient"
import * as AuthorizationCode from "@parley/auth/grant/AuthorizationCode"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as NodeTokenStore from "../../src/NodeTokenStore.ts"

const [url = "", path = "", clientId = ""] = process.argv.slice(2)

const asked = Effect.gen(function*() {
  process.stdout.write("ready\n")
  yield* Effect.callback<void>((resume) => void process.stdin.once("data", () => resume(Effect.void)))
  const statuses = yield* Effect.forEach(
    Array.from({ length: 10 }),
    () => Effect.map(HttpClient.get(url), ({ status }) => status),
    { concurrency: "unbounded" }
  )
  process.stdout.write(`${Array.from(new Set(statuses)).join()}\n`)
  process.stdin.destroy()
})

const grant = AuthorizationCode.make({ clientName: "test", registered: { clientId } })

await Effect.runPromise(asked.pipe(
  Effect.provide(OAuthClient.layer({ url, grant })),
  Effect.provide(Layer.merge(NodeHttpClient.layerUndici, NodeTokenStore.layerFile(path)))
))
