/**
 * Where each platform wants what a program keeps for one user on one machine, as a pure rule that runs (and is tested) on
 * any platform. Nothing is made there, or looked at.
 *
 * @since 0.1.0
 */
import { posix, win32 } from "node:path"

const longestName = 64

/** Names of devices on Windows, with and without an extension. */
const isDevice = (name: string): boolean => /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(name)

/** One name of a folder on every platform, whatever people write: no separators, no dots in front or at the end. */
const nameOf = (program: string): string => {
  const name = program.replace(/[^\p{L}\p{N}._@-]+/gu, "-").replace(/^[.-]+/, "").slice(0, longestName).replace(
    /[.-]+$/,
    ""
  )
  return name === "" || isDevice(name) ? `_${name}` : name
}

/**
 * The folder of a program's tokens, for a platform as `process.platform` calls it. Variables that are relative paths count
 * as absent (XDG Base Directory Specification). `home` is the user's home folder.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  platform: string,
  program: string,
  environment: { readonly [name: string]: string | undefined },
  home: string
): string => {
  const isWindows = platform === "win32"
  const { isAbsolute, join } = isWindows ? win32 : posix
  const [variable, ...usual] = isWindows
    ? ["LOCALAPPDATA", "AppData", "Local"]
    : platform === "darwin"
    ? [undefined, "Library", "Application Support"]
    : ["XDG_DATA_HOME", ".local", "share"]
  const said = variable === undefined ? undefined : environment[variable]
  const base = said !== undefined && isAbsolute(said) ? said : join(home, ...usual)
  return join(base, "parley", nameOf(program), "tokens")
}
