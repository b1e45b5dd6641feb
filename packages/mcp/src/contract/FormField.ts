/**
 * The fields of forms whose texts have a format that elicitation knows (`email`, `uri`, `date`, `date-time`), as schemas
 * that check it. Everything else that a form may have is plain Effect Schema; forms themselves are in `Form.ts`.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

const formatted = (format: string, source: string, holds: (text: string) => boolean) =>
  Schema.String.check(
    Schema.makeFilter(holds, {
      expected: format,
      toJsonSchema: () => ({ format }),
      arbitraryConstraint: { patterns: [{ source, flags: "" }] }
    })
  )

const matches = (pattern: RegExp) => (text: string): boolean => pattern.test(text)

/**
 * A field for an e-mail address.
 *
 * @category fields
 * @since 0.1.0
 */
export const email = formatted("email", "^[a-z]{1,8}@[a-z]{1,8}\\.example$", matches(/^[^\s@]+@[^\s@]+$/u))

/**
 * A field for a URI.
 *
 * @category fields
 * @since 0.1.0
 */
export const uri = formatted("uri", "^https://[a-z]{1,8}\\.example/[a-z]{0,8}$", matches(/^[a-z][a-z0-9+.-]*:\S+$/iu))

/** A day that does not exist becomes another one when it is read, or none. */
const isDate = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/u.test(text) &&
  Option.exists(DateTime.make(`${text}T00:00:00Z`), (day) => DateTime.formatIso(day).startsWith(text))

/**
 * A field for a day, such as `2026-07-28`.
 *
 * @category fields
 * @since 0.1.0
 */
export const date = formatted("date", "^20[0-9]{2}-0[1-9]-[12][0-8]$", isDate)

const momentPattern = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/iu

/**
 * A field for a moment, such as `2026-07-28T09:30:00Z`.
 *
 * @category fields
 * @since 0.1.0
 */
export const dateTime = formatted(
  "date-time",
  "^20[0-9]{2}-0[1-9]-[12][0-8]T1[0-9]:[0-5][0-9]:[0-5][0-9]Z$",
  (text) => isDate(momentPattern.exec(text)?.[1] ?? "") && !Number.isNaN(Date.parse(text))
)
