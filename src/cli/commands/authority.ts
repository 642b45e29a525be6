import { EXIT } from "../exit.js";
import { Declined } from "../failure.js";
import { addGroup, addVerb, needed, option, type Program } from "../verb.js";

/** `hall trust add` and `hall namespace allow`: whose signatures count, and whose skills a tenant may see. */
export function addAuthority(program: Program): void {
  const trust = addGroup(program, "trust", {
    summary: "say whose signatures count",
    text: "A certificate gives no authority by itself: config.json says which publisher key may sign for which namespace.",
    example: "hall trust add acme.pub --namespace org.acme",
  });
  addVerb<{ namespace: string }>(trust, {
    usage: "add <keyfile>",
    summary: "let a publisher's key sign for a namespace",
    text: "KEYFILE holds the public key: ed25519: and 64 hex digits, or PEM. Shows the change to config.json, and applies that change alone.",
    example: "hall trust add acme.pub --namespace org.acme",
    asks: true,
    inForce: true,
    options: [needed("--namespace <ns>", "the namespace that it may sign for, compared as whole text")],
    async run({ workshop, out }, [keyFile = ""], { namespace }) {
      const { trustKey } = await import("../../lifecycle/trustKey.js");
      const done = await trustKey(workshop, { keyFile, namespace });
      if (!done.accepted) throw new Declined(`${done.key} isn't trusted for ${namespace}.`);
      out.result({ ok: true, ...done }, () => [
        [{ style: "green", text: "Trusted " }, `${done.key} for ${namespace}`],
      ]);
      return EXIT.ok;
    },
  });

  const namespace = addGroup(program, "namespace", {
    summary: "say whose skills a tenant may use",
    text: "A tenant sees only skills of the namespaces that config.json allows it.",
    example: "hall namespace allow org.acme",
  });
  addVerb<{ tenant?: string }>(namespace, {
    usage: "allow <ns>",
    summary: "let a tenant use the skills of a namespace",
    text: "Shows the change to config.json, and applies that change alone. What may run is still for the rules to say.",
    example: "hall namespace allow org.acme --tenant local",
    asks: true,
    inForce: true,
    options: [option("--tenant <name>", "the tenant (default: the home's own)")],
    async run({ workshop, out }, [ns = ""], { tenant }) {
      const { allowNamespace } = await import("../../lifecycle/allowNamespace.js");
      const done = await allowNamespace(workshop, {
        namespace: ns,
        ...(tenant === undefined ? {} : { tenant }),
      });
      if (!done.accepted) throw new Declined(`${ns} isn't allowed for ${done.tenant}.`);
      out.result({ ok: true, ...done }, () => [
        [{ style: "green", text: "Allowed " }, `${ns} for tenant ${done.tenant}`],
      ]);
      return EXIT.ok;
    },
  });
}
