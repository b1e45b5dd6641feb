/**
 * What is done when a client asks: each handler is a line or two over the notes. A handler that is forgotten here stays
 * in the requirements of the server, and the compiler names it. Who listens hears when there is a note more or less.
 */
import { Content, Prompt, Registry, Resource, RpcError } from "@parley/mcp"
import * as Effect from "effect/Effect"
import { type Note, NotesCatalog } from "./Contract.ts"
import { Notes } from "./Notes.ts"
import * as Thumbnail from "./Thumbnail.ts"

const everything = 10_000

/** How many notes stand in the list of resources, the newest; the others are in the index. */
const listed = 100

const uri = ({ id }: Note): string => `notes://${id}`

const markdown = ({ body, title }: Note): string => `# ${title}\n\n${body}\n`

const index = (notes: ReadonlyArray<Note>): string =>
  Object.entries(Object.groupBy(notes, (note) => note.topic)).map(([topic, notes = []]) =>
    [`# ${topic}`, "", ...notes.map((note) => `- [${note.title}](${uri(note)})`), ""].join("\n")
  ).join("\n")

const changed = Effect.andThen(Registry.listChanged("resources"), Registry.resourceUpdated("notes://index"))

const notesListed = Effect.map(
  Notes.use((notes) => notes.search({ limit: listed })),
  (notes) => notes.map(({ id, title, topic }) => ({ params: { id }, name: `note ${id}`, title, description: topic }))
)

/** The handlers of the notes server. */
export const NotesHandlers = NotesCatalog.layer({
  tools: {
    add_note: (note) => Effect.tap(Notes.use((notes) => notes.add(note)), changed),
    search_notes: (query) => Effect.map(Notes.use((notes) => notes.search(query)), (notes) => ({ notes })),
    delete_note: ({ id }) =>
      Effect.tap(
        Notes.use((notes) => notes.remove(id)),
        (note) => Effect.andThen(changed, Registry.resourceUpdated(uri(note)))
      ),
    draw_note: Effect.fnUntraced(function*({ id, width }) {
      const note = yield* Notes.use((notes) => notes.get(id))
      return Content.image(yield* Thumbnail.png(note, width), "image/png")
    })
  },
  resources: {
    "notes://index": () => Effect.map(Notes.use((notes) => notes.search({ limit: everything })), index),
    "notes://{id}": {
      handle: ({ id }, uri) =>
        Notes.use((notes) => notes.get(id)).pipe(
          Effect.map(markdown),
          Effect.catchTag("NoteNotFound", () => Effect.fail(Resource.notFound(uri)))
        ),
      list: notesListed,
      complete: { id: (typed) => Notes.use((notes) => notes.ids(typed)) }
    }
  },
  prompts: {
    summarize_topic: {
      handle: Effect.fnUntraced(function*({ topic }) {
        const notes = yield* Notes.use((notes) => notes.search({ topic, limit: everything }))
        if (notes.length === 0) return yield* Effect.fail(RpcError.invalidParams(`There are no notes on "${topic}"`))
        return [
          Prompt.user(
            `Summarize my notes on "${topic}" in a few sentences. Name the note that each statement is from.`
          ),
          ...notes.map((note) => Prompt.user(Content.resource(uri(note), markdown(note), "text/markdown")))
        ]
      }),
      complete: { topic: (typed) => Notes.use((notes) => notes.topics(typed)) }
    }
  }
})
