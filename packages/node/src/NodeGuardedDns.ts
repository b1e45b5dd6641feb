/**
 * An HTTP client that refuses names which resolve to private, loopback or link-local addresses, at the moment when it
 * connects: what is judged is the address that is then connected to, so a name that means something else a moment later
 * gains nothing. Addresses that are written out in URLs are judged before, by the guarded client of `@parley/auth`.
 *
 * @example
 * ```ts
 * import { NodeGuardedDns } from "@parley/node"
 *
 * export const HttpLive = NodeGuardedDns.layer({ named: ["mcp.example.com"] })
 * ```
 *
 * @since 0.1.0
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as GuardedHttpClient from "@parley/auth/http/GuardedHttpClient"
import * as HostAddress from "@parley/auth/http/HostAddress"
import * as TrustedUrl from "@parley/auth/http/TrustedUrl"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import { lookup as systemLookup, type LookupAddress, type LookupOptions } from "node:dns"
import type { LookupFunction } from "node:net"

/**
 * Resolves a name to all of its addresses; as `lookup` of `node:dns` with `all`.
 *
 * @category models
 * @since 0.1.0
 */
export type Resolve = (
  hostname: string,
  options: LookupOptions & { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: Array<LookupAddress>) => void
) => void

/**
 * What is trusted beside what `AllowPrivateHosts` names.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Hosts that may resolve to any address: that of the server whose URL a user gave. Default: none. */
  readonly named?: ReadonlyArray<string> | undefined
  /** How names are resolved. Default: as the system does. */
  readonly resolve?: Resolve | undefined
}

const refusal = (hostname: string, why: string, code: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${hostname} resolves to ${why}`), { code })

/** One private address among others is enough: which of them is used is not decided here. */
const lookupOf =
  (privateHosts: ReadonlySet<string>, resolve: Resolve): LookupFunction => (hostname, options, callback) =>
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, [])
      const [first] = addresses
      if (first === undefined) return callback(refusal(hostname, "nothing", "ENOTFOUND"), [])
      const isNamed = privateHosts.has(HostAddress.normalize(hostname) ?? hostname)
      const isPublic = addresses.every(({ address }) => HostAddress.kindOf(address) === "Public")
      if (!isNamed && !isPublic) {
        return callback(refusal(hostname, "a private address", GuardedHttpClient.privateAddressCode), [])
      }
      return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family)
    })

/**
 * The way that `undici` connects, for an HTTP client of one's own. The allowances are those in force where this is built.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerDispatcher = (options: Options = {}): Layer.Layer<NodeHttpClient.Dispatcher> =>
  Layer.unwrap(
    Effect.map(TrustedUrl.allowances(options.named ?? []), ({ privateHosts }) =>
      NodeHttpClient.layerDispatcherOptions({
        connect: { lookup: lookupOf(privateHosts, options.resolve ?? systemLookup) }
      }))
  )

/**
 * An HTTP client that connects so (SSR-06), to be put under `OAuthClient`. Errors of refused connections have the code
 * `ERR_PRIVATE_ADDRESS`; where OAuth asks, they are `UntrustedUrl`. It follows no redirects.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options = {}): Layer.Layer<HttpClient.HttpClient> =>
  Layer.provide(NodeHttpClient.layerUndiciNoDispatcher, layerDispatcher(options))
