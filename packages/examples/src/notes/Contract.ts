/**
 * What the notes server offers, as a value that clients and tests share: three tools for notes, one that draws them, two
 * ways to read them, and a prompt. There is no code here that does any of it.
 */
import { Catalog, Prompt, Resource, Tool } from "@parley/mcp"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const Id = Schema.Int.check(Schema.isGreaterThan(0)).annotate({ description: "The number of a note" })
const Topic = Schema.NonEmptyString.annotate({ description: "What the note is about, in a word or two" })

/** A note without its number and date, as it is handed in. */
export const NewNote = Schema.Struct({
  topic: Topic,
  title: Schema.NonEmptyString.annotate({ description: "One line" }),
  body: Schema.String.annotate({ description: "The text of the note, in Markdown" })
})

/** A note without its number and date, as it is handed in. */
export type NewNote = typeof NewNote.Type

/** A note. */
export const Note = Schema.Struct({
  id: Id,
  ...NewNote.fields,
  createdAt: Schema.DateTimeUtcFromString.annotate({ description: "When it was written down, in UTC" })
})

/** A note. */
export type Note = typeof Note.Type

/** What to look for. */
export const Query = Schema.Struct({
  text: Schema.optionalKey(Schema.String.annotate({ description: "What the title or the body must contain" })),
  topic: Schema.optionalKey(Topic),
  limit: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100 })).annotate({
    description: "Most notes to give; 20 unless said otherwise"
  }).pipe(Schema.withDecodingDefaultKey(Effect.succeed(20)))
})

/** What to look for. */
export type Query = typeof Query.Type

/** There is no note with this number. */
export class NoteNotFound extends Schema.TaggedError<NoteNotFound>()("NoteNotFound", { id: Id }) {
  override get message(): string {
    return `There is no note ${this.id}. Use search_notes to find the numbers of notes.`
  }
}

const AddNote = Tool.make("add_note", {
  title: "Add a note",
  description: "Writes a note down and gives it a number",
  parameters: NewNote,
  success: Note,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false }
})

const SearchNotes = Tool.make("search_notes", {
  title: "Search the notes",
  description: "Finds notes by what they say or by their topic, the newest first; without either, all of them",
  parameters: Query,
  success: Schema.Struct({ notes: Schema.Array(Note) }),
  annotations: { readOnlyHint: true, openWorldHint: false }
})

const DeleteNote = Tool.make("delete_note", {
  title: "Delete a note",
  description: "Deletes a note for good, and gives what it was",
  parameters: { id: Id },
  success: Note,
  failure: NoteNotFound,
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false }
})

const DrawNote = Tool.make("draw_note", {
  title: "Draw a note",
  description: "Draws a note on a slip of paper, as a PNG image",
  parameters: {
    id: Id,
    width: Schema.Int.check(Schema.isBetween({ minimum: 32, maximum: 1024 })).annotate({
      description: "The width of the image in pixels; 256 unless said otherwise"
    }).pipe(Schema.withDecodingDefaultKey(Effect.succeed(256)))
  },
  failure: NoteNotFound,
  annotations: { readOnlyHint: true, openWorldHint: false }
})

const Index = Resource.make("notes://index", {
  name: "index",
  title: "All notes",
  description: "The titles of all notes, by topic",
  mimeType: "text/markdown"
})

const NoteText = Resource.template("notes://{id}", {
  params: { id: Schema.FiniteFromString.pipe(Schema.decodeTo(Id)) },
  name: "note",
  title: "A note",
  description: "The text of one note",
  mimeType: "text/markdown"
})

const SummarizeTopic = Prompt.make("summarize_topic", {
  title: "Summarize a topic",
  description: "Asks for a summary of all notes on a topic",
  parameters: { topic: Topic }
})

/** Everything that the notes server offers. */
export const NotesCatalog = Catalog.make("notes").add(
  AddNote,
  SearchNotes,
  DeleteNote,
  DrawNote,
  Index,
  NoteText,
  SummarizeTopic
)
