/**
 * The box office of a theatre. Whoever books a seat pays for it, and has it then. An order may be sent again when its answer
 * got lost: it gets the same seat, and is charged once.
 */
import { McpServer, Tool } from "@parley/mcp"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

/** Who has which seat, and who has paid: what a database and a bank know, which outlive the server. */
export class Books extends Context.Service<Books, {
  /** Gives the seat to the order unless another has it; says whether this order has it now. */
  readonly claim: (seat: number, order: string) => Effect.Effect<boolean>
  /** Takes the seat from the order. */
  readonly release: (seat: number, order: string) => Effect.Effect<void>
  /** Has an order paid, once. */
  readonly charge: (order: string) => Effect.Effect<void>
  /** Pays back what an order has paid, if it has. */
  readonly refund: (order: string) => Effect.Effect<void>
}>()("examples/theatre/Books") {
  /** Books in memory, as slow as others; any number of servers may share them. */
  static readonly memory = Effect.sync((): Books["Service"] => {
    const seats = new Map<number, string>()
    const paid = new Set<string>()
    const atDatabase = <A>(statement: () => A) => Effect.delay(Effect.sync(statement), "20 millis")
    const atBank = <A>(transfer: () => A) => Effect.delay(Effect.sync(transfer), "300 millis")
    return {
      claim: (seat, order) =>
        atDatabase(() => {
          if (!seats.has(seat)) seats.set(seat, order)
          return seats.get(seat) === order
        }),
      release: (seat, order) => atDatabase(() => void (seats.get(seat) === order && seats.delete(seat))),
      charge: (order) => atBank(() => void paid.add(order)),
      refund: (order) => atBank(() => void paid.delete(order))
    }
  })
}

/** How a seat is booked; says whether it is the order's now. */
export type Booking = (seat: number, order: string) => Effect.Effect<boolean, never, Books>

/** Who claims a seat has it, and keeps it: if his connection breaks while he pays, he sends the order again. */
export const careful: Booking = Effect.fnUntraced(function*(seat, order) {
  const books = yield* Books
  if (!(yield* books.claim(seat, order))) return false
  yield* books.charge(order)
  return true
})

/**
 * Who goes away while he pays gets his money back, and others get the seat. But he may have gone only because his connection
 * broke, and be back with the same order before all that is done. He is told that the seat is his; and then it is not.
 */
export const careless: Booking = Effect.fnUntraced(function*(seat, order) {
  const books = yield* Books
  if (!(yield* books.claim(seat, order))) return false
  const undo = Effect.andThen(books.refund(order), books.release(seat, order))
  yield* Effect.onInterrupt(books.charge(order), () => undo)
  return true
})

/** The server; it wants a transport, and books. */
export const server = (booking: Booking) => {
  const book = Tool.serve("book", {
    description: "Book a seat. The same order may be sent again",
    parameters: { order: Schema.String, seat: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100 })) },
    success: Schema.Struct({ seat: Schema.Int, isYours: Schema.Boolean }),
    annotations: { idempotentHint: true }
  }, ({ order, seat }) => Effect.map(booking(seat, order), (isYours) => ({ seat, isYours })))
  return McpServer.layer(book, { name: "theatre", version: "1.0.0" })
}

/** The box office as it is opened: its books are in memory. */
export const Server = server(careful).pipe(Layer.provide(Layer.effect(Books, Books.memory)))
