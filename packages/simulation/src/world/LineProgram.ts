/**
 * A server on a host that is reached over lines, as over stdio: each line is served by a process of its own, which is
 * started for it and ends with it.
 *
 * @since 0.1.0
 */
import * as ConnectionDriver from "@parley/mcp/server/ConnectionDriver"
import type { McpServer } from "@parley/mcp/server/McpServer"
import { ServerTransport } from "@parley/mcp/server/ServerTransport"
import type { Connection } from "@parley/mcp/transport/Connection"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import type { Network } from "../network/Network.ts"
import type { Program } from "./Daemon.ts"
import type { Host } from "./Host.ts"
import * as Shared from "./Shared.ts"

/** A child, which waits for its line. */
interface Process {
  readonly line: Deferred.Deferred<Connection>
  readonly ended: Deferred.Deferred<void>
  readonly scope: Scope.Closeable
}

const start = <E>(host: Host, layer: Layer.Layer<McpServer, E, ServerTransport>): Effect.Effect<Process, E> =>
  Effect.gen(function*() {
    const child: Process = {
      line: Deferred.makeUnsafe(),
      ended: Deferred.makeUnsafe(),
      scope: yield* Scope.make()
    }
    const transport = Layer.succeed(ServerTransport, {
      serve: (server) =>
        Effect.flatMap(Deferred.await(child.line), (line) => ConnectionDriver.run(server, line)).pipe(
          Effect.ensuring(Deferred.succeed(child.ended, undefined)),
          Effect.forkScoped,
          Effect.asVoid
        )
    })
    const context = yield* Shared.contextOn(host, undefined)
    // Each process builds for itself, whatever was built elsewhere of the same layer.
    const building = Layer.buildWithMemoMap(Layer.provide(layer, transport), Layer.makeMemoMapUnsafe(), child.scope)
    const built = yield* Effect.exit(Effect.provideContext(building, context))
    if (Exit.isFailure(built)) {
      yield* Scope.close(child.scope, built)
      return yield* Effect.failCause(built.cause)
    }
    return child
  })

/** Serves a line until it ends, and ends the process with it. */
const serve = (child: Effect.Effect<Process>, line: Connection): Effect.Effect<void> =>
  Effect.acquireUseRelease(
    child,
    (child) => Effect.andThen(Deferred.succeed(child.line, line), Deferred.await(child.ended)),
    ({ scope }) => Scope.close(scope, Exit.void)
  )

/**
 * The program of a host that takes lines. The first process is started ahead, so that what is wrong with the layer is known
 * at once; it serves the first line.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <E>(
  network: Network,
  host: Host,
  layer: Layer.Layer<McpServer, E, ServerTransport>
): Program<E> =>
(fork) =>
  Effect.gen(function*() {
    let ready: Process | undefined = yield* start(host, layer)
    yield* Effect.addFinalizer((exit) => ready === undefined ? Effect.void : Scope.close(ready.scope, exit))
    /** A process that does not come up is gone, and its line with it. */
    const startFor = (hangUp: () => void): Effect.Effect<Process> =>
      Effect.catchCause(start(host, layer), (cause) =>
        Effect.logError("The process of a line could not be started", cause).pipe(
          Effect.andThen(Effect.sync(hangUp)),
          Effect.andThen(Effect.interrupt)
        ))
    const take = (line: Connection, _client: string, hangUp: () => void): void => {
      const child = ready === undefined ? startFor(hangUp) : Effect.succeed(ready)
      ready = undefined
      fork(serve(child, line))
    }
    yield* Effect.acquireRelease(
      Effect.sync(() =>
        network.accept(host.name, take)
      ),
      (end) => Effect.sync(end)
    )
  })
