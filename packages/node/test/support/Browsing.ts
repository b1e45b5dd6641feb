/** A person who agrees to everything, on real sockets. */
import * as Effect from "effect/Effect"
import * as Http from "node:http"

/** Follows the redirect to loopback. */
export const browse = (url: URL): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const visit = (at: string): void =>
      void Http.get(at, { agent: false }, (response) => {
        response.resume()
        const { location } = response.headers
        if (location !== undefined) return visit(location)
        response.on("end", () => resume(Effect.void))
      })
    visit(url.href)
  })
