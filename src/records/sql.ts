import {
  type Compilable,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import type { Tables } from "./schema.js";

/** What a column holds. */
export type Value = string | number | Uint8Array | null;

/** A statement with named places for its arguments. kysely builds and types it once; the driver prepares it once. */
export type Query<Args, Row> = {
  readonly compiled: (schema?: "main") => Compiled;
  /** Types only. */
  readonly shape?: (args: Args) => Row;
};
export type Compiled = { readonly sql: string; readonly places: readonly (Place | Value)[] };

/** Where an argument goes in a compiled statement. */
export class Place {
  readonly argument: string;
  constructor(argument: string) {
    this.argument = argument;
  }
}

const kysely = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

/**
 * Defines a statement: `query<{ seq: number }>()((db, args) => db.selectFrom("ledger").where("seq", "=", args.seq)…)`.
 * The builder gets stand-ins typed as the arguments; it runs at first use, not when its module loads.
 */
export function query<Args extends { readonly [name: string]: Value }>() {
  return <Row>(build: (db: Kysely<Tables>, args: Args) => Compilable<Row>): Query<Args, Row> => {
    let compiled: Compiled | undefined;
    let stored: Compiled | undefined;
    return {
      compiled(schema) {
        if (schema === undefined) {
          compiled ??= compile(build(kysely, places<Args>()));
          return compiled;
        }
        stored ??= compile(build(kysely.withSchema(schema), places<Args>()));
        return stored;
      },
    };
  };
}

function compile(built: Compilable): Compiled {
  const { sql, parameters } = built.compile();
  return { sql, places: parameters as readonly (Place | Value)[] };
}

function places<Args>(): Args {
  return new Proxy({}, { get: (_, name) => new Place(String(name)) }) as Args;
}
