import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as HostAddress from "../../src/http/HostAddress.ts"

const table: { readonly [kind in HostAddress.Kind]: ReadonlyArray<string> } = {
  Public: [
    "example.com",
    "EXAMPLE.com.",
    "localhost.example.com",
    "xn--bcher-kva.example",
    "8.8.8.8",
    "172.15.255.255",
    "172.32.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "169.253.255.255",
    "2606:4700::6810:85e5",
    "[2606:4700::6810:85e5]",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1"
  ],
  Loopback: [
    "localhost",
    "LOCALHOST",
    "localhost.",
    "app.localhost",
    "ip6-localhost",
    "127.0.0.1",
    "127.255.255.254",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7F.1",
    "017700000001",
    "0177.0.0.01",
    "127.0.0.1.",
    "\uff11\uff12\uff17.0.0.1",
    "::1",
    "[::1]",
    "0:0:0:0:0:0:0:1",
    "::ffff:127.0.0.1",
    "[::ffff:7f00:1]",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "::ffff:0:127.0.0.1",
    "2606:4700::5efe:7f00:1"
  ],
  Private: [
    "10.0.0.1",
    "10.255.255.255",
    "012.1",
    "0xa000001",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "3232235777",
    "100.64.0.1",
    "198.18.0.1",
    "fc00::1",
    "fdff::1",
    "fec0::1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "2002:c0a8:101::1",
    "intranet",
    "auth",
    "printer.local",
    "auth.svc.cluster.local",
    "db.internal",
    "router.lan",
    "nas.home.arpa"
  ],
  LinkLocal: [
    "169.254.0.1",
    "169.254.1",
    "fe80::1",
    "febf::1",
    "fe80::1%eth0",
    "[fe80::1%25eth0]",
    "::ffff:169.254.1.1"
  ],
  Metadata: [
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0xa9.0xfe.0xa9.0xfe",
    "0251.0376.0251.0376",
    "169.254.43518",
    "::ffff:a9fe:a9fe",
    "64:ff9b::a9fe:a9fe",
    "fd00:ec2::254",
    "100.100.100.200",
    "168.63.129.16",
    "metadata.google.internal",
    "metadata.goog",
    "metadata.google.internal.",
    "METADATA"
  ],
  Reserved: [
    "0.0.0.0",
    "0",
    "::",
    "::ffff:0.0.0.0",
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "255.255.255.255",
    "ff02::1",
    "2001:db8::1",
    "2001::1",
    "4000::1",
    "",
    ".",
    "a b",
    "a/b",
    "user@host",
    "256.256.256.256",
    "host:80"
  ]
}

const Byte = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))
const Address = Schema.Tuple([Byte, Byte, Byte, Byte])

const hex = (value: number): string => value.toString(16)

/** The same address in every way that it can be written. */
const spellings = ([a, b, c, d]: typeof Address.Type): ReadonlyArray<string> => {
  const number = ((a * 256 + b) * 256 + c) * 256 + d
  const [high, low] = [hex(a * 256 + b), hex(c * 256 + d)]
  return [
    String(number),
    `0x${hex(number)}`,
    `0${number.toString(8)}`,
    `${a}.${(b * 256 + c) * 256 + d}`,
    `${a}.${b}.${c * 256 + d}`,
    [a, b, c, d].map((byte) => `0x${hex(byte)}`).join("."),
    [a, b, c, d].map((byte) => `0${byte.toString(8)}`).join("."),
    `::ffff:${a}.${b}.${c}.${d}`,
    `[::ffff:${high}:${low}]`,
    `64:ff9b::${high}:${low}`,
    `2002:${high}:${low}::1`
  ]
}

describe("HostAddress", () => {
  for (const [kind, hosts] of Object.entries(table)) {
    it(`knows hosts that are ${kind} (SSR-03, SSR-06)`, () => {
      assert.deepStrictEqual(hosts.map((host) => [host, HostAddress.kindOf(host)]), hosts.map((host) => [host, kind]))
    })
  }

  it.prop("an address is the same kind of place however it is written", [Address], ([address]) => {
    const expected = HostAddress.kindOf(address.join("."))
    for (const spelling of spellings(address)) assert.strictEqual(HostAddress.kindOf(spelling), expected, spelling)
  })

  it.prop("says something of any text, and normalizes once and for all", [Schema.String], ([host]) => {
    const normalized = HostAddress.normalize(host)
    if (normalized === undefined) return assert.strictEqual(HostAddress.kindOf(host), "Reserved")
    assert.strictEqual(HostAddress.normalize(normalized), normalized)
    assert.strictEqual(HostAddress.kindOf(normalized), HostAddress.kindOf(host))
  })
})
