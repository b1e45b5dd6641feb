/**
 * Schemas for parameters that become paths of files. That a value does not climb is seen to when a template is matched;
 * these refuse what a file system would take for another place in other ways: absolute paths, drives, shares.
 * Symbolic links are not looked at: that is the affair of who opens the file.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

const separator = /[/\\]/

/** Nothing but dots and spaces: Windows drops both at the end of a name, so that `".. "` is its `..` too. */
const isNoName = /^[. ]*$/

const isSegment = (text: string): boolean =>
  !isNoName.test(text) && !separator.test(text) && !text.includes("\0") && !isDrive(text)

/** `C:` begins a drive on Windows, and `a:b` a stream of a file there. */
const isDrive = (text: string): boolean => text.includes(":")

/**
 * One name in a folder: no separator of any system, no colon, and not of dots and spaces alone, as `.` and `..` are.
 *
 * @category schemas
 * @since 0.1.0
 */
export const PathSegment: Schema.String = Schema.String.check(
  Schema.makeFilter(isSegment, { expected: "a name of a file, without a path" })
)

/**
 * A path below a folder, its names separated by `/`: not absolute, no drive, no share, no empty name, and nothing that
 * climbs.
 *
 * @example
 * ```ts
 * import { Resource } from "@parley/mcp"
 *
 * export const Source = Resource.template("source://{+path}", { params: { path: Resource.RelativePath } })
 * ```
 *
 * @category schemas
 * @since 0.1.0
 */
export const RelativePath: Schema.String = Schema.String.check(
  Schema.makeFilter((text) => text.split("/").every(isSegment), { expected: "a path below a folder" })
)
