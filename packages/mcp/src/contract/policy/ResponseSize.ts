/**
 * A limit on what a handler gives.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { make, type Policy, refuse } from "./Model.ts"

const bytesOfText = (text: string): number => new TextEncoder().encode(text).length

/** What JSON cannot say has no size: whoever writes the answer finds that out, and says so. */
const bytesOf = (output: unknown): number => {
  if (typeof output === "string") return bytesOfText(output)
  if (output instanceof Uint8Array) return Math.ceil(output.length / 3) * 4
  const text = Result.try({ try: (): unknown => JSON.stringify(output), catch: () => undefined })
  return Result.isSuccess(text) && typeof text.success === "string" ? bytesOfText(text.success) : 0
}

/**
 * Refuses to send a result that is too large, and says so in its place; nothing is ever cut. Counted are the bytes of
 * what the handler returns: of text in UTF-8, of binary in base64, of all else as JSON. It is not the size of the message:
 * the envelope is not counted, nor the copy in text that structured content has beside it, and a value whose schema writes
 * it otherwise than `JSON.stringify` does is counted as the latter has it (a `Map` is `{}`).
 *
 * @category policies
 * @since 0.1.0
 */
export const responseSize = (bytesMax: number): Policy<never> =>
  make(Effect.succeed((call, effect) =>
    Effect.flatMap(effect, (output) => {
      const bytes = bytesOf(output)
      return bytes <= bytesMax ? Effect.succeed(output) : refuse(call, {
        policy: "responseSize",
        message: `The result of "${call.name}" has ${bytes} bytes, and no more than ${bytesMax} may be sent`
      })
    })
  ))
