/** A program that logs in to the server at a URL, with tokens in a folder. It says that it asks, and nobody answers. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { OAuthClient } from "@parley/auth/client/OAuthClient"
import * as Effect from "effect/Effect"
import * as NodeOAuthClient from "../../src/NodeOAuthClient.ts"
import * as NodeTokenStore from "../../src/NodeTokenStore.ts"
import * as NodeUserAgent from "../../src/NodeUserAgent.ts"

const [url = "", path = ""] = process.argv.slice(2)

const userAgent = NodeUserAgent.layerShown((shown) =>
  Effect.sync(() => process.stdout.write(`${shown.searchParams.get("redirect_uri")}\n`))
)

const live = NodeOAuthClient.layer({ url, program: "test", tokenStore: NodeTokenStore.layerFile(path), userAgent })

Effect.flatMap(OAuthClient, ({ login }) => login).pipe(
  Effect.provide(live),
  NodeRuntime.runMain({ disableErrorReporting: true })
)
