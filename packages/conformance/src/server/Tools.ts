/**
 * The tools of the fixture server, under the names and with the results that the official conformance suite asks for.
 * Those that ask the client are in `Questions.ts` and `InputRequired.ts`, those that change lists in `Changes.ts`.
 */
import { Catalog, ClientLog, ClientStream, Content, McpRequest, Progress, RpcError, Tool } from "@parley/mcp"
import * as ErrorCode from "@parley/mcp/jsonrpc/ErrorCode"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { png, wav } from "./Media.ts"

const SimpleText = Tool.make("test_simple_text", { description: "Returns a line of text" })

const ImageContent = Tool.make("test_image_content", { description: "Returns an image" })

const AudioContent = Tool.make("test_audio_content", { description: "Returns a sound" })

const EmbeddedResource = Tool.make("test_embedded_resource", { description: "Returns a resource inside the result" })

const MultipleContentTypes = Tool.make("test_multiple_content_types", {
  description: "Returns text, an image and a resource together"
})

const ErrorHandling = Tool.make("test_error_handling", { description: "Always fails, in a way the model can read" })

const WithLogging = Tool.make("test_tool_with_logging", { description: "Sends three log messages while it runs" })

const LoggingTool = Tool.make("test_logging_tool", { description: "Logs to the client of the request" })

const WithProgress = Tool.make("test_tool_with_progress", { description: "Reports progress three times" })

const Reconnection = Tool.make("test_reconnection", {
  description: "Gives its connection up before it answers, for the client to come back"
})

const MissingCapability = Tool.make("test_missing_capability", {
  description: "Works only for clients that declare sampling"
})

const StreamingElicitation = Tool.make("test_streaming_elicitation", {
  description: "Answers without a request of its own on the response stream"
})

const JsonSchema202012 = Tool.dynamic("json_schema_2020_12_tool", {
  description: "Has an input schema written with the wider vocabulary of JSON Schema 2020-12",
  inputSchema: {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    $defs: {
      address: {
        $anchor: "addressDef",
        type: "object",
        properties: { street: { type: "string" }, city: { type: "string" } }
      }
    },
    properties: {
      name: { type: "string" },
      address: { $ref: "#/$defs/address" },
      contactMethod: { type: "string", enum: ["phone", "email"] },
      phone: { type: "string" },
      email: { type: "string" }
    },
    allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
    if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
    then: { required: ["phone"] },
    else: { required: ["email"] },
    additionalProperties: false
  }
})

const MirroredHeader = Tool.make("test_x_mcp_header", {
  description: "Has a parameter that clients mirror in the header Mcp-Param-Region",
  parameters: { region: Schema.optionalKey(Tool.header("Region", Schema.String)) }
})

/** The tools. */
export const Tools = Catalog.make("conformance-tools").add(
  SimpleText,
  ImageContent,
  AudioContent,
  EmbeddedResource,
  MultipleContentTypes,
  ErrorHandling,
  WithLogging,
  LoggingTool,
  WithProgress,
  Reconnection,
  MissingCapability,
  StreamingElicitation,
  JsonSchema202012,
  MirroredHeader
)

/** The suite wants to see messages that come one after the other, while the call is running. */
const pause = Effect.sleep("50 millis")

const withLogging = Effect.gen(function*() {
  yield* ClientLog.info("Tool execution started")
  yield* pause
  yield* ClientLog.info("Tool processing data")
  yield* pause
  yield* ClientLog.info("Tool execution completed")
  return "Three messages were logged"
})

const withProgress = Effect.gen(function*() {
  yield* Progress.report({ progress: 0, total: 100 })
  yield* pause
  yield* Progress.report({ progress: 50, total: 100 })
  yield* pause
  yield* Progress.report({ progress: 100, total: 100 })
  return "Progress was reported three times"
})

const missingCapability = Effect.gen(function*() {
  const { clientCapabilities } = yield* McpRequest
  if (clientCapabilities.sampling === undefined) {
    return yield* RpcError.make(
      ErrorCode.MissingClientCapability,
      "The client must declare sampling",
      { requiredCapabilities: { sampling: {} } }
    )
  }
  return "The client declares sampling"
})

/** Their handlers. */
export const ToolsLive = Tools.layer({
  tools: {
    test_simple_text: () => Effect.succeed("This is a simple text response for testing."),
    test_image_content: () => Effect.succeed(Content.image(png, "image/png")),
    test_audio_content: () => Effect.succeed(Content.audio(wav, "audio/wav")),
    test_embedded_resource: () =>
      Effect.succeed(
        Content.resource("test://embedded-resource", "This is an embedded resource content.", "text/plain")
      ),
    test_multiple_content_types: () =>
      Effect.succeed([
        Content.text("Multiple content types test:"),
        Content.image(png, "image/png"),
        Content.resource(
          "test://mixed-content-resource",
          JSON.stringify({ test: "data", value: 123 }),
          "application/json"
        )
      ]),
    test_error_handling: () => Effect.fail(Tool.fail("This tool intentionally returns an error for testing")),
    test_tool_with_logging: () => withLogging,
    test_logging_tool: () => Effect.as(ClientLog.info("Logged through the request"), "One message was logged"),
    test_tool_with_progress: () => withProgress,
    test_reconnection: () =>
      ClientStream.pause({ retryMillis: 500 }).pipe(
        Effect.andThen(pause),
        Effect.as("The answer was sent after the connection was given up")
      ),
    test_missing_capability: () => missingCapability,
    test_streaming_elicitation: () => Effect.succeed("Nothing was asked on the stream"),
    test_x_mcp_header: ({ region }) => Effect.succeed(`The region is ${region ?? "not given"}`),
    json_schema_2020_12_tool: (args) => Effect.succeed(JSON.stringify(args))
  }
})
