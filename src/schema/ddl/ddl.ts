/** What scripts define, as plain data: tables as SQLite will have them, whatever dialect they were written in. */

export type DdlColumn = {
  readonly name: string;
  /** The type as SQLite will spell it; empty where the script has none. */
  readonly type: string;
  readonly notNull: boolean;
  /** A literal in SQLite's form. */
  readonly default?: string;
  readonly computed?: { readonly expression: string; readonly isStored: boolean };
  readonly comment?: string;
};

export type DdlForeignKey = {
  readonly columns: readonly string[];
  readonly refTable: string;
  readonly refColumns: readonly string[];
};

export type DdlTable = {
  /** With its schema in front where two schemas have a table of this name. */
  readonly name: string;
  readonly comment?: string;
  readonly columns: readonly DdlColumn[];
  readonly primaryKey: readonly string[];
  readonly uniques: readonly (readonly string[])[];
  /** Expressions in SQLite's words, as far as they can be said in them. */
  readonly checks: readonly string[];
  readonly foreignKeys: readonly DdlForeignKey[];
};

export type DdlView = { readonly name: string; readonly select: string };

/** Something of the scripts that the result does not have, or has otherwise. */
export type LeftOut = { readonly what: string; readonly reason: string };

export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

export const hasNames = (names: readonly string[], wanted: readonly string[]): boolean =>
  names.length === wanted.length &&
  wanted.every((name) => names.some((one) => sameName(one, name)));
