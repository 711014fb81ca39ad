/**
 * Checks files of pairs against the rules of pairs/README.md: form, style of the SQL, execution, ties. Run it on files of
 * training pairs while writing them; it also compares them with test.jsonl and dev.jsonl:
 *
 *     node company/check-pairs.ts company/pairs/train-jobs.jsonl
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { messageOf } from "../src/base/errors.ts";
import { readJsonLines } from "../src/base/files.ts";
import { templateOf } from "../src/sql/template.ts";
import { company } from "./company.ts";

export type Pair = {
  readonly id: string;
  readonly question: string;
  readonly sql?: string;
  readonly refusal?: string;
};
type NamedTable = { name: string; columns: { name: string }[] };

/** 110 tokens of the default model are about this long. */
const MAX_SQL_CHARACTERS = 300;
const REFUSALS =
  /^(no table of [^.]+|no column for [^.]+|this would change data|this would change the tables|not about this database)$/;
const KEYWORDS =
  /\b(select|from|join|left|using|where|and|or|not|in|is|null|like|between|group|order|by|having|limit|desc|asc|distinct|union|intersect|except|case|when|then|else|end|count|sum|avg|min|max|on|as)\b/;

export const readPairs = (path: string): Pair[] => readJsonLines<Pair>(path);

/** Tables and columns as the database has them: what templateOf needs to resolve bare names. */
export function tablesOf(db: DatabaseSync): NamedTable[] {
  const names = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid");
  return names.all().map((row) => {
    const name = String(row.name);
    const columns = db.prepare("SELECT name FROM pragma_table_info(?)").all(name);
    return { name, columns: columns.map((column) => ({ name: String(column.name) })) };
  });
}

/** What two pairs of different splits must not share: the template of the SQL, or the subject of the refusal. */
export function identityOf(pair: Pair, tables: readonly NamedTable[]): string | undefined {
  if (pair.sql !== undefined) return templateOf(pair.sql, "sqlite", tables).templateId;
  return pair.refusal?.startsWith("no ") ? pair.refusal : undefined;
}

/** What is wrong with one pair by itself; nothing if all is well. */
export function problemsOf(pair: Pair, db: DatabaseSync): string[] {
  const { question, sql, refusal } = pair;
  if ((sql === undefined) === (refusal === undefined)) return ["needs either sql or refusal"];
  if (question.trim() !== question || question.length < 8) return ["question is empty or padded"];
  if (sql !== undefined) return [...styleProblems(sql), ...resultProblems(sql, db)];
  const words = refusal!.split(" ").length;
  return REFUSALS.test(refusal!) && words <= 12 ? [] : [`refusal of no known form: ${refusal}`];
}

function styleProblems(sql: string): string[] {
  const bare = sql.replace(/'[^']*'/g, "''");
  const wrong: [boolean, string][] = [
    [!bare.startsWith("SELECT "), "does not begin with SELECT"],
    [/[;\n]| {2}|^ | $/.test(bare), "has a semicolon, a line break or spare spaces"],
    [/ AS /i.test(bare) || /["`[\]]/.test(bare), "has an alias or a quoted name"],
    [KEYWORDS.test(bare), "has a keyword in lower case"],
    [/ON \(|JOIN \w+ (?!USING \()/.test(bare), "has a join without USING"],
    [
      /FROM \w+ (?!JOIN|LEFT|WHERE|GROUP|ORDER|LIMIT|UNION|INTERSECT|EXCEPT|HAVING)\w/.test(bare),
      "has a table alias",
    ],
    [/'now'/.test(sql), "asks for the current date"],
    [sql.length > MAX_SQL_CHARACTERS, `is longer than ${MAX_SQL_CHARACTERS} characters`],
  ];
  return wrong.filter(([isWrong]) => isWrong).map(([, text]) => text);
}

function resultProblems(sql: string, db: DatabaseSync): string[] {
  try {
    const rows = db.prepare(sql).all();
    if (rows.length === 0) return ["returns no row"];
    if (rows.some((row) => Object.values(row).every((cell) => cell === null)))
      return ["returns a row of NULLs"];
    if (rows.length === 1 && Object.values(rows[0]).join() === "0")
      return ["returns nothing but 0"];
    return cutsTie(sql, db) ? ["LIMIT cuts through a tie"] : [];
  } catch (error) {
    return [`does not run: ${messageOf(error)}`];
  }
}

/** Whether the last row within LIMIT and the first beyond it have the same sort key. */
function cutsTie(sql: string, db: DatabaseSync): boolean {
  const parts = /^SELECT (DISTINCT )?(.*) ORDER BY (.*) LIMIT (\d+)$/.exec(sql);
  if (parts === null || parts[1] !== undefined || /^\d/.test(parts[3])) return false;
  const keys = parts[3].replace(/ (DESC|ASC)\b/g, "");
  const ordered = db.prepare(`SELECT ${keys}, ${parts[2]} ORDER BY ${parts[3]}`);
  ordered.setReturnArrays(true);
  const rows = ordered.all() as unknown as unknown[][];
  const limit = Number(parts[4]);
  const keyOf = (row: unknown[]): string => JSON.stringify(row.slice(0, splitKeys(keys)));
  return rows.length > limit && keyOf(rows[limit - 1]) === keyOf(rows[limit]);
}

/** The number of sort keys: commas outside brackets, and one. */
function splitKeys(keys: string): number {
  let depth = 0;
  let count = 1;
  for (const char of keys) {
    if (char === "(") depth++;
    else if (char === ")") depth--;
    else if (char === "," && depth === 0) count++;
  }
  return count;
}

/** The problems of the files of one split, by themselves and against those of the other splits, one line each. */
export function checkFiles(
  paths: readonly string[],
  others: readonly string[],
  db: DatabaseSync,
): string[] {
  const tables = tablesOf(db);
  const taken = new Map<string, string>();
  for (const pair of others.flatMap(readPairs)) {
    taken.set(pair.question.toLowerCase(), pair.id);
    const identity = identityOf(pair, tables);
    if (identity !== undefined) taken.set(identity, pair.id);
  }
  return paths.flatMap(readPairs).flatMap((pair) => {
    const problems = problemsOf(pair, db);
    const runs = problems.every((problem) => !problem.startsWith("does not run"));
    const keys = [pair.question.toLowerCase(), runs ? identityOf(pair, tables) : undefined];
    for (const key of keys) {
      const owner = key === undefined ? undefined : taken.get(key);
      if (owner !== undefined) problems.push(`has the question, template or subject of ${owner}`);
    }
    taken.set(pair.question.toLowerCase(), pair.id);
    return problems.map((problem) => `${pair.id}: ${problem}`);
  });
}

function main(files: readonly string[]): void {
  const folder = mkdtempSync(join(tmpdir(), "company-"));
  try {
    company.buildDatabase(join(folder, "company.sqlite"));
    const db = new DatabaseSync(join(folder, "company.sqlite"), { readOnly: true });
    const problems = checkFiles(files, [company.pairFiles.test, company.pairFiles.dev], db);
    console.log([...problems, `${problems.length} problems`].join("\n"));
    if (problems.length > 0) process.exitCode = 1;
    db.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) main(process.argv.slice(2));
