/**
 * Drawing a note: as SVG first, then as a PNG of the size that is wanted. What the note says is text to the drawing, and
 * never markup.
 */
import * as Effect from "effect/Effect"
import sharp from "sharp"
import type { Note } from "./Contract.ts"

const rows = 9

const escapes: { readonly [character: string]: string } = { "&": "&amp;", "<": "&lt;", ">": "&gt;" }

/** Text as XML has it: without the characters that XML has no way to write. */
const escape = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  text.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "").replace(
    /[&<>]/g,
    (character) => escapes[character] ?? character
  )

/** Breaks a text into lines, between words where it can. */
const wrap = (text: string): ReadonlyArray<string> =>
  text.split("\n").flatMap((line) => line.match(/.{1,30}(?:\s|$)|.{1,30}/gu) ?? [""]).slice(0, rows)

/** The drawing of a note, as SVG. */
export const svg = ({ body, title, topic }: Note): string => {
  const lines = wrap(body).map((line, index) =>
    `<text x="20" y="${92 + index * 17}" font-size="13">${escape(line)}</text>`
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 256 256" font-family="sans-serif" fill="#433">
  <rect x="4" y="6" width="248" height="246" fill="#0002"/>
  <rect width="248" height="248" fill="#fe9"/>
  <rect width="248" height="28" fill="#fc4"/>
  <text x="20" y="19" font-size="12">${escape(topic.slice(0, 34))}</text>
  <text x="20" y="62" font-size="18" font-weight="bold">${escape(title.slice(0, 20))}</text>
  ${lines.join("\n  ")}
</svg>`
}

/** The drawing of a note as a PNG, so many pixels wide and high. */
export const png = (note: Note, width: number): Effect.Effect<Uint8Array> =>
  Effect.promise(() => sharp(Buffer.from(svg(note)), { density: 144 }).resize(width, width).png().toBuffer())
