/*
 * Modules that the builder supplies, as text: they end up in artifacts, so their bytes must not hang on how this Hall
 * itself was compiled. What they export is typed in src/skill/.
 */

/** `wcp-hall/skill`, as a skill's code gets it. It only hands on what it is given. */
export const SKILL_ENTRY = `
export const defineSkill = (skill) => skill;
export const defineTool = (tool) => tool;
const base64 = (data) => (typeof data === "string" ? data : Buffer.from(data).toString("base64"));
export const text = (text) => ({ type: "text", text });
export const image = (data, mimeType) => ({ type: "image", data: base64(data), mimeType });
export const audio = (data, mimeType) => ({ type: "audio", data: base64(data), mimeType });
export const link = (uri, name, more) => ({ type: "resource_link", uri, name, ...more });
export function content(blocks, structured) {
  const list = Array.isArray(blocks) ? blocks : [blocks];
  const shown = list.map((block) => (typeof block === "string" ? text(block) : block));
  return structured === undefined ? { content: shown } : { content: shown, structured };
}
`;

/**
 * Makes the handler of one tool of a code-first skill. The author's zod parses input and output again: so defaults and
 * transforms do their work, and a refinement that JSON Schema can't say still holds. What it finds is told as places and
 * codes, never as values.
 */
export const HANDLER = `
async function fitted(schema, value, what) {
  if (typeof schema?.safeParseAsync !== "function") return value;
  const { success, data, error } = await schema.safeParseAsync(value);
  if (success) return data;
  const places = error.issues.map(({ path, code }) => (path.join(".") || "the whole") + " (" + code + ")");
  throw new TypeError("the " + what + " doesn't fit the skill's own schema: " + places.join(", "));
}
export function handlerOf(skill, name) {
  const { handler, input_schema, output_schema, output } = skill.tools.find((tool) => tool.name === name);
  return async (input, context) => {
    const answer = await handler(await fitted(input_schema, input, "input"), context);
    if (output_schema === undefined) return answer;
    if (output !== "content") return fitted(output_schema, answer, "output");
    return { ...answer, structured: await fitted(output_schema, answer.structured, "structured output") };
  };
}
`;
