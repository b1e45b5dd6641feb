/** All trials, in the order in which they are run. A module of this folder is a family of them. */
import type { Trial } from "../Trial.ts"
import { bundles } from "./bundles.ts"
import { calls } from "./calls.ts"
import { churn } from "./churn.ts"
import { client } from "./client.ts"
import { coldStart } from "./coldStart.ts"
import { idleSessions } from "./idleSessions.ts"
import { inProcess } from "./inProcess.ts"
import { listening } from "./listening.ts"
import { lists } from "./lists.ts"
import { stdio } from "./stdio.ts"
import { streams } from "./streams.ts"
import { types } from "./types.ts"

/** What `npm run bench` measures. */
export const trials: ReadonlyArray<Trial> = [
  ...calls,
  ...stdio,
  ...lists,
  ...streams,
  ...churn,
  ...listening,
  ...idleSessions,
  ...inProcess,
  ...client,
  ...coldStart,
  ...bundles,
  ...types
]
