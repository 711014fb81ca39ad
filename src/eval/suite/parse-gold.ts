/** A statement's tree with its names resolved, and with `"text"` that SQLite takes for a string written as a string. */
import { resolveNames, type Resolution } from "../../sql/resolve.ts";
import type { NamedTable } from "../../sql/scope.ts";
import {
  bodyOf,
  mapChildren,
  parseStatement,
  type SqlNode,
  type SqlValue,
} from "../../sql/tree.ts";

export type ParsedGold = Resolution & { readonly statement: SqlNode };

/** Raises UserError("data-invalid") for text that is not one statement. */
export function parseGold(sql: string, tables: readonly NamedTable[]): ParsedGold {
  const statement = parseStatement(sql, "sqlite");
  const resolution = resolveNames(statement, tables);
  const literals = new Map(
    resolution.columns.flatMap(({ node, name, literal }) => (literal ? [[node, name]] : [])),
  );
  if (literals.size === 0) return { statement, ...resolution };
  const rewrite = (value: SqlValue): SqlValue => {
    const text = literals.get(bodyOf(value, "column") ?? {});
    return text === undefined
      ? mapChildren(value, rewrite)
      : { literal: { literal_type: "string", value: text } };
  };
  const rewritten = rewrite(statement) as SqlNode;
  return { statement: rewritten, ...resolveNames(rewritten, tables) };
}
