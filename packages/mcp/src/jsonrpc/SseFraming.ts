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
 * The same with an id, by which a reader that lost the stream says how far it has come. Without text it only tells the
 * id: its data is empty (HTL-01).
 *
 * @category encoding
 * @since 0.1.0
 */
export const event = (id: string, jsonText: string): string =>
  jsonText === "" ? `id: ${id}\ndata:\n\n` : `id: ${id}\nevent: message\ndata: ${jsonText}\n\n`

/**
 * Tells how long to wait before coming back, in milliseconds (HTL-03).
 *
 * @category encoding
 * @since 0.1.0
 */
export const retry = (millis: number): string => `retry: ${Math.max(0, Math.trunc(millis))}\n\n`

/**
 * The first event of HTTP+SSE: where to post messages (SSE-02).
 *
 * @category encoding
 * @since 0.1.0
 */
export const endpoint = (uri: string): string => `event: endpoint\ndata: ${uri}\n\n`

/**
 * A comment, which readers skip: keeps an idle connection open (HTM-07).
 *
 * @category encoding
 * @since 0.1.0
 */
export const keepAlive = ": keep-alive\n\n"
