/**
 * How many rows each table gets: lists of kinds a few, people and things some, papers and their lines most; never more
 * than its unique keys leave room for. Knows no cell.
 */
import { Rng } from "../../base/rng.ts";
import { type DdlTable, hasNames, sameName } from "../ddl/ddl.ts";
import { type Family, familyOf, typeArguments } from "../ddl/types.ts";
import { rulesOf } from "./rules.ts";
import { COMPANIES, PEOPLE } from "./vocabulary.ts";
import { entityOf, wordsOf } from "./words.ts";

export type Role = "lookup" | "master" | "paper" | "line";

const LOOKUP_WORDS =
  /^(type|status|category|code|kind|class|group|unit|currency|country|state|method|reason|color|colour|genre|language|role|level|priority|term|mode|lookup|department|region|rate|tariff)$/;
const LINE_WORDS =
  /^(line|detail|item|entry|position|history|log|event|transaction|movement|reading|measurement|price|visit|score|vote)$/;
const MASTER_WORDS =
  /^(product|article|part|depot|warehouse|branch|office|building|room|machine|equipment|vehicle|car|asset|city|team|course|location|address|site|airport|station|item)$/;
/** More cells than this make a table slow to look at. */
const MAX_CELLS = 200_000;

/** What share of a large table's rows a table of each role has. */
const SHARES: Readonly<Record<Role, number>> = { lookup: 0, master: 0.12, paper: 0.45, line: 1 };

/** How one table is filled. */
export type TablePlan = { readonly role: Role; readonly count: number };

/** A stream of random numbers of its own for each thing that is drawn. */
export function rngFor(seed: number, ...names: readonly string[]): Rng {
  let hash = seed | 0;
  for (const letter of names.join("\0"))
    hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16_777_619);
  return new Rng(hash);
}

/** Plans by table name. `rows` is the size of a large table. */
export function planTables(
  tables: readonly DdlTable[],
  { rows, seed }: { readonly rows: number; readonly seed: number },
): ReadonlyMap<string, TablePlan> {
  const referenced = new Set(
    tables.flatMap(({ name, foreignKeys }) =>
      foreignKeys.flatMap(({ refTable }) => (refTable === name ? [] : refTable)),
    ),
  );
  const roles = new Map<string, Role>();
  const byName = new Map(tables.map((table) => [table.name, table]));
  const roleOf = (table: DdlTable, path: readonly string[] = []): Role => {
    const known = roles.get(table.name);
    if (known !== undefined) return known;
    const parents = table.foreignKeys.flatMap(({ refTable }) => {
      const parent = byName.get(refTable);
      return parent === undefined || parent === table || path.includes(refTable) ? [] : parent;
    });
    const parentRoles = parents.map((parent) => roleOf(parent, [...path, table.name]));
    const role = guessRole(table, parentRoles, referenced.has(table.name));
    roles.set(table.name, role);
    return role;
  };
  const counts = new Map<string, number>();
  for (const table of parentsFirst(tables)) {
    const rng = rngFor(seed, "count", table.name);
    const role = roleOf(table);
    const wanted =
      role === "lookup"
        ? rng.int(4, 11)
        : Math.max(12, Math.round(rows * SHARES[role] * (0.7 + 0.6 * rng.next())));
    const room = Math.max(1, Math.floor(MAX_CELLS / table.columns.length));
    counts.set(table.name, Math.max(1, Math.min(wanted, rows, room, capacityOf(table, counts))));
  }
  evenOut(tables, counts);
  return new Map(
    tables.map(({ name }) => [
      name,
      { role: roles.get(name) ?? "master", count: counts.get(name) ?? 1 },
    ]),
  );
}

function guessRole(table: DdlTable, parents: readonly Role[], isReferenced: boolean): Role {
  const last = entityOf(table.name).at(-1) ?? "";
  const own = table.columns.filter(
    ({ name }) =>
      !table.primaryKey.includes(name) &&
      !/^(rowguid|modified_?date|created_?at|updated_?at)$/i.test(name),
  );
  const isDated = table.columns.some(
    ({ type, name }) => isDate(familyOf(type)) || wordsOf(name).includes("date"),
  );
  const isShort = !isDated && own.length <= 3 && parents.every((role) => role === "lookup");
  if (isShort && LOOKUP_WORDS.test(last)) return "lookup";
  if (PEOPLE.has(last) || COMPANIES.has(last) || MASTER_WORDS.test(last)) return "master";
  if (isShort && isReferenced && own.length <= 2 && parents.length === 0) return "lookup";
  if (parents.includes("paper") || parents.includes("line")) return "line";
  const masters = parents.filter((role) => role === "master").length;
  if (LINE_WORDS.test(last) && masters > 0 && !isReferenced) return "line";
  if (masters >= 2 || (masters >= 1 && isDated)) return "paper";
  const isAlone = table.foreignKeys.length === 0 && !isReferenced;
  return isAlone && isDated && table.columns.length >= 4 ? "paper" : "master";
}

const isDate = (family: Family | undefined): boolean => family === "date" || family === "datetime";

/** Parents before children; where they go in a circle, as they come. */
function parentsFirst(tables: readonly DdlTable[]): DdlTable[] {
  const byName = new Map(tables.map((table) => [table.name, table]));
  const sorted = new Set<DdlTable>();
  const open = new Set<DdlTable>();
  const visit = (table: DdlTable): void => {
    if (sorted.has(table) || open.has(table)) return;
    open.add(table);
    for (const { refTable } of table.foreignKeys) {
      const parent = byName.get(refTable);
      if (parent !== undefined) visit(parent);
    }
    open.delete(table);
    sorted.add(table);
  };
  tables.forEach(visit);
  return [...sorted];
}

/** How many rows the keys of a table can tell apart, with some room to draw in. */
function capacityOf(table: DdlTable, counts: ReadonlyMap<string, number>): number {
  const { columns: rules } = rulesOf(table.checks);
  const keys = [table.primaryKey, ...table.uniques].filter((key) => key.length > 0);
  const capacities = keys.map((key) => {
    let product = 1;
    const left = new Set(key);
    for (const fk of table.foreignKeys) {
      const covered = fk.columns.filter((name) => left.has(name));
      if (covered.length === 0 || fk.refTable === table.name) continue;
      product *= counts.get(fk.refTable) ?? 50;
      covered.forEach((name) => left.delete(name));
    }
    const isForeign = left.size < key.length;
    for (const name of left) {
      const column = table.columns.find((one) => sameName(one.name, name));
      const values = rules.get(name.toLowerCase())?.values;
      product *= values?.length ?? (column === undefined ? 1e6 : roomOf(column.type));
    }
    return isForeign ? Math.ceil(product * (hasNames(key, [...left]) ? 1 : 0.7)) : product;
  });
  return Math.min(1e9, ...capacities);
}

/** How many values a type has. */
function roomOf(type: string): number {
  const family = familyOf(type);
  const [size = 30] = typeArguments(type);
  if (family === "boolean") return 2;
  if (family === "year") return 60;
  if (family === "text") return 26 ** Math.min(5, Math.max(1, size));
  if (/^tinyint/i.test(type)) return 127;
  return family === "decimal" ? 10 ** Math.min(9, size) - 1 : 1e6;
}

/** Tables whose keys are each other's keys have the same rows. */
function evenOut(tables: readonly DdlTable[], counts: Map<string, number>): void {
  for (const table of tables)
    for (const { columns, refTable } of table.foreignKeys) {
      const parent = tables.find(({ name }) => name === refTable);
      const isMutual = parent?.foreignKeys.some(
        (back) => back.refTable === table.name && hasNames(back.columns, parent.primaryKey),
      );
      if (!isMutual || !hasNames(columns, table.primaryKey)) continue;
      const least = Math.min(counts.get(table.name) ?? 1, counts.get(refTable) ?? 1);
      counts.set(table.name, least).set(refTable, least);
    }
}
