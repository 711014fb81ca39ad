/** Foreign files become pairs on one database, or are rejected with a reason; none is lost, and none breaks the rest. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, describe, expect, test } from "vitest";
import { buildDatabase } from "../../../test/fixtures/shop.ts";
import { messageOf, UserError } from "../../base/errors.ts";
import { introspect } from "../../schema/introspect.ts";
import type { Database } from "../../schema/schema.ts";
import { parsePairs } from "../pairs.ts";
import { readAnswer } from "./answer-text.ts";
import { dialectShown } from "./dialect-marks.ts";
import { firstAlternative } from "./defog.ts";
import { formatNamed } from "./formats.ts";
import { countReasons, importFiles, type ImportOptions } from "./import.ts";
import { questionIn } from "./prompt-text.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-import-"));
afterAll(() => rmSync(folder, { recursive: true }));
const { database } = introspect(buildDatabase(join(folder, "shop.sqlite")), { dbId: "shop" });

let files = 0;
function file(content: unknown): string {
  const path = join(folder, `file-${files++}`);
  const isRaw = typeof content === "string" || content instanceof Uint8Array;
  writeFileSync(path, isRaw ? content : JSON.stringify(content));
  return path;
}
const lines = (...records: unknown[]) =>
  records.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join("\n");

const readFiles = (paths: readonly string[], options: Partial<ImportOptions> = {}) =>
  importFiles(paths, { database, name: "x", ...options });

/** What came of one file: its form, [question, SQL or refusal] of each pair, and the counts of reasons. */
async function read(content: unknown, options: Partial<ImportOptions> = {}) {
  const path = file(content);
  const { pairs, rejected, formats, ...rest } = await readFiles([path], options);
  return {
    format: formats[path],
    pairs: pairs.map(({ question, sql, refusal }) => [question, sql ?? refusal]),
    whole: pairs,
    rejected: countReasons(rejected),
    ...rest,
  };
}
const messageFor = async (content: unknown, options?: Partial<ImportOptions>) => {
  const path = content === undefined ? join(folder, "absent") : file(content);
  const error = await readFiles([path], options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  return `${(error as UserError).code}: ${messageOf(error).replaceAll(path, "FILE")}`;
};

const COUNT = "SELECT count(*) FROM customer";
const NAMES = "SELECT name FROM customer";
const chat = (...turns: string[]) =>
  turns.map((content, i) => ({ role: ["user", "assistant"][i % 2], content }));

describe("every form is told from its content and read", () => {
  test.each<[string, unknown]>([
    ["pairs", lines({ id: "a", question: "How many?", sql: COUNT })],
    ["pairs", lines({ id: "a", question: "How many?", sql: COUNT, dbId: "shop", split: "dev" })],
    ["spider", [{ db_id: "shop", question: "How many?", query: COUNT }]],
    [
      "spider-syn",
      [{ db_id: "shop", SpiderQuestion: "?", SpiderSynQuestion: "How many?", query: COUNT }],
    ],
    ["bird", [{ db_id: "shop", question: "How many?", evidence: "", SQL: COUNT, difficulty: "" }]],
    [
      "sparc",
      [{ database_id: "shop", interaction: [{ utterance: "How many?", query: COUNT }], final: {} }],
    ],
    ["defog", `question,query,db_name,query_category\nHow many?,"${COUNT};",shop,group_by`],
    ["table", `Question,Gold SQL\nHow many?,${COUNT}`],
    ["table", `Gold SQL;NL query;question\r\n"${COUNT}";;How many?\r\n`],
    ["table", `utterance\tsql_query\nHow many?\t${COUNT}\n\n`],
    ["table", [{ sql_prompt: "How many?", sql: COUNT, sql_context: "CREATE TABLE customer (id)" }]],
    ["table", lines({ prompt: "How many?", completion: COUNT })],
    ["alpaca", [{ instruction: "How many?", input: "", output: COUNT }]],
    ["alpaca", [{ instruction: "How many?", input: "CREATE TABLE customer (id)", output: COUNT }]],
    ["alpaca", [{ instruction: "Write SQL.\ncustomer(id)", input: "How many?", output: COUNT }]],
    ["alpaca", [{ instruction: "Write SQL", input: "How many?", output: COUNT }]],
    [
      "sharegpt",
      [
        {
          conversations: [
            { from: "system", value: "Write SQL." },
            { from: "human", value: "How many?" },
            { from: "gpt", value: COUNT },
          ],
        },
      ],
    ],
    ["chat", lines({ messages: [{ role: "system", content: "!" }, ...chat("How many?", COUNT)] })],
    [
      "chat",
      lines({
        messages: [
          { role: "user", content: [{ type: "text", text: "How many?" }] },
          ...chat("", COUNT).slice(1),
        ],
      }),
    ],
    [
      "sqlcoder",
      lines({
        prompt: `### Task\nGenerate a SQL query to answer [QUESTION]How many?[/QUESTION]\n### Database Schema\nCREATE TABLE customer (id)\n### Answer\n[SQL]`,
        completion: COUNT,
      }),
    ],
    [
      "sqlcoder",
      lines({
        text: `Generate a SQL query to answer this question: \`How many?\`\n\nDDL statements:\nCREATE TABLE customer (id)\n\n### SQL\n\`\`\`sql\n${COUNT}\n\`\`\``,
      }),
    ],
  ])("%s: %j", async (format, content) => {
    const result = await read(content);
    expect(result).toMatchObject({ format, rejected: {} });
    expect(result.pairs).toEqual([["How many?", COUNT]]);
    expect(result.whole[0]).toMatchObject({
      dbId: "shop",
      source: { method: `imported:${format}` },
    });
  });

  test("also in Parquet", async () => {
    const cells = { db_id: ["shop", "zoo"], question: ["How many?", "?"], query: [COUNT, "?"] };
    const columnData = Object.entries(cells).map(([name, data]) => ({ name, data }));
    const { format, pairs, rejected } = await read(
      new Uint8Array(parquetWriteBuffer({ columnData })),
    );
    expect([format, pairs]).toEqual(["spider", [["How many?", COUNT]]]);
    expect(rejected).toEqual({ "another database: zoo": 1 });
  });

  test("WikiSQL's tables come from their file, from the record, or from databases of WikiSQL's own", async () => {
    const sql = {
      sel: 0,
      agg: 3,
      conds: [
        [1, 0, "London"],
        [2, 1, "1,000"],
      ],
    };
    const record = { table_id: "2-1", question: "How many?", sql };
    const columns = ["name", "city", "id"];
    const tables = [file(lines({ id: "2-1", name: "Customer", header: columns }))];
    const wanted = "SELECT COUNT(name) FROM customer WHERE city = 'London' AND id > 1000";
    expect((await read(lines(record), { tables })).pairs).toEqual([["How many?", wanted]]);

    const conds = { column_index: [1, 2], operator_index: [0, 1], condition: ["London", "1,000"] };
    const table = { id: "2-1", name: "customer", header: columns };
    const inline = { question: "How many?", table, sql: { ...sql, conds } };
    expect((await read(lines(inline))).pairs).toEqual([["How many?", wanted]]);

    const path = buildDatabase(
      join(folder, "wiki.sqlite"),
      "CREATE TABLE table_2_1 (col0 TEXT, col1 TEXT, col2 REAL)",
    );
    const original: Database = introspect(path, { dbId: "wiki" }).database;
    const bad = [
      { ...record, table_id: "2-9" },
      { ...record, sql: { ...sql, sel: 7 } },
      { ...record, sql: { ...sql, agg: 9 } },
    ];
    const result = await read(lines(record, ...bad), { database: original });
    expect(result.pairs).toEqual([
      ["How many?", "SELECT COUNT(col0) FROM table_2_1 WHERE col1 = 'london' AND col2 > 1000"],
    ]);
    expect(result.rejected).toEqual({
      "another database: no table 2-9": 1,
      "names a column that its table does not have": 1,
      "an aggregate or operator that WikiSQL does not define": 1,
    });
  });

  test("of a dialogue the first question and the goal count; what leans on them is counted", async () => {
    const interaction = [
      { utterance: "Which customers?", query: NAMES },
      { utterance: "How many of these?", query: COUNT },
    ];
    const final = {
      utterance: "How many orders above 5?",
      query: 'SELECT count(*) FROM "order" WHERE amount > = 5',
    };
    const same = { utterance: "Which customers?", query: COUNT };
    const dialogues = [final, same].map((goal) => ({
      database_id: "shop",
      interaction,
      final: goal,
    }));
    const later = "a later question of a dialogue, which leans on those before it";
    expect(await read(dialogues)).toMatchObject({
      pairs: [
        ["Which customers?", NAMES],
        ["How many orders above 5?", 'SELECT count(*) FROM "order" WHERE amount >= 5'],
        ["Which customers?", NAMES],
      ],
      rejected: { [later]: 2 },
    });
    expect(await read([{ messages: chat("Which?", NAMES, "And how many?", COUNT) }])).toMatchObject(
      {
        pairs: [["Which?", NAMES]],
        rejected: { [later]: 1 },
      },
    );
  });

  test("--format overrides what the content looks like", async () => {
    const content = lines({
      id: "a",
      question: "How many?",
      sql: COUNT,
      query: NAMES,
      db_id: "shop",
    });
    expect((await read(content)).pairs).toEqual([["How many?", COUNT]]);
    expect((await read(content, { format: "spider" })).pairs).toEqual([["How many?", NAMES]]);
    expect(formatNamed("cosql")).toBe("sparc");
    expect(() => formatNamed("toString")).toThrow(/--format is toString; one of auto, pairs, /);
  });
});

describe("the SQL is found in what surrounds it", () => {
  test.each<[string, ReturnType<typeof readAnswer>]>([
    [COUNT, { sql: COUNT }],
    [`${COUNT};`, { sql: `${COUNT};` }],
    ["SELECT '```' FROM t", { sql: "SELECT '```' FROM t" }],
    ["SELECT a\n\nFROM t", { sql: "SELECT a\n\nFROM t" }],
    ["```sql\nSELECT a;\n```\nIt returns a.", { sql: "SELECT a;" }],
    ["Use\n```python\nx = 1\n```\nand\n```\nSELECT a\n```", { sql: "SELECT a" }],
    ["They select the rows with: select a from t; It returns a.", { sql: "select a from t" }],
    ["To answer, select from t. SELECT a FROM t", { sql: "SELECT a FROM t" }],
    [
      "You need:\nWITH x AS (SELECT 1) SELECT * FROM x",
      { sql: "WITH x AS (SELECT 1) SELECT * FROM x" },
    ],
    [
      "SELECT a FROM t WHERE b = 1\n\nThis query returns a, which you want.",
      { sql: "SELECT a FROM t WHERE b = 1" },
    ],
    ["SELECT x::float FROM t", { sql: "SELECT x::float FROM t" }],
    ["-- cannot answer: no table of cats", { refusal: "no table of cats" }],
    ["-- cannot answer", { reason: "a refusal without its reason" }],
    ["I do not know", { reason: "no SQL" }],
    [" ", { reason: "no SQL" }],
    ["SELECT 1; SELECT 2", { reason: "more than one statement" }],
    ["DELETE FROM t", { reason: "no reading query" }],
    ["```sql\nDROP TABLE t\n```", { reason: "no SQL" }],
    ["SELECT a FROM t WHERE b = ?", { reason: "a parameter without a value" }],
    ["SELECT 'Alas, I can''t' AS answer;", { reason: "a text instead of a query" }],
  ])("%j", (text, wanted) => expect(readAnswer(text, "sqlite")).toEqual(wanted));

  test("a statement alone is never changed, and no text breaks the reading", () => {
    const literal = fc.string({ unit: "grapheme" }).map((text) => text.replace(/['\0]/g, ""));
    fc.assert(
      fc.property(literal, (text) => {
        const sql = `SELECT a FROM t WHERE b = '${text}'`;
        expect(readAnswer(sql, "sqlite")).toEqual({ sql });
        expect(Object.keys(readAnswer(text, "sqlite"))).toHaveLength(1);
      }),
    );
  });

  test.each([
    ["SELECT a FROM t; SELECT b FROM t;", "SELECT a FROM t"],
    ["SELECT a FROM t WHERE b = ';{x}'", "SELECT a FROM t WHERE b = ';{x}'"],
    [
      "SELECT {u.id, u.name}, sum(x) FROM u GROUP BY {} LIMIT 1;SELECT {a} FROM b",
      "SELECT u.id, sum(x) FROM u GROUP BY u.id LIMIT 1",
    ],
  ])("the first of several golds is taken: %s", (query, wanted) =>
    expect(firstAlternative(query)).toBe(wanted),
  );

  test.each([
    ["How many questions are there?", "How many questions are there?"],
    ["### Schema\nt(a)\n\n### Question:\nHow many?\n\n### SQL:", "How many?"],
    ["Question: first?\nSQL: SELECT 1\nQuestion: How many?\nSQL:", "How many?"],
    ["Generate a SQL query to answer the following question:\n`How many?`\n…", "How many?"],
  ])("and the question in its prompt: %j", (prompt, question) =>
    expect(questionIn(prompt)).toBe(question),
  );

  test.each([
    ["SELECT TOP 5 a FROM t", "tsql"],
    ["SELECT a::date FROM t WHERE b ILIKE 'x'", "postgres"],
    ["SELECT a FROM t WHERE b > now() - INTERVAL 30 DAY", "mysql"],
    ["SELECT top FROM t WHERE a = 'x::date'", undefined],
    ["SELECT julianday(a) FROM t", undefined],
  ])("another dialect is seen: %s", (sql, dialect) =>
    expect(dialectShown(sql, "sqlite")).toBe(dialect),
  );
});

describe("what cannot be used is counted and explained", () => {
  const spider = (db_id: string, query: unknown = COUNT) => ({
    db_id,
    question: "How many?",
    query,
  });

  test("other databases by their names, unless one of them is said to be this one", async () => {
    const items = [spider("shop"), spider("zoo"), spider("zoo"), spider("farm")];
    expect(await read(items)).toMatchObject({
      pairs: [["How many?", COUNT]],
      rejected: { "another database: zoo": 2, "another database: farm": 1 },
    });
    const named = await read(items, { dbId: "zoo" });
    expect(named.whole.map(({ dbId }) => dbId)).toEqual(["shop", "shop", "shop"]);
    expect(await messageFor([spider("zoo")])).toBe(
      "data-invalid: FILE, read as spider, holds no pair that can be used: 1 × another database: zoo; if one of these names is this project's database, say so with --db-id",
    );
  });

  test("where no database is named, tables that this one does not have", async () => {
    const content = `question,sql\nHow many?,${COUNT}\nCats?,SELECT * FROM cat\nBoth?,WITH cat AS (${NAMES}) SELECT * FROM cat`;
    const { pairs, rejected } = await read(content);
    expect(pairs).toHaveLength(2);
    expect(rejected).toEqual({ "names tables that this database does not have": 1 });
  });

  test("broken lines and items, whatever follows them", async () => {
    const good = JSON.stringify({ id: "a", question: "How many?", sql: COUNT });
    const other = JSON.stringify({ question: "", sql: COUNT, id: "b" });
    const result = await read(lines(good, '{"id": "c"', "[1]", "", '{"x": 1}', other));
    expect(result.pairs).toHaveLength(1);
    expect(result.rejected).toEqual({
      "is not JSON": 1,
      "is no JSON object": 1,
      "not of the form pairs": 1,
      "no question": 1,
    });
    const item = JSON.stringify(spider("shop"));
    const list = `[${item},\n{"db_id": "shop", "question: 5},\n${item},\n7,{"db_id": "shop", "que`;
    const cut = await read(list);
    expect(cut.pairs).toHaveLength(2);
    expect(cut.rejected).toEqual({ "is not JSON": 2, "is no JSON object": 1 });
  });

  test("rows of a table with too many or too few cells", async () => {
    const path = file(`question,sql\nHow many?,${COUNT}\na,b,c\n\n"Say ""hi"",\nok?",${NAMES}\nx`);
    const { pairs, rejected } = await readFiles([path]);
    expect(pairs.map(({ question }) => question)).toEqual(["How many?", 'Say "hi",\nok?']);
    expect(rejected.map(({ at, reason, text }) => [at, reason, text])).toEqual([
      ["line 3", "has another number of cells than the header", "a,b,c"],
      ["line 7", "has another number of cells than the header", "x"],
    ]);
  });

  test("quotes inside of a cell that were not doubled do not shift the rest", async () => {
    const content = `question,sql\n"Which, of the "big" ones count?",${COUNT}\n"Which, "so". Count.",${NAMES}`;
    expect((await read(content)).pairs).toEqual([
      ['Which, of the "big" ones count?', COUNT],
      ['Which, "so". Count.', NAMES],
    ]);
  });

  test.each<[string, unknown]>([
    ["not-found: there is no FILE", undefined],
    ["data-invalid: FILE is empty; pairs are wanted", ""],
    ["data-invalid: FILE is empty; pairs are wanted", "\uFEFF\n \n"],
    ["data-invalid: FILE has no form that is known: it holds no records", "[]"],
    ["data-invalid: FILE has no form that is known: its records have a, b", [{ a: 1, b: 2 }]],
    ["data-invalid: FILE has no form that is known: line 1 is not JSON", '{"a": '],
    ['data-invalid: FILE begins with "hello"; Parquet, a JSON list', "hello"],
    ["data-invalid: FILE is no Parquet file that can be read: ", "PAR1 and nothing more"],
    ['data-invalid: FILE begins with "SQLite format 3', "SQLite format 3\0, question, sql"],
    [
      "data-invalid: FILE, read as table, holds no pair that can be used: 1 × no SQL",
      "question,sql\nHow?,",
    ],
  ])("a file with nothing usable is an error: %s", async (wanted, content) => {
    expect(await messageFor(content)).toContain(wanted);
  });

  test("any text gives pairs, or one error that a user can read", async () => {
    const contents = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.json(),
      fc.string().map((text) => `question,sql\n${text}`),
      fc.string().map((text) => `[{"question": "${text}", "sql": "SELECT 1"}, ${text}`),
    );
    await fc.assert(
      fc.asyncProperty(contents, async (content) => {
        const outcome = await readFiles([file(content)]).catch((error: unknown) => error);
        expect(outcome instanceof UserError || (outcome as { pairs: [] }).pairs.length > 0).toBe(
          true,
        );
      }),
      { numRuns: 300 },
    );
  });
});

test("ids are the file's own where they are free, and unique over all files", async () => {
  const first = file(
    lines(...["a", "a", "taken"].map((id) => ({ id, question: "?", sql: COUNT }))),
  );
  const second = file([{ db_id: "shop", question: "?", query: COUNT }]);
  const { pairs } = await readFiles([first, second], { takenIds: new Set(["taken", "x-4"]) });
  expect(pairs.map(({ id }) => id)).toEqual(["a", "x-2", "x-3", "x-5"]);
});

test("evidence, splits, origins and refusals are kept; --split and the method are ours", async () => {
  const source = { method: "builtin:filter", model: "m", seed: 3 };
  const own = { id: "a", question: "Cats?", refusal: "no table of cats", split: "dev", source };
  const bird = { db_id: "shop", question: "How many?", evidence: "all of them", SQL: COUNT };
  const paths = [file(lines(own, { ...own, id: "b", split: "all" })), file([bird])];
  const { pairs } = await readFiles(paths);
  expect(pairs).toMatchObject([
    { refusal: "no table of cats", split: "dev", source: { ...source, method: "imported:pairs" } },
    { id: "b" },
    { evidence: "all of them", source: { method: "imported:bird" } },
  ]);
  expect(pairs.map(({ split }) => split)).toEqual(["dev", undefined, undefined]);
  const test = await readFiles(paths, { split: "test" });
  expect(new Set(test.pairs.map(({ split }) => split))).toEqual(new Set(["test"]));
  const path = file(pairs.map((pair) => JSON.stringify(pair)).join("\n"));
  expect(parsePairs(path)).toEqual(pairs);
});

test("dialects and encodings that are not the usual ones are said", async () => {
  const content = `question,sql,db_type\nGröße?,${COUNT},mssql\nMore?,${NAMES},sqlite\nNow?,${NAMES} WHERE name ILIKE 'a',`;
  const path = file(Buffer.from(content, "latin1"));
  const { pairs, dialects, encodings } = await readFiles([path]);
  expect(pairs[0].question).toBe("Größe?");
  expect(dialects).toEqual({ tsql: 1, postgres: 1 });
  expect(encodings).toEqual({ [path]: ["windows-1252"] });
});

const data = process.env.T2S_DATA ?? "";
describe.skipIf(!existsSync(data))("published files (needs T2S_DATA)", () => {
  /** All records of the file that name this database, so that nothing depends on its tables. */
  const published = async (name: string, dbId: string) => {
    const { pairs, rejected, formats } = await readFiles([join(data, name)], { dbId });
    const reasons = countReasons(rejected);
    const others = Object.entries(reasons).filter(([reason]) =>
      reason.startsWith("another database: "),
    );
    return {
      format: Object.values(formats)[0],
      pairs: pairs.length,
      others: others.reduce((sum, [, count]) => sum + count, 0),
      reasons: Object.fromEntries(
        Object.entries(reasons).filter(([reason]) => !reason.startsWith("another ")),
      ),
    };
  };
  const later = "a later question of a dialogue, which leans on those before it";

  test.each<[string, string, string, number, number, Readonly<Record<string, number>>]>([
    ["spider/train_spider.json", "department_management", "spider", 16, 6984, {}],
    ["spider/syn_train.json", "department_management", "spider-syn", 16, 6984, {}],
    ["spider/realistic_A.json", "concert_singer", "spider", 33, 222, {}],
    ["spider/sparc_dev_A.json", "concert_singer", "sparc", 44, 398, { [later]: 435 }],
    ["spider/cosql_dev_A.json", "concert_singer", "sparc", 27, 259, { [later]: 348 }],
    ["bird/mini_dev_sqlite.json", "student_club", "bird", 48, 452, {}],
    ["archer/archer_en_train.json", "bike_1", "spider", 54, 360, {}],
    ["defog/sql-eval-data/questions_gen_postgres.csv", "academic", "defog", 25, 185, {}],
    ["defog/sql-eval-data/questions_gen_sqlite.csv", "academic", "defog", 25, 185, {}],
    ["defog/sql-eval-data/instruct_basic_sqlite.csv", "broker", "defog", 10, 30, {}],
  ])("%s", async (name, dbId, format, pairs, others, reasons) => {
    expect(await published(name, dbId)).toEqual({ format, pairs, others, reasons });
  });

  test("defog's questions without an answer are no pairs", async () => {
    const path = join(data, "defog/sql-eval-data/idk.csv");
    await expect(readFiles([path], { dbId: "academic" })).rejects.toThrow(
      /15 × a text instead of a query/,
    );
  });

  test("defog's first alternative is the first of those it wrote out for SQLite", async () => {
    const read = async (dialect: string) => {
      const path = join(data, `defog/sql-eval-data/questions_gen_${dialect}.csv`);
      const { pairs } = await readFiles([path], { dbId: "academic" });
      return new Map(
        pairs.map(({ question, sql }) => [
          question,
          sql?.toLowerCase().match(/^select (\S+?),? /)?.[1],
        ]),
      );
    };
    const [braces, written] = [await read("postgres"), await read("sqlite")];
    const shared = [...braces].filter(([question]) => written.has(question));
    expect(shared.length).toBeGreaterThan(20);
    const unlike = shared.filter(([question, column]) => written.get(question) !== column);
    expect(unlike).toEqual([]);
  });

  test("every SQL of Spider dev is taken as it stands", async () => {
    const path = join(data, "spider/dev_A.json");
    const items = JSON.parse(readFileSync(path, "utf8")) as { db_id: string; query: string }[];
    const queries = items
      .filter(({ db_id }) => db_id === "flight_2")
      .map(({ query }) => query.trim());
    const { pairs } = await readFiles([path], { dbId: "flight_2" });
    expect(pairs.map(({ sql }) => sql)).toEqual(queries);
  });
});
