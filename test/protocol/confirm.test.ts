import { describe, expect, test } from "vitest";
import { mayConfirm } from "../../src/protocol/confirm.js";
import { ENVS, RISK_TIERS, TENANT_RISKS } from "../../src/protocol/request.js";

/** hall.md, Approvals: refused in prod and edge and for risk high and critical; policy.md: tenant_risk high is a step up. */
const ENOUGH = new Set(
  ["dev", "stage"].flatMap((env) => [
    ...TENANT_RISKS.map((tenant) => `${env} low ${tenant}`),
    `${env} medium low`,
    `${env} medium medium`,
  ]),
);
const CASES = ENVS.flatMap((env) =>
  RISK_TIERS.flatMap((risk_tier) => TENANT_RISKS.map((tenant_risk) => ({ env, risk_tier, tenant_risk }))),
);

describe("a mere confirmation", () => {
  test.each(CASES)("in $env, for risk $risk_tier, of a tenant of risk $tenant_risk", (call) => {
    const { env, risk_tier, tenant_risk } = call;
    const expected = ENOUGH.has(`${env} ${risk_tier} ${tenant_risk}`);
    expect(mayConfirm({ ...call, approval: undefined })).toBe(expected);
    expect(mayConfirm({ ...call, approval: "confirm" })).toBe(expected);
    expect(mayConfirm({ ...call, approval: "approve" })).toBe(false);
  });

  test("of what nobody knows the risk isn't enough", () => {
    expect(mayConfirm({ env: "dev", tenant_risk: "low", risk_tier: undefined, approval: undefined })).toBe(
      false,
    );
  });
});
