/** The corpus, played to our own server and to our own client, in every revision. */
import { assert, describe, it } from "@effect/vitest"
import * as Revisions from "@parley/mcp/revision/Revisions"
import * as Replay from "@parley/simulation/cassette/Replay"
import * as Stage from "@parley/simulation/cassette/Stage"
import * as Effect from "effect/Effect"
import * as Corpus from "../support/cassette/Corpus.ts"

describe("the corpus", () => {
  for (const entry of Corpus.entries) {
    describe(`${entry.name}`, () => {
      it.effect("is what our client and our server say to each other", () =>
        Effect.gen(function*() {
          const now = yield* Corpus.record(entry)
          const revised = Corpus.revised(entry, now)
          if (Corpus.isUpdate) Corpus.write(entry, revised)
          assert.deepStrictEqual(revised, Corpus.read(entry))
        }))

      it.effect("is what our server says to its client", () =>
        Effect.gen(function*() {
          const server = yield* Corpus.serve(entry)
          yield* Replay.toServer(Corpus.read(entry), server)
        }).pipe(Effect.scoped, Stage.onVirtualTime))

      it.effect("is what our client says to its server", () =>
        Replay.toClient(Corpus.read(entry), Corpus.act(entry)).pipe(Stage.onVirtualTime))
    })
  }

  it("has a file for each story, and no other", () => {
    assert.deepStrictEqual(Corpus.files(), Corpus.entries.map(({ name }) => name).toSorted())
  })

  it("has something of every revision", () => {
    const revisions = new Set(Corpus.entries.map(({ revision }) => revision))
    assert.deepStrictEqual([...revisions].toSorted(), Revisions.all.map(({ version }) => version).toSorted())
  })
})
