/**
 * Asks the person in front of this machine: opens the authorization URL in their browser, and receives the redirect on
 * loopback. Without a browser, the URL is logged, for the person to open. A server that many people use has nobody in front
 * of it; it has no use for this.
 *
 * @since 0.1.0
 */
import type { AuthError } from "@parley/auth/AuthError"
import { oneAtATime, UserAgent } from "@parley/auth/grant/UserAgent"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { spawn } from "node:child_process"
import * as BrowserCommand from "./BrowserCommand.ts"
import * as LoopbackReceiver from "./LoopbackReceiver.ts"

/** Starts a program that outlives this one, and says whether it did what it was told. It may run for long. */
const launched = ({ args, command }: BrowserCommand.Command): Effect.Effect<boolean> =>
  Effect.callback((resume) => {
    const settle = (isDone: boolean): void => resume(Effect.succeed(isDone))
    const started = Result.try(() => spawn(command, args, { detached: true, shell: false, stdio: "ignore" }))
    if (Result.isFailure(started)) return settle(false)
    started.success.once("error", () => settle(false))
    started.success.once("exit", (code) => settle(code === 0))
    started.success.unref()
  })

const print = (url: URL): Effect.Effect<void> => Effect.logInfo(`Open this in a browser to go on: ${url.href}`)

const openBrowser = (url: URL): Effect.Effect<void> => {
  const command = BrowserCommand.make(process.platform, url, process.env)
  if (command === undefined) return Effect.logWarning("No browser is opened for what is no http(s) URL")
  return Effect.flatMap(launched(command), (isDone) => isDone ? Effect.void : print(url))
}

/**
 * Shows URLs in a way of one's own; the redirect is received on loopback. `show` may take as long as it likes: it is
 * interrupted when the redirect is there. Where a port is given, logins at the same time take turns at it.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerShown = (
  show: (url: URL) => Effect.Effect<void, AuthError>,
  options: LoopbackReceiver.Options = {}
): Layer.Layer<UserAgent> => {
  const agent: UserAgent["Service"] = {
    open: (asked) =>
      Effect.map(LoopbackReceiver.open(options, asked), ({ receive, redirectUri }) => ({
        redirectUri,
        authorize: (url) =>
          Effect.raceFirst(
            receive(url.searchParams.get("state")),
            Effect.andThen(show(url), Effect.never)
          )
      }))
  }
  return Layer.effect(UserAgent, options.port === undefined ? Effect.succeed(agent) : oneAtATime(agent))
}

/**
 * Opens the browser of the platform, without a shell (SUR-05 to SUR-07): `xdg-open`, `open`, or the handler of URLs on
 * Windows. Where it does not start, the URL is logged.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: LoopbackReceiver.Options = {}): Layer.Layer<UserAgent> =>
  layerShown(openBrowser, options)

/**
 * Opens nothing, and logs the URL (level `Info`): for sessions over SSH. The browser must reach the port on this machine,
 * so give one and forward it: `ssh -L 3118:127.0.0.1:3118 host`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerPrinted = (options: LoopbackReceiver.Options = {}): Layer.Layer<UserAgent> =>
  layerShown(print, options)
