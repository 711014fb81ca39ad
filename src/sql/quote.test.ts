import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { expect, test } from "vitest";
import { quoteName } from "./quote.ts";

test("quotes stand only where SQL needs them", () => {
  expect(
    ["Name", "Order Details", "order", "No", "1st", 'a"b'].map((n) => quoteName(n, "sqlite")),
  ).toEqual(["Name", '"Order Details"', '"order"', "No", '"1st"', '"a""b"']);
  expect(quoteName("order", "mysql")).toBe("`order`");
  expect(quoteName("a]b", "tsql")).toBe("[a]]b]");
});

test("SQLite reads every quoted name as the name it was", () => {
  const connection = new DatabaseSync(":memory:");
  const keyword = fc.constantFrom("select", "key", "No", "user", "left", "values", "rowid", "desc");
  const name = fc
    .oneof(keyword, fc.string({ minLength: 1 }), fc.string({ unit: "binary", minLength: 1 }))
    .filter((text) => !text.includes("\0") && text.isWellFormed());
  fc.assert(
    fc.property(name, (text) => {
      const quoted = quoteName(text, "sqlite");
      const row = connection
        .prepare(`SELECT ${quoted}, t.${quoted} FROM (SELECT 7 AS ${quoted}) t ORDER BY ${quoted}`)
        .get();
      expect(row).toEqual({ [text]: 7 });
    }),
  );
  connection.close();
});
