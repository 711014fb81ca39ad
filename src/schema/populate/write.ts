/**
 * Writes made rows into a SQLite database. SQLite has the last word: a row that a CHECK turns down is drawn anew in the
 * columns that checks speak of, and left out when that does not help; a check that hardly any row keeps goes. At the
 * end no foreign key is left that reaches nothing.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { messageOf } from "../../base/errors.ts";
import type { Rng } from "../../base/rng.ts";
import type { Cell } from "../schema.ts";
import { quoteName } from "../../sql/quote.ts";
import type { DdlTable, DdlView, LeftOut } from "../ddl/ddl.ts";
import { printTable } from "../ddl/print.ts";
import { isName, lexScript, nameOf } from "../ddl/tokens.ts";
import { rngFor } from "./plan.ts";
import { subjectFor, type TableState } from "./state.ts";
import { cellOf, type ColumnPlan } from "./values.ts";

type Note = (entry: LeftOut) => void;

const quote = (name: string): string => quoteName(name, "sqlite");
/** How often a row is drawn anew. */
const MAX_TRIES = 100;
/** A check that none of so many rows keeps is given up. */
const PATIENCE = 20;

type Content = {
  readonly tables: readonly DdlTable[];
  readonly views: readonly DdlView[];
  /** The rows of each table by its name. */
  readonly states: ReadonlyMap<string, TableState>;
};

/** Creates the tables with their rows, then the views that run. Returns how many rows there are. */
export function writeTables(
  connection: DatabaseSync,
  { tables: wanted, views, states }: Content,
  note: Note,
): number {
  connection.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN");
  const tables = wanted.map((table) => writeTable(connection, table, { states, note }));
  removeOrphans(connection, tables);
  connection.exec("COMMIT");
  createViews(connection, views, note);
  const counts = tables.map(({ name }) => countOf(connection, name));
  for (const [i, { name }] of tables.entries())
    if (counts[i] === 0)
      note({ what: `the rows of ${name}`, reason: "its keys leave room for none" });
  return counts.reduce((sum, count) => sum + count, 0);
}

const countOf = (connection: DatabaseSync, table: string): number =>
  connection.prepare(`SELECT count(*) AS n FROM ${quote(table)}`).get()?.n as number;

/** The table as it could be filled: without the checks that no row keeps. */
function writeTable(
  connection: DatabaseSync,
  wanted: DdlTable,
  { states, note }: { readonly states: Content["states"]; readonly note: Note },
): DdlTable {
  let table = wanted;
  for (;;) {
    connection.exec(printTable(table));
    const state = states.get(table.name);
    const broken = state && insertRows(connection, state, table, note);
    if (broken === undefined) return table;
    note({
      what: `CHECK (${broken}) of ${table.name}`,
      reason: "no row was found that keeps it",
    });
    table = { ...table, checks: table.checks.filter((check) => check !== broken) };
    connection.exec(`DROP TABLE ${quote(table.name)}`);
  }
}

/** What can be drawn anew for the sake of one check. */
type Remedy = { readonly plans: readonly ColumnPlan[]; readonly literals: readonly Cell[] };

type Inserting = {
  readonly insert: StatementSync;
  readonly state: TableState;
  readonly plans: readonly ColumnPlan[];
  /** By what SQLite says when a check is broken. */
  readonly remedies: ReadonlyMap<string, Remedy>;
};

const brokenText = (check: string): string => `CHECK constraint failed: ${check}`;

/** Inserts what goes in. Returns a check that stops everything, if there is one. */
function insertRows(
  connection: DatabaseSync,
  state: TableState,
  table: DdlTable,
  note: Note,
): string | undefined {
  const plans = state.plans.filter(({ column }) => column.computed === undefined);
  const names = plans.map(({ column }) => quote(column.name)).join(", ");
  const insert = connection.prepare(
    `INSERT INTO ${quote(table.name)} (${names}) VALUES (${plans.map(() => "?").join(", ")})`,
  );
  const remedies = new Map(
    table.checks.map((check) => [brokenText(check), remedyOf(check, plans, table)]),
  );
  const kept = [...state.rows.keys()].filter((row) => state.isKept[row]);
  const lost = new Map<string, number>();
  let isAnyIn = false;
  for (const row of kept) {
    const problem = insertRow({ insert, state, plans, remedies }, row);
    isAnyIn ||= problem === undefined;
    if (problem === undefined) continue;
    const count = (lost.get(problem) ?? 0) + 1;
    lost.set(problem, count);
    const broken = table.checks.find((check) => problem === brokenText(check));
    if (broken !== undefined && !isAnyIn && count >= Math.min(PATIENCE, kept.length)) return broken;
  }
  for (const [reason, count] of lost) note({ what: `${count} rows of ${table.name}`, reason });
  return undefined;
}

/** Inserts a row, drawn anew where needed. Returns what SQLite said last when it took none. */
function insertRow({ insert, state, plans, remedies }: Inserting, row: number): string | undefined {
  const drawn = [...state.rows[row]];
  let rng: Rng | undefined;
  let problem: string | undefined;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    try {
      insert.run(...plans.map(({ index }) => drawn[index] ?? null));
      return undefined;
    } catch (error) {
      problem = messageOf(error);
    }
    const remedy = remedies.get(problem);
    if (remedy === undefined || remedy.plans.length === 0) return problem;
    rng ??= rngFor(state.seed, "again", state.table.name, String(row));
    for (const plan of remedy.plans) {
      const choice = plan.column.notNull ? remedy.literals : [...remedy.literals, null];
      const isDrawn = tries % 2 === 0 || choice.length === 0;
      drawn[plan.index] = isDrawn ? cellOf(plan, subjectFor(state, row), rng) : rng.pick(choice);
    }
  }
  return problem;
}

/** The columns of no key that a check speaks of; what it compares with, one more and one less. */
function remedyOf(check: string, plans: readonly ColumnPlan[], table: DdlTable): Remedy {
  const keys = [
    table.primaryKey,
    ...table.uniques,
    ...table.foreignKeys.map(({ columns }) => columns),
  ];
  const keyed = new Set(keys.flat());
  const tokens = lexScript(check, "sqlite");
  const named = new Set(
    tokens.flatMap((token) => (isName(token) ? nameOf(token).toLowerCase() : [])),
  );
  return {
    plans: plans.filter(
      ({ column }) => !keyed.has(column.name) && named.has(column.name.toLowerCase()),
    ),
    literals: tokens.flatMap((token): Cell[] => {
      if (token.kind === "string") return [token.value];
      const number = Number(token.text);
      return token.kind === "number" ? [number, number + 1, number - 1, -number] : [];
    }),
  };
}

/** References to rows that did not get in become NULL where they may; else their rows go too. */
function removeOrphans(connection: DatabaseSync, tables: readonly DdlTable[]): void {
  const byName = new Map(tables.map((table) => [table.name, table]));
  for (;;) {
    const orphans = connection.prepare("PRAGMA foreign_key_check").all() as {
      table: string;
      rowid: number;
      parent: string;
      fkid: number;
    }[];
    if (orphans.length === 0) return;
    for (const { table: name, rowid, fkid } of orphans) {
      const table = byName.get(name);
      // SQLite counts foreign keys from the last.
      const key = table?.foreignKeys[table.foreignKeys.length - 1 - fkid];
      const nullable =
        key?.columns.filter(
          (column) => table?.columns.find((one) => one.name === column)?.notNull === false,
        ) ?? [];
      if (nullable.length === 0 || !setNull(connection, name, nullable, rowid))
        connection.prepare(`DELETE FROM ${quote(name)} WHERE rowid = ?`).run(rowid);
    }
  }
}

function setNull(
  connection: DatabaseSync,
  table: string,
  columns: readonly string[],
  rowid: number,
): boolean {
  try {
    const set = columns.map((column) => `${quote(column)} = NULL`).join(", ");
    connection.prepare(`UPDATE ${quote(table)} SET ${set} WHERE rowid = ?`).run(rowid);
    return true;
  } catch {
    return false;
  }
}

/** Views that run as they are, those first that others stand on. */
function createViews(connection: DatabaseSync, views: readonly DdlView[], note: Note): void {
  let left = views.map((view) => ({ view, problem: "" }));
  for (let before = Infinity; left.length < before;) {
    before = left.length;
    left = left.flatMap(({ view }) => {
      const problem = createView(connection, view);
      return problem === undefined ? [] : { view, problem };
    });
  }
  for (const { view, problem } of left) note({ what: `view ${view.name}`, reason: problem });
}

function createView(connection: DatabaseSync, { name, select }: DdlView): string | undefined {
  const isNamed = select.startsWith("(");
  try {
    connection.exec(`CREATE VIEW ${quote(name)} ${isNamed ? "" : "AS "}${select}`);
  } catch (error) {
    return messageOf(error);
  }
  try {
    connection.prepare(`SELECT * FROM ${quote(name)} LIMIT 0`).all();
    return undefined;
  } catch (error) {
    connection.exec(`DROP VIEW ${quote(name)}`);
    return messageOf(error);
  }
}
