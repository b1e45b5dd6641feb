/**
 * The reference of all stdio rows: a loop over lines that parses, answers, and writes all answers to a chunk at once.
 */
import process from "node:process"
import { ready } from "./channel.ts"
import { answer } from "./floor.ts"

let rest = ""
process.stdin.setEncoding("utf8")
process.stdin.on("data", (chunk: string) => {
  const lines = (rest + chunk).split("\n")
  rest = lines.pop() ?? ""
  let out = ""
  for (const line of lines) {
    const text = answer(line)
    if (text !== undefined) out += text + "\n"
  }
  if (out !== "") process.stdout.write(out)
})
process.stdin.on("end", () => process.exit())

ready("")
