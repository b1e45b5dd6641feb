/**
 * The ledger: every row that says MUST or MUST NOT of a server, in all five revisions. What only binds clients, hosts,
 * proxies or authorization servers is not in it; nor are extensions, which bind those who offer them: none is offered
 * yet.
 */
import { authorization } from "./Authorization.ts"
import { clientFeatures } from "./ClientFeatures.ts"
import { headers } from "./Headers.ts"
import { jsonRpc } from "./JsonRpc.ts"
import { lifecycle } from "./Lifecycle.ts"
import { patterns } from "./Patterns.ts"
import type { Requirement } from "./Requirement.ts"
import { security } from "./Security.ts"
import { serverFeatures } from "./ServerFeatures.ts"
import { transports } from "./Transports.ts"

/** All rows, chapter by chapter. */
export const ledger: ReadonlyArray<Requirement> = [
  ...jsonRpc,
  ...lifecycle,
  ...transports,
  ...patterns,
  ...headers,
  ...serverFeatures,
  ...clientFeatures,
  ...security,
  ...authorization
]
