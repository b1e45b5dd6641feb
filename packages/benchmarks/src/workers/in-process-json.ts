/** The least that a round trip over text takes: a request and its answer, each stringified and parsed. */
import { add, type Answer, bodyOf } from "../load/Call.ts"
import { stateless } from "../load/Dialect.ts"
import { fresh, serve, verify } from "./work.ts"

interface Request {
  readonly id: number
  readonly params: { readonly arguments: { readonly a: number; readonly b: number } }
}

const template = JSON.parse(bodyOf(add, stateless)(1_000_000)) as Request

const over = <Message>(message: Message): Message => JSON.parse(JSON.stringify(message)) as Message

const answerTo = ({ id, params }: Request): Answer => {
  const structuredContent = { sum: params.arguments.a + params.arguments.b }
  return {
    jsonrpc: "2.0",
    id,
    result: {
      content: [{ type: "text", text: JSON.stringify(structuredContent) }],
      structuredContent,
      resultType: "complete"
    }
  }
}

serve(async (again) => {
  while (again()) {
    const a = fresh()
    const request = { ...template, id: a, params: { ...template.params, arguments: { a, b: 1 } } }
    verify(over(answerTo(over(request))).result?.structuredContent?.sum, a)
  }
})
