import type { Applied } from "../../lifecycle/applyHome.js";
import { askLine, canAsk } from "../ask.js";
import { EXIT } from "../exit.js";
import { Declined } from "../failure.js";
import type { Line } from "../line.js";
import { addVerb, option, type Program } from "../verb.js";
import { savedLines } from "./saved.js";

/** `hall init`, `apply` and `dev`: a home, what is in force in it, and the loop that works in it. */
export function addHome(program: Program): void {
  addVerb<{ namespace?: string; tenant?: string }>(program, {
    usage: "init [dir]",
    summary: "make a home (.hall/) for a project and put its policy in force",
    text: "Writes config.json, rules.json and lock.json into .hall/, to be committed: policy without secrets. Makes this machine's keys and an empty ledger in the state directory, and applies what it wrote. Rules start empty, so nothing may run yet.",
    example: "hall init\nhall init --namespace org.acme --yes",
    asks: true,
    options: [
      option(
        "--namespace <ns>",
        "whose skills are written here: x.NAME or org.NAME (default: x. and your user name)",
      ),
      option("--tenant <name>", "the organisation that calls (default: local)"),
    ],
    async run({ host, flags, workshop, out }, [dir], options) {
      const { defaultNamespace, initHome } = await import("../../lifecycle/initHome.js");
      const asking = flags.yes !== true && canAsk(host);
      const question = `Namespace [${defaultNamespace(workshop)}]: `;
      const namespace = options.namespace ?? (asking ? await askLine(host, question) : "");
      const tenant = options.tenant ?? (asking ? await askLine(host, "Tenant [local]: ") : "");
      const made = await initHome(workshop, {
        ...(dir === undefined ? {} : { dir }),
        ...(namespace === "" ? {} : { namespace }),
        ...(tenant === "" ? {} : { tenant }),
      });
      out.result({ ok: true, ...made }, () => [
        [{ style: "green", text: "A home in " }, made.home],
        ...made.files.map((file) => `  ${file}`),
        `Its state on this machine is in ${made.state}`,
        `Hall ${made.hall_id}`,
      ]);
      out.hint("Next: hall skill init NAME, then hall dev NAME");
      return EXIT.ok;
    },
  });

  addVerb<{ reason?: string }>(program, {
    usage: "apply",
    summary: "show how the home's files differ from what is in force, and put them in force",
    text: "The files in .hall/ are proposals. In force is what apply has shown, a person has accepted and the ledger has recorded; later edits change nothing until they are applied too. The first apply on a machine makes its keys.",
    example: "hall apply\nhall apply --yes --reason 'search for the support team'",
    asks: true,
    options: [option("--reason <text>", "why, for the record")],
    async run({ workshop, out }, _args, { reason }) {
      const { applyHome } = await import("../../lifecycle/applyHome.js");
      const applied = await applyHome(workshop, reason === undefined ? {} : { reason });
      if (!applied.applied && applied.changes.length > 0) throw new Declined("Nothing was applied.");
      out.result({ ok: true, ...applied }, () => appliedLines(applied));
      return EXIT.ok;
    },
  });

  addVerb<{ once?: true }>(program, {
    usage: "dev [skill]",
    summary: "build, certify and install a skill with the home's own key, again on every save",
    text: "For env dev. Each save is installed as a version of its own (VERSION-dev.DIGEST) with a rule that allows it, in place of the last; connected clients see the change. Nothing is published and lock.json stays as it is. A save with problems is reported, and the last good one goes on running. What handlers print and log while their examples run is shown on stderr. Ends with Ctrl-C; with --once, exits 1 when it couldn't be installed.",
    example: "hall dev skills/notes",
    asks: true,
    options: [option("--once", "do it once and end")],
    async run({ workshop, out, signal }, [dir = "."], { once }) {
      const { devSkill } = await import("../../lifecycle/devSkill.js");
      const last = await devSkill(workshop, {
        dir,
        signal,
        once: once === true,
        onSaved: (saved) => out.result(saved, () => savedLines(saved)),
      });
      return last.ok ? EXIT.ok : EXIT.fault;
    },
  });
}

function appliedLines({ applied, policy_digest }: Applied): readonly Line[] {
  if (!applied) return ["Nothing to apply: the files are what is in force."];
  return [[{ style: "green", text: "In force: " }, `policy ${policy_digest ?? ""}`]];
}
