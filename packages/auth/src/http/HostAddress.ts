/**
 * What kind of place a host is, told from its name or address alone: an IPv4 address in any spelling that URLs take, an
 * IPv6 address with whatever is embedded in it, or a name. What a name resolves to is not known here.
 *
 * @since 0.1.0
 */

/**
 * Everything but `Public` is refused unless it is named. `Reserved` addresses are for no host that could be meant:
 * multicast, documentation, not yet assigned.
 *
 * @category models
 * @since 0.1.0
 */
export type Kind = "Public" | "Loopback" | "Private" | "LinkLocal" | "Metadata" | "Reserved"

/** The first so many bits of an address, and what addresses are that begin with them. */
type Range<Address> = readonly [first: Address, bits: number, kind: Kind]

const v4 = (a: number, b: number, c: number, d: number): number => a * 0x1000000 + b * 0x10000 + c * 0x100 + d

/** After the IANA registry of special-purpose addresses; the first that fits counts. */
const ranges4: ReadonlyArray<Range<number>> = [
  // Where clouds tell their machines what they are, credentials included.
  [v4(169, 254, 169, 254), 32, "Metadata"],
  [v4(169, 254, 170, 2), 32, "Metadata"],
  [v4(100, 100, 100, 200), 32, "Metadata"],
  [v4(168, 63, 129, 16), 32, "Metadata"],
  [v4(192, 0, 0, 192), 32, "Metadata"],
  [v4(0, 0, 0, 0), 8, "Reserved"],
  [v4(10, 0, 0, 0), 8, "Private"],
  [v4(100, 64, 0, 0), 10, "Private"],
  [v4(127, 0, 0, 0), 8, "Loopback"],
  [v4(169, 254, 0, 0), 16, "LinkLocal"],
  [v4(172, 16, 0, 0), 12, "Private"],
  [v4(192, 0, 0, 0), 24, "Reserved"],
  [v4(192, 0, 2, 0), 24, "Reserved"],
  [v4(192, 88, 99, 0), 24, "Reserved"],
  [v4(192, 168, 0, 0), 16, "Private"],
  [v4(198, 18, 0, 0), 15, "Private"],
  [v4(198, 51, 100, 0), 24, "Reserved"],
  [v4(203, 0, 113, 0), 24, "Reserved"],
  [v4(224, 0, 0, 0), 4, "Reserved"],
  [v4(240, 0, 0, 0), 4, "Reserved"]
]

type Groups = ReadonlyArray<number>

/** Only 2000::/3 is for hosts anywhere; the rest is what it says here, and `Reserved` where it says nothing. */
const ranges6: ReadonlyArray<Range<Groups>> = [
  [[0, 0, 0, 0, 0, 0, 0, 1], 128, "Loopback"],
  [[0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254], 128, "Metadata"],
  [[0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254], 128, "Metadata"],
  [[0xfc00], 7, "Private"],
  [[0xfe80], 10, "LinkLocal"],
  [[0xfec0], 10, "Private"],
  [[0x64, 0xff9b, 1], 48, "Private"],
  [[0x2001, 0xdb8], 32, "Reserved"],
  // Teredo, and other protocols that no server is reached by.
  [[0x2001, 0], 23, "Reserved"],
  [[0x3fff], 20, "Reserved"],
  [[0x2000], 3, "Public"]
]

/** Ranges that have an IPv4 address in them, and at which group: what is reached in the end is that. */
const embedding: ReadonlyArray<readonly [first: Groups, bits: number, at: number]> = [
  [[0, 0, 0, 0, 0, 0xffff], 96, 6],
  [[0, 0, 0, 0, 0xffff, 0], 96, 6],
  [[0, 0, 0, 0, 0, 0], 96, 6],
  [[0x64, 0xff9b, 0, 0, 0, 0], 96, 6],
  [[0x2002], 16, 1]
]

const isWithin4 = (address: number, first: number, bits: number): boolean =>
  Math.floor(address / 2 ** (32 - bits)) === Math.floor(first / 2 ** (32 - bits))

const isWithin6 = (address: Groups, first: Groups, bits: number): boolean =>
  address.every((group, index) => {
    const left = bits - index * 16
    return left <= 0 || left >= 16
      ? left <= 0 || group === (first[index] ?? 0)
      : group >> (16 - left) === (first[index] ?? 0) >> (16 - left)
  })

const kindOf4 = (address: number): Kind =>
  ranges4.find(([first, bits]) => isWithin4(address, first, bits))?.[2] ?? "Public"

const at4 = (groups: Groups, index: number): number => (groups[index] ?? 0) * 0x10000 + (groups[index + 1] ?? 0)

/** The identifier of an interface that is made of an IPv4 address (RFC 5214, 6.1). */
const isIsatap = (groups: Groups): boolean => ((groups[4] ?? 0) & 0xfdff) === 0 && groups[5] === 0x5efe

const kindOf6 = (groups: Groups): Kind => {
  const known = ranges6.find(([first, bits]) => isWithin6(groups, first, bits))?.[2]
  const inside = embedding.find(([first, bits]) => isWithin6(groups, first, bits))
  if (known !== undefined && known !== "Public") return known
  if (inside !== undefined) return kindOf4(at4(groups, inside[2]))
  if (isIsatap(groups)) return kindOf4(at4(groups, 6))
  return known ?? "Reserved"
}

/** The numbers of an address in the one spelling that the URL parser gives. */
const parse4 = (host: string): number | undefined => {
  const parts = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(host)
  return parts === null ? undefined : v4(Number(parts[1]), Number(parts[2]), Number(parts[3]), Number(parts[4]))
}

const groupsOf = (text: string): Array<number> => text === "" ? [] : text.split(":").map((part) => parseInt(part, 16))

const parse6 = (host: string): Groups => {
  const [head = "", tail] = host.slice(1, -1).split("::")
  const before = groupsOf(head)
  const after = groupsOf(tail ?? "")
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after]
}

/**
 * A host in the one spelling in which it can be compared: as URLs have it, in lower case, an IPv6 address in brackets and
 * without a zone, no dot at the end. `undefined` for what is no host.
 *
 * @category conversions
 * @since 0.1.0
 */
export const normalize = (host: string): string | undefined => {
  const bare = host.replace(/^\[|\]$/g, "").replace(/%.*$/, "")
  const written = bare.includes(":") ? `[${bare}]` : host
  if (written === "" || /[/?#@\\\s]/.test(written)) return undefined
  // The parser that also reads the URL: no two opinions about what an address is.
  const url = `http://${written}/`
  if (!URL.canParse(url)) return undefined
  const { hostname, port } = new URL(url)
  const normalized = hostname.replace(/\.+$/, "")
  return normalized === "" || port !== "" ? undefined : normalized
}

/** Names of the machine itself. */
const loopbackNames: ReadonlySet<string> = new Set([
  "localhost",
  "localhost.localdomain",
  "ip6-localhost",
  "ip6-loopback"
])

const metadataNames: ReadonlySet<string> = new Set([
  "metadata.google.internal",
  "metadata.goog",
  "metadata",
  "instance-data"
])

/** Domains that mean something inside a network only. */
const privateDomains =
  /\.(?:local|internal|localdomain|lan|home|corp|private|intranet|home\.arpa|in-addr\.arpa|ip6\.arpa)$/

const kindOfName = (name: string): Kind => {
  if (loopbackNames.has(name) || name.endsWith(".localhost")) return "Loopback"
  if (metadataNames.has(name)) return "Metadata"
  // A name of one label is looked up in the domain of the machine.
  return privateDomains.test(name) || !name.includes(".") ? "Private" : "Public"
}

/**
 * What kind of place a host is (SSR-03); the host of a URL, or an address as it was resolved. What is no host is
 * `Reserved`.
 *
 * @category predicates
 * @since 0.1.0
 */
export const kindOf = (host: string): Kind => {
  const normalized = normalize(host)
  if (normalized === undefined) return "Reserved"
  if (normalized.startsWith("[")) return kindOf6(parse6(normalized))
  const address = parse4(normalized)
  return address === undefined ? kindOfName(normalized) : kindOf4(address)
}
