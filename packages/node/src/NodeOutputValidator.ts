/**
 * Checks the structured content of tools against the `outputSchema` that a server has listed, on Node. Schemas are
 * interpreted, never made into code, and nothing is ever fetched: a `$ref` that leads out of its schema makes the schema
 * unusable. Whoever wrote a schema cannot make checking it costly: sizes are bounded, and so is the time.
 *
 * Dialects: 2020-12, which is what a schema without `$schema` is in, 2019-09, and drafts 7, 6 and 4. `format` is an
 * annotation, as 2020-12 has it. `$dynamicRef` is not supported, and said so.
 *
 * @example
 * ```ts
 * import { McpClient } from "@parley/mcp"
 * import { NodeMcpClient, NodeOutputValidator } from "@parley/node"
 * import * as Layer from "effect/Layer"
 *
 * export const ClientLive = McpClient.layer({ name: "me", version: "1.0.0" }).pipe(
 *   Layer.provide([NodeMcpClient.layerStdio({ command: "node", args: ["server.js"] }), NodeOutputValidator.layer()])
 * )
 * ```
 *
 * @since 0.1.0
 */
import { dereference, type OutputUnit, type Schema, type SchemaDraft, validate } from "@cfworker/json-schema"
import { OutputValidator, type Verdict } from "@parley/mcp/client/tools/OutputValidator"
import { isObject } from "@parley/mcp/jsonrpc/Message"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Vm from "node:vm"

/**
 * The bounds. What exceeds one is `Undecided`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Most objects, arrays and values in a schema. Default: 10,000. */
  readonly schemaNodesMax?: number
  /** Deepest nesting of a schema. Default: 64. */
  readonly schemaDepthMax?: number
  /** Most objects, arrays and values in structured content. Default: 200,000. */
  readonly valueNodesMax?: number
  /** Deepest nesting of structured content. Default: 128. */
  readonly valueDepthMax?: number
  /** Longest time that one check may take, in milliseconds. Nothing else runs meanwhile. Default: 250. */
  readonly timeMillisMax?: number
}

type Bounds = Required<Options>

type Json = { readonly [key: string]: unknown }

/** So many characters take as long to look at as one node. */
const nodeCharacters = 64

const charactersOf = (node: unknown): number => {
  if (typeof node === "string") return node.length
  let characters = 0
  // The names of an array's members are looked at by nobody.
  if (isObject(node)) { for (const name of Object.keys(node)) characters += name.length }
  return characters
}

/** How long it takes to look at a value, in nodes; a sentence when it has too many, or they are nested too deep. */
const measure = (what: string, value: unknown, nodesMax: number, depthMax: number): Result.Result<number, string> => {
  let nodes = 0
  let characters = 0
  let level: Array<unknown> = [value]
  for (let depth = 1; level.length > 0; depth++) {
    nodes += level.length
    if (nodes > nodesMax) return Result.fail(`${what} has more than ${nodesMax} nodes`)
    if (depth > depthMax) return Result.fail(`${what} is nested deeper than ${depthMax} levels`)
    const next: Array<unknown> = []
    for (const node of level) {
      characters += charactersOf(node)
      if (typeof node !== "object" || node === null) continue
      for (const member of Object.values(node)) next.push(member)
    }
    level = next
  }
  return Result.succeed(nodes + Math.floor(characters / nodeCharacters))
}

const dialects: { readonly [uri: string]: SchemaDraft | undefined } = {
  "//json-schema.org/draft/2020-12/schema": "2020-12",
  "//json-schema.org/draft/2019-09/schema": "2019-09",
  "//json-schema.org/draft-07/schema": "7",
  "//json-schema.org/draft-06/schema": "7",
  "//json-schema.org/draft-04/schema": "4"
}

const draftOf = ({ $schema }: Json): SchemaDraft | undefined => {
  if ($schema === undefined) return "2020-12"
  if (typeof $schema !== "string") return undefined
  const uri = $schema.replace(/^https?:/, "").replace(/#$/, "")
  return Object.hasOwn(dialects, uri) ? dialects[uri] : undefined
}

/** Keywords whose value is data and no schema. */
const dataKeywords: ReadonlySet<string> = new Set(["const", "default", "enum", "examples"])

/** Keywords whose value maps names to schemas: a name may look like a keyword. */
const nameKeywords: ReadonlySet<string> = new Set([
  "$defs",
  "definitions",
  "dependencies",
  "dependentSchemas",
  "patternProperties",
  "properties"
])

/** Keywords with which the work is not bounded by the size of schema and value. */
const costlyKeywords: ReadonlySet<string> = new Set([
  "$recursiveRef",
  "$ref",
  "pattern",
  "patternProperties",
  "uniqueItems"
])

interface Copied {
  /** All schemas in the copy. */
  readonly schemas: Array<Json>
  isCostly: boolean
  isDynamic: boolean
  /** Whether some schema has a name of its own, so that those inside it are gone through once more. */
  isNamed: boolean
}

const copyNames = (copied: Copied, names: unknown): unknown =>
  isObject(names)
    ? Object.fromEntries(Object.entries(names).map(([name, schema]) => [name, copySchema(copied, schema)]))
    : structuredClone(names)

/** A copy to work on, because the interpreter leaves marks, without `format`. */
const copySchema = (copied: Copied, schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map((member) => copySchema(copied, member))
  if (!isObject(schema)) return schema
  const members: Array<readonly [string, unknown]> = []
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === "format" && typeof value === "string") continue
    if (costlyKeywords.has(keyword)) copied.isCostly = true
    if (keyword === "$dynamicRef") copied.isDynamic = true
    if (keyword === "$id" || keyword === "id") copied.isNamed = true
    members.push([
      keyword,
      dataKeywords.has(keyword)
        ? structuredClone(value)
        : nameKeywords.has(keyword)
        ? copyNames(copied, value)
        : copySchema(copied, value)
    ])
  }
  // Own members, `__proto__` too.
  const copy: Json = Object.fromEntries(members)
  copied.schemas.push(copy)
  return copy
}

interface Prepared {
  readonly schema: Schema
  readonly draft: SchemaDraft
  readonly lookup: ReturnType<typeof dereference>
  /** How long it takes to look at it, in nodes. */
  readonly size: number
  readonly isCostly: boolean
}

const messageOf = (cause: unknown): string => cause instanceof Error ? cause.message : String(cause)

const briefly = (text: string): string => text.length <= 300 ? text : `${text.slice(0, 300)}…`

type Stopwatch = <A>(compute: () => A) => Result.Result<A, string>

const attempt = <A>(compute: () => A): Result.Result<A, string> => Result.try({ try: compute, catch: messageOf })

/** Runs a computation that is stopped after a time: regular expressions and references can take forever. */
const makeStopwatch = (timeMillisMax: number): Stopwatch => {
  const sandbox: { run: () => void } = { run: () => {} }
  const context = Vm.createContext(sandbox, { codeGeneration: { strings: false, wasm: false } })
  const script = new Vm.Script("run()")
  return <A>(compute: () => A): Result.Result<A, string> => {
    let computed: A | undefined
    sandbox.run = () => {
      computed = compute()
    }
    const ran = attempt(() => void script.runInContext(context, { timeout: timeMillisMax }))
    // It has run to its end, so there is a value.
    return Result.map(ran, () => computed as A)
  }
}

/** Makes a schema ready to be used, or says why it cannot be. */
const prepare = (original: Json, bounds: Bounds, stopwatch: Stopwatch): Result.Result<Prepared, string> => {
  const size = measure("the schema", original, bounds.schemaNodesMax, bounds.schemaDepthMax)
  if (Result.isFailure(size)) return Result.fail(size.failure)
  const draft = draftOf(original)
  if (draft === undefined) return Result.fail(`the dialect ${JSON.stringify(original.$schema)} is not supported`)
  const copied: Copied = { schemas: [], isCostly: false, isDynamic: false, isNamed: false }
  // A copy of an object is one.
  const schema = copySchema(copied, original) as Schema
  if (copied.isDynamic) return Result.fail("\"$dynamicRef\" is not supported")
  const find = () => dereference(schema)
  const lookup = copied.isNamed ? stopwatch(find) : attempt(find)
  if (Result.isFailure(lookup)) return Result.fail(`the schema is not valid: ${lookup.failure}`)
  for (const { __absolute_ref__: target, $ref } of copied.schemas) {
    if (typeof target === "string" && lookup.success[target] === undefined) {
      return Result.fail(`the "$ref" ${JSON.stringify($ref)} leads out of the schema, and nothing is fetched`)
    }
  }
  return Result.succeed({ schema, draft, lookup: lookup.success, size: size.success, isCostly: copied.isCostly })
}

/** Below this product of sizes, in nodes, a check without costly keywords takes no time to speak of. */
const cheapProductMax = 1_000_000

const explain = (errors: ReadonlyArray<OutputUnit>): string => {
  // The last is the innermost: those before it say that something inside is wrong.
  const error = errors.at(-1)
  return error === undefined ? "it does not fit the schema" : briefly(`at ${error.instanceLocation}: ${error.error}`)
}

const undecided = (detail: string): Verdict => ({ _tag: "Undecided", detail: briefly(detail) })

const makeCheck = (bounds: Bounds) => {
  const stopwatch = makeStopwatch(bounds.timeMillisMax)
  const prepared = new WeakMap<object, Prepared>()
  const preparedOf = (schema: Json) => {
    const known = prepared.get(schema)
    if (known !== undefined) return Result.succeed(known)
    const made = prepare(schema, bounds, stopwatch)
    // A schema that took too long may do so only because the machine was busy.
    if (Result.isSuccess(made)) prepared.set(schema, made.success)
    return made
  }
  return (original: Json, value: unknown): Verdict => {
    const ready = preparedOf(original)
    if (Result.isFailure(ready)) return undecided(ready.failure)
    const size = measure("the value", value, bounds.valueNodesMax, bounds.valueDepthMax)
    if (Result.isFailure(size)) return undecided(size.failure)
    const { draft, isCostly, lookup, schema } = ready.success
    const compute = () => validate(value, schema, draft, lookup)
    const outcome = isCostly || ready.success.size * size.success > cheapProductMax
      ? stopwatch(compute)
      : attempt(compute)
    if (Result.isFailure(outcome)) return undecided(`checking it failed: ${outcome.failure}`)
    return outcome.success.valid ? { _tag: "Valid" } : { _tag: "Invalid", detail: explain(outcome.success.errors) }
  }
}

/**
 * The validator for the clients above which it is provided. A schema is prepared once.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options = {}): Layer.Layer<OutputValidator> =>
  Layer.sync(OutputValidator, () => {
    const check = makeCheck({
      schemaNodesMax: options.schemaNodesMax ?? 10_000,
      schemaDepthMax: options.schemaDepthMax ?? 64,
      valueNodesMax: options.valueNodesMax ?? 200_000,
      valueDepthMax: options.valueDepthMax ?? 128,
      timeMillisMax: options.timeMillisMax ?? 250
    })
    return { check: (schema, value) => Effect.sync(() => check(schema, value)) }
  })
