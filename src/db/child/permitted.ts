/**
 * A connection on which untrusted SQL reads some tables, some of their columns, and of some tables only the rows that
 * meet a condition. SQLite itself keeps all of it, whatever the text looks like: a table with a condition is hidden
 * behind a temporary view of its name, and the authorizer lets nothing but that view read the table. Views of the
 * database are made anew the same way, so that they read through those conditions and may show what their reader may
 * not read directly.
 */
import { randomUUID } from "node:crypto";
import { constants, type DatabaseSync } from "node:sqlite";
import type { Permissions } from "../run-result.ts";
import { renamedView, viewsOf } from "../view-text.ts";
import {
  type ConnectionLimits,
  guard,
  type IsAllowed,
  isHarmless,
  openUnguarded,
  READING,
} from "./connection.ts";

/** Opens the file for reading what the permissions name. Raises what SQLite says of a condition that does not compile. */
export function openPermitted(
  file: string,
  limits: ConnectionLimits,
  permissions: Permissions,
): DatabaseSync {
  const connection = openUnguarded(file, limits, true);
  try {
    // Who reads through a view is known by the view's name alone, so that no text may be able to say it.
    const secret = `t2s_${randomUUID()}`;
    const known = namesOf(connection);
    hideTables(connection, permissions, secret);
    guard(connection, isAllowedUnder(permissions, known, secret));
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

type Known = {
  /** Everything that FROM may name besides a statement's own queries. */
  readonly all: ReadonlySet<string>;
  readonly views: ReadonlySet<string>;
};

function namesOf(connection: DatabaseSync): Known {
  const names = (sql: string) =>
    new Set(
      connection
        .prepare(sql)
        .all()
        .map(({ name }) => String(name).toLowerCase()),
    );
  return {
    all: names("SELECT name FROM sqlite_schema UNION SELECT name FROM pragma_module_list"),
    views: names("SELECT name FROM sqlite_schema WHERE type = 'view'"),
  };
}

const filterName = (secret: string, table: string) => `${secret}_rows_${table}`;
const viewName = (secret: string, view: string) => `${secret}_view_${view}`;

function hideTables(connection: DatabaseSync, { filters }: Permissions, secret: string): void {
  // prepare() takes the first statement of a text, whatever a foreign file may hold as the text of a view
  const create = (view: string, select: string) =>
    connection.prepare(`CREATE TEMP VIEW ${quoted(view)} AS ${select}`).run();
  for (const [table, condition] of Object.entries(filters)) {
    const hidden = filterName(secret, table);
    create(hidden, `SELECT * FROM main.${quoted(table)} WHERE (${condition}\n)`);
    create(table, `SELECT * FROM temp.${quoted(hidden)}`);
  }
  for (const { name, sql } of viewsOf(connection)) {
    const hidden = viewName(secret, name.toLowerCase());
    connection.prepare(renamedView(sql, `TEMP VIEW ${quoted(hidden)}`)).run();
    create(name, `SELECT * FROM temp.${quoted(hidden)}`);
  }
}

const ROW_ID = new Set(["rowid", ""]);
/** What FROM may name without being a table of the file. */
const BUILT_IN = /^(?:(?:sqlite|pragma)_|jsonb?_(?:each|tree)$)/;

function isAllowedUnder(
  { tables, filters, functions }: Permissions,
  known: Known,
  secret: string,
): IsAllowed {
  const columns = new Map(Object.entries(tables).map(([table, names]) => [table, new Set(names)]));
  const callable = new Set(functions);
  const isShown = (table: string, column: string): boolean =>
    columns.get(table)?.has(column) === true || (columns.has(table) && ROW_ID.has(column));
  const mayRead = (table: string, column: string, database: string, accessor: string): boolean => {
    if (table.startsWith(secret)) return true;
    if (BUILT_IN.test(table)) return false;
    const isMain = database === "main";
    if (isMain && Object.hasOwn(filters, table)) return accessor === filterName(secret, table);
    if (isMain && known.views.has(table)) return false;
    if (accessor.startsWith(viewName(secret, ""))) return true;
    // a query of the statement itself, of which no column is used
    if (column === "" && database === "" && !known.all.has(table)) return true;
    return isShown(table, column);
  };
  return (action, first, second, database, accessor) => {
    if (!READING.has(action)) return false;
    if (action === constants.SQLITE_READ) return mayRead(first, second, database, accessor);
    if (action !== constants.SQLITE_FUNCTION) return true;
    return (
      isHarmless(action, first, second) && (callable.has(second) || accessor.startsWith(secret))
    );
  };
}
