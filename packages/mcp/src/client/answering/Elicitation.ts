/**
 * Asking the user, as a service: what a program does when a server asks for a form or for a visit to a URL. Provide it to
 * `McpClient.layer`, and the client declares what it can do and answers in both eras. Nothing is shown to anybody here, no
 * URL is opened or fetched (ELU-19, ELU-20), and users have the last word: that is the program's part.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as FormAnswer from "../../contract/FormAnswer.ts"
import type { ElicitValue, PrimitiveSchema, RequestedSchema } from "../../schema/Elicitation.ts"
import type { Asker } from "./Asker.ts"

/**
 * What a user has filled in, by the name of the field.
 *
 * @category models
 * @since 0.1.0
 */
export type Content = FormAnswer.Content

/**
 * A form to fill in.
 *
 * @category models
 * @since 0.1.0
 */
export interface FormQuestion {
  /** Who asks; show it (ELS-02). */
  readonly from: Asker
  /** Why, for the user. */
  readonly message: string
  /** The fields, in the order in which they are to be shown. */
  readonly requestedSchema: RequestedSchema
  /** What the fields that have a default start with (ELF-04). */
  readonly defaults: Content
  /** Checks what was filled in against the fields, with a sentence for what does not fit (ELF-05). */
  readonly check: (content: Content) => Result.Result<Content, string>
}

/**
 * Something about a URL that its reader should be warned of: it is not encrypted; its domain has letters that may be taken
 * for others (ELU-24); it holds a user name, which may be taken for the domain.
 *
 * @category models
 * @since 0.1.0
 */
export type Warning = "NotEncrypted" | "Punycode" | "UserName"

/**
 * A URL to visit. It is an absolute `http` or `https` URL; questions with others do not get here (ELU-18).
 *
 * @category models
 * @since 0.1.0
 */
export interface VisitQuestion {
  /** Who asks; show it (ELS-02). */
  readonly from: Asker
  /** Why, for the user. */
  readonly message: string
  /** The whole URL, to be shown before anything is opened (ELU-21). */
  readonly url: string
  /** The host of the URL, to be highlighted (ELU-13, ELU-23). */
  readonly domain: string
  readonly warnings: ReadonlyArray<Warning>
  /** The name of the visit, where the revision has names. It says nothing (ELU-04). */
  readonly elicitationId: string | undefined
  /**
   * Completes once the server says that the visit is done. Not all servers say so, and only one revision can, so offer
   * the user another way to go on (ELU-08, ELU-12).
   */
  readonly completed: Effect.Effect<void>
}

/**
 * The user's answer. To accept a visit is to agree to go there.
 *
 * @category models
 * @since 0.1.0
 */
export type Answer =
  | { readonly action: "accept"; readonly content?: Content }
  | { readonly action: "decline" }
  | { readonly action: "cancel" }

/**
 * The user has filled in the form, or agrees to the visit.
 *
 * @category answers
 * @since 0.1.0
 */
export const accept = (content?: Content): Answer =>
  content === undefined ? { action: "accept" } : { action: "accept", content }

/**
 * The user does not want to.
 *
 * @category answers
 * @since 0.1.0
 */
export const decline: Answer = { action: "decline" }

/**
 * The user has gone away without a decision.
 *
 * @category answers
 * @since 0.1.0
 */
export const cancel: Answer = { action: "cancel" }

/** Asks the user to fill in a form. */
type AskForm<R> = (question: FormQuestion) => Effect.Effect<Answer, unknown, R>

/**
 * Asks the user to visit a URL. In the stateless era the server's request goes on once this completes, so complete it
 * when the user has come back.
 */
type AskVisit<R> = (question: VisitQuestion) => Effect.Effect<Answer, unknown, R>

interface Settings<R> {
  /**
   * Whether fields that the user left empty take their defaults (ELF-04). Default: `true`. Set it to `false` where the form
   * is shown with its defaults filled in, so that an empty field is the user's wish.
   */
  readonly fillDefaults?: boolean
  /**
   * Asked beside the visits that a request waits for (`-32042`), once the user has agreed to them: whether to send the
   * request again now (`true`), or to give it up (`false`). Default: the server's word that the visits are done is waited for.
   */
  readonly goOn?: (visits: ReadonlyArray<VisitQuestion>) => Effect.Effect<boolean, unknown, R>
  /** How long visits are waited for before the request fails. Default: 10 minutes. */
  readonly visitTimeout?: Duration.Input
}

/**
 * What {@link layer} is made of: at least one of the two modes (ELI-04). A handler that fails with an `RpcError` answers with
 * it in the session era; any other failure is logged, and the server is told no more than that there is no answer. Each may
 * require services of its own: `F` those of forms, `U` those of visits, `G` those of `goOn`.
 *
 * @category models
 * @since 0.1.0
 */
export type Handlers<F = never, U = never, G = never> =
  & Settings<G>
  & (
    | { readonly form: AskForm<F>; readonly url?: AskVisit<U> }
    | { readonly form?: AskForm<F>; readonly url: AskVisit<U> }
  )

/**
 * How the user is asked. Each mode that is there is declared to servers (ELI-01 to ELI-03).
 *
 * @category services
 * @since 0.1.0
 */
export class Elicitation extends Context.Service<Elicitation, {
  readonly form: AskForm<never> | undefined
  readonly url: AskVisit<never> | undefined
  readonly goOn: ((visits: ReadonlyArray<VisitQuestion>) => Effect.Effect<boolean, unknown>) | undefined
  readonly fillDefaults: boolean
  readonly visitTimeoutMillis: number
}>()("@parley/mcp/client/answering/Elicitation") {}

const providing =
  <R>(context: Context.Context<R>) =>
  <Q, A, R1 extends R>(handler: ((question: Q) => Effect.Effect<A, unknown, R1>) | undefined) =>
    handler && ((question: Q) => Effect.provideContext(handler(question), context))

/**
 * Answers the questions to the user with handlers, which run in the context that the layer is built in.
 *
 * @example
 * ```ts
 * import { Elicitation, McpClient } from "@parley/mcp"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const Answers = Elicitation.layer({
 *   form: ({ message }) => Effect.succeed(message === "Go on?" ? Elicitation.accept({ sure: true }) : Elicitation.decline),
 *   url: () => Effect.succeed(Elicitation.cancel)
 * })
 *
 * export const ClientLive = McpClient.layer({ name: "me", version: "1.0.0" }).pipe(Layer.provide(Answers))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = <F = never, U = never, G = never>(
  { fillDefaults = true, form, goOn, url, visitTimeout = "10 minutes" }: Handlers<F, U, G>
): Layer.Layer<Elicitation, never, F | U | G> =>
  Layer.effect(
    Elicitation,
    Effect.map(Effect.context<F | U | G>(), (context) => {
      const provide = providing(context)
      return {
        form: provide(form),
        url: provide(url),
        goOn: provide(goOn),
        fillDefaults,
        visitTimeoutMillis: Duration.toMillis(visitTimeout)
      }
    })
  )

const isAllowed = (field: PrimitiveSchema, value: ElicitValue): boolean =>
  Result.isSuccess(FormAnswer.check({ type: "object", properties: { field } }, { field: value }))

/**
 * What the fields of a form start with. A default that its own field does not allow, such as an empty e-mail address, is
 * none.
 *
 * @category forms
 * @since 0.1.0
 */
export const defaultsOf = ({ properties }: RequestedSchema): Content =>
  Object.fromEntries(
    Object.entries(properties).flatMap(([name, field]) =>
      field.default === undefined || !isAllowed(field, field.default) ? [] : [[name, field.default]]
    )
  )

/**
 * Checks what was filled in against a form; the failure is a sentence.
 *
 * @category forms
 * @since 0.1.0
 */
export const check: (requestedSchema: RequestedSchema, content: Content) => Result.Result<Content, string> =
  FormAnswer.check

/**
 * What a reader of a URL should be warned of; nothing is known of a text that is no URL.
 *
 * @category urls
 * @since 0.1.0
 */
export const warningsOf = (url: string): ReadonlyArray<Warning> => {
  if (!URL.canParse(url)) return []
  const { hostname, protocol, username } = new URL(url)
  const isPunycode = hostname.split(".").some((label) => label.startsWith("xn--"))
  return [
    ...(protocol === "https:" ? [] : ["NotEncrypted" as const]),
    ...(isPunycode ? ["Punycode" as const] : []),
    ...(username === "" ? [] : ["UserName" as const])
  ]
}
