/**
 * What is refused unless somebody allows it by name. Each is a reference that is closed as it stands; search for the names
 * to see what a program has opened. None changes what is done with tokens.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"

/**
 * Hosts (`localhost`, `127.0.0.1`, `auth.internal`, `[::1]`), without ports, that metadata, keys and tokens may be asked
 * of although they, or the addresses that their names resolve to, are private, loopback or link-local (SSR-03). Loopback
 * hosts that are named here may be asked without TLS (SSR-02). Default: none. The host of the server that a client was
 * given counts as named by whoever gave it.
 *
 * @category references
 * @since 0.1.0
 */
export const AllowPrivateHosts: Context.Reference<ReadonlyArray<string>> = Context.Reference<ReadonlyArray<string>>(
  "@parley/auth/InsecureAllowances/AllowPrivateHosts",
  { defaultValue: () => [] }
)

/**
 * Hosts, without ports, that may be asked without TLS although they are not loopback (AUT-05, AAS-06). What is sent
 * there, tokens included, can be read on the way. Default: none.
 *
 * @category references
 * @since 0.1.0
 */
export const AllowInsecureHttpHosts: Context.Reference<ReadonlyArray<string>> = Context.Reference<
  ReadonlyArray<string>
>("@parley/auth/InsecureAllowances/AllowInsecureHttpHosts", { defaultValue: () => [] })

/**
 * Whether a client goes on where an authorization server does not say that it supports PKCE with S256 (ARQ-11). PKCE is
 * used all the same. Default: false.
 *
 * @category references
 * @since 0.1.0
 */
export const AllowUnadvertisedPkce: Context.Reference<boolean> = Context.Reference<boolean>(
  "@parley/auth/InsecureAllowances/AllowUnadvertisedPkce",
  { defaultValue: () => false }
)
