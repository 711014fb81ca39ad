/** Pairs under schemas that lack a table. */
import { expect, test } from "vitest";
import type { Database, Table } from "../schema/schema.ts";
import { ablate, withoutTables } from "./ablate.ts";

const tableOf = (name: string, keys: Table["foreignKeys"] = []): Table => ({
  name,
  kind: "table",
  columns: ["id", "label"].map((column) => ({
    name: column,
    type: "TEXT",
    notNull: true,
    primaryKey: column === "id" ? 1 : 0,
    cellValues: [],
    distinctCount: 1,
    nullCount: 0,
  })),
  foreignKeys: keys,
  rowCount: 1,
});
const database: Database = {
  dbId: "d",
  dialect: "sqlite",
  knowledge: [],
  fingerprint: "whole",
  tables: [
    tableOf("singer"),
    tableOf("song", [{ columns: ["id"], refTable: "Singer", refColumns: ["id"] }]),
  ],
};
const pairs = [
  { question: "all singers", sql: "SELECT label FROM singer" },
  { question: "all songs", sql: "SELECT label FROM song" },
  { question: "songs with singers", sql: "SELECT song.label FROM song JOIN singer USING (id)" },
];

test("a table leaves with the keys that lead to it, and the fingerprint changes", () => {
  const reduced = withoutTables(database, ["SINGER"]);
  expect(reduced.tables.map(({ name }) => name)).toEqual(["song"]);
  expect(reduced.tables[0].foreignKeys).toEqual([]);
  expect(reduced.fingerprint).not.toBe(withoutTables(database, []).fingerprint);
});

test("what needs the table is refused by its noun, what does not keeps its answer", () => {
  const ablated = ablate(pairs, database, { count: 8, groupSize: 4, seed: 1 });
  for (const pair of ablated) {
    const needs = pair.question.includes(pair.without[0]);
    expect(pair.kind).toBe(needs ? "refuse" : "answer");
    expect(pair.refusal).toBe(needs ? `no table of ${pair.without[0]}s` : undefined);
    expect(pair.sql === "").toBe(needs);
  }
  expect(new Set(ablated.map(({ without }) => without[0]))).toEqual(new Set(["singer", "song"]));
  expect(new Set(ablated.map(({ kind }) => kind))).toEqual(new Set(["refuse", "answer"]));
  expect(ablate(pairs, database, { count: 8, groupSize: 4, seed: 1 })).toEqual(ablated);
});

test("nothing is made where every pair needs the table or none does", () => {
  expect(ablate(pairs.slice(2), database, { count: 8, groupSize: 4, seed: 1 })).toEqual([]);
});
