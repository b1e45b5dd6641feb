/**
 * What users have met in the wild, and what somebody might set up for them: servers and authorization servers as tables
 * of what each place answers, with what discovery makes of it and every URL that it may ask on the way. Places that are
 * not in a table answer 404.
 */
import * as FakeHttp from "../support/FakeHttp.ts"

/** A shape. */
export interface Shape {
  readonly name: string
  /** Default: `https://mcp.example/mcp`. */
  readonly url?: string
  /** The header `WWW-Authenticate` of the 401. */
  readonly challenge?: string
  readonly choose?: (issuers: ReadonlyArray<string>) => ReadonlyArray<string>
  /** Hosts that are there beside `mcp.example`, `auth.example` and `other.example`. */
  readonly hosts?: ReadonlyArray<string>
  readonly places: FakeHttp.Table
  readonly expected:
    | {
      readonly issuer: string
      readonly resource: string
      readonly token?: string
      readonly asked: ReadonlyArray<string>
    }
    | { readonly fails: string; readonly says?: ReadonlyArray<string>; readonly asked: ReadonlyArray<string> }
}

const mcp = "https://mcp.example"
const auth = "https://auth.example"
const resourcePath = `${mcp}/.well-known/oauth-protected-resource/mcp`
const resourceRoot = `${mcp}/.well-known/oauth-protected-resource`
const place = `${auth}/.well-known/oauth-authorization-server`
const openId = `${auth}/.well-known/openid-configuration`
const ownPlace = `${mcp}/.well-known/oauth-authorization-server`
const ownOpenId = `${mcp}/.well-known/openid-configuration`

const ok = (body: unknown): FakeHttp.Handler => () => FakeHttp.json(body)
const status = (code: number): FakeHttp.Handler => () => new Response("no", { status: code })
const html: FakeHttp.Handler = () => new Response("<!doctype html>", { headers: { "content-type": "text/html" } })
const redirect = (location: string): FakeHttp.Handler => () =>
  new Response(null, { status: 302, headers: { location } })

const resource = (more: object = {}): FakeHttp.Handler =>
  ok({ resource: `${mcp}/mcp`, authorization_servers: [auth], ...more })
const server = (issuer: string = auth, more: object = {}): FakeHttp.Handler =>
  ok({ issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, ...more })
const named = (url: string) => `Bearer resource_metadata="${url}"`

const found = (asked: ReadonlyArray<string>, more: object = {}) => ({
  issuer: auth,
  resource: `${mcp}/mcp`,
  asked,
  ...more
})

const goodResource: FakeHttp.Table = { [resourcePath]: resource() }
const goodServer: FakeHttp.Table = { [place]: server() }

/** Where the metadata of the resource is. */
const resources: ReadonlyArray<Shape> = [
  {
    name: "protected resource metadata at the path of the endpoint (ADC-01, ADC-04, ADC-05)",
    places: { ...goodResource, ...goodServer, [resourceRoot]: resource({ resource: "https://trap.example" }) },
    expected: found([resourcePath, place], { token: `${auth}/token` })
  },
  {
    name: "at the root",
    places: { [resourceRoot]: resource(), ...goodServer },
    expected: found([resourcePath, resourceRoot, place])
  },
  {
    name: "at a place that only the challenge knows (ADC-02, ADC-03)",
    challenge: `Basic realm="x", Bearer error="invalid_token", resource_metadata="${mcp}/custom/prm.json?v=1"`,
    places: { [`${mcp}/custom/prm.json`]: resource(), ...goodServer },
    expected: found([`${mcp}/custom/prm.json?v=1`, place])
  },
  {
    name: "on another host, which the challenge names",
    challenge: named("https://other.example/prm"),
    places: { "https://other.example/prm": resource(), ...goodServer },
    expected: found(["https://other.example/prm", place])
  },
  {
    name: "in a challenge whose URL is not quoted",
    challenge: `Bearer resource_metadata=${mcp}/prm`,
    places: { [`${mcp}/prm`]: resource(), ...goodServer },
    expected: found([`${mcp}/prm`, place])
  },
  {
    name: "with a challenge that names a place where nothing is",
    challenge: named(`${mcp}/gone`),
    places: { ...goodResource, ...goodServer },
    expected: found([`${mcp}/gone`, resourcePath, place])
  },
  {
    name: "with a challenge that names what is no URL",
    challenge: named("not a url"),
    places: { ...goodResource, ...goodServer },
    expected: found([resourcePath, place])
  },
  {
    name: "with a challenge that names the well-known place, which is not asked twice",
    challenge: named(resourcePath),
    places: { [resourceRoot]: resource(), ...goodServer },
    expected: found([resourcePath, resourceRoot, place])
  },
  {
    name: "of a server whose URL has a query",
    url: `${mcp}/mcp?project=1`,
    places: { [resourceRoot]: resource(), ...goodServer },
    expected: found([`${resourcePath}?project=1`, resourcePath, resourceRoot, place])
  },
  {
    name: "of a server whose URL ends with a slash",
    url: `${mcp}/mcp/`,
    places: { ...goodResource, ...goodServer },
    expected: found([`${resourcePath}/`, resourcePath, place])
  },
  {
    name: "of a server at the root",
    url: mcp,
    places: { [resourceRoot]: resource({ resource: mcp }), ...goodServer },
    expected: found([resourceRoot, place], { resource: mcp })
  },
  {
    name: "that names the origin as the resource",
    places: { [resourcePath]: resource({ resource: `${mcp}/` }), ...goodServer },
    expected: found([resourcePath, place], { resource: `${mcp}/` })
  },
  {
    name: "behind a redirect on the same origin",
    places: { [resourcePath]: redirect("/moved"), [`${mcp}/moved`]: resource(), ...goodServer },
    expected: found([resourcePath, `${mcp}/moved`, place])
  },
  {
    name: "as JSON that is called text",
    places: {
      [resourcePath]: () => new Response(JSON.stringify({ resource: mcp, authorization_servers: [auth] })),
      ...goodServer
    },
    expected: found([resourcePath, place], { resource: mcp })
  },
  ...[401, 403, 405, 406, 410, 500, 503].map((code): Shape => ({
    name: `behind a place that answers ${code}`,
    places: { [resourcePath]: status(code), [resourceRoot]: resource(), ...goodServer },
    expected: found([resourcePath, resourceRoot, place])
  })),
  {
    name: "behind a page for every path",
    places: { [resourcePath]: html, [resourceRoot]: resource(), ...goodServer },
    expected: found([resourcePath, resourceRoot, place])
  },
  {
    name: "behind JSON that is something else",
    places: { [resourcePath]: ok({ error: "not found" }), [resourceRoot]: resource(), ...goodServer },
    expected: found([resourcePath, resourceRoot, place])
  },
  {
    name: "behind metadata that names no authorization server",
    places: { [resourcePath]: resource({ authorization_servers: [] }), [resourceRoot]: resource(), ...goodServer },
    expected: found([resourcePath, resourceRoot, place])
  },
  {
    name: "that names no authorization server anywhere",
    places: { [resourcePath]: ok({ resource: mcp }), [ownPlace]: status(404) },
    expected: {
      fails: "DiscoveryFailed",
      says: ["it names no authorization server"],
      asked: [resourcePath, resourceRoot, ownPlace, ownOpenId]
    }
  },
  {
    name: "of another resource: nothing more is asked",
    places: {
      [resourcePath]: resource({ resource: "https://evil.example/mcp" }),
      ...goodServer,
      [resourceRoot]: resource()
    },
    expected: { fails: "MetadataMismatch", says: ["https://evil.example/mcp"], asked: [resourcePath] }
  },
  {
    name: "of another server on the same host: nothing more is asked",
    places: { [resourceRoot]: resource({ resource: `${mcp}/other` }), ...goodServer },
    expected: { fails: "MetadataMismatch", says: [`${mcp}/other`], asked: [resourcePath, resourceRoot] }
  }
]

const tenant = `${auth}/tenant1`
const ofTenant = { [resourcePath]: resource({ authorization_servers: [tenant] }) }
const tenantPlaces = [`${place}/tenant1`, `${openId}/tenant1`, `${tenant}/.well-known/openid-configuration`] as const

/** Where the metadata of the authorization server is, and whose it is. */
const servers: ReadonlyArray<Shape> = [
  {
    name: "an authorization server with OpenID Connect only (ADC-06, ADC-08)",
    places: { ...goodResource, [openId]: server() },
    expected: found([resourcePath, place, openId])
  },
  ...tenantPlaces.map((url, index): Shape => ({
    name: `an issuer with a path, in place ${index + 1} of three, never at the root (ADC-07)`,
    places: { ...ofTenant, [url]: server(tenant), [place]: server() },
    expected: found([resourcePath, ...tenantPlaces.slice(0, index + 1)], { issuer: tenant })
  })),
  {
    name: "an issuer with a path whose metadata is at the root only (ADC-07)",
    places: { ...ofTenant, [place]: server(tenant), [openId]: server(tenant) },
    expected: { fails: "DiscoveryFailed", asked: [resourcePath, ...tenantPlaces] }
  },
  {
    name: "an issuer that ends with a slash, to the letter (ADC-09)",
    places: { [resourcePath]: resource({ authorization_servers: [`${auth}/`] }), [place]: server(`${auth}/`) },
    expected: found([resourcePath, place], { issuer: `${auth}/` })
  },
  ...[
    ["a slash more", `${auth}/`],
    ["another case", "https://AUTH.example"],
    ["a port", `${auth}:443`],
    ["another host", "https://honest.example"],
    ["a path", `${auth}/x`]
  ].map(([name, issuer = ""]): Shape => ({
    name: `an issuer that gives itself out as one with ${name} (ADC-09, ADC-10)`,
    places: { ...goodResource, [place]: server(issuer) },
    expected: {
      fails: "MetadataMismatch",
      says: [issuer, `${place}: the issuer in it is another`],
      asked: [resourcePath, place, openId]
    }
  })),
  {
    name: "an issuer that is itself in the second place only (ADC-09)",
    places: { ...goodResource, [place]: server("https://honest.example"), [openId]: server() },
    expected: found([resourcePath, place, openId])
  },
  ...[401, 403, 405, 500].map((code): Shape => ({
    name: `an authorization server that answers ${code} to what it does not have`,
    places: { ...goodResource, [place]: status(code), [openId]: server() },
    expected: found([resourcePath, place, openId])
  })),
  {
    name: "an authorization server with a page for every path",
    places: { ...goodResource, [place]: html, [openId]: server() },
    expected: found([resourcePath, place, openId])
  },
  {
    name: "metadata with members of the wrong kind",
    places: { ...goodResource, [place]: server(auth, { scopes_supported: "a b" }), [openId]: server() },
    expected: found([resourcePath, place, openId])
  },
  {
    name: "metadata without a token endpoint",
    places: { ...goodResource, [place]: ok({ issuer: auth }), [openId]: server() },
    expected: found([resourcePath, place, openId])
  },
  {
    name: "metadata with an endpoint that is no URL of HTTP (SUR-01, SUR-03)",
    places: { ...goodResource, [place]: server(auth, { authorization_endpoint: "javascript:alert(1)" }) },
    expected: { fails: "DiscoveryFailed", says: ["no URL of HTTP"], asked: [resourcePath, place, openId] }
  },
  {
    name: "several authorization servers, of which the first that can be used is taken",
    places: {
      [resourcePath]: resource({ authorization_servers: ["https://other.example", auth, "https://third.example"] }),
      ...goodServer
    },
    expected: found([
      resourcePath,
      "https://other.example/.well-known/oauth-authorization-server",
      "https://other.example/.well-known/openid-configuration",
      place
    ])
  },
  {
    name: "several authorization servers, of which the user chooses",
    choose: (issuers) => ["https://evil.example", ...issuers.filter((issuer) => issuer === auth)],
    places: { [resourcePath]: resource({ authorization_servers: ["https://other.example", auth] }), ...goodServer },
    expected: found([resourcePath, place])
  },
  {
    name: "several authorization servers, of which the user wants none",
    choose: () => [],
    places: { ...goodResource, ...goodServer },
    expected: { fails: "DiscoveryFailed", says: ["none of those that it names was chosen"], asked: [resourcePath] }
  },
  {
    name: "issuers that are none",
    places: {
      [resourcePath]: resource({
        authorization_servers: [`${auth}?a=b`, `${auth}#x`, "javascript:alert(1)", "", "//auth.example"]
      })
    },
    expected: { fails: "DiscoveryFailed", says: ["it is no issuer"], asked: [resourcePath] }
  },
  {
    name: "an authorization server that cannot be reached",
    places: { [resourcePath]: resource({ authorization_servers: ["https://gone.example"] }) },
    expected: {
      fails: "DiscoveryFailed",
      says: ["unreachable"],
      asked: [
        resourcePath,
        "https://gone.example/.well-known/oauth-authorization-server",
        "https://gone.example/.well-known/openid-configuration"
      ]
    }
  }
]

const oldest = [resourcePath, resourceRoot, ownPlace]

/** Servers of the first rules. */
const oldServers: ReadonlyArray<Shape> = [
  {
    name: "an old server with metadata at its root (A03-03, A03-07, A03-09)",
    places: { [ownPlace]: server(mcp) },
    expected: { issuer: mcp, resource: `${mcp}/mcp`, token: `${mcp}/token`, asked: oldest }
  },
  {
    name: "an old server whose issuer ends with a slash",
    places: { [ownPlace]: server(`${mcp}/`) },
    expected: { issuer: `${mcp}/`, resource: `${mcp}/mcp`, asked: oldest }
  },
  {
    name: "an old server with OpenID Connect at its root",
    places: { [ownOpenId]: server(mcp) },
    expected: { issuer: mcp, resource: `${mcp}/mcp`, asked: [...oldest, ownOpenId] }
  },
  {
    name: "an old server without metadata: default endpoints (A03-10)",
    url: `${mcp}/v1/mcp?key=secret`,
    places: {},
    expected: {
      issuer: mcp,
      resource: `${mcp}/v1/mcp`,
      token: `${mcp}/token`,
      asked: [
        `${resourceRoot}/v1/mcp?key=secret`,
        `${resourceRoot}/v1/mcp`,
        resourceRoot,
        ownPlace,
        ownOpenId
      ]
    }
  },
  {
    name: "an old server that has a page for every path (A03-10)",
    places: { [mcp]: html },
    expected: { issuer: mcp, resource: `${mcp}/mcp`, token: `${mcp}/token`, asked: [...oldest, ownOpenId] }
  },
  {
    name: "a server that is broken is no old server: nothing is guessed",
    places: { [mcp]: status(503) },
    expected: { fails: "DiscoveryFailed", says: ["503"], asked: [...oldest, ownOpenId] }
  },
  {
    name: "a server whose challenge names a document is no old server: nothing is guessed",
    challenge: named(`${mcp}/gone`),
    places: {},
    expected: { fails: "DiscoveryFailed", asked: [`${mcp}/gone`, ...oldest, ownOpenId] }
  },
  {
    name: "an old server that gives itself out as another (ADC-10)",
    places: { [ownPlace]: server("https://honest.example") },
    expected: { fails: "MetadataMismatch", says: ["https://honest.example"], asked: [...oldest, ownOpenId] }
  },
  {
    name: "an old server on loopback, which the user named",
    url: "http://localhost:3000/mcp",
    hosts: ["http://localhost:3000"],
    places: { "http://localhost:3000/.well-known/oauth-authorization-server": server("http://localhost:3000") },
    expected: {
      issuer: "http://localhost:3000",
      resource: "http://localhost:3000/mcp",
      asked: [
        "http://localhost:3000/.well-known/oauth-protected-resource/mcp",
        "http://localhost:3000/.well-known/oauth-protected-resource",
        "http://localhost:3000/.well-known/oauth-authorization-server"
      ]
    }
  }
]

const hostile = [
  "https://169.254.169.254/latest",
  "https://2852039166/",
  "https://0xa9fea9fe",
  "https://0251.0376.0251.0376",
  "https://[::ffff:169.254.169.254]",
  "https://[fd00:ec2::254]",
  "https://127.1",
  "https://2130706433",
  "https://[::1]:8443",
  "https://10.0.0.1",
  "https://192.168.0.1/admin",
  "https://[fe80::1]",
  "https://localhost",
  "https://metadata.google.internal",
  "https://vault.internal",
  "http://auth.example"
]

/** Servers that want a client to ask what it must not. */
const malicious: ReadonlyArray<Shape> = [
  {
    name: "metadata that names hosts inside: none is asked (SSR-01 to SSR-03)",
    places: { [resourcePath]: resource({ authorization_servers: hostile.slice(0, 8) }) },
    expected: { fails: "DiscoveryFailed", says: ["refused: it is on"], asked: [resourcePath] }
  },
  {
    name: "metadata that names more hosts inside: none is asked (SSR-01 to SSR-03)",
    places: { [resourcePath]: resource({ authorization_servers: hostile.slice(8) }) },
    expected: { fails: "DiscoveryFailed", says: ["refused: it is on", "it is not https"], asked: [resourcePath] }
  },
  {
    name: "metadata that names a host inside and a good one: the good one is taken (SSR-03)",
    places: { [resourcePath]: resource({ authorization_servers: ["https://127.0.0.1", auth] }), ...goodServer },
    expected: found([resourcePath, place])
  },
  ...hostile.map((url): Shape => ({
    name: `a challenge that names ${url} (SSR-01 to SSR-03)`,
    challenge: named(url),
    places: { ...goodResource, ...goodServer },
    expected: found([resourcePath, place])
  })),
  {
    name: "redirects that lead inside after several hops (SSR-04)",
    places: {
      [resourcePath]: redirect("/hop1"),
      [`${mcp}/hop1`]: redirect("/hop2"),
      [`${mcp}/hop2`]: redirect("https://169.254.169.254/latest"),
      [resourceRoot]: resource(),
      [place]: redirect("https://[::1]/"),
      [openId]: server()
    },
    expected: found([resourcePath, `${mcp}/hop1`, `${mcp}/hop2`, resourceRoot, place, openId])
  },
  {
    name: "redirects that lead to another origin (SSR-04)",
    places: {
      ...goodResource,
      [place]: redirect("https://other.example/"),
      [openId]: redirect("http://auth.example/x")
    },
    expected: { fails: "DiscoveryFailed", says: ["redirects there"], asked: [resourcePath, place, openId] }
  },
  {
    name: "metadata that does not end",
    places: {
      [resourcePath]: () => new Response(`{"resource":"${"x".repeat(300_000)}`),
      [resourceRoot]: resource(),
      ...goodServer
    },
    expected: found([resourcePath, resourceRoot, place])
  }
]

/** All shapes. */
export const shapes: ReadonlyArray<Shape> = [...resources, ...servers, ...oldServers, ...malicious]
