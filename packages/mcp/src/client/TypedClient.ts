/**
 * A client derived from a catalog: a function for each tool, resource and prompt, with the types of the contract.
 * Arguments are encoded and results decoded by the contract's own schemas, whatever the revision made of them on the
 * way. It asks for nothing that the untyped client could not.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Catalog from "../contract/Catalog.ts"
import { type AnySchema, toJsonCodec } from "../contract/ParameterSchema.ts"
import type * as Prompt from "../contract/Prompt.ts"
import type * as Resource from "../contract/Resource.ts"
import type * as ResourceTemplate from "../contract/ResourceTemplate.ts"
import * as Tool from "../contract/Tool.ts"
import type * as UriTemplate from "../contract/UriTemplate.ts"
import { isObject, type Params } from "../jsonrpc/Message.ts"
import type { GetPromptResult } from "../schema/Prompt.ts"
import type { ReadResourceResult } from "../schema/Resource.ts"
import type { CallToolResult, Tool as ToolDefinition, ToolInputSchema } from "../schema/Tool.ts"
import type { Client, RequestOptions } from "./Client.ts"
import * as McpClientError from "./McpClientError.ts"
import type { ToolFailure } from "./ToolFailure.ts"
import * as ToolOutput from "./tools/ToolOutput.ts"

/** Arguments that may all be left out are themselves optional. */
type Arguments<Args> = {} extends Args ? [args?: Args, options?: RequestOptions]
  : [args: Args, options?: RequestOptions]

/**
 * What calling a tool gives: what its `success` schema describes, or the whole result when it has none.
 *
 * @category type-level
 * @since 0.1.0
 */
export type SuccessOf<T extends Tool.Any> = T["success"] extends AnySchema ? T["success"]["Type"] : CallToolResult

/**
 * The failure that a tool declares.
 *
 * @category type-level
 * @since 0.1.0
 */
export type FailureOf<T extends Tool.Any> = T["failure"] extends AnySchema ? T["failure"]["Type"] : never

/**
 * Calls a tool.
 *
 * @category models
 * @since 0.1.0
 */
export type CallTool<T extends Tool.Any> = (
  ...args: Arguments<T["parameters"]["Type"]>
) => Effect.Effect<SuccessOf<T>, ToolFailure<FailureOf<T>> | McpClientError.McpClientError>

/**
 * Reads a resource; that of a template takes the template's parameters.
 *
 * @category models
 * @since 0.1.0
 */
export type Read<C extends Resource.Any | ResourceTemplate.Any> = C extends ResourceTemplate.Any
  ? (...args: Arguments<C["params"]["Type"]>) => Effect.Effect<ReadResourceResult, McpClientError.McpClientError>
  : (options?: RequestOptions) => Effect.Effect<ReadResourceResult, McpClientError.McpClientError>

/**
 * Gets a prompt.
 *
 * @category models
 * @since 0.1.0
 */
export type GetPrompt<P extends Prompt.Any> = (
  ...args: Arguments<P["parameters"]["Type"]>
) => Effect.Effect<GetPromptResult, McpClientError.McpClientError>

type On<E extends Catalog.AnyEntry, K extends Catalog.Kind> = Extract<E, { readonly kind: K }>

type Method<C extends Catalog.Component> = C extends Tool.Any ? CallTool<C>
  : C extends Prompt.Any ? GetPrompt<C>
  : C extends Resource.Any | ResourceTemplate.Any ? Read<C>
  : never

type Shelf<E extends Catalog.AnyEntry, K extends Catalog.Kind> = {
  readonly [X in On<E, K> as X["name"]]: Method<X["component"]>
}

/**
 * The client of a catalog with the entries `E`.
 *
 * @category models
 * @since 0.1.0
 */
export interface TypedClient<E extends Catalog.AnyEntry> {
  readonly tools: Shelf<E, "tools">
  /** By URI, or by URI template. */
  readonly resources: Shelf<E, "resources">
  readonly prompts: Shelf<E, "prompts">
  /** The untyped client beneath. */
  readonly client: Client
}

type AnyMethod = (args?: unknown, options?: RequestOptions) => Effect.Effect<unknown, unknown>

/** Arguments to the JSON object that goes over the wire. */
const makeEncoder = (name: string, schema: AnySchema) => {
  const encode = Schema.encodeUnknownResult(toJsonCodec(schema))
  const invalid = (detail: string) =>
    Effect.fail(McpClientError.make(new McpClientError.InvalidArguments({ name, detail })))
  return (args: unknown): Effect.Effect<Params, McpClientError.McpClientError> => {
    const encoded = encode(args ?? {})
    if (Result.isFailure(encoded)) return invalid(encoded.failure.message)
    return isObject(encoded.success) ? Effect.succeed(encoded.success) : invalid("they are not an object")
  }
}

/** What the contract says of a tool, for a client that has not listed it. */
const declarationOf = (name: string, component: Tool.Any): ToolDefinition => {
  const { annotations } = component.presentation
  return {
    name,
    // That its root is an object is seen to where tools are served.
    inputSchema: Tool.inputSchemaOf(component) as ToolInputSchema,
    ...(annotations === undefined ? {} : { annotations })
  }
}

const tool = (client: Client, name: string, component: Tool.Any): AnyMethod => {
  const encode = makeEncoder(name, component.parameters)
  const read = ToolOutput.make(name, component)
  let declared: ToolDefinition | undefined
  return (args, options) =>
    Effect.flatMap(encode(args), (encoded) => {
      declared ??= declarationOf(name, component)
      return Effect.flatMap(
        client.callTool({ name, arguments: encoded }, { tool: declared, ...options }),
        (result) => read(result, client.server.revision)
      )
    })
}

/** Arguments of prompts are strings on the wire; the types of the contract say so. */
type Strings = { readonly [name: string]: string }

const prompt = (client: Client, name: string, component: Prompt.Any): AnyMethod => {
  const encode = makeEncoder(name, component.parameters)
  return (args, options) =>
    Effect.flatMap(encode(args), (encoded) => {
      // One that is there and undefined is null as JSON, and no string.
      const present = Object.entries(encoded).filter(([, value]) => value !== undefined && value !== null)
      return client.getPrompt({ name, arguments: Object.fromEntries(present) as Strings }, options)
    })
}

const template = (client: Client, name: string, component: ResourceTemplate.Any): AnyMethod => {
  const encode = makeEncoder(name, component.params)
  const parsed = component.operations.parse(component.uriTemplate)
  if (Result.isFailure(parsed)) {
    const error = McpClientError.make(new McpClientError.InvalidArguments({ name, detail: parsed.failure }))
    return () => Effect.fail(error)
  }
  return (args, options) =>
    Effect.flatMap(encode(args), (encoded) => {
      // What a template takes is texts, on the wire too; the types of the contract say so.
      const uri = component.operations.expand(parsed.success, encoded as UriTemplate.Values)
      return client.readResource(uri, options)
    })
}

const resource = (client: Client, { uri }: Resource.Any): AnyMethod => {
  // The only argument of a resource with a fixed URI is the options.
  return (options) => client.readResource(uri, options as RequestOptions | undefined)
}

const method = (client: Client, { component, name }: Catalog.AnyEntry): AnyMethod => {
  switch (component._tag) {
    case "Tool":
      return tool(client, name, component)
    case "Prompt":
      return prompt(client, name, component)
    case "ResourceTemplate":
      return template(client, name, component)
    case "Resource":
      return resource(client, component)
  }
}

/**
 * The typed client over an untyped one. Encoders and decoders are made here, once.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <Id extends string, E extends Catalog.AnyEntry>(
  client: Client,
  catalog: Catalog.Catalog<Id, E>
): TypedClient<E> => {
  const shelf = (kind: Catalog.Kind) =>
    Object.fromEntries(
      catalog.entries.filter((entry) => entry.kind === kind).map((entry) =>
        [entry.name, method(client, entry)] as const
      )
    )
  // `method` gives each entry the function that `Method` says; a record built from entries cannot show it.
  return { tools: shelf("tools"), resources: shelf("resources"), prompts: shelf("prompts"), client } as never
}
