import { EXIT } from "../exit.js";
import { columns, type Line } from "../line.js";
import { ORDER_OPTIONS, orderOf, typed } from "../order.js";
import { addGroup, addVerb, needed, type Program } from "../verb.js";

/** `hall ban add`, `remove` and `list`. */
export function addBan(program: Program): void {
  const ban = addGroup(program, "ban", {
    summary: "forbid skills, versions or artifacts for good",
    text: "A ban holds wherever the subject comes from and whatever its certificate says: it can't be installed, and doesn't run where it is.",
    example: "hall ban add org.acme/notes@1.2.0 --scope org --reason 'leaks notes'",
  });
  addChange(ban, "add", {
    summary: "put a skill, a version or an artifact on the ban list",
    text: "The subject is ID, ID@VERSION, or sha256:HEX of an artifact. An order signed with the operator's key; it holds from its record on, in every process.",
    example: "hall ban add sha256:HEX --scope global --reason 'known malware'",
  });
  addChange(ban, "remove", {
    summary: "take it off the ban list again",
    text: "Removes the ban with the same subject and scope. What was revoked stays revoked.",
    example: "hall ban remove org.acme/notes@1.2.0 --scope org --reason 'false alarm'",
  });
  addVerb(ban, {
    usage: "list",
    summary: "what is banned",
    text: "One line a ban: subject, scope, since when, the record of the order, and why. What is revoked or degraded shows in hall skill list.",
    example: "hall ban list",
    inForce: true,
    async run({ workshop, out }) {
      const { listBans } = await import("../../lifecycle/ban.js");
      const bans = await listBans(workshop);
      out.result({ ok: true, bans }, () =>
        columns(
          bans.map(({ subject, scope, at, reason, record_id }) => [
            typed(subject),
            scope,
            at ?? "",
            { style: "dim", text: record_id },
            reason ?? "",
          ]),
        ),
      );
      if (bans.length === 0) out.note("Nothing is banned.");
      return EXIT.ok;
    },
  });
}

const SCOPES = ["org", "global"] as const;
const SCOPE =
  "whom the ban is meant for: your organisation (org) or everybody (global); a note for readers, it stops the subject here either way, and lifting it takes the same scope";

function addChange(
  ban: Program,
  name: "add" | "remove",
  teaching: { readonly summary: string; readonly text: string; readonly example: string },
): void {
  addVerb<{ scope: (typeof SCOPES)[number]; reason: string; key?: string }>(ban, {
    ...teaching,
    usage: `${name} <subject>`,
    inForce: true,
    options: [needed("--scope <scope>", SCOPE).choices(SCOPES), ...ORDER_OPTIONS],
    async run({ workshop, out }, [subject = ""], { scope, ...order }) {
      const lifecycle = await import("../../lifecycle/ban.js");
      const done = await lifecycle.ban(workshop, { subject, add: name === "add", scope, ...orderOf(order) });
      out.result({ ok: true, ...done }, (): readonly Line[] => [
        [
          { style: name === "add" ? "red" : "green", text: name === "add" ? "banned" : "no longer banned" },
          ` ${subject}`,
        ],
        [{ style: "dim", text: `  record    ${done.record_id}` }],
      ]);
      return EXIT.ok;
    },
  });
}
