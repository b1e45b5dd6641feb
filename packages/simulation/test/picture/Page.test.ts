import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import type { Event } from "../../src/history/Event.ts"
import * as HistoryPicture from "../../src/picture/HistoryPicture.ts"
import * as Layout from "../../src/picture/Layout.ts"
import * as Page from "../../src/picture/Page.ts"
import { pageScript } from "../../src/picture/PageScript.ts"
import { pageStyle } from "../../src/picture/PageStyle.ts"
import { hostile, hostileHistory, long, story } from "../support/PictureStory.ts"

const digest = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`

/** The names of the elements of a page, in order, but for what is in its style, its script and its data. */
const elementsOf = (page: string): ReadonlyArray<string> =>
  [...page.replaceAll(/(<(style|script)[^>]*>).*?<\/\2>/gs, "$1").matchAll(/<([a-z!/][\w!/-]*)/gi)]
    .map(([, name = ""]) => name)

const known = new Set(
  "!doctype html head meta title style body header h1 span ul li button b div input select optgroup option output main svg g"
    .concat(" rect text defs marker path circle aside p kbd script").split(" ")
)

describe("Page", () => {
  it("admits its own style and script, and nothing else", () => {
    const page = Page.render(HistoryPicture.sequenceOf(story))
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.split("; ")
    assert.deepStrictEqual(policy, [
      "default-src 'none'",
      `style-src ${digest(pageStyle)}`,
      `script-src ${digest(pageScript)}`,
      "base-uri 'none'",
      "form-action 'none'"
    ])
    assert.isBelow(
      page.indexOf("Content-Security-Policy"),
      page.indexOf("<style"),
      "the policy is there before the rest"
    )
    assert.notMatch(page.replaceAll("http://www.w3.org/2000/svg", ""), /https?:|\bsrc=|\bhref=|@import|url\((?!#)/)
  })

  it("has no element, and no script, that a text brought", () => {
    const [title = "", summary = ""] = hostile
    const findings = hostile.map((text) => ({ checker: text, what: text, atMillis: 1, events: 2 }))
    const page = Page.render(HistoryPicture.sequenceOf(hostileHistory), { title, summary, findings })
    for (const name of elementsOf(page)) assert.isTrue(known.has(name.replace("/", "")), name)
    assert.strictEqual(page.match(/<script/g)?.length, 2)
    const tags = page.replaceAll(/<script[^]*?<\/script>/g, "").replaceAll(/"[^"]*"/g, `""`)
    assert.notMatch(tags, /<[^>]*\s(?:on\w+|style|href|src)=/)
  })

  it.prop("tells nothing but text of any text, and the data as it was", [Schema.Array(Schema.String)], ([texts]) => {
    const events = [...texts, ...hostile.slice(0, 7)].flatMap((text, message): ReadonlyArray<Event> => [
      { atMillis: 0, _tag: "Sent", message, from: text, to: "server", via: text, text },
      { atMillis: 0, _tag: "Began", key: text, user: text, action: text, input: text }
    ])
    const page = Page.render(HistoryPicture.sequenceOf(events))
    for (const name of elementsOf(page)) assert.isTrue(known.has(name.replace("/", "")), name)
    const data: { readonly items: ReadonlyArray<{ readonly id: string; readonly text: string }> } = JSON.parse(
      /id="data">([^<]*)<\/script>/.exec(page)?.[1] ?? ""
    )
    const first = texts[0]
    if (first !== undefined) assert.strictEqual(data.items.find(({ id }) => id === "m0")?.text, first)
  })

  it("draws nothing of nothing", () => {
    assert.include(Page.render(HistoryPicture.sequenceOf([])), "0 participants · 0 messages")
  })

  it("keeps to a size that opens fast", () => {
    const page = Page.render(HistoryPicture.sequenceOf(long(340)))
    assert.isBelow(page.length, 2_500_000)
    const large = "x".repeat(1_000_000)
    const events: ReadonlyArray<Event> = [
      { atMillis: 0, _tag: "Sent", message: 0, from: "a", to: "b", via: "x", text: large }
    ]
    const cut = Page.render(HistoryPicture.sequenceOf(events))
    assert.isBelow(cut.length, 100_000)
    assert.include(cut, "980000 characters more")
  })
})

describe("Layout", () => {
  it("puts everything further down that was later, and cuts long silences short", () => {
    const { rows, ys } = Layout.make(HistoryPicture.sequenceOf(story))
    assert.deepStrictEqual(ys, ys.toSorted((left, right) => left - right))
    assert.strictEqual(new Set(ys).size, ys.length)
    const silence = rows.findIndex(({ atMillis }) => atMillis === 20_120)
    assert.isBelow((ys[silence] ?? 0) - (ys[silence - 1] ?? 0), 80)
  })

  it("fills templates with where rows and lanes are", () => {
    assert.strictEqual(Layout.place("M#1-7 @0+4L#0 @1H#1V9", [100, 200], [10, 30]), "M193 14L100 30H200V9")
  })

  it.prop("finds the row of any point: its own, or the one before", [Schema.Array(Schema.Int)], ([numbers]) => {
    const events = numbers.map((number, index): Event =>
      number % 2 === 0
        ? { atMillis: index, _tag: "Noted", host: "", text: "" }
        : { atMillis: index, _tag: "Arrived", message: 0 }
    )
    const { rowOf, rows } = Layout.make(HistoryPicture.sequenceOf(events))
    for (const order of events.keys()) {
      const last = rows.findLastIndex((row) => row.order <= order)
      assert.strictEqual(rowOf({ order }), Math.max(0, last))
    }
  })
})
