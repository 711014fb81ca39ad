/** A small business for the tests of this folder: keys of two columns, NULLs, dates, a view, an index and a check. */
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const SCHEMA = `
  CREATE TABLE branch (id INTEGER PRIMARY KEY, city TEXT NOT NULL);
  CREATE TABLE customer (
    branch_id INTEGER NOT NULL REFERENCES branch (id), number INTEGER NOT NULL, name TEXT NOT NULL,
    state TEXT NOT NULL, limit_amount REAL, PRIMARY KEY (branch_id, number));
  CREATE TABLE "order" (
    id INTEGER PRIMARY KEY, branch_id INTEGER NOT NULL, number INTEGER, placed TEXT NOT NULL, paid TEXT,
    amount REAL NOT NULL CHECK (amount >= 0), FOREIGN KEY (branch_id, number) REFERENCES customer (branch_id, number));
  CREATE INDEX order_placed ON "order" (placed);
  CREATE VIEW open_order AS SELECT * FROM "order" WHERE paid IS NULL;
`;

const day = (i: number): string =>
  new Date(Date.UTC(2024, 0, 1 + 7 * i)).toISOString().slice(0, 10);

/** Writes the database to a new folder of its own, at shop/shop.sqlite, and returns its path. */
export function writeShop(): string {
  const file = join(mkdtempSync(join(tmpdir(), "t2s-suite-")), "shop", "shop.sqlite");
  mkdirSync(dirname(file), { recursive: true });
  const connection = new DatabaseSync(file);
  connection.exec(SCHEMA);
  const insert = (table: string, ...cells: (string | number | null)[]) =>
    connection
      .prepare(`INSERT INTO ${table} VALUES (${cells.map(() => "?").join(", ")})`)
      .run(...cells);
  ["Denver", "Boulder", "Golden"].forEach((city, i) => insert("branch", i + 1, city));
  for (let i = 0; i < 30; i++)
    insert(
      "customer",
      1 + (i % 3),
      100 + i,
      `Customer ${i}`,
      ["CO", "UT", "NM"][i % 3],
      i % 4 ? 500 * i : null,
    );
  for (let i = 0; i < 150; i++) {
    const customer = i % 11 === 0 ? null : 100 + (i % 30);
    insert(
      '"order"',
      i + 1,
      1 + (i % 3),
      customer,
      day(i),
      i % 3 ? day(i + 4) : null,
      (i * 37) % 900,
    );
  }
  connection.close();
  return file;
}

export const shopGolds: readonly string[] = [
  "SELECT name FROM customer WHERE state = 'UT' AND limit_amount > 1000",
  "SELECT count(*) FROM \"order\" WHERE paid IS NULL AND placed >= '2025-01-01'",
  'SELECT name, sum(amount) FROM "order" JOIN customer USING (branch_id, number) GROUP BY name HAVING sum(amount) > 1500',
  "SELECT city, count(*) FROM customer JOIN branch ON branch.id = customer.branch_id GROUP BY city ORDER BY count(*) DESC",
  "SELECT DISTINCT state FROM customer WHERE limit_amount IS NULL",
  "SELECT id, amount FROM \"order\" WHERE placed LIKE '2024%' ORDER BY amount DESC LIMIT 3",
  'SELECT name FROM customer WHERE number NOT IN (SELECT number FROM "order" WHERE number IS NOT NULL)',
  'SELECT avg(julianday(paid) - julianday(placed)) FROM "order" WHERE amount BETWEEN 100 AND 500',
];
