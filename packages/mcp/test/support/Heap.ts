/** The heap after everything that can go is gone. */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

setFlagsFromString("--expose-gc")

const collect: () => void = runInNewContext("gc")

/** Bytes of the heap that are still held. Twice, because finalizers free more. */
export const heldBytes = (): number => {
  collect()
  collect()
  return process.memoryUsage().heapUsed
}
