/**
 * The tools of the fixture server that change what it offers while it runs: each adds a component for as long as its
 * call takes, so that clients that listen hear of a changed list.
 */
import { Catalog, Prompt, Registry, Tool } from "@parley/mcp"
import * as Effect from "effect/Effect"

const ToolChange = Tool.make("test_trigger_tool_change", { description: "Adds a tool and removes it again" })

const PromptChange = Tool.make("test_trigger_prompt_change", { description: "Adds a prompt and removes it again" })

const passingTool = Tool.serve(
  "test_passing_tool",
  { description: "Is there for a moment" },
  () => Effect.succeed("You were quick")
)

const passingPrompt = Prompt.serve(
  "test_passing_prompt",
  { description: "Is there for a moment" },
  () => Effect.succeed("You were quick")
)

/** The tools. */
export const Changes = Catalog.make("conformance-changes").add(ToolChange, PromptChange)

/** Their handlers. */
export const ChangesLive = Changes.layer({
  tools: {
    test_trigger_tool_change: () =>
      Effect.as(Effect.orDie(Registry.add(passingTool, { onDuplicate: "replace" })), "The list of tools has changed"),
    test_trigger_prompt_change: () =>
      Effect.as(
        Effect.orDie(Registry.add(passingPrompt, { onDuplicate: "replace" })),
        "The list of prompts has changed"
      )
  }
})
