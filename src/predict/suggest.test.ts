import { expect, test } from "vitest";
import { databaseOfDdl } from "../schema/given.ts";
import { createSuggester, refusalText } from "./suggest.ts";

const suggest = createSuggester(
  databaseOfDdl(`
    CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, city TEXT);
    CREATE TABLE invoice (id INTEGER PRIMARY KEY, customerId INTEGER REFERENCES customer (id), dueDate TEXT, total REAL);
    CREATE TABLE vehicle (id INTEGER PRIMARY KEY, plate TEXT);`),
);

test("a refusal for want of a table names the tables and columns that come nearest, the best first", () => {
  expect(suggest("which leases are due, by city", "no table of leases")).toEqual([
    { table: "invoice", columns: ["dueDate"] },
    { table: "customer", columns: ["city"] },
  ]);
  expect(suggest("plates of the trucks", "ambiguous: trucks or vehicles")).toEqual([
    { table: "vehicle", columns: ["plate"] },
  ]);
});

test("nothing is named where nothing comes near, or where other words would not help", () => {
  expect(suggest("what is the weather", "no table of weather")).toEqual([]);
  expect(suggest("delete the invoices", "this would change data")).toEqual([]);
  expect(suggest("a poem about invoices", "not about this database")).toEqual([]);
});

test("a refusal with its suggestions is one line", () => {
  expect(refusalText("no table of leases", [])).toBe("no table of leases");
  expect(
    refusalText("no table of leases", [
      { table: "invoice", columns: ["dueDate", "total"] },
      { table: "vehicle", columns: [] },
    ]),
  ).toBe("no table of leases; nearest: invoice (dueDate, total), vehicle");
});
