/**
 * The files of a folder as resources. The template takes paths of any depth and none that lead out of the folder, however
 * they are written; links are not followed. All files stand in the list, and a path completes itself while it is typed.
 */
import { McpServer, Resource } from "@parley/mcp"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as Schema from "effect/Schema"

/** What is at a path below the root, unless a link is on the way there. */
const kindOf = Effect.fnUntraced(function*(root: string, path: string) {
  const files = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const place = join(root, path)
  return (yield* files.realPath(place)) === place ? (yield* files.stat(place)).type : undefined
}, Effect.orElseSucceed(() => undefined))

/** Not every name that a file can have is one that everywhere is the name of a file. */
const isPath = Schema.is(Resource.RelativePath)

type Paths = Effect.Effect<ReadonlyArray<string>, never, FileSystem.FileSystem | Path.Path>

/** The paths of all files below the root, as the template has them. */
const pathsBelow = (root: string, folder = ""): Paths =>
  Effect.gen(function*() {
    const files = yield* FileSystem.FileSystem
    const { join } = yield* Path.Path
    // What cannot be read, or is gone by now, has no files.
    const names = yield* Effect.orElseSucceed(files.readDirectory(join(root, folder)), () => [])
    const paths = yield* Effect.forEach(names.toSorted(), (name): Paths => {
      const path = `${folder}${name}`
      return Effect.flatMap(kindOf(root, path), (kind) =>
        kind === "Directory"
          ? pathsBelow(root, `${path}/`)
          : Effect.succeed(kind === "File" && isPath(path) ? [path] : []))
    })
    return paths.flat()
  })

const documents = (root: string) =>
  Resource.serveTemplate("files:///{+path}", {
    params: { path: Resource.RelativePath },
    description: "A document of the library",
    mimeType: "text/plain",
    list: Effect.map(pathsBelow(root), (paths) => paths.map((path) => ({ params: { path }, name: path }))),
    complete: {
      path: (typed) => Effect.map(pathsBelow(root), (paths) => paths.filter((path) => path.startsWith(typed)))
    }
  }, ({ path }, uri) =>
    Effect.gen(function*() {
      const files = yield* FileSystem.FileSystem
      const { join } = yield* Path.Path
      if ((yield* kindOf(root, path)) !== "File") return yield* Effect.fail(Resource.notFound(uri))
      return yield* files.readFileString(join(root, path)).pipe(Effect.orDie)
    }))

/** The server over a folder; it wants a transport, and the file system with its paths. */
export const serve = (folder: string) =>
  Layer.unwrap(Effect.gen(function*() {
    const files = yield* FileSystem.FileSystem
    return McpServer.layer(documents(yield* files.realPath(folder)), { name: "files", version: "1.0.0" })
  }))
