import type { JsonObject } from "../protocol/canonical.js";
import { amendPolicy } from "./amend.js";
import { type AuthorityReport, checkNamespace } from "./authority.js";
import { inForce, type Workshop, withHome } from "./workshop.js";

/** Lets a tenant, by default the home's own, use skills of a namespace. */
export function allowNamespace(
  ws: Workshop,
  options: { readonly namespace: string; readonly tenant?: string },
): Promise<AuthorityReport & { readonly tenant: string }> {
  return withHome(ws, async (parts) => {
    const { namespace, tenant = inForce(parts).policy.config.tenant } = options;
    checkNamespace(namespace);
    const amended = await amendPolicy(ws, parts, {
      file: "config.json",
      question: `Allow skills of ${namespace} for tenant ${tenant}?`,
      reason: `namespace allow ${namespace}`,
      edit: (config) => withNamespace(config, tenant, namespace),
    });
    return { ...amended, tenant };
  });
}

function withNamespace(config: JsonObject, tenant: string, namespace: string): JsonObject {
  const namespaces = (config["namespaces"] ?? {}) as Readonly<Record<string, readonly string[]>>;
  const own = namespaces[tenant] ?? [];
  return own.includes(namespace)
    ? config
    : { ...config, namespaces: { ...namespaces, [tenant]: [...own, namespace] } };
}
