/** Databases made of scripts alone: consistent by SQLite's own checks, plausible to read, the same again from the same seed. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, test } from "vitest";
import { writeTsqlProject } from "../../test/fixtures/tsql-project.ts";
import { sha256 } from "../base/hash.ts";
import { openTrusted } from "../db/sqlite.ts";
import { buildFromDdl, type DdlDatabase, type DdlOptions } from "./from-ddl.ts";
import { introspect } from "./introspect.ts";

const fixtures = join(import.meta.dirname, "..", "..", "test", "fixtures", "ddl");
const folder = mkdtempSync(join(tmpdir(), "t2s-from-ddl-"));
afterAll(() => rmSync(folder, { recursive: true }));

type Row = Record<string, number | string | null>;
type Made = DdlDatabase & {
  readonly file: string;
  readonly all: (sql: string) => Row[];
  readonly one: (sql: string) => number | string | null;
};

let made = 0;
function makeAt(path: string, options: DdlOptions = {}): Made {
  const file = join(folder, `${++made}.sqlite`);
  const built = buildFromDdl(path, file, options);
  const all = (sql: string): Row[] => {
    const connection = openTrusted(file);
    try {
      return connection.prepare(sql).all() as Row[];
    } finally {
      connection.close();
    }
  };
  return { ...built, file, all, one: (sql) => Object.values(all(sql)[0])[0] };
}

function make(ddl: string, options: DdlOptions = {}): Made {
  const path = join(folder, `${++made}.sql`);
  writeFileSync(path, ddl);
  return makeAt(path, { dialect: "sqlite", ...options });
}

/** SQLite finds no fault: keys, NOT NULL, UNIQUE and CHECK hold, references reach something, no table is empty. */
function expectSound({ all, one }: Made): void {
  expect(all("PRAGMA foreign_key_check")).toEqual([]);
  expect(one("PRAGMA integrity_check")).toBe("ok");
  const tables = all("SELECT name FROM sqlite_schema WHERE type = 'table'").map(({ name }) =>
    String(name),
  );
  expect(tables.length).toBeGreaterThan(0);
  expect(
    tables.filter((name) => one(`SELECT count(*) FROM "${name.replaceAll('"', '""')}"`) === 0),
  ).toEqual([]);
}

test.each(["hire", "clinic-mysql.sql", "library-postgres.sql"])(
  "%s becomes a sound database",
  (name) => {
    const database = makeAt(join(fixtures, name));
    expectSound(database);
    expect(
      database.leftOut.filter(
        ({ what }) => what.startsWith("CHECK") && !what.includes("regexp_like"),
      ),
    ).toEqual([]);
    expect(database.rows).toBeGreaterThan(500);
  },
);

describe("what a project of SQL Server becomes", () => {
  const hire = makeAt(join(fixtures, "hire"));

  test("lists are small, papers and their lines many", () => {
    const count = (table: string) => Number(hire.one(`SELECT count(*) FROM "${table}"`));
    expect(count("Category")).toBeLessThanOrEqual(12);
    expect(count("Person")).toBeLessThan(count("Hire_Order"));
    expect(count("Order Details")).toBeGreaterThan(2 * count("Hire_Order"));
  });

  test("computed columns are computed", () => {
    expect(
      hire.one("SELECT count(*) FROM Person WHERE FullName <> FirstName || ' ' || LastName"),
    ).toBe(0);
    expect(
      hire.one(
        `SELECT count(*) FROM "Order Details" WHERE abs(Amount - Quantity * UnitPrice * (1 - Discount)) > 0.001`,
      ),
    ).toBe(0);
  });

  test("views that run are there; the others are named with SQLite's reason", () => {
    expect(hire.one("SELECT count(*) FROM OpenOrders")).toBeGreaterThan(10);
    expect(hire.leftOut).toContainEqual({
      what: "view TopItems",
      reason: expect.stringMatching(/syntax error/),
    });
  });

  test("introspection finds the comments", () => {
    const { tables } = introspect(hire.file, { dbId: "hire" }).database;
    const depot = tables.find(({ name }) => name === "Depot");
    expect(depot?.comment).toBe("Yards where machines stand");
    expect(depot?.columns.find(({ name }) => name === "ManagerNo")?.comment).toMatch(
      /^Who runs the yard/,
    );
    expect(depot?.foreignKeys).toEqual([
      { columns: ["ManagerNo"], refTable: "Person", refColumns: ["PersonNo"] },
    ]);
  });

  test("codes of a comment are the values", () => {
    expect(
      hire
        .all("SELECT DISTINCT Priority AS p FROM Hire_Order WHERE p IS NOT NULL ORDER BY p")
        .map(({ p }) => p),
    ).toEqual([1, 2, 3]);
  });
});

describe("keys", () => {
  test("go in circles, to the own table, and over several columns that are shared", () => {
    const database = make(`
      CREATE TABLE team (id INTEGER PRIMARY KEY, captain_id INT NOT NULL REFERENCES player (id), name TEXT);
      CREATE TABLE player (id INTEGER PRIMARY KEY, team_id INT NOT NULL REFERENCES team (id), mentor_id INT REFERENCES player (id), name TEXT);
      CREATE TABLE firm (firm_no INT PRIMARY KEY, name TEXT);
      CREATE TABLE article (firm_no INT REFERENCES firm, article_no INT, main_no INT NOT NULL, PRIMARY KEY (firm_no, article_no),
        FOREIGN KEY (firm_no, main_no) REFERENCES article (firm_no, article_no));
      CREATE TABLE paper (firm_no INT REFERENCES firm, paper_no INT, PRIMARY KEY (firm_no, paper_no));
      CREATE TABLE paper_line (firm_no INT, paper_no INT, line INT, article_no INT NOT NULL, PRIMARY KEY (firm_no, paper_no, line),
        FOREIGN KEY (firm_no, paper_no) REFERENCES paper (firm_no, paper_no),
        FOREIGN KEY (firm_no, article_no) REFERENCES article (firm_no, article_no));
      CREATE TABLE husband (id INT PRIMARY KEY REFERENCES wife (id)); CREATE TABLE wife (id INT PRIMARY KEY REFERENCES husband (id));
      CREATE TABLE badge (player_id INT UNIQUE REFERENCES player (id), code TEXT UNIQUE);`);
    expectSound(database);
    expect(database.leftOut).toEqual([]);
    expect(database.one("SELECT count(*) FROM paper_line")).toBeGreaterThan(500);
    expect(database.one("SELECT count(*) FROM player WHERE mentor_id IS NULL")).toBeGreaterThan(0);
    expect(database.one("SELECT count(*) FROM player WHERE mentor_id >= id")).toBe(0);
    expect(database.one("SELECT max(line) FROM paper_line")).toBeGreaterThan(2);
  });

  test("a few parents have many children, and some have none", () => {
    const database = make(`CREATE TABLE customer (id INT PRIMARY KEY, name TEXT);
      CREATE TABLE bill (id INT PRIMARY KEY, customer_id INT NOT NULL REFERENCES customer (id), issued_on DATE NOT NULL);`);
    const counts = database
      .all("SELECT count(*) AS n FROM bill GROUP BY customer_id ORDER BY n DESC")
      .map(({ n }) => Number(n));
    const total = counts.reduce((sum, n) => sum + n, 0);
    const most = counts.slice(0, Math.ceil(counts.length / 5)).reduce((sum, n) => sum + n, 0);
    expect(most / total).toBeGreaterThan(0.35);
    expect(
      database.one("SELECT count(*) FROM customer WHERE id NOT IN (SELECT customer_id FROM bill)"),
    ).toBeGreaterThan(0);
  });

  test("small rooms are not overfilled", () => {
    const database = make(
      `CREATE TABLE a (id INT PRIMARY KEY); CREATE TABLE b (id INT PRIMARY KEY);
      CREATE TABLE ab (a INT REFERENCES a, b INT REFERENCES b, PRIMARY KEY (a, b));
      CREATE TABLE letter (c CHAR(1) PRIMARY KEY, n INT); CREATE TABLE flag (f BOOLEAN PRIMARY KEY);
      CREATE TABLE size (s TEXT PRIMARY KEY CHECK (s IN ('S', 'M', 'L')), t TINYINT UNIQUE, issued_on DATE);`,
      { rows: 5000 },
    );
    expectSound(database);
    expect(database.one("SELECT count(*) FROM letter")).toBe(26);
    expect(database.one("SELECT count(*) FROM flag")).toBe(2);
    expect(database.one("SELECT count(*) FROM size")).toBe(3);
    expect(database.leftOut).toEqual([]);
  });

  test("columns named like another table's key hold its values, though no foreign key says so", () => {
    const database =
      make(`CREATE TABLE author (aid INT, name TEXT); CREATE TABLE writes (aid INT, pid INT);
      CREATE TABLE publication (abstract TEXT, pid INT, title TEXT);`);
    expect(
      database.one(
        "SELECT count(*) FROM writes JOIN author USING (aid) JOIN publication USING (pid)",
      ),
    ).toBe(database.one("SELECT count(*) FROM writes WHERE aid IS NOT NULL AND pid IS NOT NULL"));
    expect(database.all("SELECT * FROM pragma_foreign_key_list('writes')")).toEqual([]);
  });
});

describe("checks", () => {
  const RULES = [
    "a IN ('x', 'y')",
    "b BETWEEN 10 AND 20",
    "c > 0 AND c < 1",
    "d = 'one' OR d = 'two' OR d IS NULL",
    "length(e) = 7",
    "f >= g",
    "h <> 0",
    "(i IS NULL OR i >= '2024-06-01')",
    "j GLOB '[A-Z][0-9][0-9]'",
    "NOT (k > 3)",
    "l % 5 = 0",
    "m + n <= 100",
    "CASE WHEN a = 'x' THEN o = 1 ELSE o IN (2, 3) END",
    "p LIKE 'A%Z'",
    "upper(q) = q",
    "r IS NOT NULL",
    "abs(s) < 5 AND s >= -2",
  ];

  test("are kept by every row, whatever they say", () => {
    const database =
      make(`CREATE TABLE t (id INT PRIMARY KEY, a TEXT, b INT, c DECIMAL(5,3), d TEXT, e VARCHAR(20), f DATE, g DATE, h INT, i DATE,
      j CHAR(3), k INT, l INT, m INT, n INT, o INT, p TEXT, q CHAR(4), r TEXT, s REAL,
      ${RULES.map((rule) => `CHECK (${rule})`).join(", ")})`);
    expectSound(database);
    expect(database.leftOut).toEqual([]);
    expect(database.one("SELECT count(*) FROM t")).toBeGreaterThan(50);
    for (const rule of RULES)
      expect([rule, database.one(`SELECT count(*) FROM t WHERE NOT (${rule})`)]).toEqual([rule, 0]);
    expect(database.one("SELECT count(DISTINCT b) FROM t")).toBeGreaterThan(3);
    expect(database.one("SELECT count(DISTINCT f) FROM t")).toBeGreaterThan(30);
  });

  test("that no row can keep are reported and left out; the others hold", () => {
    const database = make(
      "CREATE TABLE t (id INT PRIMARY KEY, a INT CHECK (a > 5 AND a < 3), b INT NOT NULL, c INT CHECK (c > 0), CHECK (b < 0 AND b * b < 0))",
    );
    expectSound(database);
    expect(database.leftOut.map(({ what }) => what)).toContainEqual(
      "CHECK (b < 0 AND b * b < 0) of t",
    );
    expect(database.one("SELECT count(*) FROM t WHERE c <= 0")).toBe(0);
  });

  test("that SQLite cannot read are reported with its reason", () => {
    const database = make(
      "CREATE TABLE t (id INT PRIMARY KEY, a TEXT CHECK (soundex_of(a) = 'X'), b DATE CHECK (b < date('now')), c AS (frob(a)), d INT CHECK (nope = 1))",
    );
    expectSound(database);
    expect(database.leftOut).toEqual([
      {
        what: "t.c, computed as frob ( a )",
        reason: "no such function: frob; it holds plain values",
      },
      { what: "CHECK (soundex_of ( a ) = 'X') of t", reason: "no such function: soundex_of" },
      {
        what: "CHECK (b < date ( 'now' )) of t",
        reason: "non-deterministic use of date() in a CHECK constraint",
      },
      { what: "CHECK (nope = 1) of t", reason: "no such column: nope" },
    ]);
  });
});

describe("rows read like rows", () => {
  const shop = make(`
    CREATE TABLE customer (id INT PRIMARY KEY, first_name TEXT NOT NULL, last_name TEXT NOT NULL, gender CHAR(1) NOT NULL, email VARCHAR(60), phone VARCHAR(20),
      city TEXT NOT NULL, country TEXT NOT NULL, middle_name TEXT, birth_date DATE, registered_at TIMESTAMP NOT NULL);
    CREATE TABLE invoice (id INT PRIMARY KEY, customer_id INT NOT NULL REFERENCES customer, invoice_date DATE NOT NULL, due_date DATE NOT NULL, paid_on DATE,
      status VARCHAR(12) NOT NULL, total DECIMAL(9,2) NOT NULL, note VARCHAR(30), is_sent BOOLEAN NOT NULL, kind TEXT -- possible values: normal, credit, proforma
    );
    CREATE TABLE invoice_line (invoice_id INT REFERENCES invoice, line_no INT, quantity INT NOT NULL, unit_price DECIMAL(7,2) NOT NULL, amount DECIMAL(12,2) NOT NULL,
      starts_on DATE NOT NULL, ends_on DATE, PRIMARY KEY (invoice_id, line_no));`);

  test("names and addresses belong together", () => {
    const [first] = shop.all("SELECT * FROM customer");
    expect(String(first.email ?? "x.y@")).toMatch(/^[a-z]+\.[a-z]+\d*@|^x/);
    expect(
      shop.one("SELECT count(*) FROM customer WHERE email NOT LIKE lower(first_name) || '.%'"),
    ).toBe(0);
    expect(
      shop.one("SELECT count(DISTINCT country) FROM customer WHERE city = 'Boston'"),
    ).toBeLessThanOrEqual(1);
    expect(
      shop.all("SELECT DISTINCT gender AS g FROM customer ORDER BY g").map(({ g }) => g),
    ).toEqual(["F", "M"]);
  });

  test("dates come in order, and what has not come is NULL", () => {
    expect(
      shop.one(
        "SELECT count(*) FROM invoice WHERE due_date <= invoice_date OR paid_on <= invoice_date",
      ),
    ).toBe(0);
    expect(
      shop.one(
        "SELECT count(*) FROM customer WHERE birth_date >= date(registered_at, '-17 years')",
      ),
    ).toBe(0);
    expect(shop.one("SELECT count(*) FROM invoice_line WHERE ends_on <= starts_on")).toBe(0);
    expect(
      shop.one(
        "SELECT count(*) FROM invoice_line JOIN invoice ON invoice.id = invoice_id WHERE starts_on < invoice_date",
      ),
    ).toBe(0);
    expect(
      shop.one(
        "SELECT count(*) FROM invoice JOIN customer ON customer.id = customer_id WHERE invoice_date < date(registered_at)",
      ),
    ).toBe(0);
    expect(shop.one("SELECT avg(paid_on IS NULL) FROM invoice")).toBeGreaterThan(0.1);
    expect(shop.one("SELECT count(*) FROM invoice WHERE paid_on > '2025-06-30'")).toBe(0);
  });

  test("statuses are few and skewed, amounts skewed, optional columns sometimes NULL", () => {
    const statuses = shop
      .all("SELECT count(*) AS n FROM invoice GROUP BY status ORDER BY n DESC")
      .map(({ n }) => Number(n));
    expect(statuses.length).toBeGreaterThan(2);
    expect(statuses.length).toBeLessThan(9);
    expect(statuses[0]).toBeGreaterThan(1.5 * (statuses.at(-1) ?? 0));
    const { mean, median } = shop.all(
      "SELECT (SELECT avg(total) FROM invoice) AS mean, (SELECT total FROM invoice ORDER BY total LIMIT 1 OFFSET (SELECT count(*) / 2 FROM invoice)) AS median",
    )[0];
    expect(Number(mean)).toBeGreaterThan(1.15 * Number(median));
    expect(shop.one("SELECT avg(middle_name IS NULL) FROM customer")).toBeGreaterThan(0.15);
    expect(
      shop.one(
        "SELECT count(*) FROM invoice_line WHERE abs(amount - quantity * unit_price) > 0.006",
      ),
    ).toBe(0);
    expect(
      shop
        .all("SELECT DISTINCT kind AS k FROM invoice WHERE k IS NOT NULL ORDER BY k")
        .map(({ k }) => k),
    ).toEqual(["credit", "normal", "proforma"]);
    expect(
      shop.all("SELECT DISTINCT is_sent AS f FROM invoice ORDER BY f").map(({ f }) => f),
    ).toEqual([0, 1]);
  });

  test("capitals and unknown types are understood by their words", () => {
    const database = make(
      "CREATE TABLE EMP (EMPNO NUMBER(4,0) PRIMARY KEY, ENAME VARCHAR2(50 CHAR) NOT NULL ENABLE, HIREDATE TEXT NOT NULL, IsActive Yesno NOT NULL)",
    );
    expectSound(database);
    expect(database.one("SELECT count(*) FROM EMP WHERE ENAME NOT LIKE '_% _%'")).toBe(0);
    expect(database.one("SELECT count(*) FROM EMP WHERE HIREDATE NOT LIKE '20__-__-__'")).toBe(0);
    expect(database.one("SELECT count(*) FROM EMP WHERE IsActive NOT IN (0, 1)")).toBe(0);
    expect(database.leftOut).toEqual([
      { what: "EMP.IsActive", reason: "its type Yesno is not known; filled by its name" },
    ]);
  });

  test("lengths and precisions are kept", () => {
    const database = make(
      `CREATE TABLE t (id SMALLINT PRIMARY KEY, a VARCHAR(3), b CHAR(2) NOT NULL, c DECIMAL(3,1), d NUMERIC(4,0), e TINYINT, email VARCHAR(12), status VARCHAR(2), salary DECIMAL(5,2), code VARCHAR(6))`,
    );
    expectSound(database);
    expect(
      database.one(
        "SELECT max(max(length(a), length(b), length(email), length(status), length(code))) FROM t WHERE a IS NOT NULL AND email IS NOT NULL AND status IS NOT NULL AND code IS NOT NULL",
      ),
    ).toBeLessThanOrEqual(12);
    for (const [column, most] of [
      ["a", 3],
      ["b", 2],
      ["email", 12],
      ["status", 2],
      ["code", 6],
    ] as const)
      expect(database.one(`SELECT max(length(${column})) FROM t`)).toBeLessThanOrEqual(most);
    expect(database.one("SELECT max(c) FROM t")).toBeLessThan(100);
    expect(database.one("SELECT max(salary) FROM t")).toBeLessThan(1000);
    expect(
      database.one("SELECT count(*) FROM t WHERE d <> round(d) OR e > 255 OR c <> round(c, 1)"),
    ).toBe(0);
  });
});

describe("the seed", () => {
  const path = join(fixtures, "clinic-mysql.sql");
  const hashOf = (options: DdlOptions) => sha256(readFileSync(makeAt(path, options).file));

  test("gives the same bytes again, and another seed others", () => {
    expect(hashOf({ seed: 7 })).toBe(hashOf({ seed: 7 }));
    expect(hashOf({ seed: 8 })).not.toBe(hashOf({ seed: 7 }));
  });

  test("rows bounds the largest table", () => {
    const small = makeAt(path, { rows: 20 });
    expectSound(small);
    expect(
      small.one(
        "SELECT max(n) FROM (SELECT count(*) AS n FROM visit UNION SELECT count(*) FROM animal)",
      ),
    ).toBe(20);
    expectSound(makeAt(path, { rows: 1 }));
  });
});

test("a file is there as a whole or not at all", () => {
  const file = join(folder, "none", "ddl.sqlite");
  expect(() => buildFromDdl(join(fixtures, "absent"), file)).toThrow(/cannot be read/);
  expect(existsSync(join(folder, "none"))).toBe(false);
});

describe("sizes", () => {
  test("160 tables of SQL Server", () => {
    const path = join(folder, "large");
    writeTsqlProject(path, 160);
    const database = makeAt(path, { rows: 300 });
    expect(database.tables).toBe(160);
    expectSound(database);
    expect(database.leftOut.filter(({ reason }) => !reason.startsWith("is called"))).toEqual([]);
  });

  test("a table of 2,000 columns, reserved words and names in other letters", () => {
    const columns = Array.from(
      { length: 1998 },
      (_, i) => `"order ${i}" ${["INT", "TEXT", "DATE", "DECIMAL(9,2)"][i % 4]}`,
    );
    const database = make(
      `CREATE TABLE "select" ("group" INT PRIMARY KEY, ${columns.join(", ")}, "größe" REAL)`,
    );
    expectSound(database);
    expect(database.one(`SELECT count(*) FROM pragma_table_info('select')`)).toBe(2000);
    expect(database.one(`SELECT count(*) FROM "select"`)).toBeGreaterThan(20);
  });
});

const data = process.env.T2S_DATA;
describe.skipIf(data === undefined)("public schemas (needs T2S_DATA)", () => {
  const defog = join(data ?? "", "defog", "defog_data");
  test.skipIf(!existsSync(defog)).each(existsSync(defog) ? readdirSync(defog) : [])(
    "defog's %s",
    (name) => {
      const database = makeAt(join(defog, name, `${name}.sql`), { rows: 300 });
      expectSound(database);
      expect(database.leftOut.map(({ what }) => what.replace(/^\d+ /, ""))).toEqual([
        "INSERT statements (rows are made, not taken over)",
      ]);
    },
  );

  /** What SQLite keeps of the definitions. */
  function scriptOf(file: string): { readonly path: string; readonly tables: number } {
    const connection = new DatabaseSync(file, { readOnly: true });
    const entries = connection
      .prepare(
        "SELECT sql, type FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
      )
      .all();
    connection.close();
    const path = join(folder, `${++made}.sql`);
    writeFileSync(path, entries.map(({ sql }) => `${sql};\n`).join(""));
    return { path, tables: entries.filter(({ type }) => type === "table").length };
  }

  test.each(["chinook", "northwind", "adventureworkslt", "employee"])(
    "%s: every table with its keys",
    (name) => {
      const file = join(data ?? "", "company", `${name}.sqlite`);
      const { path, tables } = scriptOf(file);
      const database = makeAt(path);
      expectSound(database);
      expect(database.tables).toBe(tables);
      const describeKeys = (of: string) =>
        introspect(of, { dbId: name, withStatistics: false })
          .database.tables.filter(({ kind }) => kind === "table")
          .map((table) => [
            table.name,
            table.columns.map((column) => [column.name, column.primaryKey]),
            table.foreignKeys
              .map(({ refTable, columns }) => `${columns.join()} ${refTable}`)
              .sort(),
          ]);
      expect(describeKeys(database.file)).toEqual(describeKeys(file));
    },
  );

  test("all of Spider's schemas", () => {
    const root = join(data ?? "", "spider", "database");
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".sqlite"),
    );
    expect(files.length).toBeGreaterThan(100);
    for (const file of files) {
      const { path, tables } = scriptOf(join(root, file));
      const database = makeAt(path, { rows: 100, dialect: "sqlite" });
      expect([file, database.tables]).toEqual([file, tables]);
      expectSound(database);
      expect(
        database.leftOut.filter(({ reason }) => !reason.endsWith("is not unique there")),
      ).toEqual([]);
    }
  });
});
