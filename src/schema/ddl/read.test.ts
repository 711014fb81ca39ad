/** Scripts of four dialects become tables: what they say is kept, what makes no difference passed over, the rest explained. */
import fc from "fast-check";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { quoteName } from "../../sql/quote.ts";
import type { DdlColumn, DdlTable } from "./ddl.ts";
import { detectDialect, type ScriptDialect } from "./dialect.ts";
import { printTable } from "./print.ts";
import { type Ddl, readDdl } from "./read.ts";
import { decodeScript, readScripts } from "./scripts.ts";

const fixtures = join(import.meta.dirname, "..", "..", "..", "test", "fixtures", "ddl");
const folder = mkdtempSync(join(tmpdir(), "t2s-ddl-"));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (text: string, dialect?: ScriptDialect): Ddl =>
  readDdl([{ file: "a.sql", text }], dialect === undefined ? {} : { dialect });
const tableOf = ({ tables }: Ddl, name: string): DdlTable => {
  const table = tables.find((one) => one.name === name);
  if (table === undefined)
    throw new Error(`no table ${name} in ${tables.map((one) => one.name).join(", ")}`);
  return table;
};
const columnOf = (table: DdlTable, name: string): DdlColumn | undefined =>
  table.columns.find((column) => column.name === name);
const reasonOf = ({ leftOut }: Ddl, what: string): string | undefined =>
  leftOut.find((entry) => entry.what.includes(what))?.reason;

describe("a SQL Server database project, one file a table", () => {
  const ddl = readDdl(readScripts(join(fixtures, "hire")));

  test("its tables have their names; those of one name in two schemas do not collide", () => {
    expect(ddl.dialect).toBe("tsql");
    expect(ddl.tables.map(({ name }) => name).sort()).toEqual([
      "AuditLog",
      "Category",
      "Customer",
      "Damage",
      "Depot",
      "Hire_Order",
      "Item",
      "Order Details",
      "Person",
      "Stock_Order",
      "Tariff",
    ]);
    expect(reasonOf(ddl, "Hire.Order")).toBe("is called Hire_Order: another table has its name");
  });

  test("keys, checks and references are kept, those of later ALTER TABLE and unique indexes too", () => {
    const person = tableOf(ddl, "Person");
    expect(person.primaryKey).toEqual(["PersonNo"]);
    expect(person.uniques).toEqual([["Email"]]);
    expect(person.foreignKeys).toEqual([
      { columns: ["DepotNo"], refTable: "Depot", refColumns: ["DepotNo"] },
      { columns: ["ChiefNo"], refTable: "Person", refColumns: ["PersonNo"] },
    ]);
    expect(tableOf(ddl, "Hire_Order").foreignKeys.map(({ refTable }) => refTable)).toEqual([
      "Customer",
      "Person",
    ]);
    expect(tableOf(ddl, "Damage").foreignKeys).toEqual([
      { columns: ["OrderNo", "Line"], refTable: "Order Details", refColumns: ["Order No", "Line"] },
    ]);
    expect(tableOf(ddl, "Tariff").uniques).toEqual([["Code"]]);
    expect(tableOf(ddl, "Customer").checks).toEqual(["CreditLimit >= 0 AND CreditLimit <= 50000"]);
    expect(columnOf(tableOf(ddl, "Customer"), "CountryCode")?.default).toBe("'DE'");
    expect(tableOf(ddl, "Depot").checks).toEqual(["PostCode GLOB '[0-9][0-9][0-9][0-9][0-9]'"]);
    expect(person.checks[1]).toBe("HiredOn >= date ( BirthDate , ( ( 16 ) ) || ' years' )");
  });

  test("computed and temporal columns", () => {
    expect(columnOf(tableOf(ddl, "Person"), "FullName")?.computed).toEqual({
      expression: "( FirstName || ' ' ) || LastName",
      isStored: true,
    });
    expect(columnOf(tableOf(ddl, "Order Details"), "Amount")?.computed?.expression).toBe(
      "round ( ( Quantity * UnitPrice ) * ( ( 1 ) - Discount ) , 4 )",
    );
    expect(tableOf(ddl, "Tariff").columns.map(({ name }) => name)).toEqual([
      "TariffId",
      "Code",
      "DayRate",
      "WeekRate",
      "WeekShare",
      "ValidFrom",
      "ValidTo",
    ]);
    expect(columnOf(tableOf(ddl, "Person"), "FirstName")?.type).toBe("NVARCHAR(30)");
  });

  test("comments come from extended properties and from the lines", () => {
    const depot = tableOf(ddl, "Depot");
    expect(depot.comment).toBe("Yards where machines stand");
    expect(columnOf(depot, "ManagerNo")?.comment).toBe(
      "Who runs the yard; it's a person of the same yard",
    );
    expect(columnOf(tableOf(ddl, "Hire_Order"), "Priority")?.comment).toBe(
      "1 low, 2 normal, 3 urgent",
    );
  });

  test("a trigger's body is none of the tables", () => {
    expect(reasonOf(ddl, "procedures, functions and triggers")).toBe("no part of the tables");
    expect(ddl.tables.some(({ name }) => name.includes("gone"))).toBe(false);
  });

  test("views name tables as they are called now", () => {
    expect(ddl.views.map(({ name }) => name)).toEqual(["OpenOrders", "TopItems"]);
    expect(ddl.views[0].select).toContain("FROM Hire_Order AS o JOIN Person AS p");
    expect(ddl.views[0].select).toContain("ifnull ( d . City , '?' )");
  });
});

describe("a dump of MySQL", () => {
  const ddl = readDdl(readScripts(join(fixtures, "clinic-mysql.sql")));

  test("its tables, with enumerations as checks and comments from COMMENT", () => {
    expect(ddl.dialect).toBe("mysql");
    const animal = tableOf(ddl, "animal");
    expect(animal.comment).toBe("animals under treatment");
    expect(columnOf(animal, "name")?.comment).toBe("what it is called; not unique");
    expect(animal.checks[0]).toBe("species IN ( 'dog' , 'cat' , 'rabbit' , 'owl''s kin' )");
    expect(animal.uniques).toEqual([["chip"]]);
    expect(columnOf(animal, "label")?.computed?.expression).toBe(
      "concat ( name , ' (' , species , ')' )",
    );
    expect(tableOf(ddl, "owner").uniques).toEqual([["e_mail"]]);
    expect(tableOf(ddl, "owner").foreignKeys[0].refTable).toBe("animal");
    expect(tableOf(ddl, "visit").foreignKeys).toHaveLength(1);
  });

  test("rows, triggers between delimiters and stand-ins of views are passed over", () => {
    expect(ddl.tables).toHaveLength(3);
    expect(ddl.leftOut).toEqual([
      {
        what: "1 INSERT statements (rows are made, not taken over)",
        reason: "no part of the tables",
      },
    ]);
    expect(ddl.views).toHaveLength(1);
    expect(ddl.views[0].select).toContain("join visit v on");
  });
});

describe("a dump of PostgreSQL", () => {
  const ddl = readDdl(readScripts(join(fixtures, "library-postgres.sql")));

  test("its tables with types, casts, enumerations and constraints added later", () => {
    expect(ddl.dialect).toBe("postgres");
    expect(ddl.tables.map(({ name }) => name)).toEqual([
      "book",
      "Member",
      "loan",
      "old_loan",
      "staff",
    ]);
    const book = tableOf(ddl, "book");
    expect(book.primaryKey).toEqual(["id"]);
    expect(columnOf(book, "isbn")?.type).toBe("character varying(13)");
    expect(columnOf(book, "price")?.default).toBe("0.00");
    expect(book.checks[1]).toBe("( ( shelf ) GLOB '[A-Z][A-Z]-[0-9][0-9][0-9]' )");
    expect(book.comment).toBe("copies on the shelves");
    expect(tableOf(ddl, "Member").checks).toEqual(["( kind IN ( 'child' , 'adult' , 'school' ) )"]);
    expect(tableOf(ddl, "loan").checks).toEqual(["state IN ( 'requested' , 'lent' , 'back' )"]);
    expect(tableOf(ddl, "loan").foreignKeys.map(({ refTable }) => refTable)).toEqual([
      "book",
      "Member",
    ]);
  });

  test("columns of LIKE and INHERITS are taken over", () => {
    expect(tableOf(ddl, "old_loan").columns.map(({ name }) => name)).toContain("due_on");
    expect(tableOf(ddl, "staff").columns.map(({ name }) => name)).toEqual([
      "memberId",
      "fullName",
      "email",
      "joinedAt",
      "user",
      "address",
      "kind",
      "salary",
      "chief",
    ]);
  });

  test("what cannot be kept is explained", () => {
    expect(reasonOf(ddl, "lending.loan_2024")).toBe("holds a part of a table that is there");
    expect(reasonOf(ddl, "EXCLUDE")).toBe("SQLite has no exclusion constraints");
    expect(reasonOf(ddl, "loan.during")).toBe(
      "its type tstzrange is not known; filled by its name",
    );
    expect(reasonOf(ddl, "a unique index of Member")).toBe("is over expressions; not kept");
    expect(ddl.tables.some(({ name }) => name === "not_this")).toBe(false);
  });
});

test.each<[ScriptDialect, string]>([
  ["tsql", "CREATE TABLE [dbo].[A b] ([x] INT IDENTITY(1,1) NOT NULL)\nGO"],
  ["mysql", "CREATE TABLE `a` (`x` int unsigned NOT NULL AUTO_INCREMENT) ENGINE=InnoDB;"],
  [
    "postgres",
    "CREATE TABLE public.a (x serial PRIMARY KEY, y timestamp without time zone DEFAULT now());",
  ],
  ["sqlite", "CREATE TABLE a (x INTEGER PRIMARY KEY AUTOINCREMENT);"],
  ["sqlite", "create table a (x int)"],
])("a script is taken for %s: %s", (dialect, text) => {
  expect(detectDialect(text)).toBe(dialect);
  expect(read(text).tables).toHaveLength(1);
});

describe("names", () => {
  test("are quoted in all four ways, with quotes inside", () => {
    const text = 'CREATE TABLE "a ""b""" ([c d] INT, `e``f` TEXT, "g" INT, h INT, \'i\' INT);';
    const [table] = read(text, "sqlite").tables;
    expect([table.name, ...table.columns.map(({ name }) => name)]).toEqual([
      'a "b"',
      "c d",
      "e`f",
      "g",
      "h",
      "i",
    ]);
    expect(read("CREATE TABLE [a]]b] ([x] INT)", "tsql").tables[0].name).toBe("a]b");
  });

  test("that differ in case alone stay two tables, and references find theirs", () => {
    const ddl = read(
      'CREATE TABLE "User" (id int PRIMARY KEY); CREATE TABLE "user" (id int PRIMARY KEY, u int REFERENCES "User"(id), v int REFERENCES "user"(id));',
      "postgres",
    );
    expect(ddl.tables.map(({ name }) => name)).toEqual(["User", "user_2"]);
    expect(ddl.tables[1].foreignKeys.map(({ refTable }) => refTable)).toEqual(["User", "user_2"]);
  });

  test("a reference within a schema means that schema's table", () => {
    const ddl = read(
      `CREATE TABLE a.t (id INT PRIMARY KEY); CREATE TABLE b.t (id INT PRIMARY KEY);
       CREATE TABLE b.u (t INT REFERENCES t (id)); CREATE TABLE c.u (t INT REFERENCES a.t (id));`,
      "tsql",
    );
    expect(tableOf(ddl, "b_u").foreignKeys[0].refTable).toBe("b_t");
    expect(tableOf(ddl, "c_u").foreignKeys[0].refTable).toBe("a_t");
  });
});

describe("bad input", () => {
  test("a path without scripts, and a script without a table, are errors that say so", () => {
    const invalid = (part: string) =>
      expect.objectContaining({ code: "ddl-invalid", message: expect.stringContaining(part) });
    expect(() => readScripts(join(folder, "absent"))).toThrow(invalid("cannot be read"));
    expect(() => readScripts(folder)).toThrow(invalid("holds no file named *.sql"));
    expect(() => read("SELECT 1; DROP TABLE x;")).toThrow(
      invalid("has no CREATE TABLE that can be read (2 statements"),
    );
    expect(() => read("")).toThrow(invalid("(0 statements"));
  });

  test.each([
    ["an open bracket", "CREATE TABLE b (x INT, y"],
    ["an open quote", "CREATE TABLE b (x INT DEFAULT 'oops, y INT);"],
    ["a missing name", "CREATE TABLE (x INT);"],
    ["no columns", "CREATE TABLE b;"],
    ["words that are no SQL", "lorem ipsum (dolor, sit));"],
    [
      "a constraint over nothing",
      "CREATE TABLE b (x INT, PRIMARY KEY (nope), UNIQUE (nope), FOREIGN KEY (nope) REFERENCES c (z));",
    ],
    ["a comma too many", "CREATE TABLE b (x INT,, PRIMARY KEY (x),);"],
    ["a line of data", "1, 'two', 3.0;"],
  ])(
    "a broken statement in the middle stops neither the ones before nor after: %s",
    (_, broken) => {
      const ddl = read(
        `CREATE TABLE a (x INT PRIMARY KEY);\n${broken}\nCREATE TABLE c (z INT PRIMARY KEY, x INT REFERENCES a);\n`,
      );
      expect(tableOf(ddl, "a").columns).toHaveLength(1);
      expect(tableOf(ddl, "c").foreignKeys).toEqual([
        { columns: ["x"], refTable: "a", refColumns: ["x"] },
      ]);
      if (broken !== "CREATE TABLE b (x INT,, PRIMARY KEY (x),);")
        expect(ddl.leftOut).not.toEqual([]);
    },
  );

  test("unknown types and vendors' words are passed over and named", () => {
    const ddl = read(
      "CREATE TABLE a (x FROBNICATED(3, 'q') NOT NULL, y INT SPROCKETED WITH_LOVE (1), z NUMBER(8,2));",
    );
    expect(ddl.tables[0].columns.map(({ name, notNull }) => [name, notNull])).toEqual([
      ["x", true],
      ["y", false],
      ["z", false],
    ]);
    expect(reasonOf(ddl, "a.x")).toBe("its type FROBNICATED is not known; filled by its name");
    expect(reasonOf(ddl, "a.y: SPROCKETED")).toBe("not understood; passed over");
  });

  test("references that fit nothing are left out with the reason", () => {
    const ddl = read(
      `CREATE TABLE p (a INT, b INT, c INT, PRIMARY KEY (a, b));
       CREATE TABLE q (x INT REFERENCES gone (y), a INT REFERENCES p (a), c INT REFERENCES p (c), d INT REFERENCES p (nope));`,
    );
    expect(tableOf(ddl, "q").foreignKeys).toEqual([
      { columns: ["c"], refTable: "p", refColumns: ["c"] },
    ]);
    expect(tableOf(ddl, "p").uniques).toEqual([["c"]]);
    expect(ddl.leftOut.map(({ reason }) => reason)).toEqual([
      "there is no such table",
      "a is not unique there",
      "its columns do not fit",
    ]);
  });

  test("a table defined twice counts once; one beyond SQLite's columns is left out", () => {
    const wide = Array.from({ length: 2001 }, (_, i) => `c${i} INT`).join(", ");
    const ddl = read(`CREATE TABLE a (x INT); CREATE TABLE a (y INT); CREATE TABLE w (${wide});`);
    expect(ddl.tables.map(({ columns }) => columns[0].name)).toEqual(["x"]);
    expect(ddl.leftOut.map(({ reason }) => reason)).toEqual([
      "is there twice; the first one counts",
      "has 2001 columns; SQLite has at most 2000",
    ]);
  });

  test("no text makes it fail otherwise than by saying that there is no table", () => {
    const pieces = [
      "CREATE",
      "TABLE",
      "(",
      ")",
      ",",
      ";",
      "a",
      "[b]",
      "'",
      '"',
      "`",
      "--",
      "/*",
      "\n",
      "INT",
      "PRIMARY KEY",
      "CHECK",
      "REFERENCES",
      "GO",
      "ALTER TABLE",
      "ADD",
      "$$",
      "::",
      "DEFAULT",
      "AS",
      "COMMENT ON",
      "VIEW",
      "UNIQUE INDEX",
      "ENUM",
    ];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...pieces), { maxLength: 40 }),
        fc.constantFrom("sqlite", "postgres", "mysql", "tsql"),
        (words, dialect) => {
          try {
            read(words.join(" "), dialect as ScriptDialect);
          } catch (error) {
            expect(error).toMatchObject({ code: "ddl-invalid" });
          }
        },
      ),
      { numRuns: 1500 },
    );
  });
});

test.each<[string, (text: string) => Uint8Array]>([
  ["UTF-8", (text) => Buffer.from(text)],
  ["UTF-8 with a mark", (text) => Buffer.from(`\ufeff${text}`)],
  ["UTF-16 with a mark", (text) => Buffer.from(`\ufeff${text}`, "utf16le")],
  ["UTF-16 without a mark", (text) => Buffer.from(text, "utf16le")],
  ["UTF-16, high byte first", (text) => Buffer.from(`\ufeff${text}`, "utf16le").swap16()],
  ["Latin-1", (text) => Buffer.from(text, "latin1")],
])("a file in %s is read", (name, encode) => {
  const file = join(folder, `${name}.sql`);
  writeFileSync(file, encode("CREATE TABLE [Straße] ([Größe] INT NOT NULL) -- für alle\nGO\n"));
  const [table] = readDdl(readScripts(file)).tables;
  expect([table.name, table.columns[0].name]).toEqual(["Straße", "Größe"]);
});

test("bytes of no encoding are still text", () => {
  expect(decodeScript(Uint8Array.of(0x41, 0xff, 0x42))).toBe("AÿB");
});

describe("any table prints and reads back the same", () => {
  const name = fc.oneof(
    fc.constantFrom(
      "a",
      "order",
      "Order Details",
      "größe",
      'say "x"',
      "key",
      "primary",
      "comment",
      "type",
      "check",
      "index",
      "x y",
      "period",
      "date",
      "exclude",
      "1st",
    ),
    fc
      .string({ minLength: 1, maxLength: 8, unit: fc.constantFrom(..."abcXYZ_09 äß") })
      .filter((text) => text.trim() === text && text !== ""),
  );
  const type = fc.constantFrom(
    "",
    "INTEGER",
    "INT",
    "TEXT",
    "VARCHAR(20)",
    "DECIMAL(10,2)",
    "DATE",
    "DATETIME",
    "BOOLEAN",
    "BLOB",
    "double precision",
    "character varying(8)",
    "UUID",
  );
  const comment = fc.option(
    fc.constantFrom(
      "what it is",
      "O open, C closed",
      "a; b (c) 'd' \"e\"",
      "CHECK this, PRIMARY too",
    ),
    { nil: undefined },
  );
  const column = fc.record({
    name,
    type,
    notNull: fc.boolean(),
    default: fc.option(fc.constantFrom("1", "-2.5", "'it''s'", "TRUE"), { nil: undefined }),
    comment,
  });
  const table = fc
    .record({
      name,
      comment,
      columns: fc.uniqueArray(column, {
        minLength: 1,
        maxLength: 8,
        selector: (one) => one.name.toLowerCase(),
      }),
      keySize: fc.integer({ min: 0, max: 2 }),
      isUnique: fc.boolean(),
      isChecked: fc.boolean(),
      isComputed: fc.boolean(),
    })
    .map(({ keySize, isUnique, isChecked, isComputed, ...rest }): DdlTable => {
      const [first, ...others] = rest.columns;
      const primaryKey = rest.columns.slice(0, keySize).map((one) => one.name);
      const last = others.at(-1);
      const quoted = quoteName(first.name, "sqlite");
      const columns = rest.columns.map((one): DdlColumn => ({
        ...withoutUndefined(one),
        notNull: one.notNull || primaryKey.includes(one.name),
      }));
      const computed: DdlColumn = {
        name: "computed by hand",
        type: "INT",
        notNull: false,
        computed: { expression: `${quoted} || 'x'`, isStored: true },
      };
      return {
        ...withoutUndefined(rest),
        columns: isComputed ? [...columns, computed] : columns,
        primaryKey,
        uniques:
          isUnique && last !== undefined && !primaryKey.includes(last.name) ? [[last.name]] : [],
        checks: isChecked ? [`${quoted} > 1 OR ${quoted} IN ( 'a' , 'b' )`] : [],
        foreignKeys:
          keySize === 1 && last !== undefined
            ? [{ columns: [last.name], refTable: rest.name, refColumns: primaryKey }]
            : [],
      };
    });

  test("as SQLite's text", () => {
    fc.assert(
      fc.property(table, (one) => {
        const { tables, leftOut } = read(`${printTable(one)};`, "sqlite");
        expect(leftOut).toEqual([]);
        expect(tables).toEqual([one]);
      }),
      { numRuns: 400 },
    );
  });

  test.each<[ScriptDialect, (text: string) => string, string]>([
    [
      "tsql",
      (text) => `[${text.replaceAll("]", "]]")}]`,
      " WITH (DATA_COMPRESSION = PAGE) ON [PRIMARY]\nGO\n",
    ],
    [
      "mysql",
      (text) => `\`${text.replaceAll("`", "``")}\``,
      " ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4 ROW_FORMAT=DYNAMIC;",
    ],
    [
      "postgres",
      (text) => `"${text.replaceAll('"', '""')}"`,
      " PARTITION BY HASH (a) WITH (fillfactor=70) TABLESPACE fast;",
    ],
  ])("as %s writes it", (dialect, quote, options) => {
    const spell = ({ name: own, columns, primaryKey, uniques }: DdlTable): string => {
      const list = (names: readonly string[]) => `(${names.map(quote).join(", ")})`;
      const items = [
        ...columns.map(
          (one) => `${quote(one.name)} ${one.type || "INT"}${one.notNull ? " NOT NULL" : " NULL"}`,
        ),
        ...(primaryKey.length > 0
          ? [`CONSTRAINT ${quote("pk of it")} PRIMARY KEY ${list(primaryKey)}`]
          : []),
        ...uniques.map((key) => `CONSTRAINT ${quote("uq")} UNIQUE ${list(key)}`),
      ];
      return `CREATE TABLE ${quote(own)} (\n  ${items.join(",\n  ")}\n)${options}`;
    };
    fc.assert(
      fc.property(table, (one) => {
        const { tables } = read(spell(one), dialect);
        expect(tables.map(({ name: own }) => own)).toEqual([one.name]);
        expect(tables[0].columns.map((each) => [each.name, each.type, each.notNull])).toEqual(
          one.columns.map((each) => [each.name, each.type || "INT", each.notNull]),
        );
        expect([tables[0].primaryKey, tables[0].uniques]).toEqual([one.primaryKey, one.uniques]);
      }),
      { numRuns: 200 },
    );
  });
});

/** What has no comment or default has no such key. */
function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}
