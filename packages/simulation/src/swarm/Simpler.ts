/**
 * The plans that are a little simpler than a plan: one value each is rounder, shorter, certain instead of likely, or not
 * there at all. What they have in common: whoever goes from plan to simpler plan comes to an end.
 *
 * @since 0.1.0
 */
import type { Distribution, Fault, Scheduled } from "../fault/Fault.ts"
import * as FaultSwarm from "./FaultSwarm.ts"
import type { Plan, PlannedClient, Step } from "./Plan.ts"
import { serverName } from "./Swarm.ts"

/** Rounder numbers that are not greater, the roundest first. */
const rounder = (value: number): ReadonlyArray<number> => {
  const found = [0]
  for (const unit of [1_000, 100, 10]) {
    const rounded = Math.floor(value / unit) * unit
    if (!found.includes(rounded)) found.push(rounded)
  }
  return value <= 0 ? [] : found.filter((rounded) => rounded < value)
}

const certain = <F extends Fault & { readonly probability: number }>(fault: F): ReadonlyArray<F> =>
  fault.probability === 1 ? [] : [{ ...fault, probability: 1 }]

const simplerDistribution = ({ leastMillis, mostMillis, tail }: Distribution): ReadonlyArray<Distribution> => [
  ...(tail === undefined ? [] : [{ leastMillis, mostMillis }]),
  ...(leastMillis === mostMillis
    ? []
    : [{ leastMillis: mostMillis, mostMillis, ...(tail === undefined ? {} : { tail }) }])
]

const simplerFault = (fault: Fault): ReadonlyArray<Fault> => {
  switch (fault._tag) {
    case "Latency":
      return simplerDistribution(fault.millis).map((millis) => ({ ...fault, millis }))
    case "Loss":
    case "Duplication":
    case "Reordering":
      return certain(fault)
    default:
      return []
  }
}

const simplerScheduled = (scheduled: Scheduled): ReadonlyArray<Scheduled> => [
  ...simplerFault(scheduled.fault).map((fault) => ({ ...scheduled, fault })),
  ...rounder(scheduled.atMillis).map((atMillis) => ({ ...scheduled, atMillis })),
  ...rounder(scheduled.lastsMillis).map((lastsMillis) => ({ ...scheduled, lastsMillis }))
]

const without = <A extends object, K extends keyof A>(value: A, key: K): Omit<A, K> => {
  const { [key]: _left, ...rest } = value
  return rest
}

const simplerClient = (client: PlannedClient): ReadonlyArray<PlannedClient> => [
  ...(client.principal === undefined ? [] : [without(client, "principal")]),
  ...(client.timeoutMillis === undefined ? [] : [without(client, "timeoutMillis")]),
  ...(client.leavesAtMillis === undefined
    ? []
    : [
      without(client, "leavesAtMillis"),
      ...rounder(client.leavesAtMillis).map((leavesAtMillis) => ({ ...client, leavesAtMillis }))
    ]),
  ...((client.versions?.length ?? 0) > 1 ? client.versions ?? [] : []).map((one) => ({ ...client, versions: [one] }))
]

const simplerStep = (step: Step): ReadonlyArray<Step> => [
  ...(step.interruptedAtMillis === undefined ? [] : [without(step, "interruptedAtMillis")]),
  ...rounder(step.atMillis).map((atMillis) => ({ ...step, atMillis }))
]

/** On a line there is neither policy nor balancer, and fewer faults make sense. */
const asLine = (plan: Plan): ReadonlyArray<Plan> => {
  const fitting = FaultSwarm.kindsOf("line")
  const isPossible = plan.server.way !== "line" && plan.server.replicas === undefined &&
    plan.faults.every(({ fault }) => fitting.includes(fault._tag))
  const { policy: _none, sessions: _neither, ...server } = plan.server
  const clients = plan.clients.map((client) => without(client, "principal"))
  return isPossible ? [{ ...plan, server: { ...server, way: "line" }, clients }] : []
}

const onOneHost = (plan: Plan): ReadonlyArray<Plan> => {
  if (plan.server.replicas === undefined) return []
  const faults = plan.faults.map((fault) =>
    fault.on.startsWith(`${serverName}-`) ? { ...fault, on: serverName } : fault
  )
  return [{ ...plan, server: without(plan.server, "replicas"), faults }]
}

const simplerPolicy = (plan: Plan): ReadonlyArray<Plan> => {
  const { policy, ...server } = plan.server
  if (policy === undefined) return []
  // A policy is drawn as a plain object, and has no other keys than those of its type.
  const keys = Object.keys(policy) as ReadonlyArray<keyof typeof policy>
  const fewer = keys.length > 1
    ? keys.map((key) => ({ ...plan, server: { ...server, policy: without(policy, key) } }))
    : []
  return [{ ...plan, server }, ...fewer]
}

const usualSessions = (plan: Plan): ReadonlyArray<Plan> =>
  plan.server.sessions === undefined ? [] : [{ ...plan, server: without(plan.server, "sessions") }]

const simplerVersions = (plan: Plan): ReadonlyArray<Plan> =>
  plan.server.versions === undefined ? [] : [{ ...plan, server: without(plan.server, "versions") }]

/** The world heals in the first full second after which nothing more strikes or is begun. */
const healsSooner = (plan: Plan): ReadonlyArray<Plan> => {
  const ends = [
    ...plan.clients.map(({ leavesAtMillis = 0 }) => leavesAtMillis),
    ...plan.steps.map(({ atMillis, interruptedAtMillis = 0 }) => Math.max(atMillis, interruptedAtMillis)),
    ...plan.faults.map(({ atMillis, lastsMillis }) => atMillis + lastsMillis)
  ]
  const healAtMillis = Math.ceil((Math.max(0, ...ends) + 1) / 1_000) * 1_000
  return healAtMillis < plan.healAtMillis ? [{ ...plan, healAtMillis }] : []
}

/**
 * One place of a plan: gives the plans that are simpler there, the simplest first.
 *
 * @category models
 * @since 0.1.0
 */
export type Place = (plan: Plan) => ReadonlyArray<Plan>

/** The places of the items of a list. What is simpler there has as many items. */
const each = <A>(
  items: (plan: Plan) => ReadonlyArray<A>,
  put: (plan: Plan, items: ReadonlyArray<A>) => Plan,
  simpler: (item: A) => ReadonlyArray<A>
) =>
(plan: Plan): ReadonlyArray<Place> =>
  items(plan).map((_, index) => (now) =>
    items(now).slice(index, index + 1).flatMap(simpler).map((item) => put(now, items(now).with(index, item)))
  )

const ofFaults = each(({ faults }) => faults, (plan, faults) => ({ ...plan, faults }), simplerScheduled)
const ofClients = each(({ clients }) => clients, (plan, clients) => ({ ...plan, clients }), simplerClient)
const ofSteps = each(({ steps }) => steps, (plan, steps) => ({ ...plan, steps }), simplerStep)

/**
 * The places in which a plan may be made simpler. They are the same for all plans with as many faults, clients and steps.
 *
 * @category lookups
 * @since 0.1.0
 */
export const places = (plan: Plan): ReadonlyArray<Place> => [
  onOneHost,
  simplerPolicy,
  usualSessions,
  simplerVersions,
  asLine,
  ...ofFaults(plan),
  ...ofClients(plan),
  ...ofSteps(plan),
  healsSooner
]
