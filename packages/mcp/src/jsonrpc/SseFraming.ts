/**
 * Writing Server-Sent Events: one message, one comment, as text. Reading them is `effect/encoding/Sse`.
 *
 * @since 0.1.0
 */

/**
 * One `message` event around a JSON text. JSON text never holds a raw newline, so one `data` line always suffices.
 *
 * @category encoding
 * @since 0.1.0
 */
export const message = (jsonText: string): string => `event: message\ndata: ${jsonText}\n\n`

/**
 * A comment, which readers skip: keeps an idle connection open (HTM-07).
 *
 * @category encoding
 * @since 0.1.0
 */
export const keepAlive = ": keep-alive\n\n"
