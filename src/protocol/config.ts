/** Floors of a Hall that no rule can lower (S003 HallConfig; wcp.md 2.6). Wire names. */
export type HallConfig = {
  readonly require_signatory: boolean;
  readonly allowed_tenants: readonly string[];
  readonly require_credential: boolean;
  readonly require_worker_attestation: boolean;
  readonly enforce_correlation_id: boolean;
  readonly enforce_required_controls: boolean;
  readonly enforce_blast_scoring_in_prod: boolean;
  readonly enforce_privilege_envelopes: boolean;
};

export const DEFAULT_HALL_CONFIG: HallConfig = Object.freeze({
  require_signatory: false,
  allowed_tenants: Object.freeze([]),
  require_credential: false,
  require_worker_attestation: false,
  enforce_correlation_id: true,
  enforce_required_controls: true,
  enforce_blast_scoring_in_prod: true,
  enforce_privilege_envelopes: false,
});
