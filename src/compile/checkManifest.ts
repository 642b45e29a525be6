import { canonicalJson, deepFreeze, type Json } from "../protocol/canonical.js";
import { catalogEntity } from "../protocol/catalog.js";
import { canonicalControl } from "../protocol/ids.js";
import { ManifestSchema, type SkillManifest } from "../protocol/skill.js";
import { crossCheck } from "./crossCheck.js";
import { shapeProblems } from "./manifestShape.js";
import { checkPlain } from "./plain.js";
import type { Problem } from "./problem.js";
import { lowestPolicyTier, raiseRisk } from "./raise.js";
import { compileSchema } from "./toolSchema.js";

/** A manifest in force, with what its author should know; or everything that is wrong with it. */
export type CheckedManifest =
  | { readonly manifest: SkillManifest; readonly warnings: readonly Problem[] }
  | { readonly problems: readonly Problem[] };

/** The members that say how dangerous a skill is, read on their own so that this is judged with everything else. */
const DangerSchema = ManifestSchema.pick({
  risk_tier: true,
  policy_tier: true,
  blast_radius: true,
  privilege_envelope: true,
  capabilities: true,
  worker: true,
}).strip();

/**
 * Checks the parsed value of skill.yaml (hall.md, A skill) and reports every problem at once. The manifest that comes
 * out has its defaults filled in, its risk and blast raised and its schemas compiled; checking that again gives the same.
 * Never throws, whatever the value.
 */
export function checkManifest(value: unknown): CheckedManifest {
  const plain = checkPlain(value);
  if (plain.length > 0) return { problems: plain };
  const draft = JSON.parse(canonicalJson(value)) as Json;
  const parsed = ManifestSchema.safeParse(draft);
  const shape = parsed.success ? [] : shapeProblems(parsed.error.issues, draft);
  const problems = [...shape, ...crossCheck(draft), ...checkTier(draft)];
  if (!parsed.success || problems.length > 0) return { problems };
  const { worker, tools, ...rest } = parsed.data;
  const { reasons, ...raised } = raiseRisk(parsed.data);
  const manifest: SkillManifest = {
    ...rest,
    ...raised,
    worker: { id: worker.id ?? `${rest.namespace}.${rest.name}`, species: worker.species },
    tools: tools.map(({ output_schema, ...tool }) => ({
      ...tool,
      input_schema: compileSchema(tool.input_schema, "input"),
      ...(output_schema === undefined ? {} : { output_schema: compileSchema(output_schema, "output") }),
    })),
  };
  return { manifest: deepFreeze(manifest), warnings: warningsOf(manifest, rest.risk_tier, reasons) };
}

/** A policy tier below what the raised risk allows is refused (policy.md, Policy tiers). */
function checkTier(draft: Json): Problem[] {
  const parsed = DangerSchema.safeParse(draft);
  if (!parsed.success) return [];
  const { risk_tier, reasons } = raiseRisk(parsed.data);
  const lowest = lowestPolicyTier(risk_tier);
  if (parsed.data.policy_tier >= lowest) return [];
  const because = reasons.length === 0 ? "" : `, because ${reasons.join("; ")}`;
  return [
    {
      path: ["policy_tier"],
      message: `is below L${lowest}, the lowest for risk ${risk_tier}${because}`,
      remedy: `Write policy_tier: ${lowest}, and have that tier's controls in place`,
    },
  ];
}

function warningsOf(manifest: SkillManifest, declared: string, reasons: readonly string[]): Problem[] {
  const ids: readonly (readonly [Problem["path"], string])[] = [
    [["worker", "species"], manifest.worker.species],
    ...manifest.capabilities.map((id, i) => [["capabilities", i], id] as const),
    ...manifest.required_controls.map((id, i) => [["required_controls", i], id] as const),
    ...manifest.currently_implements.map((id, i) => [["currently_implements", i], id] as const),
  ];
  const implemented = new Set(manifest.currently_implements.map(canonicalControl));
  const used = new Set(manifest.tools.map((tool) => tool.capability));
  const raised: Problem[] =
    reasons.length === 0
      ? []
      : [
          {
            path: ["risk_tier"],
            message: `counts as ${manifest.risk_tier} instead of ${declared}: ${reasons.join("; ")}`,
            remedy: `Write risk_tier: ${manifest.risk_tier}`,
          },
        ];
  return [
    ...raised,
    ...uncatalogued(ids),
    ...manifest.tools.flatMap(({ name, examples }, i) =>
      examples.length > 0
        ? []
        : [
            {
              path: ["tools", i, "examples"],
              message: `${name} has no example, and certifying asks for one`,
              remedy: "Write one: { name, input, output }",
            },
          ],
    ),
    ...manifest.required_controls.flatMap((id, i) =>
      implemented.has(canonicalControl(id)) || catalogEntity(id)?.enforcement_point === "hall"
        ? []
        : [
            {
              path: ["required_controls", i],
              message: `the worker doesn't implement ${id} itself, so calls are denied where the Hall doesn't provide it`,
              remedy:
                "Add it to currently_implements if the handler does it, or make sure the Hall provides it",
            },
          ],
    ),
    ...manifest.capabilities.flatMap((id, i) =>
      used.has(id)
        ? []
        : [
            {
              path: ["capabilities", i],
              message: `no tool uses ${id}`,
              remedy: "Remove it, or give it to a tool",
            },
          ],
    ),
  ];
}

/** Ids of one's own are common, so they take one line together, at the first of them. */
function uncatalogued(ids: readonly (readonly [Problem["path"], string])[]): Problem[] {
  const unknown = ids.filter(([, id]) => catalogEntity(id) === undefined);
  const [first] = unknown;
  if (first === undefined) return [];
  const named = [...new Set(unknown.map(([, id]) => id))];
  const [are, their] = named.length === 1 ? ["isn't", "its"] : ["aren't", "their"];
  return [
    {
      path: first[0],
      message: `${named.join(", ")} ${are} in the WCP catalogue, so nothing is known of ${their} risk`,
      remedy: "Nothing to do if the spelling is right: new ids are allowed",
    },
  ];
}
