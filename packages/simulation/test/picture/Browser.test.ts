import { assert, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Scope } from "effect/Scope"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import type { Page as Tab } from "puppeteer-core"
import type { Event } from "../../src/history/Event.ts"
import * as HistoryPicture from "../../src/picture/HistoryPicture.ts"
import * as Mermaid from "../../src/picture/Mermaid.ts"
import * as Page from "../../src/picture/Page.ts"
import * as Browser from "../support/Browser.ts"
import { hostile, hostileHistory, long, story } from "../support/PictureStory.ts"

class Chromium extends Context.Service<Chromium, Browser.Opened>()("test/Chromium") {
  static readonly layer = Layer.effect(
    Chromium,
    Effect.acquireRelease(Effect.promise(Browser.open), ({ close }) => Effect.promise(close))
  )
}

/** A page from a file, in a tab of its own, with whatever it asked of the network and complained of. */
interface Shown {
  readonly tab: Tab
  readonly requests: Array<string>
  readonly complaints: Array<string>
}

const folder: Effect.Effect<string, never, Scope> = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "parley-picture-"))),
  (path) => Effect.promise(() => rm(path, { force: true, recursive: true }))
)

const show = Effect.fnUntraced(function*(html: string, fragment = "") {
  const path = join(yield* folder, "picture.html")
  yield* Effect.promise(() => writeFile(path, html))
  const { browser } = yield* Chromium
  const tab = yield* Effect.acquireRelease(
    Effect.promise(() => browser.newPage()),
    (tab) => Effect.promise(() => tab.close())
  )
  const shown: Shown = { tab, requests: [], complaints: [] }
  tab.on("request", (request) => void shown.requests.push(request.url()))
  tab.on("console", (message) => void shown.complaints.push(message.text()))
  tab.on("pageerror", (error) => void shown.complaints.push(String(error)))
  tab.on("dialog", (dialog) => void shown.complaints.push(dialog.message()))
  yield* Effect.promise(() => tab.setViewport({ width: 1400, height: 900 }))
  const url = `${pathToFileURL(path).href}${fragment}`
  yield* Effect.promise(() => tab.goto(url))
  assert.deepStrictEqual(shown.requests.map((each) => each.replace(/#.*/, "")), [url.replace(/#.*/, "")])
  return shown
})

/** Evaluates JavaScript in the page: a policy that forbids scripts does not forbid this. */
const look = (tab: Tab, script: string): Effect.Effect<unknown> => Effect.promise(() => tab.evaluate(script))

const countOf = (tab: Tab, selector: string) =>
  look(tab, `document.querySelectorAll(${JSON.stringify(selector)}).length`)

const panelOf = (tab: Tab): Effect.Effect<string> =>
  Effect.map(look(tab, `document.getElementById("panel").textContent`), String)

const seen = `[...document.querySelectorAll(".arrow:not(.is-hidden)")].map((node) => node.id)`

const storyPage = Page.render(HistoryPicture.sequenceOf(story), {
  title: "A lost update",
  findings: [{ checker: "RanOnce", what: "alice-1 ran twice", atMillis: 20_131, events: story.length - 6 }]
})

/** A tab in which Mermaid is; it needs a page. */
const mermaid = Effect.gen(function*() {
  const { browser } = yield* Chromium
  const tab = yield* Effect.acquireRelease(
    Effect.promise(() => browser.newPage()),
    (tab) => Effect.promise(() => tab.close())
  )
  const path = createRequire(import.meta.url).resolve("@mermaid-js/tiny")
  yield* Effect.promise(() => tab.addScriptTag({ path }))
  return tab
})

/** What Mermaid's own parser reads, whole: who takes part, arrows, and notes (its second kind of line). */
const read = (tab: Tab, diagram: string) =>
  look(
    tab,
    `(async (text) => {
      await mermaid.parse(text)
      const { db } = await mermaid.mermaidAPI.getDiagramFromText(text)
      const lines = db.getMessages()
      const notes = lines.filter(({ type }) => type === 2).length
      return [db.getActorKeys().length, lines.length - notes, notes]
    })(${JSON.stringify(diagram)})`
  )

/** The labels that Mermaid draws on arrows and in notes, and how much of them it took for markup. */
const draw = (tab: Tab, diagram: string) =>
  look(
    tab,
    `(async (text) => {
      const { svg } = await mermaid.render("drawn", text)
      const page = new DOMParser().parseFromString(svg, "text/html")
      const labels = [...page.querySelectorAll(".messageText, .noteText")].map((node) => node.textContent)
      return [labels.toSorted(), page.querySelectorAll("script, img, iframe, a").length]
    })(${JSON.stringify(diagram)})`
  )

/** The labels in the text of a diagram, as they are meant. */
const labelsIn = (diagram: string): ReadonlyArray<string> =>
  diagram.split("\n").flatMap((line) => /^ {2}(?:p\d+-|Note)[^:]*: (.*)$/.exec(line)?.[1] ?? [])
    .map((label) => label.replace(/#(\d+);/g, (_, number: string) => String.fromCodePoint(Number(number))))
    .toSorted()

/** The signs that people write, each before a letter: no message begins or ends with what would be trimmed. */
const signs: ReadonlyArray<Event> = Array.from(
  Array.from({ length: 0x2100 }, (_, code) => String.fromCharCode(code))
    .filter((sign) => /[^\p{L}\p{M}\p{N}]/u.test(sign)).join("").matchAll(/[^]{1,20}/g),
  ([some], message) => ({
    atMillis: 0,
    _tag: "Sent",
    message,
    from: "a",
    to: "b",
    via: "x",
    text: `a${[...some].join("a")}a`
  })
)

layer(Chromium.layer, { timeout: "60 seconds" })("Pictures, in a browser", (it) => {
  it.effect("are read and drawn by Mermaid as they are meant, whatever is in them", () =>
    Effect.gen(function*() {
      const tab = yield* mermaid
      for (const events of [story, hostileHistory, signs, []]) {
        const sequence = HistoryPicture.sequenceOf(events)
        const diagram = Mermaid.render(sequence, { linesMax: 3_000 })
        const labels = labelsIn(diagram)
        const [arrows, lanes] = [sequence.arrows.length, Math.max(sequence.lanes.length, 1)]
        assert.deepStrictEqual(yield* read(tab, diagram), [lanes, arrows, labels.length - arrows])
        assert.deepStrictEqual(yield* draw(tab, diagram), [labels, 0])
        assert.strictEqual(yield* look(tab, "typeof window.pwned"), "undefined")
      }
      const wrong = yield* Effect.exit(read(tab, "sequenceDiagram\n  p0->>p1; what"))
      assert.match(String(wrong), /Parse error/)
    }))

  it.effect("shows lanes, arrows, faults and findings, and asks for nothing", () =>
    Effect.gen(function*() {
      const { complaints, tab } = yield* show(storyPage)
      const drawn = HistoryPicture.sequenceOf(story)
      assert.strictEqual(yield* countOf(tab, ".lane"), 4)
      assert.strictEqual(yield* countOf(tab, ".lane .dead"), 1)
      assert.strictEqual(yield* countOf(tab, ".arrow"), drawn.arrows.length)
      assert.strictEqual(yield* countOf(tab, ".arrow.lost .cross"), 1)
      assert.strictEqual(yield* countOf(tab, ".arrow .line.again"), 1)
      assert.strictEqual(yield* countOf(tab, ".item.fault"), 3)
      assert.strictEqual(yield* countOf(tab, ".finding"), 1)
      const names = yield* look(
        tab,
        `[...document.querySelectorAll(".lane-head text")].map((node) => node.textContent)`
      )
      assert.deepStrictEqual(names, ["alice", "bob", "bank-1", "bank-2"])
      // Slanted: it arrives below where it was sent.
      const line = String(yield* look(tab, `document.querySelector("#m10 .line").getAttribute("d")`))
      const [, from, to] = /^M\d+ (\d+)L\d+ (\d+)$/.exec(line) ?? []
      assert.isAbove(Number(to), Number(from))
      assert.deepStrictEqual(complaints, [])
    }))

  it.effect("shows a message under the pointer, and keeps one that is clicked", () =>
    Effect.gen(function*() {
      const { complaints, tab } = yield* show(storyPage)
      assert.include(yield* panelOf(tab), "Point at an arrow")
      yield* Effect.promise(() => tab.hover("#m16 .label text"))
      const panel = yield* panelOf(tab)
      assert.include(panel, "lost: loss")
      assert.include(panel, `"text": "done"`)
      assert.include(panel, "alice-1 transfer")
      yield* Effect.promise(() => tab.click("#m12 .label text"))
      yield* Effect.promise(() => tab.hover("#m14 .label text"))
      assert.include(yield* panelOf(tab), `"progressToken": 7`)
      yield* Effect.promise(() => tab.keyboard.press("Escape"))
      yield* Effect.promise(() => tab.hover("#f0 .label text"))
      assert.include(yield* panelOf(tab), "loss 30% to the client")
      assert.deepStrictEqual(complaints, [])
    }))

  it.effect("shows a message under the focus, which the keys move", () =>
    Effect.gen(function*() {
      const { complaints, tab } = yield* show(storyPage, "#m10")
      assert.include(yield* panelOf(tab), "tools/call transfer")
      assert.strictEqual(yield* look(tab, "document.activeElement.id"), "m10")
      yield* Effect.promise(() => tab.keyboard.press("ArrowDown"))
      yield* Effect.promise(() => tab.keyboard.press("ArrowDown"))
      const id = String(yield* look(tab, "document.activeElement.id"))
      assert.strictEqual(id, "n0")
      assert.include(yield* panelOf(tab), "ran alice-1")
      yield* Effect.promise(() => tab.keyboard.press("k"))
      assert.include(yield* panelOf(tab), "loss 30%")
      const stops = yield* countOf(tab, `#picture [tabindex="0"]`)
      assert.strictEqual(stops, 1, "of thousands of arrows, one is a stop of the tab key")
      assert.deepStrictEqual(complaints, [])
    }))

  it.effect("leaves out what is not looked for, and moves the rest together", () =>
    Effect.gen(function*() {
      const { complaints, tab } = yield* show(storyPage)
      const paths = `[...document.querySelectorAll("[data-d],[data-t]")]
        .map((node) => node.getAttribute("d") ?? node.getAttribute("transform"))`
      const axis = `document.getElementById("axis").textContent`
      const before = [yield* look(tab, paths), yield* look(tab, axis)]
      const height = Number(yield* look(tab, `document.getElementById("picture").getBBox().height`))
      yield* Effect.promise(() => tab.select("#group", "c1"))
      assert.deepStrictEqual(yield* look(tab, seen), ["m11", "m13"])
      assert.isBelow(Number(yield* look(tab, `document.getElementById("picture").getAttribute("height")`)), height / 2)
      assert.match(String(yield* look(tab, `document.getElementById("count").textContent`)), /^4 of \d+ shown$/)
      yield* Effect.promise(() => tab.click("#clear"))
      // The script has put everything back to where it was drawn.
      assert.deepStrictEqual([yield* look(tab, paths), yield* look(tab, axis)], before)
      yield* Effect.promise(() => tab.type("#search", "ELICIT"))
      assert.deepStrictEqual(yield* look(tab, seen), ["m14", "m15"])
      yield* Effect.promise(() => tab.click("#clear"))
      yield* Effect.promise(() => tab.click(`.lane-head[data-lane="0"]`))
      assert.deepStrictEqual(yield* look(tab, seen), ["m5", "m6", "m7", "a21", "m11", "m13", "m17", "m18", "m21"])
      assert.deepStrictEqual(complaints, [])
    }))

  it.effect("runs nothing that a text brought, and says that it was a text", () =>
    Effect.gen(function*() {
      const [title = "", summary = ""] = hostile
      const findings = hostile.map((text) => ({ checker: text, what: text, atMillis: 1, events: 9 }))
      const page = Page.render(HistoryPicture.sequenceOf(hostileHistory), { title, summary, findings })
      const { complaints, requests, tab } = yield* show(page)
      assert.strictEqual(yield* look(tab, `document.querySelector("h1").textContent`), title)
      const nodes = Number(yield* look(tab, `document.querySelectorAll(".item").length`))
      // Each is looked at, so that the panel has shown every text.
      const focusing = `new FocusEvent("focusin", { bubbles: true })`
      yield* look(tab, `for (const node of document.querySelectorAll(".item")) node.dispatchEvent(${focusing})`)
      yield* Effect.promise(() => tab.type("#search", `<script>`))
      assert.isAbove(nodes, 100)
      assert.strictEqual(yield* look(tab, "typeof window.pwned"), "undefined")
      assert.strictEqual(yield* countOf(tab, "script"), 2)
      assert.strictEqual(yield* countOf(tab, "img, iframe, object, embed, link, a"), 0)
      assert.deepStrictEqual([complaints, requests.length], [[], 1])
    }))

  it.effect("has a policy that would stop a script that got in nevertheless", () =>
    Effect.gen(function*() {
      const smuggled = storyPage.replace("</header>", "<script>window.pwned = 1</script><b onclick='1'></b></header>")
      const { complaints, tab } = yield* show(smuggled)
      assert.strictEqual(yield* look(tab, "typeof window.pwned"), "undefined")
      assert.match(complaints.join("\n"), /Content Security Policy/)
    }))

  it.effect("opens a picture of two thousand events", () =>
    Effect.gen(function*() {
      const { complaints, tab } = yield* show(Page.render(HistoryPicture.sequenceOf(long(340))))
      assert.strictEqual(yield* countOf(tab, ".arrow"), 680)
      yield* Effect.promise(() => tab.type("#search", `"k339"`))
      assert.deepStrictEqual(yield* look(tab, seen), ["m678", "m679"])
      assert.deepStrictEqual(complaints, [])
    }))

  it.effect("can be read in light and in dark", () =>
    Effect.gen(function*() {
      const { tab } = yield* show(storyPage)
      const bright = `(() => {
        const light = (color) => color.match(/[\\d.]+/g).slice(0, 3).reduce((sum, part) => sum + Number(part) / 3, 0)
        const texts = [...document.querySelectorAll(".item .label text, .tick, .lane-head text")]
        return [
          light(getComputedStyle(document.body).backgroundColor),
          texts.map((node) => light(getComputedStyle(node).fill))
        ]
      })()`
      for (const value of ["light", "dark"]) {
        yield* Effect.promise(() => tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]))
        const [ground, texts] = (yield* look(tab, bright)) as readonly [number, ReadonlyArray<number>]
        if (value === "light") assert.isAbove(ground, 230)
        else assert.isBelow(ground, 40)
        assert.isAbove(Math.min(...texts.map((text) => Math.abs(text - ground))), 70)
      }
    }))
})
