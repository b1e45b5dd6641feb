/**
 * What the users of a world do: draws what comes next, and does it. What was drawn is plain data, so that it can be printed,
 * left out, and done again.
 *
 * @since 0.1.0
 */
import type { McpClientError } from "@parley/mcp/client/McpClientError"
import { isObject, type Params } from "@parley/mcp/jsonrpc/Message"
import type { CallToolResult } from "@parley/mcp/schema/Tool"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Checker } from "../checker/Checker.ts"
import type { Chance } from "../kernel/Chance.ts"
import type { User } from "../world/World.ts"

/**
 * Something that a user does.
 *
 * @category models
 * @since 0.1.0
 */
export interface Act {
  readonly action: string
  readonly input: unknown
}

/**
 * A workload. Failures of the client are outcomes, which checkers judge; anything else that fails is the workload's own
 * verdict that something is wrong.
 *
 * @category models
 * @since 0.1.0
 */
export interface Workload {
  readonly name: string
  /** Draws what a user does next. `key` is unique in the world: handlers tell by it whose call they run. */
  readonly draw: (chance: Chance, key: string) => Act
  /**
   * Draws a part of it for a whole world: who does little of everything never does much of one thing. What the part draws,
   * the whole can do. Default: all of it.
   */
  readonly some?: (chance: Chance) => Pick<Workload, "draw">
  /** Does it. What it gives must be plain data. */
  readonly perform: (user: User, act: Act) => Effect.Effect<unknown, McpClientError | string>
  /** What must hold, beside what must hold always. */
  readonly checkers?: ReadonlyArray<Checker>
}

/**
 * The input of the acts of {@link calls}.
 *
 * @category models
 * @since 0.1.0
 */
export interface ToolCall {
  readonly tool: string
  readonly arguments: Params
  /** Whether the client may send it again where nobody knows whether it ran. Checkers hold the client to it. */
  readonly repeatable: boolean | "hinted"
}

/**
 * What came of the call of a tool, as plain data.
 *
 * @category models
 * @since 0.1.0
 */
export interface ToolOutcome {
  readonly isError: boolean
  /** The structured content, or else the text. */
  readonly value: unknown
}

/**
 * How a tool is called.
 *
 * @category models
 * @since 0.1.0
 */
export interface Calling {
  /** Draws the arguments. With the key among them, a handler can say whose call it runs, and give the key back. */
  readonly arguments: (chance: Chance, key: string) => Params
  /**
   * Whether it may be sent again. Where it is `hinted`, the client looks at the hints of the tool first, and takes their word
   * for it. Default: no.
   */
  readonly repeatable?: boolean | "hinted"
  /** Says what is wrong with an outcome, if anything is. */
  readonly judge?: (outcome: ToolOutcome, args: Params, user: User) => string | undefined
}

/**
 * How tools are called, by name; a function draws the arguments, and all else is as usual.
 *
 * @category models
 * @since 0.1.0
 */
export interface Callings {
  readonly [tool: string]: Calling | Calling["arguments"]
}

const callingOf = (calling: Calling | Calling["arguments"]): Calling =>
  typeof calling === "function" ? { arguments: calling } : calling

/** Revisions that have no structured content have its JSON for a text. */
const structureIn = (text: string): Params | undefined => {
  const parsed = text.startsWith("{") ? Result.try((): unknown => JSON.parse(text)) : Result.succeed(undefined)
  return Result.isSuccess(parsed) && isObject(parsed.success) ? parsed.success : undefined
}

/**
 * What a result says, as plain data, and the same in all revisions.
 *
 * @category conversions
 * @since 0.1.0
 */
export const outcomeOf = ({ content, isError = false, structuredContent }: CallToolResult): ToolOutcome => {
  const text = content.map((block) => block.type === "text" ? block.text : block.type).join("\n")
  return { isError, value: structuredContent ?? structureIn(text) ?? text }
}

/** Calls a tool; by its hints, when it is they who say whether it may be sent again. */
const called = ({ client }: User, { arguments: args, repeatable, tool }: ToolCall) => {
  const call = { name: tool, arguments: args }
  return repeatable === "hinted"
    ? Effect.andThen(client.listTools, client.callTool(call))
    : client.callTool(call, { repeatable })
}

/** One of the names of what there is, each as likely as the others. */
const nameIn = (names: ReadonlyArray<string>, chance: Chance): string => names[chance.below(names.length)] ?? ""

/**
 * Calls tools of one's own server, drawn evenly.
 *
 * @example
 * ```ts
 * import { Workload } from "@parley/simulation"
 *
 * export const deposits = Workload.calls({
 *   deposit: (chance, key) => ({ amount: chance.between(1, 100), key })
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const calls = (tools: Callings, name: string = "calls"): Workload => ({
  name,
  draw: (chance, key) => {
    const tool = nameIn(Object.keys(tools), chance)
    const { arguments: draw, repeatable = false } = callingOf(tools[tool] ?? (() => ({})))
    const input: ToolCall = { tool, arguments: draw(chance, key), repeatable }
    return { action: "call", input }
  },
  perform: (user, { input }) => {
    // It was drawn above, or stands in a test that was printed of what was.
    const call = input as ToolCall
    const { arguments: args, tool } = call
    return Effect.flatMap(called(user, call), (result) => {
      const outcome = outcomeOf(result)
      const wrong = Object.hasOwn(tools, tool)
        ? callingOf(tools[tool] ?? (() => ({}))).judge?.(outcome, args, user)
        : undefined
      return wrong === undefined ? Effect.succeed(outcome) : Effect.fail(wrong)
    })
  }
})

/** Names of actions tell whose they are: `pages.walk`. */
const separator = "."

/** Draws from any of several workloads. */
const drawingFrom = (workloads: Workloads): Workload["draw"] => (chance, key) => {
  const { draw, name } = chance.pick(...workloads)
  const { action, input } = draw(chance, key)
  return { action: `${name}${separator}${action}`, input }
}

type Workloads = readonly [Workload, ...ReadonlyArray<Workload>]

/** One or two of several workloads, for a world that is about them. */
const fewOf = (
  chance: Chance,
  workloads: Workloads
): Workloads => [chance.pick(...workloads), chance.pick(...workloads)]

/**
 * Several workloads, drawn evenly; one that is there twice comes twice as often. Half of all worlds keep to one or two of
 * them. The name of each tells its acts from those of the others.
 *
 * @category constructors
 * @since 0.1.0
 */
export const mixed = (...workloads: Workloads): Workload => ({
  name: "mixed",
  draw: drawingFrom(workloads),
  some: (chance) => ({ draw: drawingFrom(chance.happens(0.5) ? workloads : fewOf(chance, workloads)) }),
  perform: (user, { action, input }) => {
    const workload = workloads.find(({ name }) => action.startsWith(`${name}${separator}`))
    if (workload === undefined) return Effect.fail(`No workload knows what ${action} is`)
    return workload.perform(user, { action: action.slice(workload.name.length + separator.length), input })
  },
  checkers: Array.from(new Set(workloads.flatMap(({ checkers = [] }) => checkers)))
})
