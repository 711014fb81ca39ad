import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBinder, type JoinableTable } from "./bind.ts";

const table = (
  name: string,
  columns: readonly string[],
  ...keys: readonly (readonly [string, string, string])[]
): JoinableTable => ({
  name,
  columns: columns.map((column) => ({ name: column })),
  foreignKeys: keys.map(([mine, refTable, theirs]) => ({
    columns: mine.split(" "),
    refTable,
    refColumns: theirs.split(" "),
  })),
});

const TABLES = [
  table("Customer", ["Id", "Name", "City"]),
  table(
    "Invoice",
    ["Num", "Customer", "Amount", "Co", "Job"],
    ["Customer", "Customer", "Id"],
    ["Co Job", "Job", "Co Job"],
  ),
  table("Job", ["Co", "Job", "Title"]),
  table("Line", ["Num", "Item", "Qty"], ["Num", "Invoice", "Num"]),
  table("Island", ["Alone"]),
  table("Phase", ["Co", "Job", "Phase"], ["Co Job", "Job", "Co Job"]),
  table("Hours", ["Co", "Job", "Phase", "Worked"], ["Co Job Phase", "Phase", "Co Job Phase"]),
];
const bind = createBinder("sqlite", TABLES);

test("in PostgreSQL a name in double quotes is a name", () => {
  const bindThere = createBinder("postgres", TABLES);
  expect(bindThere('SELECT "City", SUM("Amount") FROM "Invoice" GROUP BY "City"')).toBe(
    'SELECT "City", SUM("Amount") FROM "Invoice" JOIN "Customer" ON "Customer" = "Id" GROUP BY "City"',
  );
});

describe("a column is taken from the table that has it", () => {
  test.each([
    [
      "the nearest table is joined along the key",
      "SELECT City, SUM(Amount) FROM Invoice GROUP BY City",
      "SELECT City, SUM(Amount) FROM Invoice JOIN Customer ON Customer = Id GROUP BY City",
    ],
    [
      "a key of two columns is joined on both",
      "SELECT Title FROM Invoice WHERE Amount > 5",
      "SELECT Title FROM Invoice JOIN Job USING (Co, Job) WHERE Amount > 5",
    ],
    [
      "the way may lead through a table between",
      "SELECT City FROM Line WHERE Qty > 2",
      "SELECT City FROM Line JOIN Invoice USING (Num) JOIN Customer ON Customer = Id WHERE Qty > 2",
    ],
    [
      "what lies between is left out where its key is the table's own",
      "SELECT Title FROM Hours WHERE Worked > 2",
      "SELECT Title FROM Hours JOIN Job USING (Co, Job) WHERE Worked > 2",
    ],
    [
      "a wrong alias is put right",
      "SELECT T2.Name FROM Customer AS T1 JOIN Invoice AS T2 ON T1.Id = T2.Customer WHERE T1.Amount > 1",
      "SELECT Name FROM Customer JOIN Invoice ON Customer = Id WHERE Amount > 1",
    ],
    [
      "a join on a column that one side lacks is derived anew",
      "SELECT Name, Amount FROM Invoice JOIN Customer USING (Id)",
      "SELECT Name, Amount FROM Invoice JOIN Customer ON Customer = Id",
    ],
    [
      "a table that does not exist becomes the one whose name and columns fit",
      "SELECT COUNT(*) FROM Customers AS C WHERE C.City = 'Rome'",
      "SELECT COUNT(*) FROM Customer WHERE City = 'Rome'",
    ],
    [
      "a name nearly right is put right, in the same table alone",
      "SELECT Tittle FROM Job",
      "SELECT Title FROM Job",
    ],
    [
      "a name that two tables have is given the first",
      "SELECT Job FROM Invoice JOIN Job ON Amount = Title",
      "SELECT Invoice.Job FROM Invoice JOIN Job ON Amount = Title",
    ],
    [
      "inside a sub-query too, where outer tables lack it as well",
      "SELECT Alone FROM Island WHERE Alone IN (SELECT Amount FROM Customer)",
      "SELECT Alone FROM Island WHERE Alone IN (SELECT Amount FROM Customer JOIN Invoice ON Customer = Id)",
    ],
  ])("%s", (_, sql, wanted) => expect(bind(sql)).toBe(wanted));
});

describe("what cannot be repaired, or needs none, stays as it is", () => {
  test.each([
    ["all names are right", "select  name from customer"],
    ["no table has the column", "SELECT Colour FROM Customer"],
    ["no key leads there", "SELECT Alone FROM Customer"],
    [
      "a table stands twice",
      "SELECT a.City, b.Amount FROM Customer a JOIN Customer b ON a.Id = b.Id",
    ],
    [
      "an outer query has the column",
      "SELECT City FROM Customer WHERE EXISTS (SELECT 1 FROM Island WHERE Alone = City)",
    ],
    ["it does not parse", "SELECT FROM WHERE"],
    ["there are two statements", "SELECT City FROM Invoice; SELECT City FROM Invoice"],
    ["neither table nor column is known", "SELECT Colour FROM Nowhere"],
  ])("%s", (_, sql) => expect(bind(sql)).toBe(sql));
});

test("binding twice is binding once, whatever the columns and tables", () => {
  const names = fc.constantFrom(
    ...TABLES.flatMap(({ columns }) => columns.map(({ name }) => name)),
  );
  const from = fc.constantFrom(...TABLES.map(({ name }) => name));
  fc.assert(
    fc.property(names, names, from, (a, b, source) => {
      const once = bind(`SELECT ${a} FROM ${source} WHERE ${b} = 1`);
      expect(bind(once)).toBe(once);
    }),
  );
});
