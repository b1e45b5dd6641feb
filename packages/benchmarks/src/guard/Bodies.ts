/** The bodies of the requests whose cost is pinned. They are cut beforehand, so that making one costs next to nothing. */

/** The two eras, by the revision that stands for each. */
export type Era = "2025-11-25" | "2026-07-28"

const clientInfo = { name: "guard", version: "1.0.0" }

const meta = {
  _meta: {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": clientInfo,
    "io.modelcontextprotocol/clientCapabilities": {}
  }
}

const template = (method: string, era: Era, params: object): (id: number) => string => {
  const text = JSON.stringify({
    jsonrpc: "2.0",
    id: "<id>",
    method,
    params: { ...(era === "2026-07-28" ? meta : {}), ...params }
  })
  const [head = "", tail = ""] = text.split("\"<id>\"")
  return (id) => head + id + tail
}

/** `tools/call` of `add`, whose sum is 3. */
export const call: Readonly<Record<Era, (id: number) => string>> = {
  "2025-11-25": template("tools/call", "2025-11-25", { name: "add", arguments: { a: 1, b: 2 } }),
  "2026-07-28": template("tools/call", "2026-07-28", { name: "add", arguments: { a: 1, b: 2 } })
}

/** `tools/call` of `report`, which reports its progress ten times. */
export const report: (id: number) => string = template("tools/call", "2026-07-28", {
  name: "report",
  _meta: { ...meta._meta, progressToken: 1 }
})

/** `tools/list`. */
export const list: (id: number) => string = template("tools/list", "2026-07-28", {})

/** `initialize`. */
export const initialize: (id: number) => string = template("initialize", "2025-11-25", {
  protocolVersion: "2025-11-25",
  capabilities: {},
  clientInfo
})

/** What follows an answer to `initialize`. */
export const initialized = JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" })
