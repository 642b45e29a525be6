/** `wcp-hall/skill`: what a code-first skill is written with. It depends on nothing and only collects. */

export { audio, type Content, type ContentBlock, content, image, link, text } from "./content.js";
export type { Context, Elicited, LogLevel } from "./context.js";
export {
  type Answer,
  type AnyTool,
  defineSkill,
  defineTool,
  type SkillDefinition,
  type ToolDefinition,
} from "./defineSkill.js";
export type { FromJsonSchema, Given, Json, JsonSchema, Parsed, Schema, Zod3, Zod4 } from "./schema.js";
