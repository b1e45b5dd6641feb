/**
 * A token store of files, for all processes of one user on one machine: each key has a folder that only its owner may
 * enter, whose one file only its owner may read. A write is whole and on the disk, or has not happened; of processes that
 * write at the same time one is first, and the others learn of it. The files are not encrypted.
 *
 * @example
 * ```ts
 * import { NodeTokenStore } from "@parley/node"
 *
 * export const TokensLive = NodeTokenStore.layer("my-program")
 * ```
 *
 * @since 0.1.0
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import type { AuthError } from "@parley/auth/AuthError"
import { AuthLimits } from "@parley/auth/AuthLimits"
import type { StoreCell } from "@parley/auth/store/StoreCell"
import * as StoreLease from "@parley/auth/store/StoreLease"
import { failure, textOf, TokenStore } from "@parley/auth/store/TokenStore"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { createHash } from "node:crypto"
import { homedir } from "node:os"
import { join, resolve } from "node:path"
import * as NumberedFiles from "./NumberedFiles.ts"
import * as TokenFolder from "./TokenFolder.ts"

/** Good on every file system, however long the key, and whatever letters it has. */
const folderOf = (key: string): string => createHash("sha256").update(key).digest("hex")

/** A character takes at most six bytes in JSON; the rest is the key and the history. */
const bytesMaxOf = (key: string, storedUnitsMax: number): number => 6 * (storedUnitsMax + key.length) + 4_096

const toFailure = <A>(effect: Effect.Effect<A, NumberedFiles.Problem>): Effect.Effect<A, AuthError> =>
  Effect.mapError(effect, failure)

/** Where a key is kept in the folder of the store. A text in the care of the system is enough for what ends by itself. */
const placeOf = (root: string, kind: "tokens" | "lease", key: string): Effect.Effect<NumberedFiles.Place> =>
  Effect.map(AuthLimits, ({ storedUnitsMax }) => ({
    folder: join(root, folderOf(`${kind} ${key}`)),
    key: `${kind} ${key}`,
    bytesMax: bytesMaxOf(key, storedUnitsMax),
    durable: kind === "tokens"
  }))

/**
 * A store in a folder, over the file system in the context.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function*(
  path: string
): Effect.fn.Return<TokenStore["Service"], never, FileSystem.FileSystem | SecureRandom.SecureRandom | Scope.Scope> {
  const files = yield* FileSystem.FileSystem
  const random = yield* SecureRandom.SecureRandom
  const root = resolve(path)
  const cell = (kind: "tokens" | "lease", key: string): StoreCell => ({
    get: Effect.gen(function*() {
      const content = yield* toFailure(NumberedFiles.read(files, yield* placeOf(root, kind, key)))
      return content?.value === undefined
        ? undefined
        : { value: Redacted.make(content.value), version: content.version }
    }),
    put: Effect.fnUntraced(function*(value, expected) {
      const place = yield* placeOf(root, kind, key)
      const text = yield* textOf(key, value)
      const version = yield* random.uuidV4()
      const isFirst = yield* toFailure(NumberedFiles.write(files, place, { expected, version, value: text }))
      return isFirst ? version : undefined
    })
  })
  const remove = Effect.fnUntraced(function*(key: string) {
    const place = yield* placeOf(root, "tokens", key)
    while (true) {
      const content = yield* toFailure(NumberedFiles.read(files, place))
      if (content?.value === undefined) return
      const version = yield* random.uuidV4()
      const removal = { expected: content.version, version, value: undefined }
      if (yield* toFailure(NumberedFiles.write(files, place, removal))) return
    }
  })
  return TokenStore.of({
    get: (key) => cell("tokens", key).get,
    put: (key, value, expected) => cell("tokens", key).put(value, expected),
    remove,
    lease: yield* StoreLease.make((key) => cell("lease", key), 0)
  })
})

/**
 * Keeps everything in the folder at `path`, which is made (mode 0700) when first written to. Give the store a folder of its
 * own, on a file system with hard links. What was removed leaves its key behind, and nothing else.
 *
 * Whatever cannot be read or written fails with `StoreFailed` and the path; a file that is not what was written there is
 * never overwritten, and has to be removed by hand. The lease of a process that was killed ends after `leaseMillis` of
 * `AuthLimits`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerFile = (path: string): Layer.Layer<TokenStore> =>
  Layer.effect(TokenStore, make(path)).pipe(
    Layer.provide(Layer.merge(NodeFileSystem.layer, SecureRandom.layerWebCrypto))
  )

/**
 * As `layerFile`, in the folder of a program in the home of the user who runs it: `parley/<program>/tokens` under
 * `$XDG_DATA_HOME` (`~/.local/share`), `~/Library/Application Support`, or `%LOCALAPPDATA%` on Windows. What file systems
 * do not take in a name is replaced; programs that share a name share their tokens.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (program: string): Layer.Layer<TokenStore> =>
  Layer.unwrap(Effect.sync(() => layerFile(TokenFolder.make(process.platform, program, process.env, homedir()))))
