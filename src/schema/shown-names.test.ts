/** Names that a model is shown: small letters for tables in capitals, everything else as it is spelled. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { buildDatabase } from "../../test/fixtures/shop.ts";
import { introspect } from "./introspect.ts";
import { withShownNames } from "./shown-names.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-shown-names-"));
const file = buildDatabase(
  join(folder, "hr.sqlite"),
  `CREATE TABLE "DEPT" (DEPT_CODE TEXT PRIMARY KEY, "DEPT NAME" TEXT);
   CREATE TABLE EMPLOYEE (EMP_NUM INTEGER PRIMARY KEY, DEPT_CODE TEXT REFERENCES DEPT(DEPT_CODE), SITE INTEGER REFERENCES Site(Id));
   CREATE TABLE Site (Id INTEGER PRIMARY KEY, CITY TEXT, Opened TEXT);
   CREATE TABLE "2024" ("1" INTEGER, "2" INTEGER);
   CREATE TABLE "JOB" ("AÑO" INTEGER, HOURS INTEGER);
   CREATE TABLE OrderLine (ID INTEGER, QTY INTEGER);`,
);
const { database } = introspect(file, { dbId: "hr" });
const shown = withShownNames(database);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("tables all in ASCII capitals have small names, and keys follow them", () => {
  const names = Object.fromEntries(
    shown.tables.map(({ name, columns }) => [name, columns.map((column) => column.name)]),
  );
  expect(names).toEqual({
    dept: ["dept_code", "dept name"],
    employee: ["emp_num", "dept_code", "site"],
    Site: ["Id", "CITY", "Opened"],
    2024: ["1", "2"],
    JOB: ["AÑO", "HOURS"],
    OrderLine: ["ID", "QTY"],
  });
  const { foreignKeys } = shown.tables.find(({ name }) => name === "employee")!;
  expect(foreignKeys).toEqual(
    expect.arrayContaining([
      { columns: ["dept_code"], refTable: "dept", refColumns: ["dept_code"] },
      { columns: ["site"], refTable: "Site", refColumns: ["Id"] },
    ]),
  );
});

test("nothing is lost but capitals, and a schema without them is the same object", () => {
  const { tables, ...rest } = shown;
  const { tables: before, ...others } = database;
  expect(rest).toEqual(others);
  expect(JSON.stringify(tables).toLowerCase()).toBe(JSON.stringify(before).toLowerCase());
  expect(withShownNames(shown)).toBe(shown);
});

test("where a database tells capitals from small letters, names stay", () => {
  const elsewhere = { ...database, dialect: "postgres" } as const;
  expect(withShownNames(elsewhere)).toBe(elsewhere);
});
