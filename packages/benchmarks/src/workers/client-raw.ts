/** No toolkit: calls over `node:http` with connections that are kept, or (told so) over `fetch`. */
import { Agent, request as httpRequest } from "node:http"
import process from "node:process"
import { add, type Answer, bodyOf } from "../load/Call.ts"
import { headerLines, session } from "../load/Dialect.ts"
import { fresh, serve, verify } from "./work.ts"

const [url = "", way = "node"] = process.argv.slice(2)
const body = bodyOf(add, session)

const headers: { readonly [name: string]: string } = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
  ...Object.fromEntries(headerLines(session, add.method, add.name, "canned").map((line) => line.split(": ")))
}

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })

const overNode = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const request = httpRequest(url, {
      method: "POST",
      agent,
      headers: { ...headers, "content-length": Buffer.byteLength(text) }
    }, (response) => {
      let all = ""
      response.setEncoding("utf8")
      response.on("data", (piece: string) => {
        all += piece
      })
      response.on("end", () => resolve(all))
      response.on("error", reject)
    })
    request.on("error", reject)
    request.end(text)
  })

const overFetch = async (text: string): Promise<string> =>
  (await fetch(url, { method: "POST", headers, body: text })).text()

const send = way === "fetch" ? overFetch : overNode

serve(async (again) => {
  while (again()) {
    const a = 1_000_000 + fresh()
    const answer = JSON.parse(await send(body(a))) as Answer
    verify(answer.result?.structuredContent?.sum, a)
  }
})
