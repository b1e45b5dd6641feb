/**
 * Tools that answer with pictures: one scales down a picture that it is given, as bytes; the other makes a small copy of
 * a file, and answers with that file.
 */
import { Content, McpServer, Tool } from "@parley/mcp"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import { fileURLToPath } from "node:url"
import sharp from "sharp"

const size = Schema.Int.check(Schema.isBetween({ minimum: 16, maximum: 512 })).annotate({
  description: "The longer side in pixels; 128 unless said otherwise"
}).pipe(Schema.withDecodingDefaultKey(Effect.succeed(128)))

const scale = (picture: Uint8Array | string, size: number) =>
  sharp(picture, { limitInputPixels: 24_000_000 }).resize(size, size, { fit: "inside" }).png()

const thumbnail = Tool.serve("thumbnail", {
  description: "Scale a picture down",
  parameters: { picture: Schema.Uint8ArrayFromBase64, size },
  annotations: { readOnlyHint: true }
}, ({ picture, size }) =>
  Effect.tryPromise({
    try: () => scale(picture, size).toBuffer(),
    catch: () => Tool.fail("This is not a picture, or too large a one")
  }).pipe(Effect.map((png) => Content.image(png, "image/png"))))

const logoPath = fileURLToPath(new URL("logo.svg", import.meta.url))

const logo = Tool.serve("logo", {
  description: "The logo, as small as it is wanted",
  parameters: { size },
  annotations: { readOnlyHint: true }
}, ({ size }) =>
  Effect.gen(function*() {
    const files = yield* FileSystem.FileSystem
    // A call has a scope of its own, so the file is gone once it is sent.
    const path = yield* files.makeTempFileScoped({ suffix: ".png" })
    yield* Effect.promise(() => scale(logoPath, size).toFile(path))
    return yield* Content.imageFile(path)
  }).pipe(Effect.orDie))

/** The server; it wants a transport and the file system. */
export const Server = McpServer.layer([thumbnail, logo], { name: "image", version: "1.0.0" })
