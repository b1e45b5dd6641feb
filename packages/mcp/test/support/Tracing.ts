/** A tracer that keeps its spans, and what can be read off them. */
import { assert } from "@effect/vitest"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"

export const tracing = () => {
  const spans: Array<Tracer.NativeSpan> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
  return { spans, layer: Layer.succeed(Tracer.Tracer, tracer) }
}

export const named = (spans: ReadonlyArray<Tracer.NativeSpan>, name: string) =>
  spans.find((span) => span.name === name) ?? assert.fail(`no "${name}" in ${spans.map((span) => span.name).join()}`)

export const attributesOf = (span: Tracer.NativeSpan): { readonly [name: string]: unknown } =>
  Object.fromEntries(span.attributes)

export const statusOf = (span: Tracer.NativeSpan) =>
  span.status._tag === "Ended" ? Exit.isSuccess(span.status.exit) ? "ok" : "error" : "open"

export const parentOf = (span: Tracer.NativeSpan) => Option.getOrUndefined(span.parent)
