import {
  answerOf,
  type PromptProvider,
  type Reading,
  type ResourceProvider,
  variableIn,
} from "../../../src/mcp/index.js";
import type { JsonObject } from "../../../src/protocol/canonical.js";
import type { ContentBlock } from "../../../src/protocol/content.js";

/** The resources that are tools of the fixture skill: each read is a governed call of one. */
const TOOLS: Readonly<Record<string, string>> = {
  "test://static-text": "static_text",
  "test://static-binary": "static_binary",
  "test://watched-resource": "watched_resource",
};
const TEMPLATE = "test://template/{id}/data";

export const fixtureResources: ResourceProvider = {
  list: async () =>
    Object.entries(TOOLS).map(([uri, name]) => ({ uri, name, description: `The fixture ${name}.` })),
  templates: [{ uriTemplate: TEMPLATE, name: "template_data", description: "The fixture template_data." }],
  async read(uri, reading) {
    const id = uri.endsWith("/data")
      ? variableIn(uri.slice(0, -"/data".length), "test://template/")
      : undefined;
    const tool = Object.hasOwn(TOOLS, uri) ? TOOLS[uri] : undefined;
    if (tool === undefined && id === undefined) return undefined;
    const blocks = await blocksOf(reading, tool ?? "template_data", id === undefined ? {} : { id });
    return blocks.flatMap((block) => (block.type === "resource" ? [block.resource] : []));
  },
};

const argument = (name: string) => ({ name, description: `The fixture's ${name}`, required: true });

/** The prompts that are tools of the fixture skill, which go without the suite's `test_`. */
export const fixturePrompts: PromptProvider = {
  prompts: [
    { name: "test_simple_prompt", description: "A prompt without arguments." },
    {
      name: "test_prompt_with_arguments",
      description: "A prompt with two arguments.",
      arguments: [argument("arg1"), argument("arg2")],
    },
    {
      name: "test_prompt_with_embedded_resource",
      description: "A prompt that embeds a resource.",
      arguments: [argument("resourceUri")],
    },
    { name: "test_prompt_with_image", description: "A prompt with an image." },
  ],
  async get(name, args, reading) {
    const blocks = await blocksOf(reading, name.replace(/^test_/, ""), args);
    return { messages: blocks.map((content) => ({ role: "user", content })) };
  },
};

async function blocksOf(reading: Reading, tool: string, args: JsonObject): Promise<readonly ContentBlock[]> {
  const outcome = await reading.call(tool, args);
  answerOf(outcome);
  return outcome.kind === "done" && outcome.content !== null ? outcome.content : [];
}
