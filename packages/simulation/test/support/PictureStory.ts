/**
 * Histories to draw, written by hand: one with a bit of everything, one that is hostile, one that is long.
 */
import type { Event, Happening } from "../../src/history/Event.ts"

const rpc = (fields: object): string => JSON.stringify({ jsonrpc: "2.0", ...fields })

const call = (id: number, name: string, key: string, token?: number): string =>
  rpc({
    id,
    method: "tools/call",
    params: {
      name,
      arguments: { key, amount: 250, to: "savings" },
      ...(token === undefined ? {} : { _meta: { progressToken: token } })
    }
  })

const at = (atMillis: number, happening: Happening): Event => ({ atMillis, ...happening })

const sent = (
  atMillis: number,
  message: number,
  from: string,
  to: string,
  via: string,
  text: string,
  eventId?: string
): Event => at(atMillis, { _tag: "Sent", message, from, to, via, text, ...(eventId === undefined ? {} : { eventId }) })

const arrived = (atMillis: number, message: number): Event => at(atMillis, { _tag: "Arrived", message })

const post = (atMillis: number, via: string, from: string, to: string): Event =>
  at(atMillis, {
    _tag: "Opened",
    via,
    from,
    to,
    verb: "POST /mcp",
    headers: { "mcp-session-id": `session-of-${from}`, authorization: from }
  })

const answered = (atMillis: number, via: string, status: number): Event =>
  at(atMillis, { _tag: "Answered", via, status, headers: { "content-type": "application/json" } })

const opening = (client: string, host: string, first: number, start: number): ReadonlyArray<Event> => [
  post(start, `x${first}`, client, host),
  sent(
    start,
    first,
    client,
    host,
    `x${first}`,
    rpc({ id: 0, method: "initialize", params: { capabilities: { sampling: {} }, clientInfo: { name: client } } })
  ),
  arrived(start + 8, first),
  sent(start + 9, first + 1, host, client, `x${first}`, rpc({ id: 0, result: { serverInfo: { name: "bank" } } })),
  answered(start + 15, `x${first}`, 200),
  arrived(start + 15, first + 1),
  post(start + 16, `x${first + 2}`, client, host),
  sent(start + 16, first + 2, client, host, `x${first + 2}`, rpc({ method: "notifications/initialized" })),
  arrived(start + 22, first + 2),
  answered(start + 29, `x${first + 2}`, 202)
]

/** Two clients and two hosts of a server, which goes down under a call that is repeated. */
export const story: ReadonlyArray<Event> = [
  at(0, { _tag: "Up", host: "bank-1" }),
  at(0, { _tag: "Up", host: "bank-2" }),
  ...opening("alice", "bank-1", 1, 0),
  ...opening("bob", "bank-2", 5, 31),
  at(62, {
    _tag: "Opened",
    via: "x9",
    from: "alice",
    to: "bank-1",
    verb: "GET /mcp",
    headers: { "last-event-id": "s1-3" }
  }),
  answered(70, "x9", 200),
  at(120, { _tag: "Began", key: "alice-1", user: "alice", action: "transfer", input: { amount: 250, to: "savings" } }),
  post(120, "x10", "alice", "bank-1"),
  sent(120, 10, "alice", "bank-1", "x10", call(1, "transfer", "alice-1", 7)),
  at(131, { _tag: "Struck", on: "alice-bank", fault: { _tag: "Loss", probability: 0.3, direction: "toClient" } }),
  arrived(133, 10),
  at(133, { _tag: "Ran", host: "bank-1", key: "alice-1", detail: { principal: "alice" } }),
  at(140, { _tag: "Began", key: "bob-1", user: "bob", action: "balance", input: {} }),
  post(140, "x11", "bob", "bank-2"),
  sent(140, 11, "bob", "bank-2", "x11", call(1, "balance", "bob-1")),
  sent(
    150,
    12,
    "bank-1",
    "alice",
    "x10",
    rpc({ method: "notifications/progress", params: { progressToken: 7, progress: 1, total: 3 } }),
    "s2-1"
  ),
  arrived(151, 11),
  at(151, { _tag: "Ran", host: "bank-2", key: "bob-1" }),
  at(152, { _tag: "Struck", on: "bob-bank", fault: { _tag: "Duplication", probability: 0.5 } }),
  sent(153, 13, "bank-2", "bob", "x11", rpc({ id: 1, result: { content: [{ type: "text", text: "1,204.00" }] } })),
  arrived(163, 12),
  arrived(167, 13),
  at(167, { _tag: "Ended", key: "bob-1", outcome: "Success", detail: "1,204.00" }),
  sent(
    170,
    14,
    "bank-1",
    "alice",
    "x10",
    rpc({ id: 1, method: "elicitation/create", params: { message: "Really transfer?", requestedSchema: {} } }),
    "s2-2"
  ),
  arrived(178, 13),
  arrived(184, 14),
  post(190, "x15", "alice", "bank-1"),
  sent(190, 15, "alice", "bank-1", "x15", rpc({ id: 1, result: { action: "accept", content: {} } })),
  arrived(202, 15),
  answered(209, "x15", 202),
  sent(
    215,
    16,
    "bank-1",
    "alice",
    "x10",
    rpc({ id: 1, result: { content: [{ type: "text", text: "done" }] } }),
    "s2-3"
  ),
  at(215, { _tag: "Lost", message: 16, why: "loss" }),
  at(400, { _tag: "Struck", on: "bank-1", fault: { _tag: "Restart" } }),
  at(400, { _tag: "Down", host: "bank-1" }),
  at(407, { _tag: "Closed", via: "x10", why: "the host is down" }),
  at(420, { _tag: "Began", key: "bob-2", user: "bob", action: "transfer", input: { amount: 9 } }),
  post(420, "x17", "bob", "bank-2"),
  sent(420, 17, "bob", "bank-2", "x17", call(2, "transfer", "bob-2")),
  at(430, { _tag: "Noted", host: "bank-2", text: "the ledger is locked by alice-1" }),
  arrived(431, 17),
  sent(440, 18, "bank-2", "bob", "x17", rpc({ id: 2, error: { code: -32602, message: "the account is locked" } })),
  arrived(452, 18),
  at(452, { _tag: "Ended", key: "bob-2", outcome: "Failure", detail: "the account is locked", mayHaveRun: false }),
  at(900, { _tag: "Up", host: "bank-1" }),
  at(900, { _tag: "Healed", on: "bank-1", fault: { _tag: "Restart" } }),
  at(
    1500,
    { _tag: "Healed", on: "alice-bank", fault: { _tag: "Loss", probability: 0.3, direction: "toClient" } }
  ),
  post(20_120, "x19", "alice", "bank-1"),
  sent(20_120, 19, "alice", "bank-1", "x19", call(2, "transfer", "alice-1")),
  arrived(20_131, 19),
  at(20_131, { _tag: "Ran", host: "bank-1", key: "alice-1", detail: { principal: "alice" } }),
  sent(20_140, 20, "bank-1", "alice", "x19", rpc({ id: 2, result: { content: [{ type: "text", text: "done" }] } })),
  arrived(20_155, 20),
  at(20_155, { _tag: "Ended", key: "alice-1", outcome: "Success", detail: "done" }),
  post(20_200, "x21", "bob", "bank-2"),
  sent(20_200, 21, "bob", "bank-2", "x21", rpc({ method: "notifications/cancelled", params: { requestId: 2 } }))
]

/** Texts that try to be something else: markup, script, directives, the end of what they are in. */
export const hostile: ReadonlyArray<string> = [
  `</script><script>window.pwned = 1</script>`,
  `<img src=x onerror="window.pwned = 1">`,
  `"><svg onload=window.pwned=1>`,
  `' onmouseover='window.pwned=1`,
  `]]><!--<script>window.pwned=1</script>-->`,
  `#0 @1 #1+5`,
  `</text></g></svg><iframe srcdoc="<script>parent.pwned=1</script>">`,
  `javascript:window.pwned=1//`,
  `\u2028\u2029\u0000\u001b[31m\ufeff\u202e`,
  `\ud800 half of a pair`,
  `%%{init: {"theme": "dark", "securityLevel": "loose"}}%%`,
  `end; Note over p0: #35;<br/>; p0->>p1: forged`,
  `first line\np0->>p1: forged\r\nloop forever`,
  `{{constructor.constructor("window.pwned=1")()}}`,
  `__proto__`,
  `&lt;script&gt;window.pwned=1&lt;/script&gt;`,
  `${"x".repeat(100_000)}`
]

/** Every name and text of it is hostile. */
export const hostileHistory: ReadonlyArray<Event> = hostile.flatMap((text, index) => {
  const time = index * 10
  const other = hostile[(index + 1) % hostile.length] ?? ""
  const request = rpc({ id: text, method: text, params: { name: text, [text]: text } })
  return [
    at(time, { _tag: "Opened", via: text, from: text, to: `${other} server`, verb: text, headers: { [text]: text } }),
    at(time, { _tag: "Began", key: text, user: text, action: text, input: text }),
    sent(time, index * 3, text, `${other} server`, text, request, text),
    at(time + 1, { _tag: "Answered", via: text, status: 500, headers: { [text]: text } }),
    arrived(time + 2, index * 3),
    sent(time + 3, index * 3 + 1, `${other} server`, text, text, text),
    at(time + 3, { _tag: "Lost", message: index * 3 + 1, why: text }),
    at(time + 4, { _tag: "Struck", on: text, fault: { _tag: "ClockJump", millis: 5 } }),
    at(time + 4, { _tag: "Noted", host: text, text }),
    at(time + 5, { _tag: "Ran", host: `${other} server`, key: text, detail: text }),
    at(time + 6, { _tag: "Closed", via: text, why: text }),
    at(time + 7, { _tag: "Ended", key: text, outcome: "Defect", detail: text })
  ]
})

/** So many calls of three clients, one after the other: six events each. */
export const long = (calls: number): ReadonlyArray<Event> =>
  Array.from({ length: calls }, (_, index): ReadonlyArray<Event> => {
    const client = `client-${index % 3}`
    const time = index * 7
    const key = `k${index}`
    return [
      at(time, { _tag: "Began", key, user: client, action: "add", input: index }),
      sent(time, index * 2, client, "server", `line of ${client}`, call(index, "add", key)),
      arrived(time + 2, index * 2),
      sent(time + 3, index * 2 + 1, "server", client, `line of ${client}`, rpc({ id: index, result: { key } })),
      arrived(time + 5, index * 2 + 1),
      at(time + 5, { _tag: "Ended", key, outcome: "Success", detail: key })
    ]
  }).flat()
