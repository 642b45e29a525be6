import type { Installed } from "../../lifecycle/installSkill.js";
import type { Ruled } from "../../lifecycle/whichRule.js";
import type { Workshop } from "../../lifecycle/workshop.js";
import { parseGovernedName } from "../../protocol/governedName.js";
import type { Outcome } from "../../protocol/outcome.js";
import { EXIT } from "../exit.js";
import { readInput } from "../input.js";
import { columns, type Line } from "../line.js";
import { typed } from "../order.js";
import { exitOf, hintsFor, outcomeLines } from "../outcome.js";
import { saidLines } from "../said.js";
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
    text: "Takes ID, ID@VERSION or ID@RANGE from the registry; without an id, exactly what lock.json pins. Verifies hash, signature, certificate, the signer's authority for the namespace, and bans; shows what the skill may touch. Installing adds no rule: what a rule in force already allows is said before you are asked, the rules that would allow the rest are printed, and --allow dev proposes and applies them.",
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
    text: "One line a skill: id, version, standing, tools, and for each tool that no rule in force allows that it is so. Orders about skills that aren't installed come after. Whether a caller may use a tool is decided by the rules, call by call.",
    example: "hall skill list",
    inForce: true,
    async run({ workshop, out }) {
      const { listSkills, listStrayOrders } = await import("../../lifecycle/listSkills.js");
      const [skills, orders] = [await listSkills(workshop), await listStrayOrders(workshop)];
      out.result({ ok: true, skills, orders }, () =>
        columns(
          skills.map(({ skill_id, version, state, tools, rules }) => [
            skill_id,
            version,
            state === "active" ? state : { style: "red", text: state },
            tools.map((tool) => toolText(tool, rules)).join(", "),
          ]),
        ),
      );
      if (skills.length === 0) out.note("No skill is installed.");
      for (const { state, subject } of orders)
        out.note([
          { style: "yellow", text: `Not installed, but ${state}: ` },
          `${typed(subject)} (it holds should it be installed)`,
        ]);
      return EXIT.ok;
    },
  });
}

function addRun(skill: Program): void {
  addVerb<{ input: string; dryRun?: true }>(skill, {
    usage: "run <tool>",
    summary: "one governed call from this terminal",
    text: "Calls a tool through the gate as cli:<user>, under the policy in force, like any client: decided, contained, recorded. Prints the output; exits 0 when it ran, 2 when it was denied, 3 when it waits for an approver. --dry-run decides and records, and runs nothing. On a terminal, and nowhere else, you also see what the handler prints, logs and fails with.",
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
      const said = ({ text }: { readonly text: string }) => out.hint(...saidLines(tool, text));
      const faults: string[] = [];
      const outcome = await runTool(
        { ...workshop, said, ...(await serversFor(tool)) },
        {
          tool,
          input: args,
          dryRun: dryRun === true,
          signal,
          onProgress: ({ progress, total, message }) =>
            out.progress(
              [`${progress}${total === undefined ? "" : `/${total}`}`, message].filter(Boolean).join(" "),
            ),
          onFault: (detail) => faults.push(detail),
        },
      );
      out.result(outcome, () => outcomeLines(outcome));
      if (outcome.kind === "done") out.note([{ style: "dim", text: `receipt ${outcome.receipt_id}` }]);
      for (const detail of faults) out.hint(...saidLines(tool, detail));
      out.hint(...((await whyLines(workshop, tool, outcome)) ?? hintsFor(outcome)));
      return exitOf(outcome);
    },
  });
}

/** What stands behind a denial whose own words can't say it. */
/** A tool of a foreign server is `NAME__TOOL`; what reaches servers is loaded for those alone. */
async function serversFor(tool: string): Promise<Pick<Workshop, "servers">> {
  if (parseGovernedName(tool) === undefined) return {};
  const { mcpServers } = await import("../../mcp/upstream/index.js");
  return { servers: mcpServers() };
}

async function whyLines(
  workshop: Workshop,
  tool: string,
  outcome: Outcome,
): Promise<readonly Line[] | undefined> {
  const code = outcome.kind === "denied" ? outcome.denial.code : null;
  if (code === "DENY_UNKNOWN_SKILL") return unknownLines(workshop, tool);
  return code === "DENY_AUDIT_UNAVAILABLE" ? unrecordedLines(workshop) : undefined;
}

async function unrecordedLines(workshop: Workshop): Promise<readonly Line[] | undefined> {
  const { whyUnrecorded } = await import("../../lifecycle/whyUnrecorded.js");
  const why = await whyUnrecorded(workshop).catch(() => null);
  return why === null ? undefined : [`${why.code}: ${why.message}`, `Helps: ${why.helps}`];
}

/** Why a tool isn't there for callers. For the operator's terminal alone: a caller is never told what it may not see. */
async function unknownLines(workshop: Workshop, tool: string): Promise<readonly Line[] | undefined> {
  const { whyUnknown } = await import("../../lifecycle/whyUnknown.js");
  const found = await whyUnknown(workshop, { tool }).catch(() => null); // the call itself is answered already
  return found === null ? undefined : [found.why, `Helps: ${found.helps}`];
}

function toolText(tool: string, rules: readonly Ruled[]): string {
  const ruled = rules.find((one) => one.tool === tool);
  if (ruled === undefined || ruled.serves) return tool;
  return ruled.rule_id === null
    ? `${tool} (no rule allows it)`
    : `${tool} (rule ${ruled.rule_id} doesn't list its worker)`;
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
