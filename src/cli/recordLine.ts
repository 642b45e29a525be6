import { orderIn } from "../lifecycle/orderIn.js";
import type { RecordRow } from "../records/query.js";
import type { Line, Style } from "./line.js";

/** Widths that most words fit into: rows come one at a time, so a longer one pushes its own line alone. */
const WIDTHS = { kind: 10, word: 27, about: 24, agent: 16 } as const;

/** One record on one line: when, what kind, how it ended, what it is about, who did it, its id. */
export function recordLine(row: RecordRow): Line {
  const { seq, at, kind, agent, record_id } = row;
  const { style, word } = ending(row);
  const ended = word.padEnd(WIDTHS.word);
  return [
    { style: "dim", text: `${String(seq).padStart(6)}  ${at}  ` },
    `${kind.padEnd(WIDTHS.kind)}  `,
    style === null ? ended : { style, text: ended },
    `  ${about(row).padEnd(WIDTHS.about)}  ${(agent ?? "").padEnd(WIDTHS.agent)}  `,
    { style: "dim", text: record_id },
  ];
}

function ending(row: RecordRow): { readonly word: string; readonly style: Style | null } {
  const { kind, code, denied, dry_run } = row;
  const preview = dry_run === true ? " (dry run)" : "";
  if (code !== null) return { word: `${code}${preview}`, style: "red" };
  if (kind === "decision" && denied === false) return { word: `allowed${preview}`, style: "green" };
  if (kind === "receipt") return { word: "done", style: "green" };
  return { word: orderIn(row)?.state ?? "", style: null };
}

/** The tool of a call, the subject of an order, else the skill. */
function about(row: RecordRow): string {
  const { tool, skill_id, version } = row;
  const skill = skill_id === null ? "" : `${skill_id}${version === null ? "" : `@${version}`}`;
  return tool ?? orderIn(row)?.subject ?? skill;
}
