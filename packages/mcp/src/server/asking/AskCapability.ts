/**
 * Which capability of the client a question needs, and whether the client has declared it (MET-06, INI-18, ELI-05, SMP-04).
 * Pure; sending is elsewhere.
 *
 * @since 0.1.0
 */
import type { Method } from "../../contract/AskError.ts"
import { isObject } from "../../jsonrpc/Message.ts"
import type { Revision } from "../../revision/Revision.ts"
import type { ClientCapabilities } from "../../schema/Capabilities.ts"

/** Before there was a capability for it, a server could name the context as it liked. */
const hasContext = (revision: Revision): boolean => {
  const { sampling } = revision.encode.clientCapabilities({ sampling: { context: {} } })
  return isObject(sampling) && sampling.context !== undefined
}

const forSampling = (revision: Revision, params: object): ClientCapabilities => {
  const { includeContext = "none", toolChoice, tools } = params as { readonly [key: string]: unknown }
  return {
    sampling: {
      ...(tools === undefined && toolChoice === undefined ? {} : { tools: {} }),
      ...(includeContext === "none" || !hasContext(revision) ? {} : { context: {} })
    }
  }
}

/**
 * The capabilities that a question needs.
 *
 * @category queries
 * @since 0.1.0
 */
export const required = (revision: Revision, method: Method, params: object): ClientCapabilities => {
  switch (method) {
    case "sampling/createMessage":
      return forSampling(revision, params)
    case "elicitation/create":
      return { elicitation: "mode" in params && params.mode === "url" ? { url: {} } : {} }
    case "roots/list":
      return { roots: {} }
  }
}

type Elicitation = ClientCapabilities["elicitation"]

/** An empty object means forms (ELI-03). */
const isElicitable = (needs: Elicitation, has: Elicitation): boolean => {
  if (needs === undefined) return true
  if (has === undefined) return false
  return needs.url === undefined ? has.form !== undefined || has.url === undefined : has.url !== undefined
}

type Sampling = ClientCapabilities["sampling"]

const isSamplable = (needs: Sampling, has: Sampling): boolean =>
  needs === undefined || has !== undefined &&
    (needs.tools === undefined || has.tools !== undefined) &&
    (needs.context === undefined || has.context !== undefined)

/**
 * Whether a client has the capabilities that a question needs.
 *
 * @category queries
 * @since 0.1.0
 */
export const isDeclared = (needs: ClientCapabilities, has: ClientCapabilities): boolean =>
  (needs.roots === undefined || has.roots !== undefined) &&
  isElicitable(needs.elicitation, has.elicitation) &&
  isSamplable(needs.sampling, has.sampling)

/**
 * Whether a client can be asked anything at all.
 *
 * @category queries
 * @since 0.1.0
 */
export const isAskable = ({ elicitation, roots, sampling }: ClientCapabilities): boolean =>
  elicitation !== undefined || sampling !== undefined || roots !== undefined
