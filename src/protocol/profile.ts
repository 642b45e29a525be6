import type { RiskTier } from "./request.js";

/** What a profile answers for a risk tier (policy.md, Profiles). */
export type TierAnswer = "allow" | "hold" | "deny";

/** A named governance posture (S004). Part of the policy document, whole, so the engine obeys the one in force. */
export type Profile = {
  readonly profile_id: string;
  readonly risk: Readonly<Record<RiskTier, TierAnswer>>;
  /** Gate score at and above which a call is held. */
  readonly blast_hold_at: number;
  readonly containment: "recorded" | "required";
  /** The weakest yes that a hold may ask for. */
  readonly approval: "confirm" | "approve";
};

const DEV_PERMISSIVE: Profile = {
  profile_id: "prof.dev.permissive",
  risk: { low: "allow", medium: "allow", high: "hold", critical: "hold" },
  blast_hold_at: 95,
  containment: "recorded",
  approval: "confirm",
};

/** The built-in profiles by id. */
export const PROFILES: ReadonlyMap<string, Profile> = new Map([[DEV_PERMISSIVE.profile_id, DEV_PERMISSIVE]]);
