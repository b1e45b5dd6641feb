/**
 * Asking the client in the middle of a handler: its user (forms and URLs), its model (sampling), its roots. In the session
 * era this is a request of the server, sent on the call's own stream. In the stateless era the handler stops there, the
 * client gets the question as the result of its request, and when it sends the request again with the answer, the handler
 * runs from its beginning with the answers that are known. Write it so that this does no harm: what must happen once goes
 * into {@link once}, and what varies from run to run (the time, a random number) too, because an answer is good for the
 * question that was shown, word by word. Progress and logs are said again in every run.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { RpcError } from "../jsonrpc/RpcError.ts"
import * as Rpc from "../jsonrpc/RpcError.ts"
import type { ServerRequests } from "../revision/Methods.ts"
import type { ElicitParams, ElicitResult, ElicitUrlParams } from "../schema/Elicitation.ts"
import type { ListRootsResult } from "../schema/Roots.ts"
import type { CreateMessageParams, CreateMessageResult } from "../schema/Sampling.ts"
import { AskError, Cancelled, Declined, InvalidAnswer, type Method, type SendOptions } from "./AskError.ts"
import * as Form from "./Form.ts"
import * as FormAnswer from "./FormAnswer.ts"
import { McpRequest } from "./McpRequest.ts"
import * as SamplingMessages from "./SamplingMessages.ts"
import * as Step from "./Step.ts"

export * from "./AskError.ts"

/**
 * How long a question may wait for its answer when it does not say so itself. Provide it to a handler, or to the layer
 * of its handlers. Default: as long as the request lives; in a session over HTTP, whose client may go away without a word,
 * `sessionIdleMillis` of `SessionLimits` (10 minutes).
 *
 * @category references
 * @since 0.1.0
 */
export const Timeout: Context.Reference<Duration.Input | undefined> = Context.Reference<Duration.Input | undefined>(
  "@parley/mcp/contract/Ask/Timeout",
  { defaultValue: () => undefined }
)

/**
 * What may be said of a question beside the question.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /**
   * The name of the question in input-required results; two questions of one request need two names. Default: made of
   * the question's text.
   */
  readonly key?: string
  /**
   * How long to wait for the answer; then the question fails with `TimedOut`. In the stateless era nobody waits, and it
   * is looked at when the answer comes. Default: {@link Timeout}.
   */
  readonly timeout?: Duration.Input
}

const sendOptions = (options: Options, fallback: Duration.Input | undefined): SendOptions => {
  const timeout = options.timeout ?? fallback
  return { key: options.key, timeoutMillis: timeout === undefined ? undefined : Duration.toMillis(timeout) }
}

/** A mistake of the author's, which ends the handler before the client is asked anything. */
const mistaken = (message: string): Effect.Effect<never> => Effect.die(new TypeError(message))

/** What a user is sent to is a URL (ELU-02). */
const mistakeInVisit = ({ url }: Pick<ElicitUrlParams, "url">): string | undefined =>
  URL.canParse(url) ? undefined : "A question of the mode \"url\" needs a URL"

const ask = <M extends Method>(
  method: M,
  params: ServerRequests[M]["params"],
  options: Options = {}
): Effect.Effect<ServerRequests[M]["result"], AskError, McpRequest> =>
  Effect.flatMap(
    McpRequest,
    (request) => Effect.flatMap(Timeout, (timeout) => request.ask(method, params, sendOptions(options, timeout)))
  )

const askUser = (params: ElicitParams, options?: Options): Effect.Effect<ElicitResult, AskError, McpRequest> => {
  if (params.mode !== "url") return ask("elicitation/create", params, options)
  const mistake = mistakeInVisit(params)
  if (mistake !== undefined) return mistaken(mistake)
  const asked = ask("elicitation/create", params, options)
  const { elicitationId } = params
  return elicitationId === undefined
    ? asked
    : Effect.andThen(Effect.map(McpRequest, (request) => request.visits().expect(elicitationId)), asked)
}

const fail = (reason: AskError["reason"]): Effect.Effect<never, AskError> => Effect.fail(new AskError({ reason }))

/** The answer of a user who accepted. */
const accepted = (result: ElicitResult): Effect.Effect<ElicitResult, AskError> => {
  switch (result.action) {
    case "accept":
      return Effect.succeed(result)
    case "decline":
      return fail(new Declined())
    case "cancel":
      return fail(new Cancelled())
  }
}

/**
 * Asks the client's model for a message (`sampling/createMessage`). Tools in it need a client that declares
 * `sampling.tools` (SMP-04), context of other servers one that declares `sampling.context` (SMP-07); otherwise it fails as
 * `Unsupported`. Messages that use tools have each use answered in the message after it, by results alone (SMP-08 to
 * SMP-12); any others are a defect.
 *
 * @example
 * ```ts
 * import { Ask } from "@parley/mcp"
 *
 * export const haiku = Ask.sample({
 *   messages: [{ role: "user", content: { type: "text", text: "A haiku about nets" } }],
 *   maxTokens: 100
 * })
 * ```
 *
 * @category asking
 * @since 0.1.0
 */
export const sample = (
  params: CreateMessageParams,
  options?: Options
): Effect.Effect<CreateMessageResult, AskError, McpRequest> =>
  Effect.suspend(() => {
    const mistake = SamplingMessages.mistakeIn(params.messages)
    return mistake === undefined ? ask("sampling/createMessage", params, options) : mistaken(mistake)
  })

/**
 * Asks the user (`elicitation/create`) with params written out as the specification has them. That the user declined is
 * an answer here; the content of an accepted form is checked against its schema, and fails as `InvalidAnswer` where it does
 * not fit (ELF-06). Prefer {@link form} and {@link url}.
 *
 * @category asking
 * @since 0.1.0
 */
export const elicit = (
  params: ElicitParams,
  options?: Options
): Effect.Effect<ElicitResult, AskError, McpRequest> =>
  Effect.flatMap(askUser(params, options), (result) => {
    if (params.mode === "url" || result.action !== "accept") return Effect.succeed(result)
    const checked = FormAnswer.check(params.requestedSchema, result.content ?? {})
    return Result.isFailure(checked)
      ? fail(new InvalidAnswer({ message: checked.failure }))
      : Effect.succeed({ ...result, content: checked.success })
  })

/**
 * Asks the user to fill in a form, and gives what the form's schema describes. It fails with `Declined` or `Cancelled` when
 * the user does not want to, and with `InvalidAnswer` when the answer does not fit the form (ELF-06). Never ask for
 * secrets with it (ELI-11): that is what {@link url} is for.
 *
 * @example
 * ```ts
 * import { Ask } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 * import * as Schema from "effect/Schema"
 *
 * export const confirm = Ask.form({ sure: Schema.Boolean }, "Delete 3 files?").pipe(
 *   Effect.map(({ sure }) => sure),
 *   Effect.catchReason("AskError", "Declined", () => Effect.succeed(false))
 * )
 * ```
 *
 * @category asking
 * @since 0.1.0
 */
export const form = <const F extends Form.Input>(
  fields: F & Form.Check<F>,
  message: string,
  options?: Options
): Effect.Effect<Form.TypeOf<F>, AskError, McpRequest> =>
  Effect.suspend(() => {
    // What `Check` adds to the type is for the compiler alone.
    const made = Form.fromInput(fields as Form.Input)
    // A form that cannot be asked is a mistake of the author's, and nothing that a handler could do something about.
    if (Result.isFailure(made)) return Effect.die(new Form.InvalidForm({ message: made.failure }))
    const { decode, requestedSchema } = made.success
    return askUser({ mode: "form", message, requestedSchema }, options).pipe(
      Effect.flatMap(accepted),
      Effect.flatMap(({ content = {} }) => {
        const decoded = decode(content)
        return Result.isFailure(decoded)
          ? fail(new InvalidAnswer({ message: decoded.failure }))
          // The form was made of the schema that the type speaks of.
          : Effect.succeed(decoded.success as Form.TypeOf<F>)
      })
    )
  })

/**
 * A visit that the user is asked to make.
 *
 * @category models
 * @since 0.1.0
 */
export interface Visit {
  /** Why, for the user. */
  readonly message: string
  /** Where to; no secrets and no sign-in inside (ELU-14, ELU-15), and HTTPS outside of development (ELU-17). */
  readonly url: string
  /** Names the visit where the revision wants a name, unique within the server. Default: a random one. */
  readonly elicitationId?: string
}

/**
 * Asks the user to visit a URL (URL mode, for clients that declare `elicitation.url`), for what must not pass through the
 * client: passwords, payments, other services' authorization. It succeeds when the user agrees to go there, which does not
 * say that the visit is done (ELU-12). It fails with `Declined` or `Cancelled` otherwise.
 *
 * @category asking
 * @since 0.1.0
 */
export const url = (visit: Visit, options?: Options): Effect.Effect<void, AskError, McpRequest> =>
  Effect.asVoid(Effect.flatMap(askUser({ mode: "url", ...visit }, options), accepted))

/**
 * Says that this request cannot go on before the user has visited some URLs. Where the revision has an error for that
 * (`-32042`, ELU-09), the request fails with it, and the client sends it again after the visits; elsewhere it asks for one
 * visit after the other, and succeeds when the user has agreed to all. Look first whether the visits were made, and again
 * after this.
 *
 * @category asking
 * @since 0.1.0
 */
export const urlRequired = (
  visits: ReadonlyArray<Visit & { readonly elicitationId: string }>
): Effect.Effect<void, AskError | RpcError, McpRequest> =>
  Effect.flatMap(McpRequest, (request): Effect.Effect<void, AskError | RpcError, McpRequest> => {
    const { clientCapabilities } = request
    const { expect, requiredCode: code } = request.visits()
    if (code === undefined || clientCapabilities.elicitation?.url === undefined) {
      return Effect.forEach(visits, (visit) => url(visit), { discard: true })
    }
    const mistake = visits.map(mistakeInVisit).find((found) => found !== undefined)
    if (mistake !== undefined) return mistaken(mistake)
    for (const { elicitationId } of visits) expect(elicitationId)
    const elicitations = visits.map((visit) => ({ mode: "url", ...visit }))
    return Effect.fail(Rpc.make(code, "A URL must be visited first", { elicitations }))
  })

/**
 * Tells the client that the visit with this id is done (`notifications/elicitation/complete`, ELU-05), on the stream of
 * the request that the handler serves. Who learns of it outside of a request tells `Registry.visited`. Revisions that have no
 * such message need none, and nothing is sent.
 *
 * @category asking
 * @since 0.1.0
 */
export const visited = (elicitationId: string): Effect.Effect<void, never, McpRequest> =>
  Effect.flatMap(McpRequest, (request) => request.visits().complete(elicitationId))

/**
 * Asks for the client's roots (`roots/list`).
 *
 * @category asking
 * @since 0.1.0
 */
export const roots: Effect.Effect<ListRootsResult, AskError, McpRequest> = ask("roots/list", {})

/**
 * Asks for the client's roots (`roots/list`), with options.
 *
 * @category asking
 * @since 0.1.0
 */
export const rootsWith = (options: Options): Effect.Effect<ListRootsResult, AskError, McpRequest> =>
  ask("roots/list", {}, options)

/**
 * Runs an effect once for a request, however often the handler is run again because of questions after it: its outcome is
 * sealed into the state that the client brings back. The schema writes the outcome as JSON; an effect that can fail needs
 * one for its failures too. In the session era, where nothing is run again, the effect just runs. Questions inside of it
 * are possible, but then what comes before them is repeated.
 *
 * @example
 * ```ts
 * import { Ask } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 * import * as Schema from "effect/Schema"
 *
 * const charge = Effect.succeed("receipt 1")
 *
 * export const receipt = Ask.once("charge", charge, Schema.String)
 * ```
 *
 * @category replay
 * @since 0.1.0
 */
export const once = <A, E, R>(
  key: string,
  effect: Effect.Effect<A, E, R>,
  schemas: Step.Schemas<A, E>
): Effect.Effect<A, E, R | McpRequest> =>
  Effect.flatMap(McpRequest, (request) => request.once(key, effect, Step.codec<A, E>(schemas)))
