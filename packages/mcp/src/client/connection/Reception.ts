/**
 * The receiving end of one link: what `Inbound.ts` has to know of the link that a message came in on. It is there before
 * the link is, because messages may come as soon as that is open.
 *
 * @since 0.1.0
 */
import type { Revision } from "../../revision/Revision.ts"
import type { Link } from "../../transport/ClientTransport.ts"
import type { Asker } from "../answering/Asker.ts"
import * as ServerRequests from "../answering/ServerRequests.ts"
import type { ServerFacts } from "./ServerFacts.ts"

/**
 * One link that messages come in on. Only the functions of this file write to it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Reception {
  /** What answers go back on, once it is open. */
  link: Link | undefined
  /** The revision in force, once one is agreed. */
  revision: Revision | undefined
  /** Who the server says it is. */
  info: Asker["info"]
  /** What the server has asked on it. */
  readonly asked: ServerRequests.Open
}

/**
 * Of a link that is yet to be opened.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): Reception => ({ link: undefined, revision: undefined, info: undefined, asked: new Map() })

/**
 * The link is open.
 *
 * @category operations
 * @since 0.1.0
 */
export const opened = (reception: Reception, link: Link): void => {
  reception.link = link
}

/**
 * A revision is agreed on it.
 *
 * @category operations
 * @since 0.1.0
 */
export const agreed = (reception: Reception, { info, revision }: ServerFacts): void => {
  reception.revision = revision
  reception.info = info
}

/**
 * The link is gone: nobody would hear the answers to what was asked on it.
 *
 * @category operations
 * @since 0.1.0
 */
export const ended = ({ asked }: Reception): void => ServerRequests.withdrawAll(asked)
