/** Reading a response bit by bit. */
import * as Effect from "effect/Effect"

/** Reads until so much is there, or the end. */
export const readUntil = (reader: ReadableStreamDefaultReader<Uint8Array>, wanted: string) =>
  Effect.promise(() => {
    const more = (got: string): Promise<string> =>
      got.includes(wanted)
        ? Promise.resolve(got)
        : reader.read().then(({ done, value }) => done ? got : more(got + new TextDecoder().decode(value)))
    return more("")
  })
