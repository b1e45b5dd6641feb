/**
 * The fixture server for the official conformance suite: `npm run conformance:server` serves every fixture that the
 * library can honestly serve, for both eras, at `http://localhost:$PORT/mcp` (`PORT` is 3000 unless it is set; 0 takes
 * any free port). The one line on stdout is the URL, written when the server listens.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Catalog, McpServer } from "@parley/mcp"
import { NodeMcpServer } from "@parley/node"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Changes, ChangesLive } from "./Changes.ts"
import { InputRequired, InputRequiredLive } from "./InputRequired.ts"
import { Prompts, PromptsLive } from "./Prompts.ts"
import { Questions, QuestionsLive } from "./Questions.ts"
import { Resources, ResourcesLive } from "./Resources.ts"
import { Tools, ToolsLive } from "./Tools.ts"

const Fixtures = Catalog.merge(
  Catalog.merge(Catalog.merge(Tools, Changes), Catalog.merge(Questions, InputRequired)),
  Catalog.merge(Resources, Prompts)
)

const Server = McpServer.layer(Fixtures, {
  name: "parley-conformance-server",
  title: "Parley conformance fixtures",
  version: "0.1.0"
}).pipe(Layer.provide([ToolsLive, ChangesLive, QuestionsLive, InputRequiredLive, ResourcesLive, PromptsLive]))

/** Writes the URL where the server listens, by the name that the suite wants to see in it. */
const announce = Layer.effectDiscard(Effect.gen(function*() {
  const { url } = yield* NodeMcpServer.HttpAddress
  const address = yield* url
  yield* Effect.sync(() => process.stdout.write(`${address.replace("127.0.0.1", "localhost")}\n`))
}))

const Http = Layer.unwrap(Effect.map(
  Config.withDefault(Config.Int("PORT"), 3000),
  (port) => NodeMcpServer.layerHttp({ port })
))

NodeRuntime.runMain(Layer.launch(announce.pipe(Layer.provide(Server), Layer.provide(Http))))
