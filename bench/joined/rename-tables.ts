/** A statement on one database as it is written for the joined one: tables renamed, their old names kept as aliases. */
import { resolveNames } from "../../src/sql/resolve.ts";
import {
  mapChildren,
  isNode,
  parseStatement,
  printSql,
  type SqlNode,
  type SqlValue,
} from "../../src/sql/tree.ts";
import type { Place } from "./join-databases.ts";

/** Raises data-invalid for text that is not one statement. */
export function renameTables(sql: string, { tables, names }: Place): string {
  const statement = parseStatement(sql, "sqlite");
  const renamed = new Map<SqlValue, string>();
  for (const { node, table = "", query } of resolveNames(statement, tables).sources) {
    const name = names.get(table.toLowerCase());
    if (name !== undefined && query === undefined) renamed.set(node, name);
  }
  const identifier = (name: string) => ({ name, quoted: true, trailing_comments: [] });
  const change = (value: SqlValue): SqlValue => {
    const name = renamed.get(value);
    const copy = mapChildren(value, change);
    if (name === undefined || !isNode(value) || !isNode(copy)) return copy;
    const alias = value.alias ?? value.name;
    return { ...copy, name: identifier(name), alias, alias_explicit_as: true };
  };
  return printSql(change(statement) as SqlNode, "sqlite");
}
