/**
 * The lists that servers have: what each is read with, and what servers say when it has changed. Nothing is read here.
 *
 * @since 0.1.0
 */
import type { LastKnown, ListKind } from "./Client.ts"

/**
 * A list that is read by itself. Those of resources and of their templates change together.
 *
 * @category models
 * @since 0.1.0
 */
export type List = keyof LastKnown

/**
 * The method that reads each list.
 *
 * @category constants
 * @since 0.1.0
 */
export const methods = {
  tools: "tools/list",
  resources: "resources/list",
  resourceTemplates: "resources/templates/list",
  prompts: "prompts/list"
} as const satisfies { readonly [L in List]: string }

/**
 * The lists that change together.
 *
 * @category constants
 * @since 0.1.0
 */
export const ofKind: { readonly [K in ListKind]: ReadonlyArray<List> } = {
  tools: ["tools"],
  resources: ["resources", "resourceTemplates"],
  prompts: ["prompts"]
}

const kinds: { readonly [method: string]: ListKind | undefined } = {
  "notifications/tools/list_changed": "tools",
  "notifications/resources/list_changed": "resources",
  "notifications/prompts/list_changed": "prompts"
}

/**
 * What has changed, when a notification says so.
 *
 * @category getters
 * @since 0.1.0
 */
export const kindChangedBy = (method: string): ListKind | undefined => kinds[method]

/**
 * The lists that have changed, when a notification says so; none otherwise.
 *
 * @category getters
 * @since 0.1.0
 */
export const changedBy = (method: string): ReadonlyArray<List> => {
  const kind = kinds[method]
  return kind === undefined ? [] : ofKind[kind]
}
