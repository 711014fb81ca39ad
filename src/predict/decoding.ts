/**
 * How answers on one schema are kept right, whatever model writes them: a grammar while it writes, columns bound by the
 * schema afterwards, a look at the names in the end. Knows no model.
 */
import { type Constraint, createConstraint } from "../constrain/constraint.ts";
import type { Database } from "../schema/schema.ts";
import { type BindSql, createBinder } from "../sql/bind.ts";
import { unknownNames } from "../sql/names.ts";

/** What keeps answers right on one schema. */
export type Decoding = {
  readonly bind: BindSql;
  /**
   * Tried one after the other, as long as the bound answer names what the schema has not. The first leaves joins to
   * `bind`, because a model that is forced to join what its list named often joins badly; the second leaves nothing.
   */
  readonly constraints: readonly Constraint[];
  /** Whether every table and column of a statement exists. */
  hasKnownNames(sql: string): boolean;
};

/** As predict.decode and predict.bind. */
export type DecodingOptions = {
  readonly decode: "grammar" | "greedy";
  readonly bind: "schema" | "none";
};

/** Built once per schema. */
export function createDecoding(
  { dialect, tables }: Database,
  { decode, bind }: DecodingOptions,
): Decoding {
  const constraint = (isStrict: boolean) => createConstraint(tables, dialect, { isStrict });
  return {
    bind: bind === "schema" ? createBinder(dialect, tables) : (sql) => sql,
    constraints: decode === "grammar" ? [constraint(false), constraint(true)] : [],
    hasKnownNames(sql) {
      const unknown = unknownNames(sql, dialect, tables);
      return unknown !== undefined && unknown.tables.length + unknown.columns.length === 0;
    },
  };
}
