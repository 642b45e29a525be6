import { CELLS } from "./cell.js";
import { cellsOf, isEmpty, type Scope } from "./scope.js";
import { openShadowSearch } from "./shadow.js";

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
  const rows = rowsOf(scopes);
  const owners = openOwners(rows.size + 1, scopes.length);
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
    const claimed = scope.capabilities?.map((name) => rows.get(name) as number) ?? COMMON;
    if (claim(owners, claimed, cellsOf(scope.shape), rule)) {
      search.add(rule, claimed);
      continue;
    }
    const by = search.coverOf(scope, claimed);
    if (by === undefined) {
      buried.push(rule);
      search.add(rule, claimed);
    } else {
      shadowed.push([by, rule]);
    }
  }
  inheritCommon(owners);
  return {
    first: (capability, cell) => (owners[(rows.get(capability) ?? 0) * CELLS + cell] ?? 0) - 1,
    shadowed,
    buried,
    idle,
  };
}

/** The row for every capability that no rule names. */
const COMMON: readonly number[] = [0];

function rowsOf(scopes: readonly (Scope | undefined)[]): ReadonlyMap<string, number> {
  const rows = new Map<string, number>();
  for (const scope of scopes) {
    if (scope === undefined || scope.capabilities === null) continue;
    for (const name of scope.capabilities) {
      if (!rows.has(name)) rows.set(name, rows.size + 1);
    }
  }
  return rows;
}

/** For each cell of each row the rule that it belongs to, counted from 1; 0 is nobody. */
type Owners = Uint16Array | Uint32Array;

function openOwners(rows: number, rules: number): Owners {
  return rules < 0x10000 ? new Uint16Array(rows * CELLS) : new Uint32Array(rows * CELLS);
}

/** Gives a rule the cells that are still free; true when there was one. What the common row has, no later rule gets. */
function claim(owners: Owners, rows: readonly number[], cells: readonly number[], rule: number): boolean {
  let claimed = false;
  for (const row of rows) {
    const start = row * CELLS;
    for (const cell of cells) {
      if (owners[start + cell] !== 0 || owners[cell] !== 0) continue;
      owners[start + cell] = rule + 1;
      claimed = true;
    }
  }
  return claimed;
}

function inheritCommon(owners: Owners): void {
  for (let cell = 0; cell < CELLS; cell++) {
    const common = owners[cell] as number;
    if (common === 0) continue;
    for (let at = cell + CELLS; at < owners.length; at += CELLS) {
      if (owners[at] === 0) owners[at] = common;
    }
  }
}
