/**
 * An HTTP API as it was before there were models: a library, where everybody may look for books, and whoever shows a
 * library card may borrow one.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiError from "effect/http-api/HttpApiError"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpApiSecurity from "effect/http-api/HttpApiSecurity"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"

const Book = Schema.Struct({ id: Schema.Int, title: Schema.String, borrowedBy: Schema.optionalKey(Schema.String) })

class NoSuchBook extends Schema.TaggedError<NoSuchBook>()("NoSuchBook", { id: Schema.Int }, { httpApiStatus: 404 }) {}

class AlreadyBorrowed extends Schema.TaggedError<AlreadyBorrowed>()("AlreadyBorrowed", {
  message: Schema.String
}, { httpApiStatus: 409 }) {}

class Reader extends Context.Service<Reader, { readonly card: string }>()("examples/http-api/Reader") {}

/** Who borrows has to show a library card. */
export class LibraryCard extends HttpApiMiddleware.Service<LibraryCard, { provides: Reader }>()("LibraryCard", {
  security: { card: HttpApiSecurity.bearer },
  error: HttpApiError.Unauthorized
}) {}

const Books = HttpApiGroup.make("books").add(
  HttpApiEndpoint.get("search", "/books", {
    query: { title: Schema.optionalKey(Schema.String), limit: Schema.optionalKey(Schema.Int) },
    success: Schema.Struct({ books: Schema.Array(Book) })
  }).annotate(OpenApi.Summary, "Look for books by a word of their title"),
  HttpApiEndpoint.post("borrow", "/books/:id/loan", {
    params: { id: Schema.Int },
    success: Book,
    error: [NoSuchBook, AlreadyBorrowed]
  }).middleware(LibraryCard).annotate(OpenApi.Summary, "Borrow a book"),
  HttpApiEndpoint.delete("shred", "/books/:id", { params: { id: Schema.Int } })
    .annotate(OpenApi.Summary, "Not for models")
)

/** The API, as its clients know it. */
export const Library = HttpApi.make("library").add(Books)

/** The books, by id: what the whole process shares. */
export class Shelf
  extends Context.Service<Shelf, Ref.Ref<ReadonlyArray<typeof Book.Type>>>()("examples/http-api/Shelf")
{
  static readonly layer = Layer.effect(
    Shelf,
    Ref.make<ReadonlyArray<typeof Book.Type>>([{ id: 1, title: "Emma" }, { id: 2, title: "Middlemarch" }])
  )
}

const LibraryCardLive = Layer.succeed(LibraryCard, {
  card: (handler, { credential }) =>
    Redacted.value(credential).startsWith("card-")
      ? Effect.provideService(handler, Reader, { card: Redacted.value(credential) })
      : Effect.fail(new HttpApiError.Unauthorized())
})

const borrow = Effect.fnUntraced(function*(id: number) {
  const shelf = yield* Shelf
  const { card } = yield* Reader
  const book = (yield* Ref.get(shelf)).find((book) => book.id === id)
  if (book === undefined) return yield* new NoSuchBook({ id })
  if (book.borrowedBy !== undefined) return yield* new AlreadyBorrowed({ message: `"${book.title}" is out` })
  const borrowed = { ...book, borrowedBy: card }
  yield* Ref.update(shelf, (books) => books.map((book) => book.id === id ? borrowed : book))
  return borrowed
})

const BooksLive = HttpApiBuilder.group(Library, "books", (handlers) =>
  handlers
    .handle("search", ({ query: { limit, title = "" } }) =>
      Effect.map(Effect.flatMap(Shelf, Ref.get), (books) => ({
        books: books.filter((book) => book.title.includes(title)).slice(0, limit)
      })))
    .handle("borrow", ({ params }) => borrow(params.id))
    .handle("shred", ({ params }) =>
      Effect.flatMap(Shelf, Ref.update((books) => books.filter(({ id }) => id !== params.id)))))

/** The API's routes; they want a router and the shelf. */
export const Routes = HttpApiBuilder.layer(Library).pipe(Layer.provide(BooksLive), Layer.provide(LibraryCardLive))
