/**
 * A SQLite database as a service: opened when its layer is built, closed when the layer's scope ends. It is Node's own
 * SQLite, which is synchronous; what the tables are is the matter of those who use it.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { DatabaseSync } from "node:sqlite"

/** The file cannot be opened as a database. */
export class CannotOpenDatabase extends Schema.TaggedError<CannotOpenDatabase>()("CannotOpenDatabase", {
  path: Schema.String,
  cause: Schema.Defect()
}) {
  override get message(): string {
    return `Cannot open the database ${this.path}: ${this.cause instanceof Error ? this.cause.message : this.cause}`
  }
}

const open = (path: string) =>
  Effect.try({
    try: () => {
      const database = new DatabaseSync(path, { timeout: 5000 })
      // A file that is no database is noticed by the first thing that reads it.
      database.exec("PRAGMA journal_mode = WAL")
      return database
    },
    catch: (cause) => new CannotOpenDatabase({ path, cause })
  })

/** An open database. */
export class Database extends Context.Service<Database, DatabaseSync>()("examples/notes/Database") {
  /** The database in a file, which is made if it is not there. */
  static readonly layer = (path: string): Layer.Layer<Database, CannotOpenDatabase> =>
    Layer.effect(
      Database,
      Effect.acquireRelease(
        Effect.tap(open(path), Effect.logInfo(`Opened the database ${path}`)),
        (database) => Effect.andThen(Effect.sync(() => database.close()), Effect.logInfo(`Closed the database ${path}`))
      )
    )

  /** A database in a temporary file, which is removed with the layer's scope. */
  static readonly layerTemporary = Layer.unwrap(Effect.gen(function*() {
    const files = yield* FileSystem.FileSystem
    const directory = yield* Effect.orDie(files.makeTempDirectoryScoped({ prefix: "parley-notes-" }))
    return Database.layer(`${directory}/notes.db`)
  }))
}
