/** How large the programs of `programs/` are in one file, minified, after gzip: five ways into each toolkit. */
import { bundle } from "../measure/Bundle.ts"
import type { Goal, Row, Samples, Trial } from "../Trial.ts"

interface BundleRow {
  readonly row: Row
  /** Contestants, and their programs. */
  readonly programs: ReadonlyArray<readonly [string, string]>
}

const kibi = 1_024

const rowOf = (
  entry: string,
  about: string,
  peers: ReadonlyArray<string>,
  goals: ReadonlyArray<Goal> = []
): BundleRow => ({
  row: {
    name: `bundle-${entry}`,
    chapter: "start and size",
    about: `${about}: one file, minified, after gzip.`,
    unit: "KiB",
    reference: "parley",
    goals
  },
  programs: [["parley", entry], ...peers.map((peer) => [peer, `${peer}-${entry}`] as const)]
})

const bundleRows: ReadonlyArray<BundleRow> = [
  rowOf("stdio-server", "A server of one tool over stdio", ["sdk-v2", "sdk-v1", "effect-ai"], [
    { contestant: "parley", atMost: 60 }
  ]),
  rowOf("web-server", "A server of one tool as a web handler", ["mcp-lite", "sdk-v2", "sdk-v1", "effect-ai"]),
  rowOf("http-client", "A client over HTTP that calls a tool by its name", ["sdk-v2", "sdk-v1", "effect-ai"]),
  rowOf("typed-client", "A client over HTTP with the types of a catalog (the peers have none)", []),
  rowOf("testing", "A server of one tool and a client connected in memory", ["sdk-v2", "sdk-v1", "effect-ai"])
]

/** One row for each way in. A size repeats, so that one round is enough. */
export const bundles: ReadonlyArray<Trial> = bundleRows.map(({ programs, row }) => ({
  rows: [row],
  run: async () => {
    const samples = new Map<string, ReadonlyArray<{ readonly value: number }>>()
    for (const [contestant, program] of programs) {
      samples.set(contestant, [{ value: (await bundle(program)).gzipBytes / kibi }])
    }
    return new Map<string, Samples>([[row.name, samples]])
  }
}))
