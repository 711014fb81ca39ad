import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, expect, test } from "vitest";
import { openTrusted } from "./sqlite.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function databaseFile(name: string): string {
  const file = join(folder, name);
  const connection = new DatabaseSync(file);
  connection.exec("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
  connection.close();
  return file;
}

test("a database opens for reading only", () => {
  const connection = openTrusted(databaseFile("good.sqlite"));
  expect(connection.prepare("SELECT a FROM t").get()).toEqual({ a: 1 });
  expect(() => connection.exec("DELETE FROM t")).toThrow(/readonly/);
  connection.close();
});

test.each([
  ["missing.sqlite", undefined, /cannot be opened/],
  ["empty.sqlite", "", /is empty/],
  ["notes.txt", "Dear reader", /starts with "Dear reader"/],
  ["header-only.sqlite", "SQLite format 3\0 and then nothing of the kind", /cannot be read/],
])("%s is refused with what was got", (name, content, message) => {
  const file = join(folder, name);
  if (content !== undefined) writeFileSync(file, content);
  expect(() => openTrusted(file)).toThrow(message);
  expect(() => openTrusted(file)).toThrow(expect.objectContaining({ code: "database-invalid" }));
});

test("a folder and a damaged file are refused", () => {
  expect(() => openTrusted(folder)).toThrow(/is a folder/);
  const file = databaseFile("damaged.sqlite");
  writeFileSync(file, readFileSync(file).fill(0xff, 100, 200));
  expect(() => openTrusted(file)).toThrow(/cannot be read/);
});

test("a file that another program holds locked is refused", () => {
  const file = databaseFile("locked.sqlite");
  const other = new DatabaseSync(file);
  other.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  expect(() => openTrusted(file)).toThrow(/locked/);
  other.close();
});
