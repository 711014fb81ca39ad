/** Which checks and computed columns SQLite can work with: it is asked, on an empty table in memory. */
import { DatabaseSync } from "node:sqlite";
import { messageOf } from "../../base/errors.ts";
import type { DdlTable, LeftOut } from "../ddl/ddl.ts";
import { printTable } from "../ddl/print.ts";

/**
 * The table without the checks that SQLite does not understand; columns that it cannot compute become plain ones. What
 * goes is named in the notes.
 */
export function usableTable(table: DdlTable, note: (entry: LeftOut) => void): DdlTable {
  const bare: DdlTable = { ...table, checks: [], uniques: [], primaryKey: [], foreignKeys: [] };
  if (problemOf({ ...bare, checks: table.checks }) === undefined) return table;
  const columns = table.columns.map((column) => {
    if (column.computed === undefined) return column;
    const others = table.columns.filter((one) => one.computed === undefined || one === column);
    const problem = problemOf({ ...bare, columns: others });
    if (problem === undefined) return column;
    note({
      what: `${table.name}.${column.name}, computed as ${column.computed.expression}`,
      reason: `${problem}; it holds plain values`,
    });
    const { computed: _, ...plain } = column;
    return plain;
  });
  const checks = table.checks.filter((check) => {
    const problem = problemOf({ ...bare, columns, checks: [check] });
    if (problem !== undefined) note({ what: `CHECK (${check}) of ${table.name}`, reason: problem });
    return problem === undefined;
  });
  return { ...table, columns, checks };
}

/** What SQLite says against a table; that an empty row breaks its rules is none of it. */
function problemOf(table: DdlTable): string | undefined {
  const connection = new DatabaseSync(":memory:");
  try {
    connection.exec(printTable(withoutNotNull(table)));
    connection.exec(`INSERT INTO ${quoted(table.name)} DEFAULT VALUES`);
    return undefined;
  } catch (error) {
    const message = messageOf(error);
    return /^(CHECK|NOT NULL) constraint failed/.test(message) ? undefined : message;
  } finally {
    connection.close();
  }
}

const withoutNotNull = (table: DdlTable): DdlTable => ({
  ...table,
  columns: table.columns.map((column) => ({ ...column, notNull: false })),
});

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
