/**
 * The notes themselves: a service over the database. A database that fails is a defect, which a server masks; that a
 * note is missing is an answer.
 */
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { type NewNote, Note, NoteNotFound, type Query } from "./Contract.ts"
import { Database } from "./Database.ts"

const decodeNote = Schema.decodeUnknownSync(Note)

const make = Effect.gen(function*() {
  const database = yield* Database
  database.exec(`
    CREATE TABLE IF NOT EXISTS notes (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      topic TEXT NOT NULL,
      title TEXT NOT NULL,
      body TEXT NOT NULL,
      createdAt TEXT NOT NULL
    )
  `)
  const insert = database.prepare("INSERT INTO notes (topic, title, body, createdAt) VALUES (?, ?, ?, ?) RETURNING *")
  const select = database.prepare("SELECT * FROM notes WHERE id = ?")
  const remove = database.prepare("DELETE FROM notes WHERE id = ? RETURNING *")
  const search = database.prepare(`
    SELECT * FROM notes
    WHERE instr(lower(title || char(10) || body), lower(:text)) > 0
      AND (:topic IS NULL OR lower(topic) = lower(:topic))
    ORDER BY id DESC
    LIMIT :limit
  `)
  const topics = database.prepare(`
    SELECT min(topic) AS value FROM notes WHERE instr(lower(topic), lower(?)) = 1 GROUP BY lower(topic) ORDER BY value
  `)
  const ids = database.prepare("SELECT id AS value FROM notes WHERE instr(id, ?) = 1 ORDER BY id DESC")

  const found = (id: number, row: unknown): Effect.Effect<Note, NoteNotFound> =>
    row === undefined ? Effect.fail(new NoteNotFound({ id })) : Effect.succeed(decodeNote(row))

  return {
    add: ({ body, title, topic }: NewNote) =>
      Effect.map(DateTime.now, (now) => decodeNote(insert.get(topic, title, body, DateTime.formatIso(now)))),
    get: (id: number) => Effect.suspend(() => found(id, select.get(id))),
    remove: (id: number) => Effect.suspend(() => found(id, remove.get(id))),
    search: ({ limit, text, topic }: Query) =>
      Effect.sync(() => search.all({ text: text ?? "", topic: topic ?? null, limit }).map((row) => decodeNote(row))),
    /** The topics that begin as what is typed. */
    topics: (typed: string) => Effect.sync(() => topics.all(typed).map(({ value }) => String(value))),
    /** The numbers of notes that begin as what is typed, the newest first. */
    ids: (typed: string) => Effect.sync(() => ids.all(typed).map(({ value }) => String(value)))
  }
})

/** The notes in the database. */
export class Notes extends Context.Service<Notes>()("examples/notes/Notes", { make }) {
  static readonly layer = Layer.effect(this, this.make)
}
