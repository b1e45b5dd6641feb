/**
 * The evening before a premiere: impatient customers want the same few seats, over a network that breaks. Nobody may be told
 * that a seat is theirs when somebody else was told the same.
 */
import { type Checker, Checkers, Journal, Simulation, Workload } from "@parley/simulation"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Booking, Books, server } from "./Theatre.ts"

interface Sold {
  readonly seat: number
  readonly isYours: boolean
}

/** What came of an order, where that is known. */
const soldIn = (detail: unknown): Sold | undefined => {
  const value = (detail as Partial<Workload.ToolOutcome> | undefined)?.value
  return typeof value === "object" && value !== null && "seat" in value ? value as Sold : undefined
}

/** A seat is sold to one customer. */
export const soldOnce: Checker.Checker = {
  name: "SoldOnce",
  make: () => {
    const orders = new Map<number, string>()
    return {
      see: (event) => {
        if (event._tag !== "Ended" || event.outcome !== "Success") return undefined
        const sold = soldIn(event.detail)
        if (sold === undefined || !sold.isYours) return undefined
        const other = orders.get(sold.seat)
        orders.set(sold.seat, event.key)
        return other === undefined ? undefined : `Seat ${sold.seat} was sold to ${other}, and to ${event.key}`
      },
      end: () => []
    }
  }
}

const customers = Workload.calls({
  book: { arguments: (chance, key) => ({ order: key, seat: chance.between(1, 5) }), repeatable: true }
})

/** Books that tell the history of the world whom they charge. */
const books = Effect.map(Books.memory, (books): Books["Service"] => ({
  ...books,
  charge: (order) => Effect.andThen(Journal.ran(order), books.charge(order))
}))

/**
 * A theatre in a world. Its books are made with the world, and outlive its hosts: a restart takes nothing away, and replicas
 * share them.
 */
export const theatre = (booking: Booking) =>
  Simulation.placing((world, name, options) =>
    Effect.flatMap(
      books,
      (books) => world.server(name, server(booking).pipe(Layer.provide(Layer.succeed(Books, books))), options)
    )
  )

export const options: Simulation.Options = {
  workload: customers,
  checkers: [...Checkers.all, soldOnce],
  replicasMax: 3
}

/**
 * Worlds in which many connections break, and nothing worse happens. In the stateless era whoever goes away has cancelled his
 * call.
 */
export const stormy: Simulation.Options = { ...options, era: "stateless", faults: ["Cut", "Latency"], stepsMax: 24 }
