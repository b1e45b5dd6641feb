/**
 * The sequence diagrams of a page as data: which requests they say that somebody sees, with what in them and with which
 * answers, to be compared with what somebody has seen.
 *
 * An arrow `A->>B: VERB /path method (name, name)` is a request, with the method of JSON-RPC and the names of parameters
 * where they are of interest; `Bearer` among the names is a token. `B-->>A: 200 words` is the answer to the last request
 * that has none. What stands for one issuer in a path is `…`.
 */
import { assert } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { Passed } from "./Observed.ts"

/** A request as a diagram shows it. */
export interface Arrow {
  readonly from: string
  readonly to: string
  readonly request: string
  readonly rpc: string | undefined
  readonly names: ReadonlyArray<string>
  status: number
}

const request = /^ *(\w+)->>(\w+): ([A-Z]+ \/\S*)(?: ([\w/]+))?(?: \((.*)\))?$/

const answer = /^ *(\w+)-->>(\w+): (\d{3})\b/

const arrowsOf = (diagram: string): ReadonlyArray<Arrow> => {
  const arrows: Array<Arrow> = []
  for (const line of diagram.split("\n")) {
    const [isRequest, from = "", to = "", what = "", rpc, names] = request.exec(line) ?? []
    if (isRequest !== undefined) {
      arrows.push({ from, to, request: what, rpc, names: names?.split(", ") ?? [], status: 0 })
    }
    const [isAnswer, answering, asking, status = ""] = answer.exec(line) ?? []
    const open = arrows.findLast((arrow) => arrow.from === asking && arrow.to === answering && arrow.status === 0)
    if (isAnswer !== undefined) (open ?? assert.fail(`this answers nothing: ${line}`)).status = Number(status)
  }
  return arrows
}

const ofIssuer = /^\/[0-9a-f]{24}\//

/** The diagrams of a page of the guide, in order. */
export const diagrams = (page: string): ReadonlyArray<ReadonlyArray<Arrow>> => {
  const path = fileURLToPath(new URL(`../../docs/guide/${page}`, import.meta.url))
  return Array.from(
    readFileSync(path, "utf8").matchAll(/^```mermaid\n([^]*?)^```$/gm),
    ([, diagram = ""]) => arrowsOf(diagram)
  )
}

/** Holds what passed against a diagram: the same requests in the same order, with the same answers. */
export const assertShows = (arrows: ReadonlyArray<Arrow>, passed: ReadonlyArray<Passed>): void => {
  assert.deepStrictEqual(
    passed.map(({ method, path, status, to }) => `${to} ${method} ${path.replace(ofIssuer, "/…/")} ${status}`),
    arrows.map(({ request, status, to }) => `${to} ${request} ${status}`)
  )
  arrows.forEach(({ names, rpc, request }, index) => {
    const { authorization, parameters } = passed[index] ?? assert.fail(request)
    if (rpc !== undefined) assert.strictEqual(parameters["method"], rpc)
    assert.strictEqual(authorization?.startsWith("Bearer ") ?? false, names.includes("Bearer"), request)
    assert.includeMembers(["Bearer", ...Object.keys(parameters)], [...names], request)
  })
}
