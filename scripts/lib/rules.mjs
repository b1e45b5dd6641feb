// @ts-check
/**
 * The rules that look at one file at a time. Each is a function from a scanned file to what it breaks; none reads the
 * disk. Which files a rule is for is the rule's own affair.
 */
import { exportsOf, functionBodiesOf, importsOf, lineOf } from "./source.mjs"

/**
 * @typedef {import("./source.mjs").Source} Source
 * @typedef {{ readonly path: string, readonly line: number, readonly rule: string, readonly message: string }} Violation
 * @typedef {(source: Source) => ReadonlyArray<Violation>} Rule
 */

const fileLinesMax = 500
const bodyLinesMax = 70
const exportsMax = 25

const toolkit = "packages/mcp/src/"
const authorization = "packages/auth/src/"
const simulation = "packages/simulation/src/"

/**
 * The floors of packages that have them, from the ground up; those of one number share a storey, and know nothing of each
 * other. `below` are the files that lie beside the floors, under all of them.
 *
 * @type {ReadonlyArray<{
 *   readonly home: string
 *   readonly floors: Record<string, number>
 *   readonly below: ReadonlyArray<string>
 * }>}
 */
const houses = [
  {
    home: toolkit,
    floors: {
      jsonrpc: 0,
      schema: 1,
      revision: 2,
      contract: 3,
      session: 4,
      transport: 5,
      server: 6,
      client: 6,
      testing: 7
    },
    below: []
  },
  {
    home: authorization,
    floors: {
      http: 0,
      dpop: 0,
      store: 0,
      metadata: 1,
      token: 2,
      protocol: 3,
      grant: 4,
      verifier: 4,
      client: 5,
      server: 5
    },
    below: ["AuthError.ts", "AuthLimits.ts", "InsecureAllowances.ts", "SignatureAlgorithm.ts"]
  },
  {
    home: simulation,
    floors: {
      kernel: 0,
      fault: 0,
      history: 1,
      network: 2,
      checker: 2,
      cassette: 2,
      picture: 2,
      explore: 2,
      world: 3,
      workload: 4,
      swarm: 5
    },
    below: []
  }
]

const isToolkit = (/** @type {Source} */ { path }) => path.startsWith(toolkit)
const isAuth = (/** @type {Source} */ { path }) => path.startsWith(authorization)
const isNode = (/** @type {Source} */ { path }) => path.startsWith("packages/node/src/")
const isSimulation = (/** @type {Source} */ { path }) => path.startsWith(simulation)
const isLibrary = (/** @type {Source} */ source) =>
  isToolkit(source) || isAuth(source) || isNode(source) || isSimulation(source)
const isExample = (/** @type {Source} */ { path }) => path.startsWith("packages/examples/src/")
const isIndex = (/** @type {Source} */ { path }) => path.endsWith("/src/index.ts")
const isSource = (/** @type {Source} */ { path }) => /^(?:packages\/[^/]+\/src|scripts)\//.test(path)
const isTest = (/** @type {Source} */ { path }) => /^packages\/[^/]+\/test\//.test(path)

/**
 * @param {Source} source
 * @param {number} at
 * @param {string} rule
 * @param {string} message
 * @returns {Violation}
 */
const violation = (source, at, rule, message) => ({ path: source.path, line: lineOf(source.text, at), rule, message })

/**
 * @param {string} from the path of a file
 * @param {string} specifier a relative import in it
 */
const resolve = (from, specifier) => {
  const parts = from.split("/").slice(0, -1)
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop()
    else if (part !== ".") parts.push(part)
  }
  return parts.join("/")
}

/** A file of a house imports its own floor and those below it; index.ts imports all. @type {Rule} */
const floorRule = (source) => {
  const house = houses.find(({ home }) => source.path.startsWith(home))
  if (house === undefined || isIndex(source)) return []
  const { below, floors, home } = house
  /** The floor of a path in the house; undefined for what is on none. */
  const floorOf = (/** @type {string} */ path) => {
    const place = path.slice(home.length)
    const floor = below.includes(place) ? "the ground" : place.split("/")[0] ?? ""
    return below.includes(place) || Object.hasOwn(floors, floor) ? floor : undefined
  }
  const heightOf = (/** @type {string} */ floor) => floors[floor] ?? -1
  const floor = floorOf(source.path)
  if (floor === undefined) return [violation(source, 0, "floor", "it lies outside the floors")]
  return importsOf(source).flatMap(({ at, specifier }) => {
    if (!specifier.startsWith(".")) return []
    const target = resolve(source.path, specifier)
    if (!target.startsWith(home)) return [violation(source, at, "floor", `${specifier} leaves the package`)]
    const other = floorOf(target)
    if (other === floor) return []
    if (other === undefined) return [violation(source, at, "floor", `${floor} imports ${specifier}, which is no floor`)]
    return heightOf(other) < heightOf(floor) ? [] : [violation(source, at, "floor", `${floor} may not import ${other}`)]
  })
}

const toolkitImports = /^(?:\.|effect\/)/
const authImports = /^(?:\.|effect\/|@parley\/mcp\/|(?:oauth4webapi|jose)$|@noble\/hashes\/)/
const simulationImports = /^(?:\.|effect\/|@parley\/mcp(?:\/|$))/
const nodeImports =
  /^(?:\.|effect\/|node:|@effect\/platform-node\/|@parley\/(?:mcp|auth)(?:\/|$)|@cfworker\/json-schema$)/

const importsAllowed = (/** @type {Source} */ source) => {
  if (isToolkit(source)) return toolkitImports
  if (isAuth(source)) return authImports
  return isSimulation(source) ? simulationImports : nodeImports
}

/** What the library may import from outside: deep modules of Effect, and in packages/node Node itself. @type {Rule} */
const importRule = (source) => {
  if (!isLibrary(source)) return []
  const allowed = importsAllowed(source)
  return importsOf(source).flatMap(({ at, specifier }) => {
    if (allowed.test(specifier)) return []
    const why = /^(?:effect|@effect\/platform-node)$/.test(specifier)
      ? "is a barrel: import the module by its deep path"
      : "is not a dependency of this package"
    return [violation(source, at, "import", `"${specifier}" ${why}`)]
  })
}

/** Calls and casts that would make the library impure, and what nobody is to copy, with what to write instead. */
const banned = /** @type {ReadonlyArray<[RegExp, string, (source: Source) => boolean]>} */ ([
  [/(?<![\w$.])Date\s*\.\s*now\b/g, "Date.now: time comes from Clock", isLibrary],
  [/\bnew\s+Date\b/g, "new Date: time comes from Clock or DateTime", isLibrary],
  [/(?<![\w$.])Math\s*\.\s*random\b/g, "Math.random: chance comes from Random", isLibrary],
  [/(?<![\w$.])set(?:Timeout|Interval)\b/g, "timers: use Effect.sleep or Schedule", isLibrary],
  [/(?<![\w$.])async\b/g, "async: write Effects", isLibrary],
  [/(?<![\w$.])await\b/g, "await: write Effects", isLibrary],
  [/(?<![\w$.])throw\b/g, "throw: fail with a Result or an Effect", isLibrary],
  [/(?<![\w$.])try\s*\{/g, "try: use Result.try or Effect.try", isLibrary],
  [/\bas\s+any\b/g, "as any", isLibrary],
  [/:\s*any\b(?!\s*[\w$(:])/g, ": any", isLibrary],
  [
    /(?:(?<![\w$.])|globalThis\s*\.\s*)process\s*\./g,
    "process: belongs in packages/node",
    (source) => isLibrary(source) && !isNode(source)
  ],
  [/(?:(?<![\w$.])|globalThis\s*\.\s*)console\s*\./g, "console: log with Effect.log", isLibrary],
  [
    /\b(?:InsecureAllowances|Allow[A-Z]\w*|allow(?:Insecure|Missing)\w*)\b/g,
    "an allowance: examples are copied, and need none",
    isExample
  ]
])

/** @type {Rule} */
const bannedRule = (source) =>
  banned.flatMap(([pattern, message, applies]) =>
    applies(source)
      ? [...source.code.matchAll(pattern)].map((match) => violation(source, match.index, "banned", message))
      : []
  )

/** Classes of the platform; an `instanceof` of ours would break where two copies of a package meet. */
const platformClasses = new Set([
  ..."Error TypeError RangeError SyntaxError AggregateError Date RegExp Map Set WeakMap WeakSet Promise URL".split(" "),
  ..."ArrayBuffer SharedArrayBuffer DataView Uint8Array URLSearchParams Headers Request Response Blob".split(" "),
  ..."AbortSignal AbortController ReadableStream WritableStream TransformStream DOMException".split(" ")
])

/** @type {Rule} */
const instanceofRule = (source) =>
  isLibrary(source)
    ? [...source.code.matchAll(/\binstanceof\s+([\w$.]+)/g)]
      .filter((match) => !platformClasses.has(/** @type {string} */ (match[1])))
      .map((match) => violation(source, match.index, "instanceof", `instanceof ${match[1]}: tell by tag or key`))
    : []

/** Only the revision floor knows a version by its date. @type {Rule} */
const versionRule = (source) =>
  isLibrary(source) && !source.path.startsWith(`${toolkit}revision/`)
    ? [...source.uncommented.matchAll(/(?<!\d)20\d\d-\d\d-\d\d(?!\d)/g)].map((match) =>
      violation(source, match.index, "version", `${match[0]}: versions are compared in revision/ only`)
    )
    : []

/** @type {Rule} */
const sizeRule = (source) => {
  const found = []
  const lines = source.text.replace(/\n$/, "").split("\n").length
  if (lines > fileLinesMax) found.push(violation(source, 0, "size", `${lines} lines, at most ${fileLinesMax}`))
  if (!isSource(source)) return found
  for (const body of functionBodiesOf(source)) {
    if (body.lines <= bodyLinesMax) continue
    found.push(violation(source, body.at, "size", `a function of ${body.lines} lines, at most ${bodyLinesMax}`))
  }
  const names = new Set(exportsOf(source).map(({ name }) => name))
  if (names.size > exportsMax && !isIndex(source)) {
    found.push(violation(source, 0, "size", `${names.size} exports, at most ${exportsMax}`))
  }
  return found
}

const docstringBefore = /\/\*\*(?:(?!\*\/)[^])*\*\/\n$/

/** Every export of the library has a docstring, and every file says what it is for. @type {Rule} */
const docstringRule = (source) => {
  if (!isLibrary(source)) return []
  const found = []
  if (!source.text.startsWith("/**")) found.push(violation(source, 0, "docstring", "the file says not what it is for"))
  let previous = ""
  for (const { at, kind, name } of exportsOf(source)) {
    if (kind === "reexport") continue
    const overload = `export function ${name}`
    const isOverload = previous === name && source.text.startsWith(overload, at)
    previous = name
    if (isOverload) continue
    const docstring = docstringBefore.exec(source.text.slice(0, at))
    if (docstring === null) found.push(violation(source, at, "docstring", `${name} has no docstring right above it`))
    else if (docstring.index === 0) {
      found.push(violation(source, at, "docstring", `the comment of the file is not the docstring of ${name}`))
    }
  }
  return found
}

/** @type {Rule} */
const skipRule = (source) =>
  isTest(source)
    ? [...source.code.matchAll(/\b(?:it|test|describe)(?:\.\w+)*\.(?:skip|todo|only|skipIf|runIf)\b/g)].map((match) =>
      violation(source, match.index, "skip", `${match[0]}: every test runs, everywhere`)
    )
    : []

/** Words that say that something is not finished; put together here, so that this file passes its own rule. */
const unfinished = new RegExp(
  `\\b(?:${["TO", "FIX"].map((word, index) => word + ["DO", "ME"][index]).join("|")})\\b`,
  "g"
)
const machinePath = new RegExp(`(?<![\\w.-])/${"work"}/`, "g")

/** For every committed text, whatever its kind. @type {Rule} */
export const textRule = (source) => [
  ...[...source.text.matchAll(unfinished)].map((match) => violation(source, match.index, "unfinished", match[0])),
  ...[...source.text.matchAll(machinePath)].map((match) =>
    violation(source, match.index, "machine-path", `${match[0]} is a path of one machine`)
  )
]

/** For TypeScript and scripts. @type {ReadonlyArray<Rule>} */
export const codeRules = [
  floorRule,
  importRule,
  bannedRule,
  instanceofRule,
  versionRule,
  sizeRule,
  docstringRule,
  skipRule
]

/**
 * An export is dead when its name occurs nowhere in the project but where it is declared.
 *
 * @param {ReadonlyArray<Source>} sources code, and prose (whose `code` is its text)
 * @returns {ReadonlyArray<Violation>}
 */
export const deadExports = (sources) => {
  const files = new Map(/** @type {Array<[string, Set<string>]>} */ ([]))
  for (const source of sources) {
    for (const word of new Set(source.code.match(/[A-Za-z_$][\w$]*/g))) {
      const paths = files.get(word)
      if (paths === undefined) files.set(word, new Set([source.path]))
      else paths.add(source.path)
    }
  }
  return sources.filter((source) => isLibrary(source) && !isIndex(source)).flatMap((source) => {
    const declared = exportsOf(source).filter(({ kind }) => kind !== "reexport")
    return declared.filter(({ name }) => files.get(name)?.size === 1 && !isUsedBeside(source, name))
      .map(({ at, name }) => violation(source, at, "dead-export", `${name} is used nowhere`))
  })
}

/**
 * Files of the library do not import each other in a circle, be it for types only: there is one order to read them in.
 *
 * @param {ReadonlyArray<Source>} sources code
 * @returns {ReadonlyArray<Violation>}
 */
export const circles = (sources) => {
  const library = sources.filter((source) => isLibrary(source) && !isIndex(source))
  const imported = new Map(library.map((source) => [
    source.path,
    importsOf(source).filter(({ specifier }) => specifier.startsWith("."))
      .map(({ at, specifier }) => ({ at, target: resolve(source.path, specifier) }))
  ]))
  const reaches = (/** @type {string} */ from, /** @type {string} */ to) => {
    const seen = new Set([from])
    // A set that grows while it is walked is walked to its end.
    for (const path of seen) for (const { target } of imported.get(path) ?? []) seen.add(target)
    return seen.has(to)
  }
  return library.flatMap((source) =>
    (imported.get(source.path) ?? []).filter(({ target }) => reaches(target, source.path))
      .map(({ at, target }) => violation(source, at, "circle", `${target} imports this file, or what imports it`))
  )
}

/** Whether a file mentions a name on lines other than those that declare it. */
const isUsedBeside = (/** @type {Source} */ source, /** @type {string} */ name) => {
  const word = `(?<![\\w$])${name.replaceAll("$", "\\$")}(?![\\w$])`
  const declares = new RegExp(`^export (?:[a-z]+ )*[a-z]+\\*? ${word}`)
  const mentions = new RegExp(word)
  return source.code.split("\n").some((line) => !declares.test(line) && mentions.test(line))
}
