/**
 * A server made with the official SDK, version 2, and protected with its own middleware, as its documentation shows: on a
 * free port of this machine and in this process. Its tokens are JWTs of one issuer.
 */
import { createMcpExpressApp, mcpAuthMetadataRouter, requireBearerAuth } from "@modelcontextprotocol/express"
import { toNodeHandler } from "@modelcontextprotocol/node"
import {
  type AuthInfo,
  createMcpHandler,
  getOAuthProtectedResourceMetadataUrl,
  McpServer,
  OAuthError,
  OAuthErrorCode,
  type OAuthMetadata,
  requireScopes
} from "@modelcontextprotocol/server"
import { createRemoteJWKSet, jwtVerify } from "jose"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import type { Oidc } from "./oidc.ts"

/** A running server. */
export interface ProtectedServer {
  readonly url: string
  /** The header `Authorization` of each request of the protocol, in order; the token itself is left out. */
  readonly schemes: ReadonlyArray<string>
  readonly close: () => Promise<void>
}

const said = (text: string) => ({ content: [{ type: "text" as const, text }] })

const makeServer = (): McpServer => {
  const server = new McpServer({ name: "sdk-v2-protected", version: "1.0.0" })
  server.registerTool(
    "whoami",
    { description: "Tells who calls" },
    async ({ http }) => said(String(http?.authInfo?.extra?.["subject"]))
  )
  server.registerTool(
    "write",
    { description: "Needs more", scopeChallenge: requireScopes("mcp:read", "mcp:write") },
    async () => said("written")
  )
  return server
}

const verifierOf = (issuer: string, metadata: OAuthMetadata) => {
  const keys = createRemoteJWKSet(new URL(String(metadata["jwks_uri"])))
  return {
    verifyAccessToken: async (token: string): Promise<AuthInfo> => {
      const { payload } = await jwtVerify(token, keys, { issuer }).catch(() => {
        throw new OAuthError(OAuthErrorCode.InvalidToken, "The token is not valid")
      })
      return {
        token,
        clientId: String(payload["client_id"]),
        scopes: String(payload["scope"] ?? "").split(" "),
        expiresAt: payload.exp ?? 0,
        resource: new URL(String(payload.aud)),
        extra: { subject: payload.sub }
      }
    }
  }
}

/** Starts a server whose tokens the authorization server issues: with `mcp:read` for everything, `mcp:write` for a tool. */
export const startProtectedSdk = async (oidc: Oidc): Promise<ProtectedServer> => {
  const app = createMcpExpressApp()
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const resource = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`)
  const scopesSupported = ["mcp:read", "mcp:write"]
  oidc.protect(resource.href, { scopes: scopesSupported })
  const discovered = await fetch(`${oidc.issuer}/.well-known/openid-configuration`)
  const oauthMetadata = await discovered.json() as OAuthMetadata
  const schemes: Array<string> = []
  app.use(mcpAuthMetadataRouter({ oauthMetadata, resourceServerUrl: resource, scopesSupported }))
  const gate = requireBearerAuth({
    verifier: verifierOf(oidc.issuer, oauthMetadata),
    requiredScopes: ["mcp:read"],
    expectedResource: resource,
    resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(resource)
  })
  const handler = toNodeHandler(createMcpHandler(makeServer))
  app.all(
    "/mcp",
    (request, _, next) => {
      schemes.push(request.headers.authorization?.split(" ")[0] ?? "none")
      next()
    },
    gate,
    (request, response) => void handler(request, response, request.body)
  )
  return {
    url: resource.href,
    schemes,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      })
  }
}
