import { checkProfile, parseConfig } from "../hall/home.js";
import type { MemoryKeys } from "../hall/open.js";
import { makePolicyDocument } from "../hall/policy.js";
import type { Principal } from "../hall/types.js";
import { proposeRules, withProposals } from "../lifecycle/allowRules.js";
import type { JsonObject } from "../protocol/canonical.js";
import type { HomeConfig } from "../protocol/config.js";
import type { SkillManifest } from "../protocol/skill.js";
import { POLICY_TABLES } from "../protocol/tables.js";

/** What a test says of its Hall's policy; the rest is a new home's in env dev. Another env has the profile it names. */
export type TestPolicy = {
  /** Members of config.json. Approvers and publishers are added to the Hall's own. */
  readonly config?: Partial<HomeConfig>;
  /** All rules, as in rules.json; left out, what `skill install --allow dev` would propose for the skills. */
  readonly rules?: readonly object[];
};

const TENANT = "test";
const NAME = "the test's config";

/** The policy document of a test's Hall. Throws HomeError naming every problem of what the test gave. */
export function testPolicy(
  { config = {}, rules }: TestPolicy,
  manifests: readonly SkillManifest[],
  { keys, approvers }: { readonly keys: MemoryKeys; readonly approvers: readonly Principal[] },
) {
  const tenant = config.tenant ?? TENANT;
  const namespace = config.namespace ?? manifests[0]?.namespace ?? "x.test";
  const namespaces = [...new Set([namespace, ...manifests.map((manifest) => manifest.namespace)])];
  const { env = "dev" } = config;
  const whole = parseConfig(
    {
      env,
      profile: env === "dev" ? "prof.dev.permissive" : null,
      caller: { data_label: "INTERNAL", tenant_risk: "low", qos_class: "P2" },
      registry: "file:",
      namespaces: { [tenant]: namespaces },
      controls: controlsOf(manifests),
      ...config,
      tenant,
      namespace,
      publishers: [{ key: keys.publisher.key, namespaces }, ...(config.publishers ?? [])],
      approvers: [
        ...approvers.map(({ id, key }) => ({ id, key, level: "incident_commander" })),
        ...(config.approvers ?? []),
      ],
    },
    NAME,
  );
  checkProfile(whole, NAME);
  return makePolicyDocument(whole, { rules: rules ?? rulesFor(manifests, whole) });
}

function rulesFor(manifests: readonly SkillManifest[], config: HomeConfig): readonly JsonObject[] {
  let rules: readonly JsonObject[] = [];
  for (const manifest of manifests) rules = withProposals(rules, proposeRules(manifest, config, rules));
  return rules;
}

/** The controls that the skills' tiers and they themselves ask for: a test's Hall has them. */
function controlsOf(manifests: readonly SkillManifest[]): readonly string[] {
  const tier = Math.max(-1, ...manifests.map(({ policy_tier }) => policy_tier));
  const asked = manifests.flatMap(({ required_controls }) => required_controls);
  return [...new Set([...POLICY_TABLES.tiers.slice(0, tier + 1).flat(), ...asked])];
}
