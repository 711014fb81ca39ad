import { expect, test } from "vitest";
import { createPostgresWriter } from "./to-postgres.ts";

const column = (name: string, type: string, nullCount = 0) => ({ name, type, nullCount });
const write = createPostgresWriter([
  {
    name: "Invoice",
    columns: [
      column("No", "integer"),
      column("name", "text"),
      column("Due", "date"),
      column("paid", "date", 3),
      column("seen", "timestamptz"),
      column("iso", "varchar(10)"),
      column("amount", "double precision", 1),
      column("total", "numeric(9,2)"),
    ],
  },
]);

test.each([
  ["SELECT No, name FROM Invoice", 'SELECT "No", name FROM "Invoice"'],
  [
    "SELECT No FROM Invoice WHERE Due LIKE '2024%'",
    `SELECT "No" FROM "Invoice" WHERE EXTRACT(YEAR FROM "Due") = 2024`,
  ],
  [
    "SELECT No FROM Invoice WHERE Due NOT LIKE '2024%'",
    `SELECT "No" FROM "Invoice" WHERE EXTRACT(YEAR FROM "Due") <> 2024`,
  ],
  [
    "SELECT No FROM Invoice WHERE seen LIKE '2024-05%'",
    `SELECT "No" FROM "Invoice" WHERE TO_CHAR(seen, 'YYYY-MM') = '2024-05'`,
  ],
  [
    "SELECT No FROM Invoice WHERE seen LIKE '2024-05-01%'",
    `SELECT "No" FROM "Invoice" WHERE CAST(seen AS DATE) = '2024-05-01'`,
  ],
  [
    "SELECT No FROM Invoice WHERE iso LIKE '2024%'",
    `SELECT "No" FROM "Invoice" WHERE iso ILIKE '2024%'`,
  ],
  [
    "SELECT No FROM Invoice WHERE name NOT LIKE '%x%'",
    `SELECT "No" FROM "Invoice" WHERE name NOT ILIKE '%x%'`,
  ],
  [
    "SELECT substr(Due, 1, 7), COUNT(*) FROM Invoice GROUP BY substr(Due, 1, 7)",
    `SELECT TO_CHAR("Due", 'YYYY-MM'), COUNT(*) FROM "Invoice" GROUP BY TO_CHAR("Due", 'YYYY-MM')`,
  ],
  ["SELECT substr(iso, 1, 4) FROM Invoice", `SELECT SUBSTRING(iso FROM 1 FOR 4) FROM "Invoice"`],
  [
    "SELECT AVG(julianday(paid) - julianday(Due)) FROM Invoice",
    `SELECT AVG(paid - "Due") FROM "Invoice"`,
  ],
  [
    "SELECT No FROM Invoice WHERE julianday('2024-12-31') - julianday(iso) > 30",
    `SELECT "No" FROM "Invoice" WHERE CAST('2024-12-31' AS DATE) - CAST(iso AS DATE) > 30`,
  ],
  [
    "SELECT No FROM Invoice WHERE date(seen) > '2024-01-01' AND date(Due) = '2024-01-01'",
    `SELECT "No" FROM "Invoice" WHERE CAST(seen AS DATE) > '2024-01-01' AND "Due" = '2024-01-01'`,
  ],
  [
    "SELECT ROUND(AVG(amount), 2), ROUND(AVG(total), 2) FROM Invoice",
    `SELECT ROUND(CAST(AVG(amount) AS DECIMAL), 2), ROUND(AVG(total), 2) FROM "Invoice"`,
  ],
  [
    "SELECT No FROM Invoice ORDER BY amount DESC LIMIT 1",
    `SELECT "No" FROM "Invoice" ORDER BY amount DESC NULLS LAST LIMIT 1`,
  ],
  [
    "SELECT name FROM Invoice GROUP BY name ORDER BY COUNT(amount) DESC, No DESC, amount",
    `SELECT name FROM "Invoice" GROUP BY name ORDER BY COUNT(amount) DESC, "No" DESC, amount`,
  ],
  [
    "SELECT CAST(No AS REAL) FROM Invoice AS T",
    `SELECT CAST("No" AS DOUBLE PRECISION) FROM "Invoice" AS "T"`,
  ],
  [
    "SELECT No FROM Invoice WHERE name NOT IN ('NOT a IN (b)')",
    `SELECT "No" FROM "Invoice" WHERE name NOT IN ('NOT a IN (b)')`,
  ],
  ["SELECT FROM WHERE", "SELECT FROM WHERE"],
])("%s", (sql, expected) => expect(write(sql)).toBe(expected));
