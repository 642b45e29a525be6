/*
 * Schemas by their structure alone: nothing here imports zod, so an author's own version, whichever it is, fits.
 */

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** A schema of zod 4 (also zod/mini), as far as its types tell. */
export type Zod4 = { readonly _zod: { readonly input: unknown; readonly output: unknown } };

/** A schema of zod 3. */
export type Zod3 = { readonly _input: unknown; readonly _output: unknown; readonly _def: object };

/** JSON Schema 2020-12, written out. */
export type JsonSchema = { readonly [keyword: string]: unknown } & {
  readonly _zod?: never;
  readonly _def?: never;
};

export type Schema = Zod4 | Zod3 | JsonSchema;

/** What a caller may send: before defaults and transforms. */
export type Given<S> = S extends { readonly _zod: { readonly input: infer I } }
  ? I
  : S extends { readonly _input: infer I; readonly _def: object }
    ? I
    : FromJsonSchema<S>;

/** What comes out of the schema: after defaults and transforms. */
export type Parsed<S> = S extends { readonly _zod: { readonly output: infer O } }
  ? O
  : S extends { readonly _output: infer O; readonly _def: object }
    ? O
    : FromJsonSchema<S>;

/** The values that a JSON Schema written out as a literal describes; `Json` where its types don't tell. */
export type FromJsonSchema<S> = S extends { readonly const: infer Value }
  ? Value
  : S extends { readonly enum: readonly (infer Value)[] }
    ? Value
    : S extends { readonly anyOf: readonly (infer Part)[] }
      ? Each<Part>
      : S extends { readonly oneOf: readonly (infer Part)[] }
        ? Each<Part>
        : S extends { readonly type: infer Type }
          ? OfType<Type, S>
          : Json;

type Each<S> = S extends unknown ? FromJsonSchema<S> : never;

type OfType<Type, S> = Type extends readonly (infer One)[]
  ? OfType<One, S>
  : Type extends "string"
    ? string
    : Type extends "number" | "integer"
      ? number
      : Type extends "boolean"
        ? boolean
        : Type extends "null"
          ? null
          : Type extends "array"
            ? S extends { readonly items: infer Items }
              ? readonly FromJsonSchema<Items>[]
              : readonly Json[]
            : Type extends "object"
              ? OfObject<S>
              : Json;

type OfObject<S> = S extends { readonly properties: infer Properties }
  ? Flat<
      { readonly [Name in keyof Properties & Required_<S>]: FromJsonSchema<Properties[Name]> } & {
        readonly [Name in Exclude<keyof Properties, Required_<S>>]?: FromJsonSchema<Properties[Name]>;
      }
    >
  : { readonly [name: string]: Json };

type Required_<S> = S extends { readonly required: readonly (infer Name)[] } ? Name : never;

type Flat<T> = { readonly [Name in keyof T]: T[Name] };
