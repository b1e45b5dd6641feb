/**
 * Bugs, as changes to the text of the library's own sources: one place each, which must be there exactly once. They are what
 * the swarm has to find.
 */

/** A bug. */
export interface Mutant {
  /** What the library does then. */
  readonly name: string
  /** Below `packages/mcp/src`. */
  readonly file: string
  readonly find: string
  readonly replace: string
}

const server: ReadonlyArray<Mutant> = [
  {
    name: "answers twice on a line",
    file: "server/ConnectionDriver.ts",
    find: "reply(InFlight.end(state.inFlight, id, call) ? textOf(exit) : undefined)",
    replace: "if (InFlight.end(state.inFlight, id, call)) for (const text of [textOf(exit), textOf(exit)]) reply(text)"
  },
  {
    name: "drops a cancel on a line",
    file: "server/ConnectionDriver.ts",
    find: "Message.isRequestId(requestId) ? InFlight.cancel(state.inFlight, requestId) : undefined",
    replace: "undefined"
  },
  {
    name: "leaks a session",
    file: "server/http/Sessions.ts",
    find: "records.remove(session.id)",
    replace: "Effect.void"
  },
  {
    name: "leaks the fiber that tells a session what happens",
    file: "server/ConnectionDriver.ts",
    find: "if (state.telling !== undefined) yield* Fiber.interrupt(state.telling)",
    replace: ""
  },
  {
    name: "serves a session without its owner",
    file: "server/http/Sessions.ts",
    find: "session === undefined || session.owner !== owner",
    replace: "session === undefined"
  },
  {
    name: "takes a cursor from anybody",
    file: "session/Cursor.ts",
    find: "caller === undefined ? null : [ownerOf(caller) ?? null]",
    replace: "null"
  },
  {
    name: "takes the state of a call with other arguments",
    file: "session/RequestState.ts",
    find: "params?.arguments ?? {}",
    replace: "{}"
  },
  {
    name: "takes the state of a call from anybody",
    file: "session/RequestState.ts",
    find: "ownerOf(sender) ?? null",
    replace: "null"
  },
  {
    name: "replays the stream of another session",
    file: "session/EventLog.ts",
    find: "memory.sessions.get(session)?.streams.get(stream)",
    replace:
      "[...memory.sessions.values()].map(({ streams }) => streams.get(stream)).find((events) => events !== undefined)"
  },
  {
    name: "forgets what is said while the client is away",
    file: "server/http/EventStream.ts",
    find: "kept.log.append(kept.owner.id, kept.name, text)",
    replace: "stream.connection === undefined ? Effect.succeed(text) : kept.log.append(kept.owner.id, kept.name, text)"
  },
  {
    name: "replays other streams, too",
    file: "session/EventLog.ts",
    find: "memory.sessions.get(session)?.streams.get(stream)",
    replace: "new Map([...memory.sessions.get(session)?.streams.values() ?? []].flatMap((events) => [...events]))"
  },
  {
    name: "replays a stream from its beginning",
    file: "session/EventLog.ts",
    find: "sequence > last)",
    replace: "sequence >= 0)"
  },
  {
    name: "gives two events one id",
    file: "session/EventLog.ts",
    find: "session.nextSequence += 1",
    replace: "session.nextSequence += session.nextSequence % 2 === 0 ? 1 : 0"
  },
  {
    name: "does a step of a handler again in each round",
    file: "server/asking/Replay.ts",
    find: "new Map([...state.steps, ...outcomes])",
    replace: "outcomes"
  },
  {
    name: "forgets answers of earlier rounds",
    file: "server/asking/Replay.ts",
    find: "new Map([...known, ...taken])",
    replace: "new Map()"
  },
  {
    name: "tells a session nothing after its first event",
    file: "server/http/HttpListening.ts",
    find: "session.isTelling = false",
    replace: ""
  }
]

const client: ReadonlyArray<Mutant> = [
  {
    name: "uses ids again",
    file: "client/McpClient.ts",
    find: "const nextId = () => ++lastId",
    replace: "const nextId = () => ++lastId % 8"
  },
  {
    name: "gives an answer to whoever waits longest",
    file: "transport/DuplexClient.ts",
    find: "id === undefined ? undefined : state.waiting.get(id)",
    replace: "[...state.waiting.values()][0]"
  },
  {
    name: "says of a call that was lost that it did not run",
    file: "transport/DuplexClient.ts",
    find: "resume(closed(state, true))",
    replace: "resume(closed(state, false))"
  },
  {
    name: "says of a request that was lost that it did not run",
    file: "transport/http/Failure.ts",
    find: "mayHaveRun: !isUnbuilt && !(_tag === \"TransportError\" && isUnsent(chain))",
    replace: "mayHaveRun: false"
  },
  {
    name: "repeats what must not be repeated",
    file: "client/requests/Recovery.ts",
    find: "!error.mayHaveRun || (options.repeatable ?? harmless.has(method))",
    replace: "true"
  },
  {
    name: "does not subscribe again on another connection",
    file: "client/listening/Subscribed.ts",
    find: "if (own.on === connected) return Effect.void",
    replace: "if (own.on !== undefined) return Effect.void"
  },
  {
    name: "comes back with an event that it has not heard",
    file: "transport/http/EventCursor.ts",
    find: "cursor.lastId = id === \"\" ? undefined : id",
    replace: "cursor.lastId = id === \"\" ? undefined : id.replace(/\\d+$/, (last) => String(Number(last) + 1))"
  }
]

/** All of them. */
export const mutants: ReadonlyArray<Mutant> = [...server, ...client]
