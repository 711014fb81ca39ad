import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { buildDatabase } from "../../../test/fixtures/shop.ts";
import { introspect } from "../../schema/introspect.ts";
import { applyNotes, readNotes } from "../../schema/notes.ts";
import { withAccepted, withProposals } from "../../schema/notes-file.ts";
import { profileColumns } from "../../schema/profile.ts";
import { guessNotes } from "./guess.ts";
import { lintSchema } from "./lint.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-knowledge-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rows = Array.from({ length: 40 }, (_, i) => {
  const day = String(1 + (i % 28)).padStart(2, "0");
  const epoch = 1_700_000_000 + 86_400 * i;
  const paid = i % 4 === 0 ? "NULL" : `'2025-02-${day}'`;
  return `(${i + 1}, ${1 + (i % 3)}, '${i % 5 === 0 ? "H" : "A"}', ${epoch}, ${202_501 + (i % 12)}, ${i}.25, 0.${10 + i}, ${paid}, '${day}.01.2025', ${i % 3}, NULL, '${i % 2 ? "Y" : "N"}')`;
});
const file = buildDatabase(
  join(folder, "erp.sqlite"),
  `CREATE TABLE CST (id INTEGER PRIMARY KEY, name TEXT); -- customers
   CREATE TABLE inv (
     InvNo INTEGER PRIMARY KEY, cst_id INTEGER, Sts TEXT, created_at INTEGER, period INTEGER, TotAmt REAL, disc_pct REAL,
     PaidDate TEXT, due TEXT, OrdType INTEGER, "Old Name" TEXT, ShippedYN TEXT);
   CREATE TABLE archive (id INTEGER, note TEXT);
   INSERT INTO CST VALUES (1, 'Ada'), (2, 'Bob'), (3, 'Cy');
   INSERT INTO inv VALUES ${rows.join(", ")};`,
);
const { database } = introspect(file, { dbId: "erp" });
const profiles = profileColumns(file, database);
const notes = new Map(
  guessNotes(database, profiles).map((note) => [
    [note.table, note.column].filter(Boolean).join("."),
    note,
  ]),
);

test.each([
  ["inv.InvNo", "invoice number"],
  ["inv.Sts", "status; A ?, H ?"],
  ["inv.created_at", "Unix time in seconds"],
  ["inv.period", "month as yyyymm"],
  ["inv.TotAmt", "total amount"],
  ["inv.disc_pct", "discount percent; share, 0 to 1"],
  ["inv.PaidDate", "NULL = ?"],
  ["inv.due", "dates such as 01.01.2025"],
  ["inv.OrdType", "order type; 0 ?, 1 ?, 2 ?"],
  ["inv.ShippedYN", undefined],
  ["CST.name", undefined],
])("the guess at %s is %s", (place, guess) => {
  expect(notes.get(place)?.guess).toBe(guess);
});

test.each([
  ["inv", "40 rows"],
  ["inv.Sts", "2 values: A 80 %, H 20 %"],
  ["inv.PaidDate", /^ISO dates; \d+ values.*; from 2025-02-02 to 2025-02-28; NULL 25 %$/],
  ["inv.TotAmt", "money; all different; from 0.25 to 39.25"],
  ["inv.Old Name", "always NULL"],
  ["archive.note", "no rows"],
])("the data of %s show %s", (place, profile) => {
  expect(notes.get(place)?.profile).toMatch(profile);
});

test("a column that has a description gets no guess", () => {
  const described = { ...profiles[2], column: { ...profiles[2].column, comment: "told" } };
  expect(guessNotes(database, [described]).find(({ column }) => column)?.guess).toBeUndefined();
});

test("guesses change no schema and no fingerprint until they are accepted", () => {
  const path = join(folder, "notes.yaml");
  writeFileSync(path, withProposals(path, [...notes.values()]).text);
  const guessed = applyNotes(database, readNotes(path));
  expect(guessed).toEqual(database);
  writeFileSync(path, withAccepted(path, ["inv.InvNo"]).text);
  const accepted = applyNotes(database, readNotes(path));
  expect(accepted.fingerprint).not.toBe(database.fingerprint);
  expect(accepted.tables[1].columns[0].comment).toBe("invoice number");
});

test("lint finds what hurts, where it is", () => {
  const open = {
    knowledge: [],
    tables: { inv: { synonyms: [], terms: [], columns: { Sts: { synonyms: [], guess: "A ?" } } } },
  };
  const found = lintSchema(file, database, profiles, open).map(
    ({ code, place }) => `${code} ${place}`,
  );
  expect(found).toEqual(
    expect.arrayContaining([
      "no-keys ",
      "no-primary-key archive",
      "unreferenced-id inv.cst_id",
      "cryptic-table CST",
      "cryptic-column inv.Sts",
      "no-description inv",
      "quoted-name inv.Old Name",
      "unexplained-codes inv.Sts",
      "unexplained-codes inv.OrdType",
      "open-guess inv.Sts",
      "empty-table archive",
      "empty-column inv.Old Name",
    ]),
  );
  expect(found.filter((one) => /ShippedYN|CST\.id|unreferenced-id inv\.InvNo/.test(one))).toEqual(
    [],
  );
});

test("an id with values of nowhere is no reference, and a declared key no problem", () => {
  const other = buildDatabase(
    join(folder, "other.sqlite"),
    `CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT);
     CREATE TABLE bill (id INTEGER PRIMARY KEY, customer_id INTEGER, payer INTEGER REFERENCES customer(id));
     INSERT INTO customer VALUES (1, 'Ada'); INSERT INTO bill VALUES (1, 99, 1);`,
  );
  const { database: schema } = introspect(other, { dbId: "other" });
  expect(lintSchema(other, schema, profileColumns(other, schema), undefined)).toEqual([]);
});

test("codes that a description explains are fine, unless it still asks", () => {
  const explained = (comment: string) => {
    const [status] = profiles.filter(({ column }) => column.name === "Sts");
    return lintSchema(
      file,
      database,
      [{ ...status, column: { ...status.column, comment } }],
      undefined,
    )
      .filter(({ code }) => code === "unexplained-codes")
      .map(({ place }) => place);
  };
  expect(explained("A active, H on hold")).toEqual([]);
  expect(explained("A active, H ?")).toEqual(["inv.Sts"]);
});
