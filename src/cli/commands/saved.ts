import type { Saved } from "../../lifecycle/devSkill.js";
import { failureLines, problemsLines } from "../failure.js";
import type { Line } from "../line.js";

/** What became of one save, for the person at the editor. */
export function savedLines(saved: Saved): readonly Line[] {
  if (!saved.ok) {
    const [first = "", ...rest] = failureLines(saved.error);
    const { installed } = saved;
    const stays = installed === null ? [] : [`${installed.skill_id} ${installed.version} stays installed.`];
    return [first, ...rest, ...stays];
  }
  const { skill_id, version, tools, warnings, record_id, rules, notes } = saved;
  const what = record_id === null ? "Unchanged " : "Installed ";
  return [
    [{ style: "green", text: what }, `${skill_id} ${version}  ${tools.join(", ")}`],
    ...rules.map((rule) => `  rule in force: ${String(rule["rule_id"])}`),
    ...notes.map((note) => `  ${note}`),
    ...problemsLines(warnings, "warning: "),
  ];
}
