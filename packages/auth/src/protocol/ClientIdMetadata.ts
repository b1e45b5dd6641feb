/**
 * Client id metadata documents: a client whose id is the URL of a document about it, which authorization servers fetch.
 * Such an id is the same at every authorization server (ARG-19). Here are the document to be served there, and what its URL
 * has to be like; serving it is for whoever owns the URL.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import * as DynamicRegistration from "./DynamicRegistration.ts"

/**
 * A document.
 *
 * @category models
 * @since 0.1.0
 */
export interface Document extends DynamicRegistration.ClientMetadata {
  /** The URL of the document itself. */
  readonly client_id: string
}

/**
 * What the document is made of.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Where the document is served. */
  readonly url: string
  readonly clientName: string
  /** Everywhere that people may be sent back to. */
  readonly redirectUris: ReadonlyArray<string>
  /** Further members; they do not replace those that are required. */
  readonly extra?: { readonly [name: string]: unknown } | undefined
}

/**
 * What keeps a text from being a client id of this kind (ARG-05, ARG-06): it is https, has a path, and neither user, nor
 * fragment, nor dot segments. Since it is compared to the letter, and fetched as a URL, it is to be written as URLs are
 * when they have been parsed. `undefined`: nothing.
 *
 * @category checks
 * @since 0.1.0
 */
export const problemOf = (clientId: string): string | undefined => {
  if (!URL.canParse(clientId)) return "it is no absolute URL"
  const { hash, href, password, pathname, protocol, username } = new URL(clientId)
  if (protocol !== "https:") return "it is not https"
  if (username !== "" || password !== "") return "it has a user name in it"
  if (hash !== "" || clientId.includes("#")) return "it has a fragment"
  if (pathname === "/") return "it has no path"
  return href === clientId ? undefined : `it is to be written ${href}`
}

/**
 * The document for a URL (ARG-07, ARG-08), as public clients are described: no secret can be agreed on in public. Fails
 * with what is wrong with the URL.
 *
 * @category constructors
 * @since 0.1.0
 */
export const document = (options: Options): Result.Result<Document, string> => {
  const problem = problemOf(options.url)
  if (problem !== undefined) return Result.fail(problem)
  return Result.succeed({
    ...options.extra,
    client_id: options.url,
    client_name: options.clientName,
    redirect_uris: options.redirectUris,
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
    application_type: DynamicRegistration.applicationTypeOf(options.redirectUris)
  })
}
