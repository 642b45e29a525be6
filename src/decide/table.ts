import { CELLS } from "./cell.js";
import { cellsOf, isEmpty, type Scope } from "./scope.js";
import { openShadowSearch } from "./shadow.js";

const NONE = -1;

/** The number of the rule that a cell of a capability belongs to, and what the table says about the rules. */
export type Table = {
  /** Index of the first rule that matches, or -1: one look-up, whatever the rules look like. */
  readonly first: (capability: string, cell: number) => number;
  /** Pairs [by, rule]: a rule that can never fire because one earlier rule takes in all that it matches. */
  readonly shadowed: readonly (readonly [number, number])[];
  /** Rules that can never fire because several earlier ones together do. */
  readonly buried: readonly number[];
  /** Rules whose conditions no request meets. */
  readonly idle: readonly number[];
};

/**
 * Lays the rules' scopes, in their order, into one row of 144 cells for each capability that a rule names, and one
 * row for all others; each cell goes to the first rule that claims it. A rule that gets no cell can never fire.
 * Linear in rules and names: a rule for every capability is laid into the common row alone, and the rows take over
 * at the end what nobody claimed before it.
 */
export function buildTable(scopes: readonly (Scope | undefined)[]): Table {
  const rows = rowsOf(scopes); // capability -> offset of its row; the common row is at 0
  const owner = new Int32Array((rows.size + 1) * CELLS).fill(NONE);
  const search = openShadowSearch(scopes);
  const shadowed: [number, number][] = [];
  const buried: number[] = [];
  const idle: number[] = [];

  for (let rule = 0; rule < scopes.length; rule++) {
    const scope = scopes[rule];
    if (scope === undefined || isEmpty(scope)) {
      idle.push(rule);
      continue;
    }
    if (claim(owner, rows, rule, scope)) {
      search.add(rule, scope);
      continue;
    }
    const by = search.coverOf(scope);
    if (by === undefined) {
      buried.push(rule);
      search.add(rule, scope);
    } else {
      shadowed.push([by, rule]);
    }
  }

  for (let row = CELLS; row < owner.length; row += CELLS) {
    for (let cell = 0; cell < CELLS; cell++) {
      if (owner[row + cell] === NONE) owner[row + cell] = owner[cell] as number;
    }
  }
  return {
    first: (capability, cell) => owner[(rows.get(capability) ?? 0) + cell] ?? NONE,
    shadowed,
    buried,
    idle,
  };
}

function rowsOf(scopes: readonly (Scope | undefined)[]): ReadonlyMap<string, number> {
  const rows = new Map<string, number>();
  for (const scope of scopes) {
    for (const capability of scope?.capabilities ?? []) {
      if (!rows.has(capability)) rows.set(capability, (rows.size + 1) * CELLS);
    }
  }
  return rows;
}

/** Gives a rule the cells that are still free; true when there was one. What the common row has, no later rule gets. */
function claim(owner: Int32Array, rows: ReadonlyMap<string, number>, rule: number, scope: Scope): boolean {
  const cells = cellsOf(scope.shape);
  let claimed = false;
  const claimRow = (row: number): void => {
    for (const cell of cells) {
      if (owner[row + cell] !== NONE || owner[cell] !== NONE) continue;
      owner[row + cell] = rule;
      claimed = true;
    }
  };
  if (scope.capabilities === null) claimRow(0);
  else for (const capability of scope.capabilities) claimRow(rows.get(capability) as number);
  return claimed;
}
