/**
 * The text and file parts of `effect/ai` as content blocks, and telling by its schema whether a tool gives such parts.
 * The modules of `effect/ai` are not loaded for it.
 *
 * @since 0.1.0
 */
import type * as Prompt from "effect/ai/Prompt"
import type * as SchemaAST from "effect/SchemaAST"
import type { AnySchema } from "../../contract/ParameterSchema.ts"
import type { ContentBlock } from "../../schema/Content.ts"
import { isPartBrand } from "./EffectInternals.ts"
import * as FileContent from "./FileContent.ts"
import * as ResultContent from "./ResultContent.ts"

const isPart = (ast: SchemaAST.AST): boolean => {
  if (ast._tag === "Union") return ast.types.length > 0 && ast.types.every(isPart)
  return ast._tag === "Objects" && ast.propertySignatures.some(({ name }) => isPartBrand(name))
}

/**
 * Whether a schema describes parts and nothing else: one part, a choice of parts, or a list of them.
 *
 * @category guards
 * @since 0.1.0
 */
export const isParts = ({ ast }: AnySchema): boolean => {
  if (ast._tag !== "Arrays") return isPart(ast)
  const members = [...ast.elements, ...ast.rest]
  return members.length > 0 && members.every(isPart)
}

type Part = Prompt.ToolModelOutputPart

const blockOf = (part: Part): ContentBlock => {
  switch (part.type) {
    case "file":
      return FileContent.fromFile(part)
    case "text":
      return { type: "text", text: part.text }
    default:
      // Parts of a model's response (reasoning, sources, calls) have no block of their own.
      return { type: "text", text: ResultContent.textOf(part) ?? "" }
  }
}

/**
 * The content blocks of a part, or of several.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toContent = (parts: Part | ReadonlyArray<Part>): ReadonlyArray<ContentBlock> =>
  // `isArray` by itself does not tell a readonly array apart.
  (Array.isArray as (value: unknown) => value is ReadonlyArray<Part>)(parts) ? parts.map(blockOf) : [blockOf(parts)]
