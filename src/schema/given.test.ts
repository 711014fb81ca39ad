import { expect, test } from "vitest";
import { databaseOfDdl, databaseOfTables } from "./given.ts";

test("DDL text of any dialect becomes tables with keys and no rows", () => {
  const { tables, dialect } = databaseOfDdl(`
    CREATE TABLE [dbo].[Plane] ([Id] INT NOT NULL PRIMARY KEY, [Maker] NVARCHAR(10));
    CREATE TABLE [dbo].[Flight] ([Id] INT, [PlaneId] INT REFERENCES [dbo].[Plane]([Id]));`);
  expect(dialect).toBe("sqlite");
  expect(tables.map(({ name, columns }) => [name, columns.map((column) => column.name)])).toEqual([
    ["Plane", ["Id", "Maker"]],
    ["Flight", ["Id", "PlaneId"]],
  ]);
  expect(tables[0].columns[0]).toMatchObject({ primaryKey: 1, cellValues: [] });
  expect(tables[1].foreignKeys).toEqual([
    { columns: ["PlaneId"], refTable: "Plane", refColumns: ["Id"] },
  ]);
});

test("foreign keys to what is not there are left out", () => {
  const keys = [
    { columns: ["planeId"], refTable: "PLANE", refColumns: ["id"] },
    { columns: ["planeId"], refTable: "plane", refColumns: ["nope"] },
    { columns: ["planeId"], refTable: "nowhere", refColumns: ["id"] },
  ];
  const { tables, fingerprint } = databaseOfTables([
    { name: "plane", columns: [{ name: "id", primaryKey: true }] },
    { name: "flight", columns: [{ name: "planeId" }], foreignKeys: keys },
  ]);
  expect(tables[1].foreignKeys).toEqual([keys[0]]);
  expect(fingerprint).toHaveLength(64);
});

test("what is no schema, or too much of one, is an error that says so", () => {
  expect(() => databaseOfDdl("hello")).toThrow("no CREATE TABLE");
  expect(() => databaseOfDdl("x".repeat(1_000_000))).toThrow("the schema has 1000000 characters");
  expect(() => databaseOfTables([])).toThrow("the schema has no table");
  expect(() => databaseOfTables([{ name: "a", columns: [] }])).toThrow("table a has no column");
  const twice = { name: "a", columns: [{ name: "b" }, { name: "B" }] };
  expect(() => databaseOfTables([twice])).toThrow("a.b twice");
});
