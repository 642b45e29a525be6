import { z } from "zod";
import { RiskTierSchema } from "./request.js";

/** What a profile answers for a risk tier (policy.md, Profiles). */
const TierAnswerSchema = z.enum(["allow", "hold", "deny"]);
export type TierAnswer = z.infer<typeof TierAnswerSchema>;

/** A named governance posture (S004). Part of the policy document, whole, so the engine obeys the one in force. */
export const ProfileSchema = z.strictObject({
  profile_id: z.string(),
  risk: z.record(RiskTierSchema, TierAnswerSchema),
  /** Gate score at and above which a call is held. */
  blast_hold_at: z.number(),
  containment: z.enum(["recorded", "required"]),
  /** The weakest yes that a hold may ask for. */
  approval: z.enum(["confirm", "approve"]),
});
export type Profile = Readonly<z.infer<typeof ProfileSchema>>;

const DEV_PERMISSIVE: Profile = {
  profile_id: "prof.dev.permissive",
  risk: { low: "allow", medium: "allow", high: "hold", critical: "hold" },
  blast_hold_at: 95,
  containment: "recorded",
  approval: "confirm",
};

/** The built-in profiles by id. */
export const PROFILES: ReadonlyMap<string, Profile> = new Map([[DEV_PERMISSIVE.profile_id, DEV_PERMISSIVE]]);
