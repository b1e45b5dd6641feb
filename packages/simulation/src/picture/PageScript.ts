/**
 * What the page of a picture does when it is looked at: it shows the message under the pointer or the focus, leaves out what
 * is not looked for, and moves the rest together. It is plain JavaScript of any current browser; the page admits this text
 * by its digest, and no other script. What it puts on the page from messages, it puts there as text.
 *
 * @since 0.1.0
 */

/** Finding what is there, and putting it in its place. */
const geometry = `
for (const item of data.items) {
  item.found = [item.title, ...item.facts.map(([, value]) => value), item.text].join("\\n").toLowerCase()
}
const svg = document.getElementById("picture")
const heads = document.getElementById("heads")
const view = document.getElementById("view")
const items = data.items
const nodes = items.map((item) => document.getElementById(item.id))
const indexOf = new Map(items.map((item, index) => [item.id, index]))
const lanesOff = new Set()
const filter = { group: "", text: "" }
const svgNode = (name, attributes, text) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name)
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value)
  if (text !== undefined) node.textContent = text
  return node
}
const time = (millis) => {
  const rounded = Math.round(millis * 10) / 10
  return rounded < 1000 ? rounded + " ms" : (rounded / 1000).toFixed(3) + " s"
}
const gapOf = (millis) => millis <= 0 ? 0 : millis >= 1000 ? 42 : 4 + Math.round(7 * Math.log10(1 + millis))
const placed = [...document.querySelectorAll("[data-d],[data-t]")].map((node) => {
  const isPath = node.hasAttribute("data-d")
  return { node, isPath, template: node.getAttribute(isPath ? "data-d" : "data-t") }
})
const place = (xs, ys) => {
  for (const { node, isPath, template } of placed) {
    const text = template.replace(/([#@])(\\d+)([+-]\\d+)?/g, (_, sign, index, more) =>
      String((sign === "#" ? xs : ys)[Number(index)] + Number(more || 0)))
    node.setAttribute(isPath ? "d" : "transform", isPath ? text : "translate(" + text + ")")
  }
}
const axis = (isShown, ys, width) => {
  const group = document.getElementById("axis")
  const pieces = []
  let shownY = -100
  let before
  data.rows.forEach(([atMillis], index) => {
    if (!isShown[index]) return
    const y = ys[index]
    const pause = before === undefined ? 0 : atMillis - before
    if ((before === undefined || pause > 0) && y - shownY >= 15) {
      shownY = y
      pieces.push(svgNode("text", { class: "tick", x: 74, y: y + 4, "text-anchor": "end" }, time(atMillis)))
    }
    before = atMillis
    if (pause < 1000) return
    const middle = y - gapOf(pause) / 2 - 8
    pieces.push(svgNode("path", { class: "pause", d: "M14 " + middle + "H" + (width - 20) }))
    pieces.push(svgNode("text", { class: "pause", x: 20, y: middle - 5 }, time(pause) + " go by"))
  })
  group.replaceChildren(...pieces)
}
`

/** Leaving out what is not looked for. */
const filtering = `
const isWanted = (item) => {
  if (item.lanes.some((lane) => lanesOff.has(lane))) return false
  if (item.kind === "fault" || item.kind === "down" || item.kind === "up") return true
  if (filter.group !== "" && item.group !== filter.group) return false
  return filter.text === "" || item.found.includes(filter.text)
}
const arrange = () => {
  const isFiltered = filter.group !== "" || filter.text !== ""
  const wanted = items.map(isWanted)
  const isShown = data.rows.map(() => false)
  let [first, last, count] = [Infinity, -1, 0]
  const lanes = new Set()
  items.forEach((item, index) => {
    if (!wanted[index] || item.kind === "fault" || item.kind === "down" || item.kind === "up") return
    count += 1
    for (const lane of item.lanes) lanes.add(lane)
    for (const row of item.rows) {
      isShown[row] = true
      first = Math.min(first, row)
      last = Math.max(last, row)
    }
  })
  // What went wrong stays where it bears on what is looked for.
  items.forEach((item, index) => {
    if (!wanted[index] || !(item.kind === "fault" || item.kind === "down" || item.kind === "up")) return
    const [from, to = from] = item.rows
    const isElsewhere = item.lanes.length > 0 && !lanes.has(item.lanes[0])
    if (isFiltered && (isElsewhere || to < first || from > last)) wanted[index] = false
    else for (const row of item.rows) if (!isFiltered || (row >= first && row <= last)) isShown[row] = true
  })
  if (!isFiltered) isShown[data.rows.length - 1] = true
  nodes.forEach((node, index) => node.classList.toggle("is-hidden", !wanted[index]))
  let [y, before] = [data.top, undefined]
  const ys = data.rows.map(([atMillis, height], index) => {
    if (!isShown[index]) return y
    y += height + (before === undefined ? 0 : gapOf(atMillis - before))
    before = atMillis
    return y
  })
  let saved = 0
  const xs = data.xs.map((x, index) => {
    const at = x - saved
    if (lanesOff.has(index)) saved += Math.max(0, (data.xs[index + 1] ?? x) - x - 60)
    return at
  })
  const width = data.width - saved
  place(xs, ys)
  axis(isShown, ys, width)
  for (const node of [svg, heads]) node.setAttribute("width", width)
  svg.setAttribute("height", y + 48)
  const isAll = !isFiltered && lanesOff.size === 0
  document.getElementById("count").textContent = isAll ? "" : count + " of " + data.count + " shown"
  document.getElementById("clear").hidden = isAll
  return wanted
}
let wanted = items.map(() => true)
const refresh = () => {
  wanted = arrange()
  rove()
}
`

/** The panel that shows a message. */
const panel = `
const panel = document.getElementById("panel")
const start = [...panel.childNodes]
const element = (name, className, text) => {
  const node = document.createElement(name)
  if (className) node.className = className
  if (text !== undefined) node.textContent = text
  return node
}
const pretty = (text) => {
  const node = element("pre")
  let value
  try {
    value = JSON.stringify(JSON.parse(text), undefined, 2)
  } catch {
    node.textContent = text
    return node
  }
  const token = /("(?:[^"\\\\]|\\\\.)*")(\\s*:)?|\\b(?:true|false|null)\\b|-?\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?/g
  let end = 0
  for (const match of value.matchAll(token)) {
    node.append(value.slice(end, match.index))
    const isString = match[1] !== undefined
    node.append(element("span", isString ? match[2] ? "key" : "string" : "literal", isString ? match[1] : match[0]))
    if (match[2]) node.append(match[2])
    end = match.index + match[0].length
  }
  node.append(value.slice(end))
  return node
}
const button = (text, act) => {
  const node = element("button", "", text)
  node.type = "button"
  node.addEventListener("click", act)
  return node
}
const kinList = (item) => {
  const list = element("ol")
  const kin = items.filter((other) => other.group === item.group).sort((a, b) => a.rows[0] - b.rows[0])
  for (const other of kin.slice(0, 60)) {
    const line = element("li")
    const at = time(data.rows[other.rows[0]][0])
    const link = button(at + "  " + other.title, () => select(indexOf.get(other.id), true))
    if (other === item) link.classList.add("is-here")
    line.append(link)
    list.append(line)
  }
  return list
}
const describe = (item) => {
  const facts = element("dl")
  for (const [name, value] of item.facts) facts.append(element("dt", "", name), element("dd", "", value))
  const parts = [element("div", "kind " + item.kind, item.kind), element("h2", "", item.title), facts]
  if (item.text !== "") parts.push(pretty(item.text))
  const label = item.group === undefined ? undefined : data.groups[item.group]
  if (label !== undefined) {
    const act = () => {
      setGroup(filter.group === item.group ? "" : item.group)
      const index = indexOf.get(item.id)
      describe(item)
      if (wanted[index]) reveal(index)
    }
    parts.push(element("h2", "", label), button(filter.group === item.group ? "Show everything" : "Show only this", act), kinList(item))
  }
  panel.replaceChildren(...parts)
  panel.scrollTop = 0
}
let shown = -1
let isPinned = false
const show = (index) => {
  if (shown === index) return
  if (shown !== -1) nodes[shown].classList.remove("is-shown")
  const item = items[index]
  const before = items[shown]
  if (before?.group !== item?.group || item?.group === undefined) {
    for (const node of svg.querySelectorAll(".is-kin")) node.classList.remove("is-kin")
    if (item?.group !== undefined) {
      items.forEach((other, at) => { if (other.group === item.group) nodes[at].classList.add("is-kin") })
    }
  }
  shown = index
  if (item === undefined) return panel.replaceChildren(...start)
  nodes[index].classList.add("is-shown")
  describe(item)
}
const pin = (value) => {
  isPinned = value
  svg.classList.toggle("is-pinned", value)
}
`

/** What the pointer and the keys do. */
const listening = `
const reveal = (index) => {
  const box = nodes[index].getBoundingClientRect()
  const frame = view.getBoundingClientRect()
  const top = box.top - frame.top - 60
  if (top < 20 || top > frame.height - 160) view.scrollTop += top - frame.height / 3
}
// Of all items, one at a time is a stop of the tab key; the arrow keys go from one to the next.
let stop = -1
const order = items.map((_, index) => index).sort((a, b) => items[a].rows[0] - items[b].rows[0] || a - b)
const rove = (index = wanted[stop] ? stop : order.find((at) => wanted[at]) ?? -1) => {
  if (stop !== -1) nodes[stop].setAttribute("tabindex", "-1")
  stop = index
  if (stop !== -1) nodes[stop].setAttribute("tabindex", "0")
}
const select = (index, isPinning) => {
  if (index === undefined || index === -1) return
  rove(index)
  nodes[index].focus({ preventScroll: true })
  show(index)
  if (isPinning) pin(true)
  reveal(index)
}
const setGroup = (group) => {
  filter.group = group
  document.getElementById("group").value = group
  refresh()
}
const itemAt = (target) => {
  const node = target instanceof Element ? target.closest(".item") : null
  return node === null ? -1 : indexOf.get(node.id) ?? -1
}
svg.addEventListener("pointerover", ({ target }) => {
  const index = itemAt(target)
  if (index !== -1 && !isPinned) show(index)
})
svg.addEventListener("focusin", ({ target }) => {
  const index = itemAt(target)
  if (index === -1) return
  show(index)
  rove(index)
})
svg.addEventListener("click", ({ target }) => {
  const index = itemAt(target)
  pin(index !== -1)
  show(index)
})
const search = document.getElementById("search")
search.addEventListener("input", () => {
  filter.text = search.value.trim().toLowerCase()
  refresh()
})
document.getElementById("group").addEventListener("change", ({ target }) => setGroup(target.value))
const clear = () => {
  search.value = ""
  filter.text = ""
  lanesOff.clear()
  for (const head of heads.querySelectorAll(".lane-head")) {
    head.classList.remove("off")
    head.setAttribute("aria-pressed", "true")
  }
  setGroup("")
  if (shown !== -1) reveal(shown)
}
document.getElementById("clear").addEventListener("click", clear)
const toggleLane = (head) => {
  const lane = Number(head.getAttribute("data-lane"))
  const isOff = !lanesOff.has(lane)
  if (isOff) lanesOff.add(lane)
  else lanesOff.delete(lane)
  head.classList.toggle("off", isOff)
  head.setAttribute("aria-pressed", String(!isOff))
  refresh()
}
for (const head of heads.querySelectorAll(".lane-head")) {
  head.addEventListener("click", () => toggleLane(head))
  head.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return
    event.preventDefault()
    toggleLane(head)
  })
}
for (const finding of document.querySelectorAll("#findings button")) {
  finding.addEventListener("click", () => {
    clear()
    const line = document.getElementById(finding.getAttribute("data-finding"))
    line.scrollIntoView({ block: "center" })
  })
}
const step = (by) => {
  const visible = order.filter((index) => wanted[index])
  const at = visible.indexOf(shown === -1 ? stop : shown)
  const next = shown === -1 ? 0 : Math.max(0, Math.min(visible.length - 1, at + by))
  select(visible[next], false)
}
document.addEventListener("keydown", (event) => {
  const isTyping = event.target instanceof Element && event.target.matches("input, select")
  if (event.key === "Escape") {
    pin(false)
    show(-1)
    if (isTyping) clear()
    return
  }
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return
  if (event.key === "/") {
    event.preventDefault()
    search.focus()
  } else if (event.key === "ArrowDown" || event.key === "j") {
    event.preventDefault()
    step(1)
  } else if (event.key === "ArrowUp" || event.key === "k") {
    event.preventDefault()
    step(-1)
  } else if (event.key === "Enter" && itemAt(event.target) !== -1) pin(!isPinned)
})
const followLink = () => select(indexOf.get(location.hash.slice(1)), true)
addEventListener("hashchange", followLink)
rove()
followLink()
`

/**
 * The script.
 *
 * @category constants
 * @since 0.1.0
 */
export const pageScript = `"use strict"
{
const data = JSON.parse(document.getElementById("data").textContent)
${geometry}${filtering}${panel}${listening}}
`
