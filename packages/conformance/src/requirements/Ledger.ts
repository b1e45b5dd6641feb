/**
 * The ledger: every row that says MUST or MUST NOT of a server or a client, in all five revisions. What only binds hosts,
 * proxies or authorization servers is not in it; nor are extensions, which bind those who offer them: none is offered
 * yet. What authorization and tasks demand of clients is not in it yet.
 */
import { authorization } from "./Authorization.ts"
import { clientFeatures } from "./client/Features.ts"
import { clientHeaders } from "./client/Headers.ts"
import { clientLifecycle } from "./client/Lifecycle.ts"
import { clientMessages } from "./client/Messages.ts"
import { clientPatterns } from "./client/Patterns.ts"
import { clientSecurity } from "./client/Security.ts"
import { clientServerFeatures } from "./client/ServerFeatures.ts"
import { clientTransports } from "./client/Transports.ts"
import { headers } from "./Headers.ts"
import { jsonRpc } from "./JsonRpc.ts"
import { lifecycle } from "./Lifecycle.ts"
import { patterns } from "./Patterns.ts"
import { questions } from "./Questions.ts"
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
  ...questions,
  ...security,
  ...authorization,
  ...clientMessages,
  ...clientLifecycle,
  ...clientTransports,
  ...clientHeaders,
  ...clientPatterns,
  ...clientServerFeatures,
  ...clientFeatures,
  ...clientSecurity
]
