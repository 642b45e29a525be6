import type { Json } from "../protocol/canonical.js";
import type { Role } from "./keywordUse.js";
import { at } from "./manifestShape.js";
import { beneath, type Problem } from "./problem.js";
import { hiddenCharacter, REMOVE_HIDDEN } from "./text.js";
import { checkToolSchema } from "./toolSchema.js";

/**
 * What a manifest's members mean for each other, and what is in its texts and schemas. Reads any JSON, so that an author
 * learns all of it at once, also while other members have the wrong shape.
 */
export function crossCheck(draft: Json): Problem[] {
  return [
    ...checkTexts(draft),
    ...checkDuplicates(draft),
    ...checkWorker(draft),
    ...checkEgress(draft),
    ...list(at(draft, ["tools"])).flatMap((tool, i) => beneath(["tools", i], checkTool(tool, draft))),
  ];
}

function checkTexts(draft: Json): Problem[] {
  return [...checkText(draft, "title", "one line"), ...checkText(draft, "description", "many lines")];
}

function checkText(holder: Json, name: string, lines: "one line" | "many lines"): Problem[] {
  const text = at(holder, [name]);
  const hidden = typeof text === "string" ? hiddenCharacter(text, lines) : undefined;
  return hidden === undefined ? [] : [{ path: [name], message: hidden, remedy: REMOVE_HIDDEN }];
}

const LISTS = [
  "capabilities",
  "data_labels",
  "allowed_environments",
  "required_controls",
  "currently_implements",
  "audit_events",
];

function checkDuplicates(draft: Json): Problem[] {
  const tools = list(at(draft, ["tools"])).map((tool) => at(tool, ["name"]));
  return [
    ...LISTS.flatMap((name) =>
      repeated(list(at(draft, [name]))).map((i) => ({ path: [name, i], message: "stands here twice" })),
    ),
    ...repeated(tools).map((i) => ({
      path: ["tools", i, "name"],
      message: "is the name of another tool of this skill",
    })),
  ].map((problem) => ({
    ...problem,
    remedy: problem.path[0] === "tools" ? "Give each tool a name of its own" : "Remove one",
  }));
}

function repeated(values: readonly (Json | undefined)[]): number[] {
  return values.flatMap((value, i) => (typeof value === "string" && values.indexOf(value) < i ? [i] : []));
}

/** Trust goes by the worker's id (wcp.md 1.1), so it must lie in the skill's own namespace. */
function checkWorker(draft: Json): Problem[] {
  const [id, namespace] = [at(draft, ["worker", "id"]), at(draft, ["namespace"])];
  if (typeof id !== "string" || typeof namespace !== "string" || id.startsWith(`${namespace}.`)) return [];
  return [
    {
      path: ["worker", "id"],
      message: "lies outside the skill's namespace",
      remedy: `Leave it out, or begin it with ${namespace}.`,
    },
  ];
}

function checkEgress(draft: Json): Problem[] {
  const path = ["privilege_envelope", "egress"];
  const network = at(draft, ["privilege_envelope", "network_egress"]);
  const listed = at(draft, path) !== undefined;
  if (network === "allowlisted" && !listed) {
    return [
      {
        path,
        message: "is missing: network_egress is allowlisted",
        remedy: "Add egress: { allowlist: [api.example.com] }",
      },
    ];
  }
  if (network !== "allowlisted" && listed) {
    return [
      {
        path,
        message: "allows nothing unless network_egress is allowlisted",
        remedy: "Write network_egress: allowlisted, or remove egress",
      },
    ];
  }
  return [];
}

function checkTool(tool: Json, draft: Json): Problem[] {
  const capability = at(tool, ["capability"]);
  const capabilities = list(at(draft, ["capabilities"]));
  const problems = [
    ...checkText(tool, "description", "many lines"),
    ...checkSchema(tool, "input"),
    ...checkSchema(tool, "output"),
  ];
  if (typeof capability === "string" && !capabilities.includes(capability)) {
    problems.push({
      path: ["capability"],
      message: "isn't one of the skill's capabilities",
      remedy: `Add ${quote(capability)} to capabilities`,
    });
  }
  if (typeof capability === "string" && capability.startsWith("cap.hall.")) {
    problems.push({
      path: ["capability"],
      message: "is the Hall's own",
      remedy: "Choose a capability outside cap.hall",
    });
  }
  if (at(tool, ["name"]) === "__proto__") {
    problems.push({ path: ["name"], message: "is a name which programs misread", remedy: "Choose another" });
  }
  list(at(tool, ["examples"])).forEach((example, i) => {
    problems.push(...beneath(["examples", i], checkText(example, "name", "one line")));
  });
  return problems;
}

function checkSchema(tool: Json, role: Role): Problem[] {
  const schema = at(tool, [`${role}_schema`]);
  return typeof schema === "object" && schema !== null
    ? beneath([`${role}_schema`], checkToolSchema(schema, role))
    : [];
}

/** A foreign text in a sentence of ours. */
function quote(text: string): string {
  return JSON.stringify(text.slice(0, 64));
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
