import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  averageParts,
  createSpiderSchema,
  exactMatch,
  type ExactMatch,
  foreignKeyMap,
  parseSpiderSql,
  PARTS,
  scoreExactMatch,
  spiderHardness,
  type TablesEntry,
} from "./index.ts";
import { spiderHardnessCounts } from "./hardness.ts";
import { spiderTokens } from "./tokens.ts";

const concerts = createSpiderSchema([
  ["stadium", ["Stadium_ID", "Location", "Name", "Capacity", "Highest", "Lowest", "Average"]],
  ["singer", ["Singer_ID", "Name", "Country", "Song_Name", "Song_release_year", "Age", "Is_male"]],
  ["concert", ["concert_ID", "concert_Name", "Theme", "Stadium_ID", "Year"]],
  ["singer_in_concert", ["concert_ID", "Singer_ID"]],
]);
const flights = createSpiderSchema([
  ["airports", ["City", "AirportCode"]],
  ["flights", ["Airline", "SourceAirport", "DestAirport"]],
]);
const flightKeys = foreignKeyMap({
  db_id: "flights",
  table_names_original: ["airports", "flights"],
  column_names_original: [
    [-1, "*"],
    [0, "City"],
    [0, "AirportCode"],
    [1, "Airline"],
    [1, "SourceAirport"],
    [1, "DestAirport"],
  ],
  foreign_keys: [
    [5, 2],
    [4, 2],
  ],
});

const isParsed = (sql: string): boolean => parseSpiderSql(sql, concerts) !== null;
const inSinger = (where: string): string => `SELECT name FROM singer WHERE ${where}`;

describe("tokens", () => {
  test.each([
    ["SELECT a>3", "select|a|>|3"],
    ["a=3 b>=3", "a=3|b|>|=3"],
    ["a > = 3 ! = 4 <> 5", "a|>=|3|!=|4|<|>|5"],
    ["count(*),a , 1,2", "count|(|*|)|,|a|,|1,2"],
    ["a*b a-b a/b c--d", "a|*|b|a-b|a/b|c|--|d"],
    ["t1.a T1.* x..y", "t1.a|t1.|*|x|..|y"],
    ["limit 3.", "limit|3|."],
    ["::a ,,b", ":|:a|,|,b"],
    ["cannot gonna x.lemme", "can|not|gon|na|x.|lem|me"],
    [`= 'Big Name' "x"`, `=|"Big Name"|"x"`],
    [`a="x" 'O''Brien'`, "a=__val_1__|__val_3____val_5__"],
    ["`a` ```", "`|a|`|``|`"],
  ])("%s", (sql, tokens) => {
    expect(spiderTokens(sql)?.join("|")).toBe(tokens);
  });

  test("an open quote has none", () => {
    expect(spiderTokens("SELECT 'a")).toBeNull();
  });
});

describe("the grammar", () => {
  test.each([
    inSinger("age > = 3"),
    inSinger("age = -3 AND age != .5 AND age = 1e3 AND age = nan"),
    inSinger("age*age > 3"),
    inSinger("age > 1 age > 2"),
    inSinger("age IN (1)"),
    "SELECT name age FROM singer",
    "SELECT T1.name FROM singer AS T1 JOIN singer_in_concert AS T2",
    "SELECT name FROM singer JOIN concert ON name = theme AND age > year",
    "SELECT name FROM singer ORDER BY age DESC , name LIMIT 3 OFFSET 2 and so on",
    "SELECT name FROM singer GROUP BY name age, nothing",
    "(SELECT name FROM singer) UNION (SELECT name FROM stadium);",
    "SELECT name FROM singer AS T1 WHERE age IN (SELECT T1.year FROM concert AS T1)",
  ])("reads %s", (sql) => {
    expect(isParsed(sql)).toBe(true);
  });

  test.each([
    "",
    "SELECT 1",
    inSinger("age>=3"),
    inSinger("age <> 3"),
    inSinger("country='x'"),
    inSinger("age IS NULL"),
    inSinger("age IN (1, 2)"),
    inSinger("(age = 1 OR age = 2)"),
    inSinger("NOT age = 1"),
    inSinger("EXISTS (SELECT name FROM stadium)"),
    inSinger("age = (song_release_year)"),
    inSinger("age = max(age)"),
    inSinger("age > 1 HAVING count(*) > 1"),
    "SELECT name AS n FROM singer",
    "SELECT T1.* FROM singer AS T1",
    "SELECT name FROM singer T1",
    "SELECT name FROM singer , stadium",
    "SELECT name FROM singer LEFT JOIN stadium ON age = capacity",
    "SELECT name FROM singer UNION ALL SELECT name FROM stadium",
    "SELECT name FROM singer AS concert",
    "SELECT T1.name FROM singer AS T1 WHERE T1.age IN (SELECT T1.year FROM concert AS T1)",
    "SELECT max(age) - 1 FROM singer",
    "SELECT name FROM (SELECT name FROM singer)",
    "SELECT `name` FROM singer",
    "SELECT name FROM singer LIMIT",
    "SELECT name FROM singer -- all",
    "WITH s AS (SELECT name FROM singer) SELECT name FROM s",
  ])("does not read %s", (sql) => {
    expect(isParsed(sql)).toBe(false);
  });

  test("the rest of an OR behind a column is lost", () => {
    const short = inSinger("age = song_release_year");
    expect(parseSpiderSql(`${short} OR age = 3`, concerts)).toEqual(
      parseSpiderSql(short, concerts),
    );
  });
});

describe("hardness", () => {
  const nested = "age > (SELECT avg(age) FROM singer)";
  test.each([
    ["SELECT count(*) FROM singer", "easy 0,0,0"],
    ["SELECT name, age FROM singer", "medium 0,0,1"],
    ["SELECT max(age) , min(age) FROM singer", "medium 0,0,2"],
    ["SELECT name FROM singer ORDER BY age LIMIT 3", "medium 2,0,0"],
    [inSinger("age = 1 OR age = 2"), "medium 2,0,1"],
    [inSinger("age BETWEEN 1 AND 2"), "easy 1,0,0"],
    [inSinger("age = song_release_year OR age = 3"), "easy 1,0,0"],
    [inSinger("age = song_release_year AND age = 3"), "medium 1,0,1"],
    ["SELECT name FROM singer UNION SELECT name FROM stadium", "hard 0,1,0"],
    [inSinger(nested), "hard 1,1,0"],
    [`SELECT name, age FROM singer WHERE ${nested}`, "extra 1,1,1"],
    [
      `${inSinger("age = (SELECT max(age) FROM singer)")} UNION SELECT name FROM stadium`,
      "extra 1,2,0",
    ],
    [inSinger("name NOT IN (1) AND country NOT LIKE 'x'"), "extra 2,0,2"],
    [inSinger("name IN (1) AND country LIKE 'x'"), "medium 2,0,1"],
    [
      "SELECT country , count(*) FROM singer GROUP BY country HAVING count(*) > 1 AND max(age) > 3",
      "medium 1,0,2",
    ],
    ["SELECT max(age) , min(age) , name FROM singer WHERE age > 1 AND age < 5", "hard 1,0,3"],
    ["SELECT theme FROM singer JOIN concert WHERE age > 1 ORDER BY age", "hard 3,0,0"],
    [
      "SELECT theme FROM singer JOIN concert WHERE age > 1 GROUP BY theme ORDER BY age LIMIT 1",
      "extra 5,0,0",
    ],
    ["SELECT count(*) FROM (SELECT name FROM singer)", "easy 0,0,0"],
    ["SELECT name age FROM singer", "medium 0,0,1"],
  ])("%s", (sql, expected) => {
    const tree = parseSpiderSql(sql, concerts);
    if (tree === null) throw new Error(`unparsed: ${sql}`);
    const { clauses, nested: queries, others } = spiderHardnessCounts(tree);
    expect(`${spiderHardness(tree)} ${clauses},${queries},${others}`).toBe(expected);
  });

  test("a gold that the script cannot read or count has none", () => {
    expect(spiderHardness(null)).toBe("unparsed");
    const shifted = parseSpiderSql(inSinger("age > 1 age > 2 AND age > 3"), concerts);
    expect(shifted).not.toBeNull();
    expect(spiderHardness(shifted)).toBe("unparsed");
    const { reason } = exactMatch(shifted, shifted, concerts, new Map());
    expect(reason).toBe("gold-unparsed");
  });
});

/** Names of the parts that are 0. */
const failingParts = ({ parts }: ExactMatch): string[] =>
  PARTS.filter((part) => parts?.[part].score === 0);

describe("exact set match", () => {
  const match = (gold: string, predicted: string): ExactMatch =>
    scoreExactMatch(gold, predicted, concerts, new Map());
  const joined = "SELECT T1.name FROM singer AS T1 JOIN singer_in_concert AS T2 ON T1.singer_id =";

  test.each([
    [`${joined} T2.singer_id`, `${joined} T2.concert_id`],
    [inSinger("age > 5"), inSinger("age > 6")],
    ["SELECT name FROM singer LIMIT 3", "SELECT name FROM singer LIMIT 5"],
    ["SELECT name FROM singer", "SELECT DISTINCT name FROM singer"],
    ["SELECT count(name) FROM singer", "SELECT count(DISTINCT name) FROM singer"],
    [
      "SELECT name FROM singer EXCEPT SELECT name FROM stadium",
      "SELECT name FROM singer EXCEPT SELECT DISTINCT name FROM stadium",
    ],
    ["SELECT name , age FROM singer", "SELECT age , name FROM singer"],
    [inSinger("age > 1 AND name = 'x'"), inSinger("name = 'y' AND age > 2")],
    [
      "SELECT name FROM singer ORDER BY age , name DESC",
      "SELECT name FROM singer ORDER BY age DESC , name DESC",
    ],
    [
      inSinger("age > 1 AND name = 'x' OR country = 'y'"),
      inSinger("age > 1 OR name = 'x' AND country = 'y'"),
    ],
    [
      inSinger("age IN (SELECT year FROM concert WHERE theme = 'x')"),
      inSinger("age IN (SELECT year FROM concert WHERE theme = 'y')"),
    ],
    [inSinger("age = song_release_year"), inSinger("age = 5")],
    ["SELECT name FROM singer LIMIT 1", "SELECT name FROM singer LIMIT 1 OFFSET 3"],
    [inSinger("age > 1 age > 2"), inSinger("age > 1 age > 2")],
  ])("%s equals %s", (gold, predicted) => {
    expect(match(gold, predicted)).toMatchObject({ verdict: 1, reason: "ok" });
    expect(match(predicted, gold).verdict).toBe(1);
  });

  test.each([
    [
      inSinger("age IN (SELECT year FROM concert)"),
      inSinger("age IN (SELECT DISTINCT year FROM concert)"),
      "where",
    ],
    [
      "SELECT count(*) FROM (SELECT name FROM singer WHERE age > 1)",
      "SELECT count(*) FROM (SELECT name FROM singer WHERE age > 2)",
      "",
    ],
    [inSinger("age > 1"), inSinger("age > 1 AND age > 2"), "where where(no OP) and/or"],
    [
      "SELECT name FROM singer ORDER BY age , name",
      "SELECT name FROM singer ORDER BY name , age",
      "order",
    ],
    [
      "SELECT count(*) FROM singer GROUP BY age , name",
      "SELECT count(*) FROM singer GROUP BY name , age",
      "group",
    ],
    [
      "SELECT name FROM singer GROUP BY name HAVING max(age) > 1 AND min(age) > 2",
      "SELECT name FROM singer GROUP BY name HAVING min(age) > 2 AND max(age) > 1",
      "group",
    ],
    [
      "SELECT name FROM singer UNION SELECT name FROM stadium",
      "SELECT name FROM stadium UNION SELECT name FROM singer",
      "select select(no AGG) IUEN",
    ],
    [
      inSinger("age BETWEEN 1 AND 2"),
      inSinger("age > = 1 AND age < = 2"),
      "where where(no OP) and/or",
    ],
    ["SELECT count(*) FROM singer", "SELECT count(singer_id) FROM singer", "select select(no AGG)"],
    [inSinger("name LIKE 'x'"), inSinger("name NOT LIKE 'x'"), "where keywords"],
    [
      inSinger("age = (SELECT max(age) FROM singer)"),
      "SELECT name FROM singer ORDER BY age DESC LIMIT 1",
      "where where(no OP) order keywords",
    ],
  ])("%s differs from %s", (gold, predicted, parts) => {
    const result = match(gold, predicted);
    expect(result).toMatchObject({ verdict: 0, reason: "mismatch" });
    expect(failingParts(result).join(" ")).toBe(parts);
  });

  test("columns that foreign keys join are one", () => {
    const [gold, predicted] = ["destairport", "sourceairport"].map(
      (column) => `SELECT ${column} FROM flights`,
    );
    expect(scoreExactMatch(gold, predicted, flights, flightKeys).verdict).toBe(1);
    expect(scoreExactMatch(gold, predicted, flights, new Map()).verdict).toBe(0);
  });

  test("`value` in a prediction becomes 1, unless that is switched off", () => {
    const [gold, predicted] = [inSinger("age > 1"), inSinger("age > value")];
    expect(match(gold, predicted).reason).toBe("ok");
    expect(
      scoreExactMatch(gold, predicted, concerts, new Map(), { rewriteValue: false }).reason,
    ).toBe("unparsed");
  });

  test("a prediction that does not parse is compared as an empty one", () => {
    const result = match("SELECT count(*) FROM singer", "no idea");
    expect(result).toMatchObject({ verdict: 0, reason: "unparsed" });
    expect(failingParts(result)).toEqual(["select", "select(no AGG)"]);
    expect(match("no idea", "SELECT count(*) FROM singer").reason).toBe("gold-unparsed");
  });

  test.each([
    ["a connector in a condition's place", "age > 1 age > 2 AND age > 3"],
    ["a sub-query in a connector's place", "age > 1 age > (SELECT max(age) FROM singer)"],
  ])("%s stops the official script and is wrong here", (_name, where) => {
    const result = match(inSinger("age > 1"), inSinger(where));
    expect(result).toMatchObject({ verdict: 0, reason: "official-crash", parts: null });
    expect(match(inSinger(where), inSinger("age > 1")).verdict).toBe(0);
  });

  test("two sub-queries in FROM, which the script cannot sort, are compared in any order", () => {
    const [one, other] = ["SELECT name FROM singer", "SELECT name FROM stadium"];
    const result = match(
      `SELECT count(*) FROM (${one}) (${other})`,
      `SELECT count(*) FROM (${other}) (${one})`,
    );
    expect(result).toMatchObject({ verdict: 1, hasUnsortableFrom: true });
  });

  test("averages leave out items without the part, and F1 is 1 where nothing has it", () => {
    const items = [
      match("SELECT name FROM singer", "SELECT name FROM singer"),
      match("SELECT name FROM singer", inSinger("age > 1")),
      match(inSinger("age > 1"), inSinger("age > 1")),
    ].flatMap(({ parts }) => (parts === null ? [] : [parts]));
    const averages = averageParts(items);
    expect(averages.where).toEqual({ accuracy: 0.5, recall: 1, f1: 2 / 3 });
    expect(averages.IUEN).toEqual({ accuracy: 0, recall: 0, f1: 1 });
  });

  test("no text raises an error, and what parses equals itself", () => {
    const words = `select from where group by having order limit and or not in between like as on join union
      except ( ) , ; * = > "x" 1 name age singer stadium max count distinct asc`;
    const word = fc.constantFrom(...words.split(/\s+/));
    const text = fc.oneof(
      fc.string(),
      fc.array(word, { maxLength: 30 }).map((list) => `select name from ${list.join(" ")}`),
    );
    fc.assert(
      fc.property(text, (sql) => {
        const { reason } = match(sql, sql);
        expect(["ok", "gold-unparsed", "official-crash"]).toContain(reason);
      }),
    );
    const deep = 20_000;
    const nested = inSinger("age IN (SELECT age FROM singer WHERE ".repeat(deep));
    expect(match("SELECT name FROM singer", nested).reason).toBe("unparsed");
  });
});

describe("foreign keys", () => {
  const entry: TablesEntry = {
    db_id: "db",
    table_names_original: ["T"],
    column_names_original: [
      [-1, "*"],
      ...["a", "b", "C", "d"].map((name): [number, string] => [0, name]),
    ],
    foreign_keys: [
      [4, 3],
      [2, 1],
      [3, 2],
    ],
  };

  test("a pair joins the first set that fits, and sets stay apart", () => {
    expect(Object.fromEntries(foreignKeyMap(entry))).toEqual({
      "__t.d__": "__t.b__",
      "__t.c__": "__t.b__",
      "__t.b__": "__t.a__",
      "__t.a__": "__t.a__",
    });
  });
});
