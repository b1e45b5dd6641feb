/**
 * The load generator for stdio: a window of calls in flight over the pipes of one child process. Each chunk that
 * arrives is answered by one write with as many calls as answers it held. Every answer is verified, and each call
 * must be answered exactly once.
 */
import type { Readable, Writable } from "node:stream"
import { makeLatencies } from "../measure/Latencies.ts"
import { type Answer, bodyOf, type Call, firstId, verify } from "./Call.ts"
import { type Dialect, initializeBody, initializedBody } from "./Dialect.ts"
import type { Budget, Load, Outcome } from "./Load.ts"

/** The two pipes of a server, from the client's side. */
export interface Pipes {
  readonly stdin: Writable
  readonly stdout: Readable
}

/** Splits text that arrives in pieces into lines; the rest waits for the next piece. */
const makeLines = () => {
  let rest = ""
  return (piece: string): Array<string> => {
    const lines = (rest + piece).split("\n")
    rest = lines.pop() ?? ""
    return lines
  }
}

/** What is to be done with answers, and with the end of the connection; each load puts its own in. */
interface Line {
  onAnswers: (answers: Array<Answer>) => void
  onLost: (error: Error) => void
  nextId: number
  readonly write: (text: string) => void
}

const openLine = ({ stdin, stdout }: Pipes): Line => {
  const line: Line = {
    onAnswers: () => {},
    onLost: () => {},
    nextId: firstId,
    write: (text) => void stdin.write(text, "latin1")
  }
  const split = makeLines()
  stdout.setEncoding("latin1")
  stdout.on("data", (piece: string) => {
    try {
      const answers = split(piece).map((text) => JSON.parse(text) as Answer).filter(({ id }) => id !== undefined)
      if (answers.length > 0) line.onAnswers(answers)
    } catch (error) {
      line.onLost(error as Error)
    }
  })
  stdout.on("close", () => line.onLost(new Error("the server closed its output")))
  stdin.on("error", (error) => line.onLost(error))
  return line
}

const ask = (line: Line, body: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    line.onLost = reject
    line.onAnswers = (answers) => resolve(answers[0] ?? {})
    line.write(`${body}\n`)
  })

const run = (line: Line, dialect: Dialect, call: Call, window: number, budget: Budget): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const latencies = makeLatencies()
    const body = bodyOf(call, dialect)
    const inFlight = new Map<number, number>()
    const started = performance.now()
    let sent = 0
    let answered = 0
    const write = (count: number): void => {
      const now = performance.now()
      // At least one call is made, however late it is.
      if (sent > 0 && now - started >= budget.millisMax) return
      let text = ""
      for (let left = Math.min(count, budget.requestsMax - sent); left > 0; left--) {
        const id = line.nextId++
        sent++
        inFlight.set(id, now)
        text += `${body(id)}\n`
      }
      if (text !== "") line.write(text)
    }
    const settle = (answer: Answer, now: number): void => {
      const id = Number(answer.id)
      const writtenAt = inFlight.get(id)
      if (writtenAt === undefined) throw new Error(`an answer that nobody waits for: ${JSON.stringify(answer)}`)
      inFlight.delete(id)
      verify([answer], call, dialect, id)
      latencies.add(now - writtenAt)
      answered++
    }
    const finish = () =>
      resolve({ requests: answered, millis: performance.now() - started, latenciesMillis: latencies.sorted() })
    line.onLost = reject
    line.onAnswers = (answers) => {
      const now = performance.now()
      for (const answer of answers) settle(answer, now)
      write(answers.length)
      if (inFlight.size === 0) finish()
    }
    write(window)
    if (inFlight.size === 0) finish()
  })

/**
 * Opens the connection (with `initialize` where the dialect has sessions). A stdio server has one connection for its
 * whole life, so that the loads made of it share it and may not run at the same time.
 */
export const connectStdio = async (
  pipes: Pipes,
  dialect: Dialect
): Promise<(call: Call, window: number) => Load> => {
  const line = openLine(pipes)
  if (dialect.sessions) {
    const opened = await ask(line, initializeBody(dialect))
    if (opened.id !== 0 || opened.result === undefined) throw new Error(`initialize: ${JSON.stringify(opened)}`)
    line.write(`${initializedBody}\n`)
  }
  return (call, window) => ({ run: (budget) => run(line, dialect, call, window, budget), close: () => {} })
}
