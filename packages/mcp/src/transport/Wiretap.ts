/**
 * Something that looks on as a server is spoken to, without a say in it: whatever drives the server hands it each line and
 * each HTTP exchange, and goes on with what it gives back.
 *
 * @since 0.1.0
 */
import type { Connection } from "./Connection.ts"
import type { HttpExchange } from "./HttpExchange.ts"

/**
 * A wiretap.
 *
 * @category models
 * @since 0.1.0
 */
export interface Wiretap {
  readonly connection: (connection: Connection) => Connection
  readonly exchange: (exchange: HttpExchange) => HttpExchange
}
