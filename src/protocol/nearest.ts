/** The known name that `name` was most likely meant to be, or undefined when none is near. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const wanted = fold(name);
  let best: string | undefined;
  let least = Math.min(3, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    const steps = distance(wanted, fold(candidate), least);
    if (steps < least) [best, least] = [candidate, steps];
  }
  return best;
}

/** Spelling that people mix up (case, hyphen and underscore) isn't a difference. */
function fold(name: string): string {
  return name.slice(0, 64).toLowerCase().replaceAll(/[-_]/g, "");
}

/** Insertions, deletions, changes and swaps of neighbours between two short texts; `limit` or more when far apart. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(cell(last, j) + 1, cell(row, j - 1) + 1, cell(last, j - 1) + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, cell(before, j - 2) + 1);
      row.push(least);
    }
    [before, last] = [last, row];
  }
  return cell(last, b.length);
}

function cell(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
