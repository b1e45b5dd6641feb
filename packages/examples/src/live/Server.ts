/**
 * A server that changes while it runs. A lamp that is installed brings a tool and a resource of its own, and clients hear
 * that the lists have changed; when it is taken out, its scope closes, and both are gone. Who subscribed to a lamp (or
 * listens, in the stateless era) hears when it is switched.
 */
import { McpServer, Registry, Resource, Tool } from "@parley/mcp"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"

/** The lamps of the house, by room: each lives as long as its scope. */
class Lamps extends Context.Service<Lamps, Map<string, Scope.Closeable>>()("examples/live/Lamps") {
  static readonly layer = Layer.sync(Lamps, () => new Map())
}

/** Adds what a lamp offers, while the scope is open. */
const lamp = Effect.fnUntraced(function*(room: string) {
  const uri = `lamp://${room}`
  const isOn = yield* Ref.make(false)
  yield* Registry.add(
    Resource.serve(uri, { mimeType: "text/plain" }, () => Effect.map(Ref.get(isOn), (on) => on ? "on" : "off"))
  )
  yield* Registry.add(
    Tool.serve(`switch_${room}`, { description: `Switch the lamp in the ${room}` }, () =>
      Effect.gen(function*() {
        const on = yield* Ref.updateAndGet(isOn, (on) => !on)
        yield* Registry.resourceUpdated(uri)
        return `The lamp is ${on ? "on" : "off"}`
      }))
  )
})

const parameters = { room: Schema.String.check(Schema.isPattern(/^[a-z]{1,20}$/)) }

// A call that is cancelled must not leave a lamp behind that nobody can take out.
const install = Tool.serve(
  "install_lamp",
  { description: "Install a lamp", parameters },
  ({ room }) =>
    Effect.uninterruptible(Effect.gen(function*() {
      const lamps = yield* Lamps
      const scope = yield* Scope.make()
      yield* lamp(room).pipe(
        Scope.provide(scope),
        Effect.onError(() => Scope.close(scope, Exit.void)),
        Effect.catchTag("CatalogError", ({ message, reason }) =>
          Effect.fail(Tool.fail(reason === "NameTaken" ? `There is a lamp in the ${room} already` : message)))
      )
      lamps.set(room, scope)
      return `There is a lamp in the ${room} now; switch_${room} switches it`
    }))
)

const remove = Tool.serve(
  "remove_lamp",
  { description: "Take a lamp out", parameters },
  ({ room }) =>
    Effect.gen(function*() {
      const lamps = yield* Lamps
      const scope = lamps.get(room)
      if (scope === undefined) return yield* Effect.fail(Tool.fail(`There is no lamp in the ${room}`))
      lamps.delete(room)
      yield* Scope.close(scope, Exit.void)
      return `The lamp in the ${room} is gone`
    })
)

/** The server; it wants a transport. It starts without resources, and says that there will be some. */
export const Server = McpServer.layer([install, remove], { name: "live", version: "1.0.0", kinds: ["resources"] }).pipe(
  Layer.provide(Lamps.layer)
)
