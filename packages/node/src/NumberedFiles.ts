/**
 * A text in a folder of its own that processes replace without losing each other's writes: each write is the file with the
 * next number, made whole under another name and then linked to its own, which fails where somebody was first. The file
 * with the highest number is the text; it is never changed, and removed only once there is a higher one. A folder that
 * others may enter is not used.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type { PlatformError } from "effect/PlatformError"
import * as Schema from "effect/Schema"
import { join } from "node:path"

/** What a file holds. `history` are the versions before it, the latest first. */
const Content = Schema.Struct({
  key: Schema.String,
  version: Schema.String,
  history: Schema.Array(Schema.String),
  /** Absent: there is no text. */
  value: Schema.optionalKey(Schema.String)
})

const ContentText = Schema.fromJsonString(Content)

const encode = Schema.encodeSync(ContentText)

const decode = Schema.decodeUnknownOption(ContentText)

/**
 * The text as it was last written; without `value` there is none.
 *
 * @category models
 * @since 0.1.0
 */
export type Content = typeof Content.Type

interface Numbered {
  readonly number: number
  readonly content: Content
}

/**
 * One text, and where it is.
 *
 * @category models
 * @since 0.1.0
 */
export interface Place {
  /** The folder; it is made, readable to its owner alone, by the first write. */
  readonly folder: string
  /** What the text is kept under; it is written into the file. */
  readonly key: string
  /** The longest file that is read, in bytes. */
  readonly bytesMax: number
  /** Whether a write is on the disk, and not only in the care of the system, when it has succeeded. */
  readonly durable: boolean
}

/**
 * What is wrong, with the path of the file or folder, and with nothing of what it holds.
 *
 * @category models
 * @since 0.1.0
 */
export type Problem = string

/** Versions that a file remembers: a writer that is overtaken by more than these may take its own write for a lost one. */
const historyMax = 32

/** How often a reader may find that a file has been replaced between looking for it and opening it. */
const readsMax = 1_000

/** How old a file that somebody never finished must be before others remove it, in milliseconds. */
const abandonedMillis = 600_000

const isWindows = process.platform === "win32"

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause ? String(cause.code) : "an unknown error"

const problemAt = (path: string) => ({ reason }: PlatformError): Problem =>
  `${path}: ${reason._tag === "BadArgument" ? "not a path" : codeOf(reason.cause)}`

/** The platform tells of this with a code that it has no tag for on every system. */
const isMissing = ({ reason }: PlatformError): boolean => reason._tag === "NotFound"

const nameOf = (number: number): string => `${String(number).padStart(12, "0")}.json`

const numberOf = (name: string): number => Number(/^(\d{12})\.json$/.exec(name)?.[1] ?? -1)

/** Whether the folder is there. One of somebody else's, or that others may enter, is a problem. */
const checked = (files: FileSystem.FileSystem, { folder }: Place): Effect.Effect<boolean, Problem> =>
  Effect.matchEffect(files.stat(folder), {
    onFailure: (error) => isMissing(error) ? Effect.succeed(false) : Effect.fail(problemAt(folder)(error)),
    onSuccess: ({ mode, type, uid }) => {
      if (type !== "Directory") return Effect.fail(`${folder}: no folder`)
      const owner = process.getuid?.()
      if (isWindows || owner === undefined) return Effect.succeed(true)
      if (Option.getOrElse(uid, () => owner) !== owner) return Effect.fail(`${folder}: belongs to somebody else`)
      return (mode & 0o077) === 0 ? Effect.succeed(true) : Effect.fail(`${folder}: open to others than its owner`)
    }
  })

const listed = (files: FileSystem.FileSystem, place: Place): Effect.Effect<ReadonlyArray<string>, Problem> =>
  Effect.flatMap(
    checked(files, place),
    (exists) =>
      exists ? Effect.mapError(files.readDirectory(place.folder), problemAt(place.folder)) : Effect.succeed([])
  )

/** The text of a file, or `undefined` if it has gone meanwhile. */
const readAt = (files: FileSystem.FileSystem, { bytesMax, durable, key }: Place, path: string) =>
  Effect.gen(function*() {
    const { size } = yield* files.stat(path)
    return size > bytesMax ? undefined : decode(yield* files.readFileString(path))
  }).pipe(
    Effect.matchEffect({
      onFailure: (error) => isMissing(error) ? Effect.undefined : Effect.fail(problemAt(path)(error)),
      onSuccess: (content) =>
        content !== undefined && Option.isSome(content)
          ? Effect.succeed(content.value)
          : durable
          ? Effect.fail(`${path}: not what was written there; it is left as it is`)
          // What was in the care of the system alone was lost with it: a machine without power leaves files without text.
          : Effect.succeed<Content>({ key, version: "", history: [] })
    })
  )

const latest = Effect.fnUntraced(function*(
  files: FileSystem.FileSystem,
  place: Place
): Effect.fn.Return<Numbered | undefined, Problem> {
  for (let reads = 0; reads < readsMax; reads++) {
    const number = Math.max(-1, ...(yield* listed(files, place)).map(numberOf))
    if (number < 0) return undefined
    const content = yield* readAt(files, place, join(place.folder, nameOf(number)))
    if (content !== undefined) {
      return content.key === place.key ? { number, content } : yield* Effect.fail(`${place.folder}: of another key`)
    }
  }
  return yield* Effect.fail(`${place.folder}: is written without end`)
})

/**
 * The text as it was last written; `undefined` where nothing ever was.
 *
 * @category reading
 * @since 0.1.0
 */
export const read = (
  files: FileSystem.FileSystem,
  place: Place
): Effect.Effect<Content | undefined, Problem> => Effect.map(latest(files, place), (found) => found?.content)

/** Folders cannot be opened on Windows, where they need not be either. */
const syncFolder = (files: FileSystem.FileSystem, { durable, folder }: Place) =>
  durable && !isWindows
    ? Effect.scoped(Effect.flatMap(files.open(folder), ({ sync }) => sync)).pipe(Effect.mapError(problemAt(folder)))
    : Effect.void

const writeWhole = (files: FileSystem.FileSystem, { durable }: Place, path: string, text: string) =>
  Effect.gen(function*() {
    const file = yield* files.open(path, { flag: "wx", mode: 0o600 })
    yield* file.writeAll(new TextEncoder().encode(text))
    if (durable) yield* file.sync
  }).pipe(Effect.scoped, Effect.mapError(problemAt(path)))

/** Whether the link was made; `false` if there was one of that name. */
const link = (files: FileSystem.FileSystem, from: string, to: string): Effect.Effect<boolean, Problem> =>
  Effect.matchEffect(files.link(from, to), {
    onFailure: (error) =>
      error.reason._tag === "AlreadyExists"
        ? Effect.succeed(false)
        : Effect.fail(`${problemAt(to)(error)} (the file system must be able to make hard links)`),
    onSuccess: () => Effect.succeed(true)
  })

/** Removes what is of no use any more. Whatever cannot be removed, because somebody reads it, goes with a later write. */
const tidyUp = (files: FileSystem.FileSystem, place: Place, highest: number) =>
  Effect.gen(function*() {
    const nowMillis = yield* Clock.currentTimeMillis
    for (const name of yield* listed(files, place)) {
      const path = join(place.folder, name)
      const number = numberOf(name)
      const isOld = number >= 0 ? number < highest : name.endsWith(".tmp") && (yield* files.stat(path)).mtime.pipe(
        Option.exists((changed) => nowMillis - changed.getTime() > abandonedMillis)
      )
      if (isOld) yield* Effect.ignore(files.remove(path))
    }
  }).pipe(Effect.ignore)

const append = Effect.fnUntraced(function*(
  files: FileSystem.FileSystem,
  place: Place,
  previous: Numbered | undefined,
  version: string,
  value: string | undefined
) {
  yield* Effect.mapError(
    files.makeDirectory(place.folder, { recursive: true, mode: 0o700 }),
    problemAt(place.folder)
  )
  yield* checked(files, place)
  const history = previous === undefined
    ? []
    : [previous.content.version, ...previous.content.history].slice(0, historyMax)
  const text = encode({ key: place.key, version, history, ...(value === undefined ? {} : { value }) })
  const temporary = join(place.folder, `${version}.tmp`)
  const target = join(place.folder, nameOf((previous?.number ?? 0) + 1))
  const made = yield* writeWhole(files, place, temporary, text).pipe(
    Effect.andThen(link(files, temporary, target)),
    // What is left of it is harmless, and goes with a later write.
    Effect.ensuring(Effect.ignore(files.remove(temporary)))
  )
  if (!made) return false
  yield* syncFolder(files, place)
  // The number may have been free because its file was replaced and removed since: then a higher one knows nothing of ours.
  const now = yield* latest(files, place)
  if (now === undefined) return false
  yield* tidyUp(files, place, now.number)
  return now.content.version === version || now.content.history.includes(version)
})

/**
 * Writes a text, or that there is none, if what is there is still of the version `expected` (`undefined`: there was no
 * text). Says whether it was; otherwise nothing has changed. What fails has not changed anything either, unless the disk
 * could not be made to keep what was written. `version` is to be unlike all others.
 *
 * @category writing
 * @since 0.1.0
 */
export const write = (
  files: FileSystem.FileSystem,
  place: Place,
  { expected, value, version }: {
    readonly expected: string | undefined
    readonly version: string
    readonly value: string | undefined
  }
): Effect.Effect<boolean, Problem> =>
  Effect.uninterruptible(Effect.flatMap(latest(files, place), (found) => {
    const there = found?.content.value === undefined ? undefined : found.content.version
    return there === expected ? append(files, place, found, version, value) : Effect.succeed(false)
  }))
