import type { Json, JsonObject } from "../protocol/canonical.js";
import type { ManifestPath } from "./problem.js";

/** What is wrong at a place of a manifest. */
type Problem = { readonly path: ManifestPath; readonly message: string; readonly remedy: string };

/** Tool names become file names in the artifact, which differ by more than case and begin with no hyphen (formats.md). */
export function toolNameProblems(value: Json): Problem[] {
  const problems: Problem[] = [];
  const spelled = new Map<string, string>();
  toolsOf(value).forEach(({ name }, i) => {
    if (typeof name !== "string") return;
    const path = ["tools", i, "name"];
    const other = spelled.get(name.toLowerCase());
    if (name.startsWith("-"))
      problems.push({
        path,
        message: `${name} begins with a hyphen`,
        remedy: "Begin it with a letter, digit or _",
      });
    if (other !== undefined && other !== name)
      problems.push({
        path,
        message: `${name} is ${other} but for case`,
        remedy: "Choose another name for one",
      });
    spelled.set(name.toLowerCase(), name);
  });
  return problems;
}

/** The tools as far as they have a shape; the others keep their index as empty objects. */
export function toolsOf(value: Json): readonly JsonObject[] {
  const tools = isObject(value) ? value["tools"] : undefined;
  return Array.isArray(tools) ? (tools as readonly Json[]).map((tool) => (isObject(tool) ? tool : {})) : [];
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
