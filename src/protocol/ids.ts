import { z } from "zod";

/** Strict WCP identifier (wcp.md 1.1): 2 to 4 segments, at most 64 characters. */
const WCP_ID = /^(?:cap|wrk|ctrl|pol|prof|evt)(?:\.[a-z0-9]+(?:-[a-z0-9]+)*){1,3}$/;
const NAMESPACE = /^(?:x|org)\.[a-z0-9]+(?:-[a-z0-9]+)*$/;
const SKILL_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const TOOL_NAME = /^[a-zA-Z0-9_-]{1,48}$/;

const wcpId = (prefix: string) =>
  z
    .string()
    .max(64)
    .refine((id) => id.startsWith(`${prefix}.`) && WCP_ID.test(id), {
      error: `expected an id like ${prefix}.domain.name: lower case, digits and hyphens, 2 to 4 segments`,
    });

export const CapabilityIdSchema = wcpId("cap");
export const SpeciesIdSchema = wcpId("wrk");
export const ControlIdSchema = wcpId("ctrl");

/** `x.<name>` or `org.<name>`: who answers for a skill (wcp.md 1.1). */
export const NamespaceSchema = z
  .string()
  .max(64)
  .regex(NAMESPACE, { error: "expected x.<name> or org.<name>, lower case, digits and hyphens" });

export const SkillNameSchema = z
  .string()
  .max(48)
  .regex(SKILL_NAME, { error: "expected lower case letters, digits and single hyphens" });

export const ToolNameSchema = z
  .string()
  .regex(TOOL_NAME, { error: "expected 1 to 48 of a-z, A-Z, 0-9, _ and -" })
  .refine((name) => !name.startsWith("hall_"), { error: "names beginning with hall_ are the Hall's own" });

/** Canonical spelling of a control id for membership tests: `_` becomes `-` (wcp.md 1.3). Output keeps the caller's. */
export function canonicalControl(id: string): string {
  return id.replaceAll("_", "-");
}

/** `org.acme/notes` from its parts. */
export function skillId(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** The parts of `org.acme/notes`, or undefined when it isn't a skill id. */
export function parseSkillId(id: string): { namespace: string; name: string } | undefined {
  const [namespace, name, rest] = id.split("/");
  if (namespace === undefined || name === undefined || rest !== undefined) return undefined;
  return NAMESPACE.test(namespace) && SKILL_NAME.test(name) ? { namespace, name } : undefined;
}
