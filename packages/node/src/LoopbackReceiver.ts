/**
 * Receives the redirect of an authorization on loopback (RFC 8252, 7.3): a listener that only this machine reaches, with one
 * path, that answers a small page which says nothing of what came. Whatever is not the redirect that is waited for is
 * answered with an error and forgotten: icons, reloads of an earlier login, pages that guess the port.
 *
 * @since 0.1.0
 */
import * as AuthError from "@parley/auth/AuthError"
import type { Asked } from "@parley/auth/grant/UserAgent"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createHash } from "node:crypto"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"

/**
 * Where redirects are received.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /**
   * The port. Default: that of the redirect URI which is registered already, if it is free, else any that is. A port that
   * is given is the only one that is tried: for clients whose redirect URI is fixed, and for ports that are forwarded.
   */
  readonly port?: number
  /**
   * The host in the redirect URI: `localhost` for authorization servers that want it so (it means 127.0.0.1 here), `[::1]` for
   * machines without IPv4. Default: `127.0.0.1` (RFC 8252, 8.3).
   */
  readonly host?: "127.0.0.1" | "[::1]" | "localhost"
  /**
   * The path. Default: that of the redirect URI that was settled beforehand, or `/callback`; where the client registers itself,
   * `/<hash of the issuer>/callback`, so that what comes for one issuer is never taken for another's (RFC 9700, 4.4.2.2).
   */
  readonly path?: string
}

/**
 * One place to listen at; port 0 is any that is free.
 *
 * @category models
 * @since 0.1.0
 */
export interface Address {
  readonly host: string
  readonly port: number
  readonly path: string
}

/**
 * Receives redirects for as long as its scope is open.
 *
 * @category models
 * @since 0.1.0
 */
export interface Receiver {
  readonly redirectUri: string
  /** Waits for the redirect that carries this `state`, and gives its URL, once the person has been answered. */
  readonly receive: (state: string | null) => Effect.Effect<URL>
}

const hosts: ReadonlySet<string> = new Set(["127.0.0.1", "[::1]", "localhost"])

const addressOf = (redirectUri: string | undefined): Address | undefined => {
  const url = redirectUri === undefined ? null : URL.parse(redirectUri)
  if (url === null || url.protocol !== "http:" || url.port === "" || url.search !== "" || url.hash !== "") {
    return undefined
  }
  if (!hosts.has(url.hostname)) return undefined
  const address = { host: url.hostname, port: Number(url.port), path: url.pathname }
  return uriOf(address) === redirectUri ? address : undefined
}

const uriOf = ({ host, path, port }: Address): string => `http://${host}:${port}${path}`

// Not below `/callback`: some authorization servers take whatever begins as a redirect URI that they know. Long enough that
// nobody finds an issuer that has the path of another's.
const ownPath = (issuer: string): string =>
  `/${createHash("sha256").update(issuer).digest("hex").slice(0, 24)}/callback`

/**
 * The places to listen at, in the order in which they are tried. The redirect URI of an earlier time comes first, unless
 * the options say otherwise, or its path is not the issuer's own and could be.
 *
 * @category decisions
 * @since 0.1.0
 */
export const addresses = (
  { host, path, port }: Options,
  { isFixed, issuer, preferred }: Asked
): ReadonlyArray<Address> => {
  const wanted = path ?? (isFixed ? undefined : ownPath(issuer))
  const fresh: Address = { host: host ?? "127.0.0.1", port: port ?? 0, path: wanted ?? "/callback" }
  const before = addressOf(preferred)
  if (before === undefined || port !== undefined) return [fresh]
  const fits = (host ?? before.host) === before.host && (wanted ?? before.path) === before.path
  return fits ? [before, fresh] : [fresh]
}

const headers: Http.OutgoingHttpHeaders = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  connection: "close"
}

const page = (text: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>${text}</title><p>${text}</p></html>`

const received = page("You may close this window, and go back to the program.")

const refused = page("Nothing is waited for here.")

interface Waiting {
  readonly state: string | null
  readonly done: Deferred.Deferred<URL>
}

/** How long whoever connects may take to say what they want, in milliseconds. */
const requestMillisMax = 10_000

/** Open connections; browsers open a few ahead. */
const connectionsMax = 32

/** The length of a request's headers with its URL, in bytes. */
const headerBytesMax = 65_536

/** A page that embeds the URL, to disturb a login, says so. Programs that say nothing of it are no browsers. */
const isNavigation = ({ headers }: Http.IncomingMessage): boolean => {
  const destination = headers["sec-fetch-dest"]
  return destination === undefined || destination === "document"
}

/** The URL of a redirect; `undefined` for whatever else is asked for. */
const redirectOf = (address: Address, request: Http.IncomingMessage): URL | undefined => {
  const { headers, method, url = "" } = request
  const isOurs = method === "GET" && headers.host === `${address.host}:${address.port}` && isNavigation(request)
  if (!isOurs || !url.startsWith(`${address.path}?`)) return undefined
  const found = URL.parse(url, uriOf({ ...address, path: "" }))
  return found?.searchParams.has("code") === true || found?.searchParams.has("error") === true ? found : undefined
}

const listener = (
  addressNow: () => Address,
  waiting: ReadonlySet<Waiting>,
  finish: (waiting: Waiting, url: URL) => void
): Http.RequestListener =>
(request, response) => {
  const url = redirectOf(addressNow(), request)
  const state = url?.searchParams.get("state")
  const found = url === undefined ? undefined : Array.from(waiting).find((one) => one.state === state)
  request.resume()
  if (url === undefined || found === undefined) return void response.writeHead(404, headers).end(refused)
  // Whoever waits may end the listener at once, and the page is to be out by then.
  response.once("close", () => finish(found, url))
  response.writeHead(200, headers).end(received)
}

const failure = (detail: string): AuthError.AuthError => AuthError.make(new AuthError.UserAgentFailed({ detail }))

const listen = (server: Http.Server, address: Address): Effect.Effect<number, AuthError.AuthError> =>
  Effect.callback((resume) => {
    const { port } = address
    const host = address.host === "[::1]" ? "::1" : "127.0.0.1"
    // It stays: an error that nobody hears, when a connection cannot be accepted later, would end the program.
    server.on(
      "error",
      (error: NodeJS.ErrnoException) =>
        resume(Effect.fail(failure(`cannot listen on port ${port} of ${host} (${error.code ?? "unknown"})`)))
    )
    server.listen({ port, host, exclusive: true }, () => {
      // A server that listens on a port has such an address.
      resume(Effect.succeed((server.address() as AddressInfo).port))
    })
  })

const closed = (server: Http.Server): Effect.Effect<void> =>
  Effect.callback((resume) => {
    server.close(() => resume(Effect.void))
    server.closeAllConnections()
  })

const openAt = Effect.fnUntraced(function*(
  wanted: Address
): Effect.fn.Return<Receiver, AuthError.AuthError, Scope.Scope> {
  const waiting = new Set<Waiting>()
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  let address = wanted
  const server = Http.createServer(
    { maxHeaderSize: headerBytesMax, requestTimeout: requestMillisMax, headersTimeout: requestMillisMax },
    listener(() => address, waiting, ({ done }, url) => void fork(Deferred.succeed(done, url)))
  )
  server.maxConnections = connectionsMax
  yield* Effect.acquireRelease(listen(server, wanted), () => closed(server)).pipe(
    Effect.tap((port) =>
      Effect.sync(() => {
        address = { ...wanted, port }
      })
    )
  )
  return {
    redirectUri: uriOf(address),
    receive: (state) =>
      Effect.acquireUseRelease(
        Effect.map(Deferred.make<URL>(), (done) => {
          const one: Waiting = { state, done }
          waiting.add(one)
          return one
        }),
        ({ done }) => Deferred.await(done),
        (one) => Effect.sync(() => waiting.delete(one))
      )
  }
})

/**
 * Listens at the first of `addresses` that is free, on that loopback address alone. Fails with `UserAgentFailed` when none
 * is.
 *
 * @category constructors
 * @since 0.1.0
 */
export const open = (
  options: Options,
  asked: Asked
): Effect.Effect<Receiver, AuthError.AuthError, Scope.Scope> =>
  addresses(options, asked).map(openAt).reduce((first, next) => Effect.catch(first, () => next))
