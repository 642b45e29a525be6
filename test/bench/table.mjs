const WIDTHS = [58, 8, 8, 9];

export const atMost = (limit) => ({ text: `<= ${limit}`, isMet: (value) => value <= limit });
export const atLeast = (limit) => ({ text: `>= ${limit}`, isMet: (value) => value >= limit });
export const exactly = (value) => ({ text: `${value}`, isMet: (measured) => measured === value });

/** A row that was measured, `{ measured, … }`; `measured` null says that it couldn't be, and `note` why. */
export function finishedRow({ id, what, goal }, { measured, ...detail }) {
  const verdict = measured === null ? "not built" : goal.isMet(measured) ? "hit" : "MISS";
  return { id, what, goal: goal.text, measured, verdict, ...rounded(detail) };
}

export function unbuiltRow({ id, what, goal }, missing) {
  return {
    id,
    what,
    goal: goal.text,
    measured: null,
    verdict: "not built",
    note: `needs ${missing.join(", ")}`,
  };
}

export function heading() {
  return `${columns(["what", "goal", "measured", ""])} middle half of the rounds; subject, floor`;
}

export function lineOf({ what, goal, measured, verdict, ...detail }) {
  const value = measured === null ? "-" : short(measured);
  return `${columns([what, goal, value, verdict])} ${detailOf(detail)}`.trimEnd();
}

function detailOf({ from, to, subject, floor, unit, note }) {
  const parts = [];
  if (from !== undefined) parts.push(`${short(from)} to ${short(to)}`);
  if (subject !== undefined) parts.push(`${short(subject)}, ${short(floor)} ${unit}`);
  if (note !== undefined) parts.push(note);
  return parts.join("; ");
}

function columns(cells) {
  return cells.map((cell, i) => cell.padEnd(WIDTHS[i])).join(" ");
}

function short(value) {
  if (Number.isInteger(value)) return String(value);
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(3);
}

function rounded(detail) {
  const digits = (value) => (typeof value === "number" ? Number(value.toPrecision(4)) : value);
  return Object.fromEntries(Object.entries(detail).map(([name, value]) => [name, digits(value)]));
}
