/**
 * How each platform opens a URL in the browser of a person, as a pure rule that runs (and is tested) on any platform: one
 * program, with the URL as one argument, and no shell between (SUR-05 to SUR-07). Nothing here starts anything.
 *
 * @since 0.1.0
 */

/**
 * What to start. No argument is read by a shell.
 *
 * @category models
 * @since 0.1.0
 */
export interface Command {
  readonly command: string
  readonly args: ReadonlyArray<string>
}

/** What has a meaning to some program on the way, and never occurs in a URL that was parsed. */
const isPlain = (href: string): boolean => /^https?:\/\/[!#-~]+$/.test(href)

/**
 * The command for a platform, as `process.platform` calls it; `undefined` for a URL that is no http(s). The environment
 * says where Windows is: a bare name would be looked for in the current folder first.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  platform: string,
  url: URL,
  environment: { readonly [name: string]: string | undefined }
): Command | undefined => {
  if (!isPlain(url.href)) return undefined
  if (platform === "darwin") return { command: "/usr/bin/open", args: [url.href] }
  if (platform !== "win32") return { command: "xdg-open", args: [url.href] }
  const windows = Object.entries(environment).find(([name]) => name.toUpperCase() === "SYSTEMROOT")?.[1]
  return {
    command: `${windows ?? "C:\\Windows"}\\System32\\rundll32.exe`,
    args: ["url.dll,FileProtocolHandler", url.href]
  }
}
