/*
 * The program that turns what a code-first module defines into a manifest, as text: it runs in the contained child
 * beside the author's code, never here. Nothing that comes out of it is believed; collected.ts reads it, and then the
 * manifest is checked like any other.
 */

/** The formats that the Hall checks itself; `FORMATS` of compile/, which is another room's. */
export const CHECKED_FORMATS = [
  ...["date", "time", "date-time", "duration", "email", "hostname", "ipv4", "ipv6"],
  ...["uri", "uri-reference", "uuid", "json-pointer"],
] as const;

/** Types that no JSON value stands for, by their names in zod 4 (zod 3 puts Zod before them), with what to write. */
const NOT_JSON = {
  date: "Take a string, z.iso.datetime() or z.string().datetime(), and make the Date in the handler",
  bigint: "Take a string of digits, and make the BigInt in the handler",
  map: "Use z.record()",
  set: "Use z.array(), and make the Set in the handler",
  ...Object.fromEntries(
    ["symbol", "undefined", "void", "nan", "custom", "function", "promise", "file", "transform"].map(
      (type) => [type, "Describe the JSON value that goes in or out, and convert in the handler"],
    ),
  ),
};

/** zod 4, by the author's own toJSONSchema, which drops what it can't say: so each schema is looked at as it passes. */
const ZOD4 = `
function fromZod4(schema, io, note) {
  const { major, minor, patch } = schema._zod.version ?? {};
  if (major !== 4)
    return note.problem([], "is a schema of zod " + major + ", which this Hall doesn't know", "Use zod 4 or 3");
  if (toJSONSchema === undefined)
    return note.problem([], "is a zod 4 schema, but the skill has no zod of its own", "Install zod in the skill's own node_modules");
  if (version.major !== 4 || version.minor !== minor || version.patch !== patch)
    return note.problem([], "was made by zod " + [major, minor, patch].join(".") + ", not by the skill's own " + [version.major, version.minor, version.patch].join("."), "Keep one zod in node_modules");
  const seen = []; // from the leaves up, as zod finishes them
  const look = ({ zodSchema, jsonSchema, path }) => {
    const { checks = [], pattern } = zodSchema._zod.def;
    spellFormat(jsonSchema, [pattern, ...checks.map((check) => check._zod.def.pattern)]);
    seen.unshift({ ...zodSchema._zod.def, path });
  };
  const json = toJSONSchema(schema, { io, target: "draft-2020-12", unrepresentable: "any", override: look });
  for (const { type, checks = [], values = [], path } of seen) {
    if (Object.hasOwn(NOT_JSON, type)) note.notJson(path, type);
    if (type === "literal" && values.some((value) => value === undefined || typeof value === "bigint"))
      note.problem(path, "has a literal that JSON can't say", "Use strings, numbers, booleans or null");
    if (checks.some((check) => check._zod.def.check === "custom")) note.refined(path);
    if (checks.some(({ _zod: { def } }) => def.format === "regex" && /[ims]/.test(def.pattern.flags)))
      note.problem(path, "has a pattern with flags, which JSON Schema hasn't", "Write the pattern without i, m and s, as [Aa] for a");
  }
  return json;
}

/** zod says a format twice, also as a pattern that may look around, and it has formats of its own. One is enough. */
function spellFormat(json, own) {
  const sources = own.map((pattern) => pattern?.source);
  if (json.format === undefined) return;
  delete json.contentEncoding;
  const patterns = json.pattern === undefined ? (json.allOf ?? []).map((part) => part.pattern) : [json.pattern];
  if (!CHECKED_FORMATS.includes(json.format)) {
    if (patterns.length > 0) delete json.format;
    return;
  }
  const others = patterns.filter((pattern) => !sources.includes(pattern));
  if (patterns.includes(undefined) || others.length === patterns.length) return;
  delete json.pattern;
  delete json.allOf;
  if (others.length === 1) json.pattern = others[0];
  if (others.length > 1) json.allOf = others.map((pattern) => ({ pattern }));
}
`;

/** zod 3, by zod-to-json-schema, which takes what it doesn't know for "anything". */
const ZOD3 = `
function fromZod3(schema, io, note) {
  const look = (def, { currentPath }, seen) => {
    const path = currentPath.slice(1);
    const type = def.typeName?.slice(3).toLowerCase();
    const effect = def.effect?.type;
    if (def.typeName === undefined) note.problem(path, "holds a schema that isn't of zod 3", "Keep one version of zod");
    if (Object.hasOwn(NOT_JSON, type)) note.notJson(path, type);
    if (effect === "refinement") note.refined(path);
    if (effect === "transform" && io === "output") note.notJson(path, effect);
    if (seen?.path.length < currentPath.length && seen.path.every((part, i) => part === currentPath[i]))
      note.problem(path, "is recursive, which zod 3 can't say in JSON Schema", "Use zod 4, or write JSON Schema with $defs");
    return ignoreOverride;
  };
  return modern(zodToJsonSchema(schema, { $refStrategy: "none", pipeStrategy: io, applyRegexFlags: true, override: look }));
}

/** Draft-07 as 2020-12 spells it: tuples. */
function modern(json) {
  if (Array.isArray(json)) return json.map(modern);
  if (typeof json !== "object" || json === null) return json;
  const { items, additionalItems, ...rest } = Object.fromEntries(Object.entries(json).map(([name, value]) => [name, modern(value)]));
  if (!Array.isArray(items)) return items === undefined ? rest : { ...rest, items };
  return { ...rest, prefixItems: items, ...(additionalItems === undefined ? {} : { items: additionalItems }) };
}
`;

/** Exports `collect(skill, file)`: gives {manifest, problems, warnings}. */
export const COLLECTOR = `
import { toJSONSchema, version } from "hall:zod4";
import { ignoreOverride, zodToJsonSchema } from "hall:zod3";

const NOT_JSON = ${JSON.stringify(NOT_JSON)};
const CHECKED_FORMATS = ${JSON.stringify(CHECKED_FORMATS)};
${ZOD4}${ZOD3}
export function collect(skill, file) {
  const problems = [];
  const warnings = [];
  const problem = (path, message, remedy) => void problems.push({ path, message, remedy });
  if (typeof skill !== "object" || skill === null || !Array.isArray(skill.tools)) {
    problem([], "its default export isn't a skill", "Write: export default defineSkill({ ..., tools: [...] })");
    return { manifest: null, problems, warnings };
  }
  const plain = (value, path) => {
    if (value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value)) return value;
    if (Array.isArray(value)) return value.map((item, i) => plain(item, [...path, i]));
    if (typeof value === "object" && [Object.prototype, null].includes(Object.getPrototypeOf(value)))
      return members(value, path);
    const what = typeof value === "object" ? "an object of a program" : typeof value === "number" ? String(value) : "a " + typeof value;
    problem(path, "is " + what + ", which a manifest can't hold", "Write plain JSON");
    return null;
  };
  const members = (value, path) =>
    Object.fromEntries(
      Object.entries(value).flatMap(([name, member]) =>
        member === undefined ? [] : [[name, plain(member, [...path, name])]],
      ),
    );
  const notes = (at) => ({
    problem: (path, message, remedy) => problem([...at, ...path], message, remedy),
    notJson: (path, type) =>
      problem([...at, ...path], "is a " + type + ", which JSON Schema can't say", NOT_JSON[type] ?? NOT_JSON.transform),
    refined: (path) =>
      warnings.push({
        path: [...at, ...path],
        message: "has a refinement, which JSON Schema can't say: callers don't see it, and the handler's own parse refuses what breaks it only when it runs",
        remedy: "Say it with a keyword or in the description where that is possible",
      }),
  });
  const schemaOf = (schema, io, at) => {
    const note = notes(at);
    try {
      const isObject = typeof schema === "object" && schema !== null;
      if (isObject && "_zod" in schema) return published(fromZod4(schema, io, note), at);
      if (isObject && /^Zod/.test(schema._def?.typeName)) return published(fromZod3(schema, io, note), at);
      if (typeof schema === "function" || (isObject && ("~standard" in schema || "_def" in schema)))
        return note.problem([], "is a schema of a library that this Hall doesn't know", "Use zod 4, zod 3 or JSON Schema");
    } catch (error) {
      return note.problem([], "can't be written as JSON Schema: " + String(error?.message), "Change that part, or write JSON Schema");
    }
    return plain(schema, at);
  };
  const published = (json, at) => {
    const { $schema, ...rest } = json ?? { type: "object" };
    return plain(rest, at);
  };
  const toolOf = (tool, i) => {
    const at = ["tools", i];
    if (typeof tool !== "object" || tool === null) return plain(tool, at);
    const { handler, input_schema, output_schema, ...rest } = tool;
    if (typeof handler !== "function")
      problem([...at, "handler"], "isn't a function", "Write: handler: async (input, context) => ...");
    return {
      ...members(rest, at),
      ...(input_schema === undefined ? {} : { input_schema: schemaOf(input_schema, "input", [...at, "input_schema"]) }),
      ...(output_schema === undefined ? {} : { output_schema: schemaOf(output_schema, "output", [...at, "output_schema"]) }),
      handler: file,
    };
  };
  const { tools, ...rest } = skill;
  return { manifest: { manifest_version: "1", ...members(rest, []), tools: tools.map(toolOf) }, problems, warnings };
}
`;
