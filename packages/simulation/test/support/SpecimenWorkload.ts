/** What users do with the specimen, and what must come of it. */
import * as Elicitation from "@parley/mcp/client/answering/Elicitation"
import * as Rpc from "@parley/mcp/jsonrpc/RpcError"
import type { CallToolResult } from "@parley/mcp/schema/Tool"
import type { Chance } from "@parley/simulation/kernel/Chance"
import * as Asks from "@parley/simulation/workload/Asks"
import * as Cancels from "@parley/simulation/workload/Cancels"
import * as LongCalls from "@parley/simulation/workload/LongCalls"
import * as Pages from "@parley/simulation/workload/Pages"
import * as Subscriptions from "@parley/simulation/workload/Subscriptions"
import * as Workload from "@parley/simulation/workload/Workload"
import type { ClientOptions } from "@parley/simulation/world/User"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Specimen from "./Specimen.ts"
import * as Trespass from "./Trespass.ts"

const millis = (chance: Chance): number => chance.pick(0, 5, 100, 1_000)

const timed = (chance: Chance, key: string) => ({ key, millis: millis(chance) })

/** The key of a call comes back. */
const givesKey = ({ isError, value }: Workload.ToolOutcome, args: { readonly key?: unknown }): string | undefined => {
  const { key } = args
  const found = typeof value === "object" && value !== null && "key" in value ? value.key : undefined
  if (isError) return `${String(key)} failed: ${String(value)}`
  return found === key ? undefined : `${String(key)} was answered with ${JSON.stringify(value)}`
}

/** A failure is told as one, and with its own key where its words are told. */
const fails = ({ isError }: Workload.ToolOutcome): string | undefined =>
  isError ? undefined : "What cannot be done was done"

const calls = Workload.calls({
  record: { arguments: timed, judge: givesKey },
  look: { arguments: timed, judge: givesKey, repeatable: true },
  fail: { arguments: (_, key) => ({ key }), judge: fails },
  crash: { arguments: (_, key) => ({ key }), judge: fails }
})

const answersOf = (value: unknown): ReadonlyArray<unknown> =>
  typeof value === "object" && value !== null && "answers" in value && Array.isArray(value.answers) ? value.answers : []

/** Every answer is to its own question, or nobody could be asked. */
const inOwnWords = (expected: (index: number) => string) =>
(
  outcome: Workload.ToolOutcome,
  args: { readonly key?: unknown }
): string | undefined => {
  // A question waits no longer than a session lasts, and says so.
  if (outcome.isError && String(outcome.value).startsWith("There was no answer within ")) return undefined
  const wrong = answersOf(outcome.value).find((answer, index) =>
    answer !== Specimen.unasked && !String(answer).includes(expected(index))
  )
  return givesKey(outcome, args) ?? (wrong === undefined ? undefined : `A question was answered with: ${String(wrong)}`)
}

const roots = ["file:///home/of/somebody"]

const fanned = (index: number): string => [" form", " model", "visited", roots[0] ?? ""][index] ?? ""

const asks = Asks.make({
  ring: {
    arguments: (chance, key) => ({ key, length: chance.between(1, 3) }),
    judge: inOwnWords((index) => ` at ${index + 1} after`)
  },
  fan: { arguments: (_, key) => ({ key }), judge: inOwnWords(fanned) }
})

/** Longer than a client waits, now and then, but never silent for so long; some have more to say than a slow reader takes. */
const steadily = (chance: Chance, key: string) => {
  const steps = chance.pick(1, 3, 5, 15)
  const padding = chance.pick(0, 0, 0, 20_000)
  return { key, millis: steps * chance.pick(20, 100, 300), steps, ...(padding === 0 ? {} : { padding }) }
}

const longCalls = LongCalls.make({ tool: "work", arguments: steadily })

const cancels = Cancels.make({
  tool: "work",
  arguments: (chance, key) => ({ key, millis: chance.pick(10, 100, 1_000, 3_000), steps: chance.between(1, 3) }),
  patienceMillisMax: 1_500
})

const subscriptions = Subscriptions.make({
  uri: (chance) => chance.pick("thing://a", "thing://b"),
  change: ({ client }, uri) => client.callTool({ name: "touch", arguments: { uri } }, { repeatable: true })
})

const pages = Pages.make({
  tools: ({ principal, server: { way } }) => [
    ...Specimen.toolNames,
    // Nobody says on a line for whom it is.
    ...(principal === undefined || way === "line" ? [] : [`of-${principal}`])
  ],
  resources: () => Specimen.resourceUris,
  resourceTemplates: () => ["note://{name}"],
  prompts: () => Specimen.promptNames
})

const textsOf = ({ content }: CallToolResult): string => JSON.stringify(content)

/** Reads, completes, announces: whatever is over at once and says nothing of a key. */
const reading: Workload.Workload = {
  name: "reading",
  draw: (chance) => ({
    action: chance.pick("read", "prompt", "complete", "announce"),
    input: { name: chance.pick(...["a", "b", "c"] as const) }
  }),
  perform: ({ client }, { action, input }) => {
    const { name } = input as { readonly name: string }
    switch (action) {
      case "read":
        return Effect.map(client.readResource(`thing://${name}`), ({ contents }) => contents.map(({ uri }) => uri))
      case "prompt":
        return Effect.map(
          client.getPrompt({ name: "greet", arguments: { whom: name } }),
          ({ messages }) => messages.length
        )
      case "complete":
        return Effect.map(
          client.complete({ ref: { type: "ref/prompt", name: "greet" }, argument: { name: "whom", value: name } }),
          ({ values }) => values
        )
      default:
        return Effect.map(
          client.callTool({ name: "announce", arguments: { kind: "tools" } }, { repeatable: true }),
          textsOf
        )
    }
  }
}

/** All that users do with the specimen. */
export const workload: Workload.Workload = Workload.mixed(
  calls,
  asks,
  longCalls,
  longCalls,
  cancels,
  subscriptions,
  pages,
  reading,
  Trespass.workload
)

/** Each part of it, by name. */
export const parts = { calls, asks, longCalls, cancels, subscriptions, pages, reading, trespass: Trespass.workload }

/** Answers all questions but those that nobody does. */
const layerElicitation = Layer.effect(
  Elicitation.Elicitation,
  Effect.map(Elicitation.Elicitation, ({ form, ...others }) => ({
    ...others,
    form: (question: Elicitation.FormQuestion) =>
      form === undefined || question.message.startsWith(Specimen.unanswerable)
        ? Effect.fail(Rpc.internalError("nobody answers"))
        : form(question)
  }))
)

const answers = Asks.answering(20, roots)

/** What every client of the specimen brings along: answers to most questions, and the tools of a thief. */
export const client: ClientOptions = {
  answers: Layer.provideMerge(layerElicitation, answers),
  httpClient: Trespass.layerHttpClient
}
