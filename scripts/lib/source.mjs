// @ts-check
/**
 * Reads TypeScript just well enough for rules about text: where comments, strings and regular expressions are, what is
 * imported and exported, where function bodies end. It is a scanner, not a parser; it expects code that compiles.
 */

/**
 * @typedef {object} Source
 * @property {string} path relative to the root, with `/`
 * @property {string} text as it is on disk
 * @property {string} code the text with comments, strings, templates' literal parts and regular expressions blanked,
 *   character by character, so that positions and lines stay the same
 * @property {string} uncommented the text with only comments blanked
 */

const regexMayFollow = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|yield|void|delete|else|do))\s*$/

/**
 * @param {string} path
 * @param {string} text
 * @returns {Source}
 */
export const scan = (path, text) => {
  const code = [...text.replace(/[^\n]/gu, (character) => " ".repeat(character.length))]
  const uncommented = text.split("")
  /** The depth of braces at which each open `${` ends. */
  const templates = /** @type {Array<number>} */ ([])
  let depth = 0
  let at = 0

  const blankComment = (/** @type {number} */ end) => {
    for (; at < end; at++) if (text[at] !== "\n") uncommented[at] = " "
  }
  const skipQuoted = (/** @type {string} */ quote) => {
    at++
    while (at < text.length && text[at] !== quote && text[at] !== "\n") at += text[at] === "\\" ? 2 : 1
    at++
  }
  const skipTemplate = () => {
    while (at < text.length && text[at] !== "`") {
      if (text[at] === "$" && text[at + 1] === "{") {
        templates.push(depth)
        at += 2
        return
      }
      at += text[at] === "\\" ? 2 : 1
    }
    at++
  }
  const skipRegex = () => {
    let inClass = false
    for (at++; at < text.length && text[at] !== "\n" && (inClass || text[at] !== "/"); at++) {
      if (text[at] === "\\") at++
      else if (text[at] === "[") inClass = true
      else if (text[at] === "]") inClass = false
    }
    at++
  }
  const before = () => code.slice(Math.max(0, at - 40), at).join("")

  while (at < text.length) {
    const character = text[at]
    const pair = text.slice(at, at + 2)
    if (pair === "//" || (pair === "#!" && at === 0)) blankComment(lineEnd(text, at))
    else if (pair === "/*") blankComment(endOf(text, "*/", at + 2))
    else if (character === "\"" || character === "'") skipQuoted(character)
    else if (character === "`") {
      at++
      skipTemplate()
    } else if (character === "}" && templates.at(-1) === depth) {
      templates.pop()
      at++
      skipTemplate()
    } else if (character === "/" && regexMayFollow.test(before())) skipRegex()
    else {
      if (character === "{") depth++
      if (character === "}") depth--
      code[at] = /** @type {string} */ (character)
      at++
    }
  }
  return { path, text, code: code.join(""), uncommented: uncommented.join("") }
}

const lineEnd = (/** @type {string} */ text, /** @type {number} */ at) => {
  const end = text.indexOf("\n", at)
  return end === -1 ? text.length : end
}

const endOf = (/** @type {string} */ text, /** @type {string} */ mark, /** @type {number} */ at) => {
  const end = text.indexOf(mark, at)
  return end === -1 ? text.length : end + mark.length
}

/** The line of a position, from 1. */
export const lineOf = (/** @type {string} */ text, /** @type {number} */ at) => text.slice(0, at).split("\n").length

/**
 * @param {Source} source
 * @returns {ReadonlyArray<{ readonly at: number, readonly specifier: string }>} every module that is imported or re-exported
 */
export const importsOf = (source) => {
  const found = []
  const pattern = /(?<![.\w$])(?:from\s*|import\s*\(?\s*)(["'])([^"'\n]+)\1/g
  for (const match of source.uncommented.matchAll(pattern)) {
    // Inside a string the word itself is blank in `code`.
    if (source.code[match.index] === source.text[match.index]) {
      found.push({ at: match.index, specifier: /** @type {string} */ (match[2]) })
    }
  }
  return found
}

/**
 * @typedef {object} Export
 * @property {string} name
 * @property {"value" | "type" | "reexport"} kind
 * @property {number} at
 */

/**
 * @param {Source} source
 * @returns {ReadonlyArray<Export>} in the order of the text; the exports of `export * from` have no names and are left out
 */
export const exportsOf = (source) => {
  const found = /** @type {Array<Export>} */ ([])
  const declaration =
    /^export (?:declare |abstract |async )*(const|let|function\*?|class|interface|type)\s+([A-Za-z_$][\w$]*)/gm
  for (const match of source.code.matchAll(declaration)) {
    const kind = match[1] === "interface" || match[1] === "type" ? "type" : "value"
    found.push({ name: /** @type {string} */ (match[2]), kind, at: match.index })
  }
  for (const match of source.code.matchAll(/^export (?:type )?\{([^}]*)\}/gm)) {
    for (const item of /** @type {string} */ (match[1]).split(",")) {
      const name = item.trim().split(/\s+/).at(-1)
      if (name !== undefined && name !== "") found.push({ name, kind: "reexport", at: match.index })
    }
  }
  for (const match of source.code.matchAll(/^export \* as ([\w$]+)/gm)) {
    found.push({ name: /** @type {string} */ (match[1]), kind: "reexport", at: match.index })
  }
  return found.toSorted((a, b) => a.at - b.at)
}

const closers = /** @type {Record<string, string>} */ ({ "(": ")", "[": "]", "{": "}", "<": ">" })

/** The position of what closes the bracket at a position of blanked code; the arrow's `>` closes nothing. */
const closerOf = (/** @type {string} */ code, /** @type {number} */ at) => {
  const open = /** @type {string} */ (code[at])
  const close = closers[open]
  let depth = 0
  for (let index = at; index < code.length; index++) {
    if (code[index] === open) depth++
    else if (code[index] === close && !(close === ">" && code[index - 1] === "=") && --depth === 0) return index
  }
  return code.length
}

const skipSpace = (/** @type {string} */ code, /** @type {number} */ at) => {
  let index = at
  while (index < code.length && /\s/.test(/** @type {string} */ (code[index]))) index++
  return index
}

/** The `{` that opens a function's body, given where its type parameters or parameters begin. */
const bodyAfter = (/** @type {string} */ code, /** @type {number} */ at) => {
  let index = at
  if (code[index] === "<") index = skipSpace(code, closerOf(code, index) + 1)
  index = skipSpace(code, closerOf(code, index) + 1)
  if (code[index] !== ":") return code[index] === "{" ? index : undefined
  // A brace right after one of these begins a type literal, any other begins the body.
  let previous = ":"
  for (index++; index < code.length; index++) {
    const character = /** @type {string} */ (code[index])
    // An overload has no body: what follows begins a line of its own.
    if (character === "\n" && code[skipSpace(code, index) - 1] === "\n") return undefined
    if (/\s/.test(character)) continue
    if (character === "{" && !/^(?:[:|&<,(]|=>)$/.test(previous)) return index
    if (character in closers) index = closerOf(code, index)
    previous = code[index] === ">" && code[index - 1] === "=" ? "=>" : /** @type {string} */ (code[index])
  }
  return undefined
}

/** A method's name with what may stand before it; what only looks like one is not followed by a body. */
const method =
  /^ *(?:(?:static|override|async|get|set) )*\*?(?!(?:if|for|while|switch|with|catch|function|return)\b)[\w$]+[<(]/gm

/**
 * @param {Source} source
 * @returns {ReadonlyArray<{ readonly at: number, readonly lines: number }>} where each function's body begins, and how
 *   many lines lie between its braces
 */
export const functionBodiesOf = (source) => {
  const { code } = source
  const opens = new Set()
  const addBodyAfter = (/** @type {number} */ at) => {
    const open = bodyAfter(code, at)
    if (open !== undefined) opens.add(open)
  }
  for (const match of code.matchAll(/\bfunction\b[^(<]*/g)) addBodyAfter(match.index + match[0].length)
  for (const match of code.matchAll(/=>\s*\{/g)) opens.add(match.index + match[0].length - 1)
  for (const match of code.matchAll(method)) addBodyAfter(match.index + match[0].length - 1)
  return [...opens].toSorted((a, b) => a - b).map((at) => ({
    at,
    lines: lineOf(code, closerOf(code, at)) - lineOf(code, at) - 1
  }))
}
