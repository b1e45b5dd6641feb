/**
 * What is asked again and again: the requests that the rows measure, and what their answers must be. Every answer is
 * held against its request; the first one is parsed and looked at, and so is any later one whose text differs from the
 * first in more than the numbers that belong to its request.
 */
import { echoed, fillersIn, reports } from "../servers/tools.ts"
import { type Dialect, type Params, paramsIn, stateless } from "./Dialect.ts"

/** The members of a message that are looked at; everything is optional, because nothing is trusted. */
export interface Answer {
  readonly jsonrpc?: unknown
  readonly id?: unknown
  readonly method?: unknown
  readonly params?: { readonly progressToken?: unknown; readonly progress?: unknown }
  readonly error?: unknown
  readonly result?: Result
}

interface Result {
  readonly isError?: unknown
  readonly resultType?: unknown
  readonly structuredContent?: { readonly sum?: unknown }
  readonly content?: ReadonlyArray<{ readonly type?: unknown; readonly text?: unknown }>
  readonly tools?: ReadonlyArray<unknown>
}

/** A request, to be sent under any id. */
export interface Call {
  readonly method: string
  /** The tool that is called, for the header that repeats it. */
  readonly name?: string
  /** The params of the request; the id may occur in them as the number that it is. */
  readonly params: (id: number) => Params
  /** Whether a result is the right one. */
  readonly isRight: (result: Result, id: number) => boolean
  /** How many `notifications/progress` come before the answer. */
  readonly reports: number
}

/** Whether a result is a text. Who declares texts as structured output may write them there, and as JSON beside it. */
const says = ({ content, structuredContent }: Result, text: string): boolean => {
  const structured: unknown = structuredContent
  return content?.[0]?.type === "text" && (content[0].text === text || structured === text)
}

/** Ids have seven digits throughout, so that all bodies have the same length; they are never used twice in a session. */
export const firstId = 1_000_000

/** `tools/call` of `add`: asks for `id + 1`. */
export const add: Call = {
  method: "tools/call",
  name: "add",
  params: (id) => ({ name: "add", arguments: { a: id, b: 1 } }),
  isRight: (result, id) => result.structuredContent?.sum === id + 1 && result.content?.[0]?.type === "text",
  reports: 0
}

/** `tools/list` on a server with `tools` tools: all of them, on one page. */
export const list = (tools: number): Call => ({
  method: "tools/list",
  params: () => ({}),
  isRight: (result) => result.tools?.length === tools,
  reports: 0
})

/** `tools/call` of `echo`: the text comes back as it was sent. */
export const echo = (bytes: number): Call => {
  const text = echoed(bytes)
  return {
    method: "tools/call",
    name: "echo",
    params: () => ({ name: "echo", arguments: { text } }),
    isRight: (result) => says(result, text),
    reports: 0
  }
}

/** `tools/call` of `report`: a number of progress notifications, then the answer. */
export const report: Call = {
  method: "tools/call",
  name: "report",
  params: (id) => ({ name: "report", arguments: {}, _meta: { progressToken: id } }),
  isRight: (result) => says(result, "done"),
  reports
}

/** `tools/call` of the tool that was registered last, on a server with `tools` tools. */
export const callLast = (tools: number): Call => {
  const name = fillersIn(tools).at(-1) ?? ""
  return {
    method: "tools/call",
    name,
    params: () => ({ name, arguments: { text: name } }),
    isRight: (result) => says(result, name),
    reports: 0
  }
}

/** The text of a call in a dialect, under any id of seven digits. */
export const bodyOf = (call: Call, dialect: Dialect): (id: number) => string => {
  const { method, params } = call
  const parts = JSON.stringify({ jsonrpc: "2.0", id: firstId, method, params: paramsIn(dialect, params(firstId)) })
    .split(String(firstId))
  return (id) => parts.join(String(id))
}

/** Throws unless `messages` are the reports and the one right and complete answer to the call of this id. */
export const verify = (messages: ReadonlyArray<Answer>, call: Call, dialect: Dialect, id: number): void => {
  const answer = messages.at(-1)
  const result = answer?.result
  const before = messages.slice(0, -1)
  if (
    answer?.jsonrpc !== "2.0" || answer.id !== id || result === undefined || result.isError === true ||
    !call.isRight(result, id) || (dialect.version === stateless.version && result.resultType !== "complete") ||
    before.length !== call.reports ||
    !before.every(({ method, params }, index) =>
      method === "notifications/progress" && params?.progressToken === id && params.progress === index + 1
    )
  ) {
    throw new Error(`wrong answer to call ${id} (${dialect.version}): ${JSON.stringify(messages).slice(0, 400)}`)
  }
}

/**
 * Remembers how one verified answer was written, and knows others that are written the same way: the text with every
 * occurrence of the call's id, and of its successor (the sum), replaced by theirs. Such a text needs no second look.
 */
export const makeLikeness = () => {
  let parts: ReadonlyArray<string> | undefined
  const expected = (id: number): string | undefined => {
    if (parts === undefined) return undefined
    let text = parts[0] ?? ""
    for (let index = 1; index < parts.length; index += 2) text += (id + Number(parts[index])) + (parts[index + 1] ?? "")
    return text
  }
  return {
    learn: (text: string, id: number): void => {
      parts ??= text.split(new RegExp(`(${id}|${id + 1})`)).map((part, index) =>
        index % 2 === 1 ? String(+part - id) : part
      )
    },
    isAlike: (text: string, id: number): boolean => text === expected(id)
  }
}
