import { timestamp } from "../protocol/clock.js";
import type { DenyCode } from "../protocol/deny.js";
import { readAttestation, readCertificate, readHeld } from "./answers.js";
import type { HallParts } from "./parts.js";
import type { Policy } from "./policy.js";
import type { HeldArtifact, InstalledTool } from "./skills.js";

/** An installed package whose bytes aren't what was certified. */
export type Unattested = { readonly skill_id: string; readonly version: string; readonly code: DenyCode };

/**
 * Attests each installed package, locally and without network (hall.md, Surfaces): its bytes can be read, and are
 * those of its certificate and attestation. Standing isn't asked, nor whether a certificate has run out: that is
 * denied call by call, and is no reason for everything else to stand still. Gives what fails, nothing before the
 * first apply.
 */
export async function attestInstalled(
  parts: Pick<HallParts, "ledger" | "policy" | "skills" | "gateParts" | "clock">,
): Promise<readonly Unattested[]> {
  const policy = (await parts.ledger.ready()) === null ? null : parts.policy();
  if (policy === null) return [];
  const packages = new Map(parts.skills.all().map((tool) => [tool.install.skill_id, tool]));
  const failures: Unattested[] = [];
  for (const tool of packages.values()) {
    const { skill_id, version } = tool.install;
    const code = await failureOf(parts, tool, policy);
    if (code !== undefined) failures.push({ skill_id, version, code });
  }
  return failures;
}

async function failureOf(
  { gateParts: { sources }, clock }: Pick<HallParts, "gateParts" | "clock">,
  tool: InstalledTool,
  policy: Policy,
): Promise<DenyCode | undefined> {
  try {
    const held = await heldOf(sources, tool);
    const attestation = readAttestation(await sources.attestation(tool, held));
    if (!attestation.ok && attestation.code !== "ATTEST_BANNED_HASH") return attestation.code;
    const now = timestamp(clock());
    return CERTIFICATES[readCertificate(await sources.certificate(tool, held, policy, now))];
  } catch {
    return "ATTEST_MANIFEST_MISSING"; // what can't be attested isn't (formats.md, a broken dependency)
  }
}

/** The bytes, or null when they are gone or no artifact: attestation and certificate say what that means. */
async function heldOf(
  sources: HallParts["gateParts"]["sources"],
  tool: InstalledTool,
): Promise<HeldArtifact | null> {
  try {
    return readHeld(await sources.held(tool));
  } catch {
    return null;
  }
}

const CERTIFICATES = {
  valid: undefined,
  missing: "DENY_NOT_CERTIFIED",
  invalid: "DENY_NOT_CERTIFIED",
  expired: undefined,
} as const;

/** What opening a home put right: it stood otherwise than the records say, so somebody or something changed it. */
export function repairNotice(what: string): string {
  return `Put right from the records, which said otherwise: ${what}. If nobody restored a backup, somebody edited the database: hall audit verify`;
}
