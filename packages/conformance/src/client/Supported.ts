/**
 * The names of the scenarios that the fixture client can play. Apart from what plays them, because looking a name up
 * must cost nothing.
 */

const supported = [
  "elicitation-sep1034-client-defaults",
  "http-custom-headers",
  "http-invalid-tool-headers",
  "http-standard-headers",
  "initialize",
  "json-schema-2020-12-preservation",
  "json-schema-ref-no-deref",
  "request-metadata",
  "sep-2322-client-request-state",
  "sse-retry",
  "tools_call"
] as const

/** A scenario that can be played. */
export type Supported = typeof supported[number]

/** Whether a scenario can be played. */
export const isSupported = (scenario: string): scenario is Supported => supported.some((name) => name === scenario)

/** Whether the server of a scenario is protected; those can be played, all of them. */
export const isProtected = (scenario: string): boolean => scenario.startsWith("auth/")
