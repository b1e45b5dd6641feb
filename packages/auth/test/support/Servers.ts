/**
 * One server and its authorization server, as grants are told of them; and what is to be found nowhere it could be seen.
 */
import { assert } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { AuthError } from "../../src/AuthError.ts"
import type { Dpop } from "../../src/dpop/Dpop.ts"
import type { Need } from "../../src/grant/Grant.ts"
import type { AuthorizationServerMetadata } from "../../src/metadata/AuthorizationServerMetadata.ts"
import type { Arrived } from "./FakeHttp.ts"

/** The server that tokens are needed for. */
export const resource = "https://mcp.example/mcp"

/** What is needed of an authorization server for it. */
export const needOf = (
  authorizationServer: AuthorizationServerMetadata,
  more: { readonly scopes?: ReadonlyArray<string>; readonly dpop?: Dpop } = {}
): Need => ({
  discovered: { resource, protectedResource: undefined, authorizationServer },
  scopes: more.scopes,
  dpop: more.dpop
})

/** The query of a request, or its form. */
export const sent = (request: Arrived | undefined): { readonly [name: string]: string } =>
  Object.fromEntries(
    request === undefined ? [] : request.method === "GET" ? request.url.searchParams : new URLSearchParams(request.body)
  )

/** The reason that an effect fails with, after it has been seen that no text of the failure holds any of the secrets. */
export const failure = <A, R>(
  effect: Effect.Effect<A, AuthError, R>,
  secrets: ReadonlyArray<string> = []
): Effect.Effect<AuthError["reason"], never, R> =>
  Effect.map(Effect.exit(effect), (exit) => {
    assert.isTrue(Exit.isFailure(exit), "it was to fail")
    const cause = Exit.isFailure(exit) ? exit.cause : Cause.empty
    const error = Cause.squash(cause)
    assert.instanceOf(error, AuthError, Cause.pretty(cause))
    const texts = [
      Cause.pretty(cause),
      String(error),
      JSON.stringify(error),
      JSON.stringify(cause),
      `${(error as Error).stack}`
    ]
    for (const secret of secrets) for (const text of texts) assert.notInclude(text, secret)
    return (error as AuthError).reason
  })
