/**
 * The load generator for HTTP: a number of kept-alive connections over plain sockets, each with one exchange at a time.
 * Any wrong, missing or late byte ends the run with an error. It measures wall time only; CPU time is read from the
 * server's process by the caller. What an exchange says is in `HttpExchanges.ts`.
 */
import * as Net from "node:net"
import { makeLatencies } from "../measure/Latencies.ts"
import { type HttpAnswer, makeHttpReader } from "./HttpReader.ts"
import type { Budget, Load, Outcome } from "./Load.ts"

/** What one connection says, again and again. */
export interface Exchange {
  /** The text of the first request of the next exchange. */
  readonly begin: () => string
  /** Verifies an answer; gives the text of the next request, or `undefined` when the exchange is complete. */
  readonly take: (answer: HttpAnswer) => string | undefined
}

const connect = (url: URL): Promise<Net.Socket> =>
  new Promise((resolve, reject) => {
    const socket = Net.connect({ host: url.hostname, port: Number(url.port), noDelay: true })
    socket.setEncoding("latin1")
    // It stays: an error between two runs is none of theirs, and the next run sees the closed connection.
    socket.on("error", reject)
    socket.once("connect", () => resolve(socket))
  })

/** Sends one request on a connection of its own and waits for the answer. */
export const askOnce = async (url: URL, text: string): Promise<HttpAnswer> => {
  const socket = await connect(url)
  try {
    return await new Promise<HttpAnswer>((resolve, reject) => {
      const read = makeHttpReader()
      socket.on("data", (piece) => {
        const answer = read(String(piece))
        if (answer !== undefined) resolve(answer)
      })
      socket.on("error", reject)
      socket.on("close", () => reject(new Error("the server closed the connection")))
      if (socket.destroyed) reject(new Error("the server closed the connection"))
      socket.write(text, "latin1")
    })
  } finally {
    socket.destroy()
  }
}

/** Runs the exchanges of all sockets until the budget is met; a request of the outcome is a whole exchange. */
const run = (sockets: ReadonlyArray<Net.Socket>, exchanges: ReadonlyArray<Exchange>, budget: Budget) =>
  new Promise<Outcome>((resolve, reject) => {
    const latencies = makeLatencies()
    const started = performance.now()
    let begun = 0
    let completed = 0
    const finish = (error?: Error) => {
      for (const socket of sockets) socket.removeAllListeners("data").off("error", finish).off("close", lost)
      if (error !== undefined) return reject(error)
      resolve({ requests: completed, millis: performance.now() - started, latenciesMillis: latencies.sorted() })
    }
    const lost = () => finish(new Error("the server closed a connection"))
    exchanges.forEach((exchange, index) => {
      const socket = sockets[index]
      if (socket === undefined) return
      const read = makeHttpReader()
      let begunAt = 0
      const begin = (now: number) => {
        // At least one exchange is made, however late it is.
        if (begun >= budget.requestsMax || (begun > 0 && now - started >= budget.millisMax)) return
        begunAt = now
        begun++
        socket.write(exchange.begin(), "latin1")
      }
      socket.on("data", (piece) => {
        try {
          const answer = read(piece as unknown as string)
          if (answer === undefined) return
          const next = exchange.take(answer)
          if (next !== undefined) return void socket.write(next, "latin1")
          const now = performance.now()
          latencies.add(now - begunAt)
          completed++
          begin(now)
          if (completed === begun) finish()
        } catch (error) {
          finish(error as Error)
        }
      })
      if (socket.destroyed) return lost()
      socket.on("error", finish)
      socket.on("close", lost)
      begin(performance.now())
    })
    if (begun === 0) finish()
  })

/** Opens a connection for each exchange. The sockets live until `close`. */
export const connectHttp = async (url: URL, exchanges: ReadonlyArray<Exchange>): Promise<Load> => {
  const sockets = await Promise.all(exchanges.map(() => connect(url)))
  return {
    run: (budget) => run(sockets, exchanges, budget),
    close: () => {
      for (const socket of sockets) socket.destroy()
    }
  }
}
