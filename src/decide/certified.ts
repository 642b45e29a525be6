import type { SkillFacts } from "../protocol/facts.js";
import { ATTEST_CODES } from "../protocol/package.js";
import type { Refusal } from "./case.js";
import { isHostCode } from "./definition.js";
import { refuse } from "./refuse.js";

/** A trusted publisher's certificate covers the bytes that will run (formats.md, Artifact and certificate). */
export function checkCertificate(skill: SkillFacts): Refusal | undefined {
  const { certificate } = skill;
  if (certificate === "valid" || isHostCode(skill)) return undefined;
  return refuse(certificate === "expired" ? "DENY_CERTIFICATE_EXPIRED" : "DENY_NOT_CERTIFIED");
}

/** The package's attestation fits those bytes (wcp.md 7.4); what can't be read counts as missing. */
export function checkAttestation(skill: SkillFacts): Refusal | undefined {
  if (isHostCode(skill)) return undefined;
  const { attestation } = skill;
  if (typeof attestation !== "object" || attestation === null) return refuse("ATTEST_MANIFEST_MISSING");
  if (attestation.ok === true) return undefined;
  const { code } = attestation;
  return refuse(ATTEST_CODES.includes(code) ? code : "ATTEST_MANIFEST_MISSING");
}
