import type { Json, JsonObject } from "../protocol/canonical.js";
import { catalogEntity } from "../protocol/catalog.js";
import type { ToolDefinition } from "../protocol/skill.js";
import { isObject } from "./message.js";
import { answerOf, jsonContents, type Reading, type ResourceProvider, variableIn } from "./provider.js";

const WORKERS = "wrk://workers";
const WORKER = `${WORKERS}/`;
const CATALOG = "cap://catalog";
const CAPABILITY = `${CATALOG}/`;
const mimeType = "application/json";

/** `wrk://`: the skills behind the tools that the caller can see. */
export const ownWorkers: ResourceProvider = {
  list: async (reading) => [
    {
      uri: WORKERS,
      name: "workers",
      title: "Workers",
      description:
        "The skills behind the tools that you can see, with their versions and whether each may run.",
      mimeType,
    },
    ...skillsOf(await reading.tools()).map((id) => ({
      uri: WORKER + encodeURIComponent(id),
      name: id,
      description: `The skill ${id}: its version, its tools, and whether it may run.`,
      mimeType,
    })),
  ],
  templates: [
    {
      uriTemplate: `${WORKER}{id}`,
      name: "worker",
      title: "One worker",
      description: "One of the skills that you can see, by its id (namespace/name, percent-encoded).",
      mimeType,
    },
  ],
  async read(uri, reading) {
    const id = variableIn(uri, WORKER);
    if (uri !== WORKERS && id === undefined) return undefined;
    const workers = await readWorkers(reading);
    if (uri === WORKERS) return jsonContents(uri, { workers });
    const one = workers.find((worker) => worker["id"] === id);
    return one === undefined ? undefined : jsonContents(uri, one);
  },
  changesWith: () => "tools",
  complete: async (_template, _variable, reading) => skillsOf(await reading.tools()),
};

/** `cap://`: the capabilities of the tools that the caller can see, as the public catalogue describes them. */
export const ownCapabilities: ResourceProvider = {
  list: async (reading) => [
    {
      uri: CATALOG,
      name: "capabilities",
      title: "Capabilities",
      description: "What can be asked of the tools that you can see, and which tools answer it.",
      mimeType,
    },
    ...capabilitiesOf(await reading.tools()).map((id) => ({
      uri: CAPABILITY + encodeURIComponent(id),
      name: id,
      description: `The capability ${id} and the tools of yours that serve it.`,
      mimeType,
    })),
  ],
  templates: [
    {
      uriTemplate: `${CAPABILITY}{id}`,
      name: "capability",
      title: "One capability",
      description: "One of the capabilities of the tools that you can see, by its id.",
      mimeType,
    },
  ],
  async read(uri, reading) {
    const id = variableIn(uri, CAPABILITY);
    if (uri !== CATALOG && id === undefined) return undefined;
    answerOf(await reading.call("hall_standing", {})); // the read is decided and recorded like any other
    const tools = await reading.tools();
    const ids = capabilitiesOf(tools);
    if (uri === CATALOG) return jsonContents(uri, { capabilities: ids.map((one) => describe(one, tools)) });
    return id !== undefined && ids.includes(id) ? jsonContents(uri, describe(id, tools)) : undefined;
  },
  changesWith: () => "tools",
  complete: async (_template, _variable, reading) => capabilitiesOf(await reading.tools()),
};

const HALL = "hall"; // the skill id of the Hall's own tools, which no skill is behind

function skillsOf(tools: readonly ToolDefinition[]): readonly string[] {
  return distinct(tools.map((tool) => tool.skill_id));
}

/** The capabilities of a caller's tools, without the Hall's own. */
export function capabilitiesOf(tools: readonly ToolDefinition[]): readonly string[] {
  return distinct(tools.filter((tool) => tool.skill_id !== HALL).map((tool) => tool.capability_id));
}

function distinct(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)].filter((id) => id !== HALL).sort();
}

/** What stands behind the caller's tools, as the Hall's own hall_standing tells it. */
async function readWorkers(reading: Reading): Promise<readonly JsonObject[]> {
  const answer = answerOf(await reading.call("hall_standing", {}));
  const definitions = new Map((await reading.tools()).map((tool) => [tool.name, tool]));
  const workers = new Map<string, { version: Json; may_run: boolean; tools: Json[] }>();
  for (const entry of isObject(answer) && Array.isArray(answer["tools"]) ? answer["tools"] : []) {
    const { tool, skill_id, version = null, may_run } = entry as Readonly<Record<string, Json>>;
    const worker = workers.get(String(skill_id)) ?? { version, may_run: true, tools: [] };
    worker.may_run &&= may_run === true;
    const { title = null, capability_id = null } = definitions.get(String(tool)) ?? {};
    worker.tools.push({ name: String(tool), title, capability_id });
    workers.set(String(skill_id), worker);
  }
  return [...workers].map(([id, worker]) => ({ id, ...worker }));
}

function describe(id: string, tools: readonly ToolDefinition[]): JsonObject {
  const { name = null, tags = [], risk_tier = null } = catalogEntity(id) ?? {};
  const serving = tools.filter((tool) => tool.capability_id === id);
  return {
    id,
    name,
    tags,
    risk_tier,
    tools: serving.map((tool) => ({ name: tool.name, title: tool.title, skill_id: tool.skill_id })),
  };
}
