/**
 * Predictions as no model should make them, from a seed: golds that were mutated, junk, what writes, what reaches beyond
 * the database, what never ends. Runs nothing.
 */
import type { Rng } from "../../src/base/rng.ts";
import { lexSql, type SqlToken } from "../../src/sql/lexer.ts";

/** Where a prediction is aimed. */
export type Target = {
  readonly goldSql: string;
  /** All golds of the same database. */
  readonly golds: readonly string[];
  readonly tables: readonly string[];
  /** A file that does not exist and must not come to be. */
  readonly file: string;
};

/** Kind → how many of a hundred predictions. */
export const SHARES = {
  changed: 16,
  mutated: 16,
  spliced: 10,
  cut: 6,
  noise: 8,
  binary: 6,
  nul: 3,
  long: 2,
  statements: 6,
  pragma: 4,
  "other-file": 5,
  write: 6,
  transaction: 1,
  bomb: 1,
  comment: 3,
  nesting: 2,
  blank: 1,
  function: 2,
  parameter: 2,
} as const;
export type Kind = keyof typeof SHARES;

/** Kinds in the order of their turns, a hundred at a time. */
export function kindsInTurn(count: number, rng: Rng): Kind[] {
  const deck = (Object.keys(SHARES) as Kind[]).flatMap((kind) =>
    Array.from({ length: SHARES[kind] }, () => kind),
  );
  const rounds = Array.from({ length: Math.ceil(count / deck.length) }, () => rng.shuffle(deck));
  return rounds.flat().slice(0, count);
}

/** A prediction of that kind. */
export const predictionOf = (kind: Kind, target: Target, rng: Rng): string =>
  MAKERS[kind](target, rng);

const MIB = 2 ** 20;
const ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)";

const MAKERS: Readonly<Record<Kind, (target: Target, rng: Rng) => string>> = {
  changed({ goldSql, golds }, rng) {
    let sql = goldSql;
    for (let changes = rng.int(1, 2); changes > 0; changes--) sql = changeToken(sql, golds, rng);
    return sql;
  },
  mutated({ goldSql, golds }, rng) {
    let sql = goldSql;
    for (let edits = rng.int(1, 4); edits > 0; edits--) sql = editToken(sql, golds, rng);
    return sql;
  },
  spliced({ goldSql, golds }, rng) {
    const other = rng.pick(golds);
    return `${goldSql.slice(0, cutIn(goldSql, rng))}${rng.pick(["", " ", " UNION ", " ("])}${other.slice(cutIn(other, rng))}`;
  },
  cut: ({ goldSql }, rng) =>
    rng.next() < 0.5
      ? goldSql.slice(0, rng.int(0, goldSql.length))
      : goldSql.slice(rng.int(0, goldSql.length)),
  noise({ goldSql }, rng) {
    let sql = goldSql;
    for (let i = rng.int(1, 6); i > 0; i--) sql = insertAt(sql, rng.pick(STRANGE), rng);
    return sql;
  },
  binary: (_, rng) => characters(rng.int(1, 2000), () => rng.int(0, 255)),
  nul: ({ goldSql }, rng) => insertAt(goldSql, "\0", rng),
  long: (target, rng) => rng.pick(LONG)(target),
  statements: ({ goldSql, golds, tables }, rng) =>
    [goldSql, rng.pick(golds), `DELETE FROM ${quoted(rng.pick(tables))}`, "", "-- x", "SELECT"]
      .slice(0, rng.int(2, 6))
      .join(rng.pick([";", "; ", ";\n", ";;"])),
  pragma: ({ tables }, rng) => fill(rng.pick(PRAGMAS), rng.pick(tables)),
  "other-file": ({ file, goldSql }, rng) =>
    rng
      .pick(OTHER_FILES)
      .replaceAll("FILE", rng.pick([file, `file:${file}?mode=rwc`, "beside.sqlite"]))
      .replaceAll("GOLD", goldSql),
  write: ({ tables, goldSql }, rng) =>
    fill(rng.pick(WRITES), rng.pick(tables)).replaceAll("GOLD", goldSql.replace(/[;\s]+$/, "")),
  transaction: (_, rng) => rng.pick(TRANSACTIONS),
  bomb: ({ tables }, rng) => fill(rng.pick(BOMBS), rng.pick(tables)),
  comment: ({ goldSql }, rng) => rng.pick(COMMENTS).replaceAll("GOLD", goldSql),
  nesting: ({ goldSql }, rng) => rng.pick(NESTINGS)(goldSql, rng.pick([50, 500, 5000, 100_000])),
  blank: (_, rng) => rng.pick(["", " ", ";", "\t", " ; ; ", "\u00a0", "\ufeff"]),
  function: ({ file }, rng) => rng.pick(FUNCTIONS).replaceAll("FILE", file),
  parameter: ({ goldSql }, rng) =>
    insertAt(goldSql, rng.pick([" ? ", " ?9 ", " :x ", " @x ", " $x "]), rng),
};

/** Puts a token of another gold in the place of one of its sort: much of it runs. */
function changeToken(sql: string, golds: readonly string[], rng: Rng): string {
  const token = rng.pick(lexSql(sql).filter((one) => sortOf(one) !== undefined));
  const others = lexSql(rng.pick(golds)).filter((other) => sortOf(other) === sortOf(token));
  if (others.length === 0) return sql;
  return sql.slice(0, token.start) + rng.pick(others).text + sql.slice(token.end);
}

const SORTS: readonly (readonly string[])[] = [
  ["=", "<", ">", "<=", ">=", "!=", "like"],
  ["min", "max", "sum", "avg", "count"],
  ["union", "intersect", "except"],
  ["and", "or"],
  ["asc", "desc"],
];

/** Tokens of one sort may stand in each other's place; nothing for what may not change. */
function sortOf({ kind, text }: SqlToken): string | undefined {
  const word = text.toLowerCase();
  const sort = SORTS.find((words) => words.includes(word));
  if (sort !== undefined) return sort[0];
  if (kind === "number" || kind === "string") return "literal";
  if (kind !== "word" || WORDS.includes(word)) return undefined;
  return /^t\d$/.test(word) ? "alias" : "name";
}

/** Drops, repeats, swaps, replaces or glues one token. */
function editToken(sql: string, golds: readonly string[], rng: Rng): string {
  const texts = lexSql(sql).map(({ text }) => text);
  if (texts.length < 2) return sql;
  const at = rng.int(0, texts.length - 2);
  const word = () => rng.pick(rng.pick(golds).split(/\s+/));
  switch (rng.int(0, 6)) {
    case 0:
      texts.splice(at, 1);
      break;
    case 1:
      texts.splice(at, 0, texts[at]);
      break;
    case 2:
      [texts[at], texts[at + 1]] = [texts[at + 1], texts[at]];
      break;
    case 3:
      texts[at] = word();
      break;
    case 4:
      texts.splice(at, 0, word());
      break;
    case 5:
      texts[at] = rng.pick(WORDS);
      break;
    default:
      texts.splice(at, 2, texts[at] + texts[at + 1]);
  }
  return texts.join(" ");
}

/** Words that change what a statement is. */
const WORDS: readonly string[] = [
  ..."select from where group by order limit offset having union except intersect all".split(" "),
  ..."join left natural cross on using distinct not null in like glob between case when".split(" "),
  ..."then else end as with recursive values exists cast collate over partition window".split(" "),
  ..."( ) , . * = != <> -- /* */ ' \" ` [ ] || << 0x 1e999 -0 9223372036854775808 ''".split(" "),
];

const STRANGE: readonly string[] = [
  ..."\u0001\u001b\u007f\u0085\u00a0\u200b\u202e\u2028\ufeff\ufffd",
  ..."é中😀",
  "\ud800",
  "\udfff",
  "\r",
  "\n",
  "\t",
  "\\",
  "'",
  '"',
  "`",
  "[",
  "${x}",
  "%s",
  "value",
];

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const fill = (template: string, table: string): string =>
  template.replaceAll("TABLE", quoted(table));
const cutIn = (sql: string, rng: Rng): number => rng.pick(lexSql(sql))?.start ?? 0;

function insertAt(sql: string, text: string, rng: Rng): string {
  const at = rng.int(0, sql.length);
  return sql.slice(0, at) + text + sql.slice(at);
}

const characters = (length: number, code: () => number): string =>
  Array.from({ length }, () => String.fromCharCode(code())).join("");

/** About 1 MB each. */
const LONG: readonly ((target: Target) => string)[] = [
  () => `SELECT '${"x".repeat(MIB)}'`,
  () => `SELECT "${"x".repeat(MIB)}`,
  ({ tables }) => `SELECT * FROM ${quoted(tables[0])} WHERE 1 IN (${"1,".repeat(MIB / 2)}1)`,
  ({ goldSql }) => goldSql.replace(" ", " ".repeat(MIB)),
  ({ goldSql }) => `${goldSql} /*${"*".repeat(MIB)}`,
  ({ goldSql }) => `${goldSql} --${"-".repeat(MIB)}`,
  ({ goldSql }) =>
    Array.from({ length: MIB / (goldSql.length + 11) }, () => goldSql).join(" UNION ALL "),
  ({ goldSql }) => `${goldSql};`.repeat(MIB / (goldSql.length + 1)),
  () => "a".repeat(MIB),
  () => ";".repeat(MIB),
  () => "'".repeat(MIB + 1),
  () => "(".repeat(MIB),
  () => `SELECT ${"1+".repeat(MIB / 2)}1`,
  () => `SELECT ${"a.".repeat(MIB / 2)}b`,
  () => "select ".repeat(MIB / 7),
];

const PRAGMAS: readonly string[] = [
  "PRAGMA table_info(TABLE)",
  "PRAGMA user_version = 7",
  "PRAGMA application_id = 7",
  "PRAGMA journal_mode = WAL",
  "PRAGMA journal_mode = DELETE",
  "PRAGMA writable_schema = 1",
  "PRAGMA writable_schema = RESET",
  "PRAGMA encoding = 'UTF-16'",
  "PRAGMA page_size = 512",
  "PRAGMA auto_vacuum = 1",
  "PRAGMA incremental_vacuum",
  "PRAGMA wal_checkpoint(TRUNCATE)",
  "PRAGMA schema_version = 1",
  "PRAGMA integrity_check",
  "PRAGMA optimize",
  "PRAGMA query_only = 0",
  "PRAGMA temp_store_directory = '.'",
  "PRAGMA hard_heap_limit = 1000",
  "PRAGMA soft_heap_limit = 1000",
  "PRAGMA cache_size = -1000000000",
  "PRAGMA mmap_size = 100000000000",
  "PRAGMA locking_mode = EXCLUSIVE",
  "PRAGMA busy_timeout = 1000000",
  "PRAGMA trusted_schema = 1",
  "PRAGMA case_sensitive_like = 1",
  "PRAGMA reverse_unordered_selects = 1",
  "SELECT * FROM pragma_table_info('TABLE')",
  "SELECT * FROM pragma_database_list",
  "SELECT * FROM pragma_journal_mode('wal')",
  "EXPLAIN PRAGMA user_version = 7",
  "PRAGMA",
];

const OTHER_FILES: readonly string[] = [
  "ATTACH 'FILE' AS other",
  "ATTACH DATABASE 'FILE' AS main2",
  "ATTACH ':memory:' AS other",
  "ATTACH '' AS other",
  "ATTACH 'FILE' AS other; CREATE TABLE other.t (a)",
  "ATTACH 'FILE' AS other; GOLD",
  "DETACH main",
  "VACUUM",
  "VACUUM INTO 'FILE'",
  "VACUUM main INTO 'FILE'",
  "EXPLAIN VACUUM INTO 'FILE'",
  "/* x */ VACUUM INTO 'FILE'",
  ";VACUUM INTO 'FILE'",
  "VACUUM INTO (SELECT 'FILE')",
  "CREATE VIRTUAL TABLE v USING csv(filename='FILE')",
  "CREATE VIRTUAL TABLE v USING fts5(a)",
  "CREATE VIRTUAL TABLE v USING dbstat",
  ".output FILE",
  ".backup FILE",
];

const WRITES: readonly string[] = [
  "DELETE FROM TABLE",
  "DELETE FROM TABLE RETURNING *",
  "DROP TABLE TABLE",
  "DROP TABLE IF EXISTS TABLE",
  "INSERT INTO TABLE SELECT * FROM TABLE",
  "INSERT OR REPLACE INTO TABLE SELECT * FROM TABLE RETURNING *",
  "INSERT INTO TABLE DEFAULT VALUES",
  "UPDATE TABLE SET rowid = rowid + 1000",
  "WITH x AS (GOLD) DELETE FROM TABLE WHERE rowid IN (SELECT 1 FROM x)",
  "CREATE TABLE t AS GOLD",
  "CREATE TEMP TABLE t AS GOLD",
  "CREATE VIEW v AS GOLD",
  "CREATE INDEX i ON TABLE (rowid)",
  "CREATE TRIGGER t AFTER INSERT ON TABLE BEGIN DELETE FROM TABLE; END",
  "ALTER TABLE TABLE RENAME TO renamed",
  "ALTER TABLE TABLE ADD COLUMN added",
  "REINDEX",
  "ANALYZE",
  "DELETE FROM sqlite_master",
  "UPDATE sqlite_schema SET sql = 'x'",
  "INSERT INTO sqlite_sequence VALUES ('x', 1)",
  "EXPLAIN DELETE FROM TABLE",
  "EXPLAIN QUERY PLAN DROP TABLE TABLE",
  "-- x\nDROP TABLE TABLE",
  "/* x */ DELETE FROM TABLE",
  ";;DELETE FROM TABLE",
];

const TRANSACTIONS: readonly string[] = [
  "BEGIN",
  "BEGIN EXCLUSIVE",
  "BEGIN IMMEDIATE; DELETE FROM t; COMMIT",
  "COMMIT",
  "ROLLBACK",
  "SAVEPOINT x",
  "RELEASE x",
  "END",
];

/** What runs, grows or returns without end. */
const BOMBS: readonly string[] = [
  `${ENDLESS} SELECT max(x) FROM c`,
  `${ENDLESS} SELECT x FROM c`,
  `${ENDLESS} SELECT count(*) FROM c, c AS d`,
  `${ENDLESS} SELECT group_concat(x) FROM c`,
  `${ENDLESS} SELECT json_group_array(x) FROM c`,
  `${ENDLESS} SELECT x FROM c ORDER BY x DESC`,
  "WITH RECURSIVE c(x) AS (SELECT 'a' UNION ALL SELECT x || x FROM c) SELECT length(x) FROM c",
  "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x FROM c) SELECT count(*) FROM c",
  "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 100000000) SELECT DISTINCT x FROM c",
  "SELECT printf('%.*c', 1000000000, 'x')",
  "SELECT hex(zeroblob(450000000)) FROM TABLE",
  "SELECT randomblob(900000000)",
  "SELECT replace(hex(zeroblob(10000000)), '00', hex(zeroblob(1000)))",
  `CREATE TABLE big AS ${ENDLESS} SELECT x FROM c`,
  `CREATE TEMP TABLE big AS ${ENDLESS} SELECT randomblob(1000000) FROM c`,
  `INSERT INTO TABLE ${ENDLESS} SELECT x FROM c`,
];

const COMMENTS: readonly string[] = [
  "-- nothing",
  "/* nothing */",
  "/* open",
  "--",
  "/**/",
  "-- cannot answer: there is no such table",
  "GOLD -- cannot answer",
  "-- GOLD",
  "/* GOLD */",
  "GOLD /* open",
  "/* a */ GOLD -- b",
  "/* a /* b */ GOLD */",
  "# GOLD",
  "```sql\nGOLD\n```",
  "Here is the SQL: GOLD",
];

const NESTINGS: readonly ((gold: string, depth: number) => string)[] = [
  (_, depth) => `SELECT ${"(".repeat(depth)}1${")".repeat(depth)}`,
  (gold, depth) => `${"SELECT * FROM (".repeat(depth)}${gold}${")".repeat(depth)}`,
  (_, depth) => `SELECT ${"NOT ".repeat(depth)}1`,
  (_, depth) => `SELECT ${"- ".repeat(depth)}1`,
  (_, depth) => `SELECT ${"abs(".repeat(depth)}1${")".repeat(depth)}`,
  (_, depth) => `SELECT ${"CASE WHEN 1 THEN ".repeat(depth)}1${" END".repeat(depth)}`,
  (_, depth) => `SELECT 1 WHERE ${"1 AND ".repeat(depth)}1`,
  (_, depth) => `SELECT 1 WHERE 1${" OR 1".repeat(depth)}`,
  (gold, depth) => Array.from({ length: Math.min(depth, 5000) }, () => gold).join(" UNION "),
  (_, depth) => `SELECT 1 WHERE ${"EXISTS (SELECT 1 WHERE ".repeat(depth)}1${")".repeat(depth)}`,
  (_, depth) => `${"WITH a AS (".repeat(depth)}SELECT 1${") SELECT * FROM a".repeat(depth)}`,
  (_, depth) => "[".repeat(depth),
  (gold, depth) => gold + ")".repeat(depth),
];

const FUNCTIONS: readonly string[] = [
  "SELECT load_extension('FILE')",
  "SELECT readfile('FILE')",
  "SELECT writefile('FILE', 'x')",
  "SELECT edit('x', 'touch FILE')",
  "SELECT fts3_tokenizer('simple')",
  "SELECT fts3_tokenizer('simple', x'4141414141414141')",
  "SELECT sqlite_compileoption_get(1)",
  "SELECT zeroblob(-1), randomblob(-1), char(-1), substr('a', -9223372036854775808)",
  "SELECT printf('%n%s%p%*d', 1, 2, 3)",
  "SELECT abs(-9223372036854775808)",
  "SELECT 'a' LIKE printf('%.*c', 60000, '%')",
  "SELECT json('[' || printf('%.*c', 5000, '['))",
  "SELECT json_extract('{}', '$[' || 99999999999 || ']')",
  "SELECT strftime('%J%J%J', 'now', '+99999999999 years')",
  "SELECT cast(x'ff80' AS TEXT), x'00', char(0), char(55296)",
  "SELECT 9e999, -9e999, 9e999 - 9e999",
  "SELECT * FROM sqlite_master",
  "SELECT * FROM sqlite_dbpage",
  "SELECT * FROM dbstat",
  "SELECT * FROM generate_series(1, 10)",
  "SELECT rowid, _rowid_, oid FROM sqlite_schema",
];
