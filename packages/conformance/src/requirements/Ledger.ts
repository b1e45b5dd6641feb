/**
 * The ledger: every row that says MUST or MUST NOT of a server or a client, in all five revisions. What only binds hosts,
 * proxies or authorization servers is not in it. Extensions bind those who offer them: those of authorization are in it.
 * What tasks demand of clients is not in it yet.
 */
import { authorization } from "./Authorization.ts"
import { authorizationExtensions } from "./AuthorizationExtensions.ts"
import { clientAuthorization } from "./client/Authorization.ts"
import { clientAuthorizationExtensions } from "./client/AuthorizationExtensions.ts"
import { clientAuthorizationFlow } from "./client/AuthorizationFlow.ts"
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
  ...authorizationExtensions,
  ...clientMessages,
  ...clientLifecycle,
  ...clientTransports,
  ...clientHeaders,
  ...clientPatterns,
  ...clientServerFeatures,
  ...clientFeatures,
  ...clientSecurity,
  ...clientAuthorization,
  ...clientAuthorizationFlow,
  ...clientAuthorizationExtensions
]
