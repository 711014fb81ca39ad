/** Which part of a schema a ranking leaves, and what goes first. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Database, Table } from "../schema/schema.ts";
import { createPruner } from "./prune.ts";

const tableOf = (
  name: string,
  columns: readonly string[],
  refTables: readonly string[] = [],
): Table => ({
  name,
  kind: "table",
  columns: ["id", ...columns, ...refTables.map((refTable) => `${refTable}_id`)].map((column) => ({
    name: column,
    type: "TEXT",
    notNull: false,
    primaryKey: column === "id" ? 1 : 0,
    cellValues: [],
    distinctCount: 1,
    nullCount: 0,
  })),
  foreignKeys: refTables.map((refTable) => ({
    columns: [`${refTable}_id`],
    refTable,
    refColumns: ["id"],
  })),
  rowCount: 1,
});
const database: Database = {
  dbId: "d",
  dialect: "sqlite",
  knowledge: [],
  fingerprint: "whole",
  tables: [
    tableOf("Staff", ["name", "city"]),
    tableOf("Works", [], ["Staff", "Project"]),
    tableOf("Project", ["title"]),
    tableOf("Vehicle", ["plate"]),
    tableOf("Depot", ["city"]),
  ],
};
const prune = createPruner(database);
const rank = (...tables: readonly string[]) => ({
  tables: tables.map((table) => ({ table })),
  columns: [
    { table: "Staff", column: "city" },
    { table: "Depot", column: "city" },
    { table: "Staff", column: "name" },
  ],
});
const namesOf = ({ tables }: Database) => tables.map(({ name }) => name);

test("the tables ranked first are left, with the one that joins them, in the schema's order", () => {
  const [part] = prune(rank("Project", "Staff", "Depot"), 3);
  expect(namesOf(part)).toEqual(["Staff", "Works", "Project"]);
  expect(part.fingerprint).not.toBe(database.fingerprint);
});

test("where there is no room for what joins two tables, they are shown without it", () => {
  const [part] = prune(rank("Project", "Staff", "Depot"), 2);
  expect(namesOf(part)).toEqual(["Staff", "Project"]);
});

test("keys lead only to tables that are left", () => {
  const [part] = prune(rank("Works", "Project"), 2);
  expect(part.tables[0].foreignKeys.map(({ refTable }) => refTable)).toEqual(["Project"]);
  expect(database.tables[1].foreignKeys).toHaveLength(2);
});

test("parts become smaller: first the tables ranked last go, then the columns of the last table", () => {
  const parts = [...prune(rank("Staff", "Depot", "Vehicle"), 9)];
  expect(parts.map((part) => part.tables.flatMap(({ columns }) => columns).length)).toEqual([
    7, 5, 3, 3, 2, 1,
  ]);
  expect(parts.map((part) => namesOf(part).length)).toEqual([3, 2, 1, 1, 1, 1]);
  expect(parts.at(-2)?.tables[0].columns.map(({ name }) => name)).toEqual(["id", "city"]);
});

test("no part has more tables than wanted, and each has what is ranked first", () => {
  const name = fc.constantFrom(...namesOf(database));
  fc.assert(
    fc.property(
      fc.uniqueArray(name, { minLength: 1 }),
      fc.integer({ min: 1, max: 6 }),
      (names, count) => {
        for (const part of prune(rank(...names), count)) {
          expect(part.tables.length).toBeLessThanOrEqual(count);
          expect(namesOf(part)).toContain(names[0]);
        }
      },
    ),
  );
});
