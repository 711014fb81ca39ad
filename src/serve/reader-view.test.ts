import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { buildDatabase } from "../../test/fixtures/shop.ts";
import { introspect } from "../schema/introspect.ts";
import type { Database } from "../schema/schema.ts";
import { LOCAL_READER, type Reader } from "./keys.ts";
import { createViews, viewOf } from "./reader-view.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-view-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const found = introspect(buildDatabase(join(folder, "shop.sqlite")), { dbId: "shop" }).database;
const whole: Database = {
  ...found,
  knowledge: [
    "Amounts are in euros.",
    "Cities are as the post writes them.",
    "placedOn is no delivery.",
  ],
  tables: found.tables.map((table) => ({
    ...table,
    comment: `${table.name}s, no more`,
    terms: ["x"],
  })),
};
const reader = (rights: Partial<Reader>): Reader => ({ ...LOCAL_READER, name: "west", ...rights });

test("who sees all sees the database as it is", () => {
  const { database, isWhole, clean } = viewOf(whole, LOCAL_READER);
  expect(database).toBe(whole);
  expect([isWhole, clean("no such column: order.x")]).toEqual([true, "no such column: order.x"]);
});

test("of tables that a reader may not see nothing is left: no key, no sentence, no message", () => {
  const { database, isWhole, clean } = viewOf(whole, reader({ tables: ["CUSTOMER"] }));
  expect(isWhole).toBe(false);
  expect(database.tables.map(({ name, comment }) => [name, comment])).toEqual([
    ["customer", "customers, no more"],
  ]);
  expect(database.knowledge).toEqual(["Cities are as the post writes them."]);
  expect(database.fingerprint).not.toBe(whole.fingerprint);
  expect(clean("no such table: main.order")).toBe("the database could not run it");
  expect(clean("no such column: customer.x")).toBe("no such column: customer.x");
  const orders = viewOf(whole, reader({ tables: ["order"] })).database;
  expect(orders.tables[0].foreignKeys).toEqual([]);
});

test("who sees some rows of one table gets no cell value and no count of any", () => {
  const rowFilters = { customer: "city = 'London'" };
  const { database, permissions } = viewOf(whole, reader({ rowFilters }));
  const columns = database.tables.flatMap((table) => table.columns);
  expect(columns.flatMap(({ cellValues }) => cellValues)).toEqual([]);
  expect(database.tables.map(({ rowCount }) => rowCount)).toEqual([0, 0]);
  expect(permissions.filters).toEqual(rowFilters);
  expect(permissions.tables.order).toContain("amount");
});

describe("rights that cannot be given are errors", () => {
  test.each<[Partial<Reader>, string]>([
    [{ tables: ["nothing"] }, "key west: there is no table nothing"],
    [
      { tables: ["customer"], rowFilters: { order: "id = 1" } },
      "no such table among those of the key",
    ],
    [{ rowFilters: { customer: "nope = 1" } }, "there is no column nope"],
  ])("%j", (rights, message) => {
    expect(() => viewOf(whole, reader(rights))).toThrow(message);
  });
});

test("readers with the same rights share a view", () => {
  const views = createViews(whole);
  expect(views(reader({ tables: ["customer"] }))).toBe(
    views(reader({ name: "x", tables: ["customer"] })),
  );
  expect(views(reader({}))).not.toBe(views(reader({ tables: ["customer"] })));
});
