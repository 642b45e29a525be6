import type { Installed } from "../../lifecycle/installSkill.js";
import { EXIT } from "../exit.js";
import { readInput } from "../input.js";
import { columns, type Line } from "../line.js";
import { exitOf, hintsFor, outcomeLines } from "../outcome.js";
import { addVerb, option, type Program } from "../verb.js";

/** `hall skill install`, `uninstall`, `list` and `run`: skills where they run. */
export function addInstalled(skill: Program): void {
  addInstall(skill);
  addUninstall(skill);
  addList(skill);
  addRun(skill);
}

function addInstall(skill: Program): void {
  addVerb<{ allow?: "dev" }>(skill, {
    usage: "install [id]",
    summary: "verify a published skill and install it here",
    text: "Takes ID, ID@VERSION or ID@RANGE from the registry; without an id, exactly what lock.json pins. Verifies hash, signature, certificate, the signer's authority for the namespace, and bans; shows what the skill may touch. Installing allows nothing: the rule that would is printed, and --allow dev proposes and applies it.",
    example: "hall skill install org.acme/notes --allow dev\nhall skill install org.acme/notes@^1.2 --yes",
    asks: true,
    inForce: true,
    options: [
      option("--allow <env>", "also apply the rule that allows it in this env: dev").choices(["dev"]),
    ],
    async run({ workshop, out }, [id], { allow }) {
      const { installSkill } = await import("../../lifecycle/installSkill.js");
      const done = await installSkill(workshop, {
        ...(id === undefined ? {} : { id }),
        allow: allow !== undefined,
      });
      out.result({ ok: true, ...done }, () => [
        ...done.installed.flatMap(installedLines),
        ...(done.installed.length === 0 ? ["Nothing to install."] : []),
        ...(done.allowed && id !== undefined ? ["Allowed by the rules in force."] : []),
        ...done.notes,
      ]);
      if (!done.allowed && done.rule.length > 0) {
        out.note("Nothing allows it yet. This in rules.json would, after hall apply:");
        out.note(...JSON.stringify(done.rule, null, 2).split("\n"));
      }
      return EXIT.ok;
    },
  });
}

function addUninstall(skill: Program): void {
  addVerb(skill, {
    usage: "uninstall <id>",
    summary: "take a skill out of this home",
    text: "Its tools leave every client's list, and lock.json forgets it. Its records, data and standing stay.",
    example: "hall skill uninstall org.acme/notes",
    inForce: true,
    async run({ workshop, out }, [id = ""]) {
      const { uninstallSkill } = await import("../../lifecycle/uninstallSkill.js");
      const gone = await uninstallSkill(workshop, { id });
      out.result({ ok: true, ...gone }, () => [
        [{ style: "green", text: "Uninstalled " }, `${gone.skill_id} ${gone.version}`],
      ]);
      return EXIT.ok;
    },
  });
}

function addList(skill: Program): void {
  addVerb(skill, {
    usage: "list",
    summary: "the installed skills, and whether each may still run",
    text: "One line a skill: id, version, standing, tools. Whether a caller may use a tool is decided by the rules, call by call.",
    example: "hall skill list",
    inForce: true,
    async run({ workshop, out }) {
      const { listSkills } = await import("../../lifecycle/listSkills.js");
      const skills = await listSkills(workshop);
      out.result({ ok: true, skills }, () =>
        columns(
          skills.map(({ skill_id, version, state, tools }) => [
            skill_id,
            version,
            state === "active" ? state : { style: "red", text: state },
            tools.join(", "),
          ]),
        ),
      );
      if (skills.length === 0) out.note("No skill is installed.");
      return EXIT.ok;
    },
  });
}

function addRun(skill: Program): void {
  addVerb<{ input: string; dryRun?: true }>(skill, {
    usage: "run <tool>",
    summary: "one governed call from this terminal",
    text: "Calls a tool through the gate as cli:<user>, under the policy in force, like any client: decided, contained, recorded. Prints the output; exits 0 when it ran, 2 when it was denied, 3 when it waits for an approver. --dry-run decides and records, and runs nothing.",
    example: `hall skill run search_notes --input '{"query":"tea"}'\nhall skill run add_note --input @note.json --dry-run`,
    inForce: true,
    options: [
      option("--input <json>", "the arguments: JSON, @FILE, or - for stdin").default("{}"),
      option("--dry-run", "decide and record, run nothing"),
    ],
    async run({ host, workshop, out, signal }, [tool = ""], { input, dryRun }) {
      const args = await readInput(input, host);
      const { runTool } = await import("../../lifecycle/runTool.js");
      out.progress(`running ${tool}`);
      const outcome = await runTool(workshop, {
        tool,
        input: args,
        dryRun: dryRun === true,
        signal,
        onProgress: ({ progress, total, message }) =>
          out.progress(
            [`${progress}${total === undefined ? "" : `/${total}`}`, message].filter(Boolean).join(" "),
          ),
      });
      out.result(outcome, () => outcomeLines(outcome));
      if (outcome.kind === "done") out.note([{ style: "dim", text: `receipt ${outcome.receipt_id}` }]);
      out.hint(...hintsFor(outcome));
      return exitOf(outcome);
    },
  });
}

function installedLines(done: Installed): readonly Line[] {
  return [
    [{ style: "green", text: "Installed " }, `${done.skill_id} ${done.version}`],
    `  artifact  sha256:${done.artifact_digest}`,
    `  signer    ${done.signer}`,
    `  tools     ${done.tools.join(", ")}`,
    ...done.changes.map((line) => `  changed   ${line}`),
  ];
}
