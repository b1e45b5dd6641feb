/**
 * Strings and numbers to which the specification gives a format or a range. Formats are annotations, as in JSON Schema
 * 2020-12: a value in another format still decodes, because one odd URI must not cost a whole list. What the patterns
 * here do is guide generated values, so that properties speak with URIs and base64 that strict peers accept. Ranges
 * that the official JSON Schema states are checked, except where the text tells receivers to be lenient.
 *
 * @since 0.1.0
 */
import * as Order from "effect/Order"
import * as Schema from "effect/Schema"

/** A check that always passes and only tells the generator what well-formed values look like. */
const formatted = (format: string, source: string) =>
  Schema.String.check(
    Schema.makeFilter(() => true, {
      expected: format,
      toJsonSchema: () => ({ format }),
      arbitraryConstraint: { patterns: [{ source, flags: "" }] }
    })
  )

/**
 * A URI (RFC 3986). The format is not enforced.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Uri = formatted("uri", "^https://[a-z]{1,8}\\.example/[a-z0-9]{0,12}$")

/**
 * The URI of a root. The specification asks senders for `file://`; the scheme is not enforced on receipt.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FileUri = formatted("uri", "^file:///[a-z]{1,8}/[a-z0-9]{0,12}$")

/**
 * A URI template (RFC 6570). The format is not enforced.
 *
 * @category schemas
 * @since 0.1.0
 */
export const UriTemplate = formatted("uri-template", "^[a-z]{1,8}://[a-z]{1,8}/\\{[a-z]{1,6}\\}$")

/**
 * Bytes in base64 (RFC 4648, section 4, with padding). The format is not enforced, so a large blob costs nothing to
 * decode; who needs the bytes decodes them.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Base64 = formatted("byte", "^([A-Za-z0-9+/]{4}){0,4}$")

/**
 * A moment in ISO 8601, such as `2026-03-01T09:30:00Z`. The format is not enforced.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DateTime = formatted("date-time", "^20[0-9]{2}-0[1-9]-[12][0-8]T1[0-9]:[0-5][0-9]:[0-5][0-9]Z$")

/**
 * A weight from 0 (least) to 1 (most), both included; checked.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Weight = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

/**
 * A count or a duration that a sender keeps at 0 or above. A negative value still decodes, because the specification
 * asks receivers to read it as 0; reading it so is up to the user of the field.
 *
 * @category schemas
 * @since 0.1.0
 */
export const LenientNatural = Schema.Int.check(
  Schema.makeFilter(() => true, {
    expected: "an integer from 0",
    toJsonSchema: () => ({ minimum: 0 }),
    arbitraryConstraint: { order: Order.Number, minimum: 0 }
  })
)
