/**
 * An extension of the protocol: a method and two notifications that no revision has, and an entry among the capabilities
 * which says so. A client that says that it knows the extension is told of what others think; any other is not bothered.
 */
import { CustomMethod, McpRequest, McpServer, Tool } from "@parley/mcp"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"

/** The name of the extension. */
export const extension = "com.example/stars"

const Stars = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 5 }))

/** Tells a client, while it waits for an answer, how many stars the server has by now. */
const Average = CustomMethod.notification("notifications/example/average", { params: { average: Schema.Number } })

/** A client has thought better of it. */
const Withdrawn = CustomMethod.notification("notifications/example/withdrawn")

class Ratings extends Context.Service<Ratings, Ref.Ref<ReadonlyArray<number>>>()("examples/extension/Ratings") {
  static readonly layer = Layer.effect(Ratings, Ref.make<ReadonlyArray<number>>([]))
}

const rate = CustomMethod.serve("example/rate", {
  params: { stars: Stars },
  result: Schema.Struct({ ratings: Schema.Int })
}, ({ stars }) =>
  Effect.gen(function*() {
    const ratings = yield* Ref.updateAndGet(yield* Ratings, (ratings) => [...ratings, stars])
    const { clientCapabilities } = yield* McpRequest
    if (clientCapabilities.extensions?.[extension] !== undefined) {
      const average = ratings.reduce((sum, stars) => sum + stars, 0) / ratings.length
      yield* CustomMethod.notify(Average, { average })
    }
    return { ratings: ratings.length }
  }))

const withdraw = CustomMethod.onNotification(
  Withdrawn,
  () => Effect.flatMap(Ratings, Ref.update((ratings) => ratings.slice(0, -1)))
)

const joke = Tool.serve(
  "joke",
  { description: "Something to rate" },
  () => Effect.succeed("A client and a server walk into a bar. Neither speaks first.")
)

/** The server; it wants a transport. */
export const Server = McpServer.layer(joke, {
  name: "extension",
  version: "1.0.0",
  methods: [rate, withdraw],
  extensions: { [extension]: { starsMax: 5 } }
}).pipe(Layer.provide(Ratings.layer))
