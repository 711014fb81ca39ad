/** What of a large schema training pairs are shown. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { buildDatabase } from "../../test/fixtures/shop.ts";
import { createLinker } from "../link/link.ts";
import { introspect } from "../schema/introspect.ts";
import type { Database } from "../schema/schema.ts";
import { namesOf } from "../sql/names.ts";
import { groupByTables, type ShownPair } from "./shown-tables.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-shown-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const things = ["Crane", "Truck", "Driver", "Depot", "Invoice", "Client", "Permit", "Tool"];
const ddl = things
  .map(
    (name, i) =>
      `CREATE TABLE ${name} (id INTEGER PRIMARY KEY, label TEXT, weight REAL, next INTEGER REFERENCES ${things[(i + 1) % things.length]} (id));`,
  )
  .join("\n");
const { database } = introspect(buildDatabase(join(folder, "yard.sqlite"), ddl), { dbId: "yard" });
const linker = createLinker(database);

const pairs: ShownPair[] = things.flatMap((name, i): ShownPair[] => [
  { question: `labels of the ${name}s`, sql: `SELECT label FROM ${name}`, kind: "answer" },
  { question: `how many ${name}s are there`, sql: `SELECT COUNT(*) FROM ${name}`, kind: "answer" },
  {
    question: `weight of each ${name} and label of what is next`,
    sql: `SELECT a.weight, b.label FROM ${name} a JOIN ${things[(i + 1) % things.length]} b ON a.next = b.id`,
    kind: "answer",
  },
  { question: `insurance of each ${name}`, sql: "", kind: "refuse" },
]);
const options = { linker, tables: 4, groupSize: 6, fits: () => true };
const tablesOf = ({ tables }: Database) => tables.map(({ name }) => name);
const readBy = ({ sql }: ShownPair) =>
  sql === "" ? [] : (namesOf(sql, "sqlite", database.tables)?.tables ?? []);

test("every pair is in one group, whose part holds what its SQL reads and other tables", () => {
  const groups = groupByTables(pairs, database, options);
  expect(new Set(groups.flatMap((group) => group.pairs))).toEqual(new Set(pairs));
  expect(groups.flatMap((group) => group.pairs)).toHaveLength(pairs.length);
  for (const { pairs: some, part } of groups) {
    expect(some.length).toBeLessThanOrEqual(6);
    expect(part.tables).toHaveLength(4);
    expect(tablesOf(part)).toEqual(expect.arrayContaining(some.flatMap(readBy)));
    expect(new Set(some.flatMap(readBy)).size).toBeLessThanOrEqual(2);
  }
  expect(groups.length).toBeLessThan(pairs.length / 2);
});

test("a question to refuse is shown what linking finds for it", () => {
  for (const { pairs: some, part } of groupByTables(pairs, database, options))
    for (const { question, kind } of some)
      if (kind === "refuse")
        expect(tablesOf(part)).toContain(linker.link(question).tables[0].table);
});

test("tables that a pair must not see are not shown, and it shares no group with others", () => {
  const hidden = pairs.slice(0, 6).map((pair) => ({ ...pair, without: ["TRUCK"] }));
  const groups = groupByTables([...pairs, ...hidden], database, options);
  for (const { pairs: some, part } of groups) {
    const isHidden = some.some(({ without }) => without !== undefined);
    expect(some.every(({ without }) => (without !== undefined) === isHidden)).toBe(true);
    if (isHidden) expect(tablesOf(part)).not.toContain("Truck");
  }
});

test("what does not fit is divided; a pair alone keeps what its SQL reads whatever it takes", () => {
  const small = groupByTables(pairs, database, {
    ...options,
    fits: (part, some) => part.tables.length <= 2 && some.length <= 2,
  });
  for (const { pairs: some, part } of small) {
    expect(some.length).toBeLessThanOrEqual(2);
    expect(tablesOf(part)).toEqual(expect.arrayContaining(some.flatMap(readBy)));
  }
  const none = groupByTables(pairs, database, { ...options, fits: () => false });
  expect(none).toHaveLength(pairs.length);
  for (const { pairs: some, part } of none)
    expect(tablesOf(part)).toEqual(expect.arrayContaining(some.flatMap(readBy)));
});
