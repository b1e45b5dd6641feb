/**
 * The few pieces that the drawings are made of. A drawing brings its own background and colours, for light and for dark
 * screens, since a page shows it as an image and its styles do not reach into it.
 */

/** Text as it may stand in a document. */
export const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\"", "&quot;")

const round = (value: number): string => String(Math.round(value * 10) / 10)

type Attributes = Readonly<Record<string, string | number>>

const attributesOf = (attributes: Attributes): string =>
  Object.entries(attributes).map(([name, value]) =>
    ` ${name}="${typeof value === "number" ? round(value) : escape(value)}"`
  ).join("")

/** An element without content. */
export const element = (name: string, attributes: Attributes): string => `<${name}${attributesOf(attributes)}/>`

/** A text; by default it begins at its place, and stands on its middle line. */
export const text = (x: number, y: number, content: string, attributes: Attributes = {}): string =>
  `<text${attributesOf({ x, y: y + 4, ...attributes })}>${escape(content)}</text>`

/** A line. */
export const line = (x1: number, y1: number, x2: number, y2: number, kind: string): string =>
  element("line", { x1, y1, x2, y2, class: kind })

const styles = `
  text { font: 12px system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; fill: #24292f }
  .paper { fill: #ffffff }
  .title { font-weight: 600; font-size: 13px }
  .quiet { fill: #656d76; font-size: 11px }
  .strong { font-weight: 600 }
  .grid { stroke: #d8dee4; stroke-width: 1 }
  .unit { stroke: #656d76; stroke-width: 1 }
  .whisker { stroke: #24292f; stroke-width: 1; opacity: .55 }
  .goal { stroke: #cf222e; stroke-width: 2 }
  .ours { fill: #0969da } .reference { fill: #8c959f } .peer { fill: #c4b8a3 }
  .toolkit0 { fill: #0969da } .toolkit1 { fill: #1a7f37 } .toolkit2 { fill: #bf3989 }
  .toolkit3 { fill: #953800 } .toolkit4 { fill: #8250df } .toolkit5 { fill: #9a6700 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .paper { fill: #0d1117 } .quiet { fill: #8d96a0 }
    .grid { stroke: #30363d } .unit { stroke: #8d96a0 } .whisker { stroke: #e6edf3 } .goal { stroke: #ff7b72 }
    .ours { fill: #4493f8 } .reference { fill: #6e7681 } .peer { fill: #7d7260 }
    .toolkit0 { fill: #4493f8 } .toolkit1 { fill: #3fb950 } .toolkit2 { fill: #f778ba }
    .toolkit3 { fill: #f0883e } .toolkit4 { fill: #ab7df8 } .toolkit5 { fill: #d29922 }
  }`

/** A drawing; `title` is read out instead of it. */
export const document = (width: number, height: number, title: string, parts: ReadonlyArray<string>): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${round(height)}" viewBox="0 0 ${width} ${
    round(height)
  }" role="img">
<title>${escape(title)}</title>
<style>${styles}
</style>
<rect class="paper" width="100%" height="100%" rx="6"/>
${parts.join("\n")}
</svg>
`
