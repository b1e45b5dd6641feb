/**
 * Protecting a server: a transport over HTTP goes in, and comes out with a gate before it that looks at the token of every
 * request. What needs to know who calls (`CurrentPrincipal`, `RequireScopes`) requires `ProtectedResource`, which nothing
 * else gives, so that a server with such needs does not compile without a gate.
 *
 * @since 0.1.0
 */
import type { RpcError } from "@parley/mcp/jsonrpc/RpcError"
import { HttpGate } from "@parley/mcp/server/http/HttpGate"
import { ServerTransport, ServerTransportError } from "@parley/mcp/server/ServerTransport"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { AllowInsecureHttpHosts } from "../InsecureAllowances.ts"
import { ProofVerifier } from "../verifier/ProofVerifier.ts"
import { TokenVerifier } from "../verifier/TokenVerifier.ts"
import { VerifierLimits } from "../verifier/VerifierLimits.ts"
import * as FailedAttempts from "./FailedAttempts.ts"
import * as Gate from "./Gate.ts"
import type { Principal } from "./Principal.ts"
import * as Refusals from "./Refusals.ts"
import * as Resource from "./Resource.ts"
import type { ScopeHierarchy } from "./Scopes.ts"

/**
 * How a server is protected.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends Resource.ResourceOptions {
  /**
   * Whether tokens are taken, or demanded, that are bound to a key (RFC 9449); then a `ProofVerifier` is needed. Default:
   * bearer tokens only, and a token that is bound to a key is refused.
   */
  readonly dpop?: "accepted" | "required"
  /**
   * The URL that proofs are made for, where a proxy changes paths. Default: the path that was asked, on the host of
   * `resource`.
   */
  readonly endpoint?: string
  /**
   * Whether requests without any credential come in, as nobody's; `CurrentPrincipal.optionalMiddleware` tells them apart.
   * A credential that is not good is refused all the same. Default: false.
   */
  readonly anonymous?: boolean
  /**
   * The header in which the proxy before this server says where a request comes from, in lower case: `x-forwarded-for`.
   * Failed attempts are then bounded by peer. Without a proxy that sets it, callers choose it. Default: none.
   */
  readonly peerHeader?: string
  /**
   * Whether what stands behind the gate (handlers, policies, middleware) may read the header `Authorization`, as
   * `insecureForwardCallerToken` of the HTTP API bridge does. The specification forbids handing tokens on (ATK-08); it is
   * for an API that is the same resource, behind the same audience. Default: false, and then the token is not there.
   */
  readonly insecureTokensInHandlers?: boolean
  /** Bounds of failed attempts. */
  readonly failedAttempts?: Partial<FailedAttempts.Limits>
}

const made: unique symbol = Symbol("@parley/auth/server/ProtectedResource")

/**
 * What is known of a resource where requests are served.
 *
 * @category models
 * @since 0.1.0
 */
export interface ProtectedResourceShape {
  /** The URL of the resource, to the letter. */
  readonly resource: string
  /** Where its metadata is. */
  readonly metadataUrl: string
  /** Which scopes include which others. */
  readonly hierarchy: ScopeHierarchy
  /** The refusal of a request that no gate has let in. */
  readonly unauthenticated: RpcError
  /** The refusal of a caller whose token lacks a scope: over HTTP a 403 with a challenge (ASC-01). */
  readonly insufficientScope: (principal: Principal, required: ReadonlyArray<string>) => RpcError
  /** Only {@link protect} makes one. */
  readonly [made]: true
}

/**
 * The server is protected. To be had from {@link protect} only.
 *
 * @category services
 * @since 0.1.0
 */
export class ProtectedResource extends Context.Service<ProtectedResource, ProtectedResourceShape>()(
  "@parley/auth/server/ProtectedResource"
) {}

/**
 * What it takes beside a `TokenVerifier` to protect a server like this; options that may say either way take it too.
 *
 * @category type-level
 * @since 0.1.0
 */
export type ProofRequirement<O extends Pick<Options, "dpop">> = "dpop" extends keyof O
  ? O["dpop"] extends undefined ? never : ProofVerifier
  : never

const shapeOf = (resource: Resource.Resource): ProtectedResourceShape => ({
  resource: resource.metadata.resource,
  metadataUrl: resource.challenges.metadataUrl,
  hierarchy: resource.hierarchy,
  unauthenticated: Refusals.toError(Refusals.unauthenticated(resource)),
  insufficientScope: ({ jkt, scopes }, required) =>
    Refusals.insufficientScope(resource, jkt === undefined ? "Bearer" : "DPoP", scopes, required),
  [made]: true
})

const build = (
  options: Options
): Effect.Effect<
  Context.Context<HttpGate | ProtectedResource>,
  ServerTransportError,
  TokenVerifier | ProofVerifier
> =>
  Effect.gen(function*() {
    const proofs = options.dpop === undefined ? undefined : yield* ProofVerifier
    const isProofRequired = options.dpop === "required"
    const taken = proofs === undefined
      ? undefined
      : { areRequired: isProofRequired, algorithms: proofs.algorithms }
    const resource = yield* Effect.mapError(
      Effect.fromResult(Resource.make(options, taken, yield* AllowInsecureHttpHosts)),
      (flaw) => new ServerTransportError({ message: `The server cannot be protected: ${flaw}` })
    )
    const gate = Gate.make({
      resource,
      verifier: yield* TokenVerifier,
      tokenCharactersMax: (yield* VerifierLimits).tokenCharactersMax,
      proofs,
      isProofRequired,
      isAnonymousAllowed: options.anonymous === true,
      concealed: options.insecureTokensInHandlers === true ? [] : ["authorization", "dpop"],
      endpoint: options.endpoint,
      peerHeader: options.peerHeader?.toLowerCase(),
      attempts: FailedAttempts.make({ ...FailedAttempts.defaultLimits, ...options.failedAttempts })
    })
    return Context.make(HttpGate, gate).pipe(Context.add(ProtectedResource, shapeOf(resource)))
  })

/**
 * A transport that asks no gate, as one over stdio, would let everybody in. A layer is built once where programs share it, so
 * each transport has one of its own: else two protected servers in one program would get the first one's.
 */
const checked = (): Layer.Layer<ServerTransport, ServerTransportError, ServerTransport | HttpGate> =>
  Layer.effect(
    ServerTransport,
    Effect.gen(function*() {
      const transport = yield* ServerTransport
      return transport.gate === (yield* HttpGate)
        ? transport
        : yield* Effect.fail(
          new ServerTransportError({ message: "The server cannot be protected: its transport asks no gate" })
        )
    })
  )

/**
 * Puts a gate before a transport over HTTP. From then on each request needs a token that the `TokenVerifier` finds good,
 * whatever session it names, and its metadata is served beside it (APR-01 to APR-05, ATK-01 to ATK-10). What is wrong with
 * the options, and a transport that knows no gates, is a `ServerTransportError`.
 *
 * @example
 * ```ts
 * import { CurrentPrincipal, ProtectedResource, type TokenVerifier } from "@parley/auth"
 * import { McpHttp, McpServer, Tool } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 * import type * as HttpRouter from "effect/http/HttpRouter"
 * import * as Layer from "effect/Layer"
 *
 * const whoami = Tool.serve("whoami", {}, () =>
 *   Effect.map(CurrentPrincipal.CurrentPrincipal, ({ subject }) => subject ?? "a program"))
 *
 * const Protected = ProtectedResource.protect(McpHttp.layerRouter({ path: "/mcp" }), {
 *   resource: "https://mcp.example.com/mcp",
 *   authorizationServers: ["https://login.example.com"],
 *   requiredScopes: ["mcp:read"]
 * })
 *
 * // still needs: how tokens are verified, and the router
 * export const Server: Layer.Layer<McpServer.McpServer, unknown, TokenVerifier.TokenVerifier | HttpRouter.HttpRouter> =
 *   McpServer.layer(whoami, {
 *     name: "demo",
 *     version: "1.0.0",
 *     middleware: [CurrentPrincipal.middleware]
 *   }).pipe(Layer.provide(Protected))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const protect = <T extends Layer.Layer<ServerTransport, unknown, unknown>, const O extends Options>(
  transport: T,
  options: O
): Layer.Layer<
  Layer.Success<T> | ProtectedResource,
  Layer.Error<T> | ServerTransportError,
  Exclude<Layer.Services<T>, HttpGate> | TokenVerifier | ProofRequirement<O>
> => {
  const gated = Layer.merge(
    Layer.provideMerge(checked(), transport),
    Layer.effect(ProtectedResource, ProtectedResource)
  )
  // `ProofVerifier` is asked for where the options say so, as `ProofRequirement` does.
  return Layer.provide(gated, Layer.effectContext(build(options))) as never
}
