/**
 * How a program is started on Windows, as pure rules that run (and are tested) on any platform. A launcher such as `npx`
 * is a batch file there: it has to be found by `PATHEXT`, cannot be started without `cmd.exe`, and needs its arguments
 * quoted for two readers, the shell and the program. Nothing here starts anything.
 *
 * @since 0.1.0
 */
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"

/**
 * What a search for a program depends on.
 *
 * @category models
 * @since 0.1.0
 */
export interface Surroundings {
  /** The environment that the child will have. Names count without regard to case. */
  readonly env: { readonly [name: string]: string | Redacted.Redacted | undefined }
  /** The folder that the child starts in, as an absolute path. */
  readonly cwd: string
  /** Whether there is a file at an absolute path. */
  readonly isFile: (path: string) => boolean
}

/**
 * What to start. With `shell`, `command` is a whole line for that shell, and there are no arguments.
 *
 * @category models
 * @since 0.1.0
 */
export interface Invocation {
  readonly command: string
  readonly args: ReadonlyArray<string | Redacted.Redacted>
  readonly shell?: string
}

const textOf = (value: string | Redacted.Redacted): string => Redacted.isRedacted(value) ? Redacted.value(value) : value

const variable = (env: Surroundings["env"], name: string): string | undefined => {
  const found = Object.entries(env).find(([other]) => other.toUpperCase() === name)?.[1]
  return found === undefined ? undefined : textOf(found)
}

const extensionOf = (path: string): string => /\.[^.\\/]+$/.exec(path)?.[0].toLowerCase() ?? ""

const isAbsolute = (path: string): boolean => /^(?:[A-Za-z]:)?[\\/]/.test(path)

const join = (folder: string, path: string): string => `${folder.replace(/[\\/]+$/, "")}\\${path}`

/** A program of the system by its path: the system would look for a bare name in the current folder first. */
const ofSystem = (env: Surroundings["env"], program: string): string =>
  `${variable(env, "SYSTEMROOT") ?? "C:\\Windows"}\\System32\\${program}`

/** The folders of `PATH`. The current folder is no place to look in: whoever can write there could plant a program. */
const foldersOf = (surroundings: Surroundings): ReadonlyArray<string> =>
  (variable(surroundings.env, "PATH") ?? "").split(";").flatMap((entry) => {
    const folder = entry.trim().replaceAll("\"", "")
    return isAbsolute(folder) ? [folder] : []
  })

/**
 * The file that a command means: by its path, or else the first in the folders of `PATH`. A name counts as it is only if
 * its extension says that it can be run (`npx` beside `npx.cmd` is a script for other systems); otherwise the extensions
 * of `PATHEXT` are tried in order.
 *
 * @category resolution
 * @since 0.1.0
 */
export const find = (command: string, surroundings: Surroundings): string | undefined => {
  const extensions = (variable(surroundings.env, "PATHEXT") || ".COM;.EXE;.BAT;.CMD").toLowerCase().split(";")
    .filter((extension) => extension !== "")
  const own = extensionOf(command)
  const names = [
    ...(own !== "" && [".ps1", ...extensions].includes(own) ? [command] : []),
    ...extensions.map((extension) => `${command}${extension}`)
  ]
  const isPath = /[\\/:]/.test(command)
  // What comes after a forward slash may be an option to the shell.
  const paths = names.map((name) => name.replaceAll("/", "\\"))
  const candidates = !isPath
    ? foldersOf(surroundings).flatMap((folder) => names.map((name) => join(folder, name)))
    : isAbsolute(command)
    ? paths
    : paths.map((path) => join(surroundings.cwd, path))
  return candidates.find(surroundings.isFile)
}

/** Backslashes mean themselves but before a quote, where each is written twice. */
const doubled = (text: string): string =>
  text.replace(/(\\*)("|$)/g, (_, slashes: string, end: string) => `${slashes}${slashes}${end === "" ? "" : "\"\""}`)

/**
 * One argument for a batch file: in quotes, so that `&`, `|`, `<`, `>` and `^` mean nothing, quotes written twice, so that
 * the shell sees them in pairs and the program sees one, and `%` so that no variable is put in. Line breaks would end the
 * command, and cannot be passed.
 *
 * @category quoting
 * @since 0.1.0
 */
export const quote = (argument: string): Result.Result<string, string> =>
  /[\r\n\0]/.test(argument)
    ? Result.fail("an argument of a batch file cannot hold a line break")
    // An empty piece of the current folder's name follows each `%`, which leaves no name of a variable between two.
    : Result.succeed(`"${doubled(argument).replaceAll("%", "%%cd:~,%")}"`)

const shellOf = ({ env }: Surroundings): string => variable(env, "COMSPEC") ?? ofSystem(env, "cmd.exe")

const batch = (
  file: string,
  args: ReadonlyArray<string | Redacted.Redacted>,
  surroundings: Surroundings
): Result.Result<Invocation, string> =>
  Result.map(
    Result.all([file, ...args].map((argument) => quote(textOf(argument)))),
    (quoted) => ({ command: quoted.join(" "), args: [], shell: shellOf(surroundings) })
  )

const powershell = (
  file: string,
  args: ReadonlyArray<string | Redacted.Redacted>,
  { env }: Surroundings
): Invocation => ({
  command: ofSystem(env, "WindowsPowerShell\\v1.0\\powershell.exe"),
  args: ["-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File", file, ...args]
})

/**
 * What to start for a command. A program is started directly, a batch file by `cmd.exe`, a `.ps1` by PowerShell. Fails,
 * with the reason, when the command is found nowhere (the system would still look in the current folder), or an argument
 * cannot be passed.
 *
 * @category resolution
 * @since 0.1.0
 */
export const resolve = (
  command: string,
  args: ReadonlyArray<string | Redacted.Redacted>,
  surroundings: Surroundings
): Result.Result<Invocation, string> => {
  const file = find(command, surroundings)
  if (file === undefined) return Result.fail("there is no such program")
  const extension = extensionOf(file)
  if (extension === ".exe" || extension === ".com") return Result.succeed({ command: file, args })
  return extension === ".ps1" ? Result.succeed(powershell(file, args, surroundings)) : batch(file, args, surroundings)
}

/**
 * Two sets of variables as one, in which the second wins. On Windows `Path` and `PATH` are one name, and of two spellings
 * the system would take either.
 *
 * @category environment
 * @since 0.1.0
 */
export const mergeEnvironment = <A>(
  base: { readonly [name: string]: A },
  own: { readonly [name: string]: A }
): { readonly [name: string]: A } => {
  const names = new Set(Object.keys(own).map((name) => name.toUpperCase()))
  return Object.fromEntries([
    ...Object.entries(base).filter(([name]) => !names.has(name.toUpperCase())),
    ...Object.entries(own)
  ])
}

/**
 * The `taskkill` that ends a process and all that it has started. There are no signals to be had on Windows.
 *
 * @category ending
 * @since 0.1.0
 */
export const killTree = (
  pid: number,
  env: Surroundings["env"]
): { readonly command: string; readonly args: ReadonlyArray<string> } => ({
  command: ofSystem(env, "taskkill.exe"),
  args: ["/pid", String(pid), "/T", "/F"]
})
