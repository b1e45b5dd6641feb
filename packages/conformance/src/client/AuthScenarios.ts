/**
 * The scenarios of the suite in which the server is protected. The client is the library's, with the grant that the
 * scenario is about; what is done with it is the same in all of them. Somebody agrees to everything: whoever is sent to an
 * authorization URL goes there, and comes back with what it says.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as AuthError from "@parley/auth/AuthError"
import * as OAuthClient from "@parley/auth/client/OAuthClient"
import * as DpopKey from "@parley/auth/dpop/DpopKey"
import * as AuthorizationCode from "@parley/auth/grant/AuthorizationCode"
import * as ClientCredentials from "@parley/auth/grant/ClientCredentials"
import * as EnterpriseManaged from "@parley/auth/grant/EnterpriseManaged"
import type { Grant } from "@parley/auth/grant/Grant"
import { UserAgent } from "@parley/auth/grant/UserAgent"
import * as WorkloadIdentity from "@parley/auth/grant/WorkloadIdentity"
import * as TokenStore from "@parley/auth/store/TokenStore"
import * as McpClient from "@parley/mcp/client/McpClient"
import * as Revisions from "@parley/mcp/revision/Revisions"
import * as StreamableHttpClient from "@parley/mcp/transport/StreamableHttpClient"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

/** Nothing listens there. */
const redirectUri = "http://localhost:3000/callback"

const visit = (url: URL): Effect.Effect<URL, AuthError.AuthError> =>
  Effect.tryPromise({
    try: async (signal) => {
      const response = await fetch(url, { redirect: "manual", signal })
      return new URL(response.headers.get("location") ?? "", url)
    },
    catch: (cause) => AuthError.make(new AuthError.Unreachable({ url: url.origin, detail: String(cause) }))
  })

const person = Layer.succeed(UserAgent, { open: () => Effect.succeed({ redirectUri, authorize: visit }) })

const Secret = Schema.RedactedFromValue(Schema.String)

/** What a scenario tells beforehand. */
const told = <A>(context: Schema.Decoder<A>): A =>
  Schema.decodeUnknownSync(Schema.fromJsonString(context))(process.env["MCP_CONFORMANCE_CONTEXT"])

const Confidential = Schema.Struct({ client_id: Schema.String, client_secret: Secret })

const Keyed = Schema.Struct({
  client_id: Schema.String,
  private_key_pem: Secret,
  signing_algorithm: Schema.Literal("ES256")
})

const Employee = Schema.Struct({
  ...Confidential.fields,
  idp_client_id: Schema.String,
  idp_id_token: Secret,
  idp_issuer: Schema.String,
  idp_token_endpoint: Schema.String
})

const Workload = Schema.Struct({ client_id: Schema.String, valid_jwt: Secret })

type GrantMaker = () => Effect.Effect<Grant, never, TokenStore.TokenStore>

const clientName = "parley-conformance-client"

const withConsent: GrantMaker = () =>
  AuthorizationCode.make({ clientName, metadataUrl: "https://conformance-test.local/client-metadata.json" })

const registeredBefore: GrantMaker = () => {
  const { client_id: clientId, client_secret: clientSecret } = told(Confidential)
  return AuthorizationCode.make({ clientName, registered: { clientId, clientSecret } })
}

const withSecret: GrantMaker = () => {
  const { client_id: clientId, client_secret: clientSecret } = told(Confidential)
  return ClientCredentials.make({ clientId, clientSecret })
}

const withKey: GrantMaker = () => {
  const { client_id: clientId, private_key_pem: privateKey, signing_algorithm: algorithm } = told(Keyed)
  return ClientCredentials.make({ clientId, privateKey: { privateKey, algorithm } })
}

const asEmployee: GrantMaker = () => {
  const context = told(Employee)
  return EnterpriseManaged.make({
    clientId: context.client_id,
    clientSecret: context.client_secret,
    identityProvider: {
      issuer: context.idp_issuer,
      tokenEndpoint: context.idp_token_endpoint,
      clientId: context.idp_client_id
    },
    login: Effect.succeed({ token: context.idp_id_token })
  })
}

const asWorkload: GrantMaker = () => {
  const { client_id: clientId, valid_jwt } = told(Workload)
  return WorkloadIdentity.make({ clientId, assertion: () => Effect.succeed(valid_jwt) })
}

/** The scenarios in which nobody registers, or nobody is asked. */
const grants: { readonly [scenario: string]: GrantMaker } = {
  "auth/client-credentials-basic": withSecret,
  "auth/client-credentials-jwt": withKey,
  "auth/enterprise-managed-authorization": asEmployee,
  "auth/pre-registration": registeredBefore,
  "auth/wif-jwt-bearer": asWorkload
}

/** The scenarios in which tokens are bound to a key. */
const boundToKey = new Set(["auth/dpop", "auth/dpop-nonce"])

const routine = Effect.gen(function*() {
  const client = yield* McpClient.McpClient
  yield* client.listTools
  yield* client.callTool({ name: "test-tool", arguments: {} })
})

/** Plays a scenario against the mock server at a URL, in one revision, or in any when none is named. */
export const play = (scenario: string, url: string, version: string | undefined): void => {
  const authorized = OAuthClient.layer({
    url,
    grant: (grants[scenario] ?? withConsent)(),
    ...(boundToKey.has(scenario) ? { dpop: DpopKey.generate() } : {})
  })
  const client = McpClient.layer({
    name: clientName,
    version: "0.1.0",
    revisions: Revisions.all.filter((revision) => version === undefined || revision.version === version)
  }).pipe(
    Layer.provide(StreamableHttpClient.layer({ url })),
    Layer.provide(authorized),
    Layer.provide([FetchHttpClient.layer, TokenStore.layerMemory, person])
  )
  routine.pipe(Effect.provide(client), NodeRuntime.runMain)
}
