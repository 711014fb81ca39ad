import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { fingerprintOf } from "./fingerprint.ts";
import { applyNotes, readNotes } from "./notes.ts";
import type { Column, Database } from "./schema.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-notes-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "notes.yaml");

const column = (name: string, comment?: string): Column => ({
  name,
  type: "TEXT",
  notNull: false,
  primaryKey: 0,
  cellValues: [],
  distinctCount: 0,
  nullCount: 0,
  ...(comment !== undefined && { comment }),
});
const plain: Omit<Database, "fingerprint"> = {
  dbId: "shop",
  dialect: "sqlite",
  knowledge: [],
  tables: [
    {
      name: "ORD",
      kind: "table",
      columns: [column("STAT", "state"), column("NET")],
      foreignKeys: [],
      rowCount: 0,
    },
  ],
};
const database: Database = { ...plain, fingerprint: fingerprintOf(plain) };

function noted(yaml: string, options?: { isPartial: boolean }): Database {
  writeFileSync(file, yaml);
  return applyNotes(database, readNotes(file), options);
}

test("descriptions replace comments, synonyms join them, knowledge is kept in order", () => {
  const result = noted(`
knowledge: [Amounts are in euros., "Today is
  2025-12-31."]
tables:
  ord:
    description: orders
    columns:
      STAT: { description: "O open, C closed", synonyms: [status, phase] }
      net: amount without tax
`);
  expect(result.knowledge).toEqual(["Amounts are in euros.", "Today is 2025-12-31."]);
  expect(result.tables[0]).toMatchObject({
    comment: "orders",
    columns: [
      { comment: "O open, C closed; also status, phase" },
      { comment: "amount without tax" },
    ],
  });
  expect(result.fingerprint).not.toBe(database.fingerprint);
});

test("synonyms alone keep the comment of the DDL", () => {
  const result = noted("tables: { ORD: { columns: { STAT: { synonyms: [status] } } } }");
  expect(result.tables[0].columns[0].comment).toBe("state; also status");
});

test("terms are kept beside a table and change nothing that a prompt shows", () => {
  const result = noted("tables: { ORD: { terms: [\"backlog = NET where STAT = 'O'\"] } }");
  expect(result.tables[0]).toEqual({
    ...database.tables[0],
    terms: ["backlog = NET where STAT = 'O'"],
  });
  expect(result.fingerprint).toBe(database.fingerprint);
});

test.each(["", "# nothing yet\n", "knowledge:\ntables:\n"])("%j changes nothing", (yaml) => {
  expect(noted(yaml)).toEqual(database);
});

test.each([
  ["knowlege: [a]", /the key knowledge/],
  ["knowledge: one sentence", /knowledge is "one sentence"; a list of texts/],
  ["tables: [ORD]", /tables is \["ORD"\]; a mapping/],
  ["tables: { ORD: { describtion: x } }", /tables.ORD .*the key description/],
  ["tables: { ORD: { columns: { STAT: { description: 3 } } } }", /STAT.description is 3; a text/],
  ["tables: { ORD: { terms: backlog } }", /ORD.terms is "backlog"; a list of texts/],
  ["tables: { ORDS: x }", /table ORDS, .*; is ORD meant/],
  ["tables: { ORD: { columns: { STATE: x } } }", /column ORD.STATE, .*; is STAT meant/],
  ["tables: { ORD: [", /cannot be read/],
])("%s is refused by name", (yaml, message) => {
  expect(() => noted(yaml)).toThrow(message);
});

test("notes on tables that were not chosen are passed over in a partial schema", () => {
  expect(noted("tables: { OTHER: x }", { isPartial: true }).tables).toEqual(database.tables);
});
