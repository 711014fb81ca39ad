/**
 * Files of predictions → one SQL for every gold item, in the order of the gold. Forms: one SQL a line; lines
 * `sql<TAB>db_id`; tab-separated with a header; JSON lists by position or by id; JSON objects by id, BIRD's own among
 * them. The form is told from the content. Whatever does not pair one prediction with each item is an error with counts;
 * a blank prediction is none. Runs no SQL.
 */
import { UserError } from "../../base/errors.ts";
import { type Delimited, parseDelimited } from "../../data/delimited.ts";
import { type GoldItem, ID_KEYS, parseJson, readText, splitDatabase } from "./gold.ts";
import { objectEntries } from "./json-object.ts";
import { pairById, pairByPosition } from "./pair-up.ts";

export type PredictionForm =
  | "sql-lines"
  | "sql-and-database-lines"
  | "tab-separated"
  | "json-lines"
  | "json-list"
  | "json-object"
  | "bird";

export type PredictionFile = {
  readonly form: PredictionForm;
  /** One for each gold item; blank where nothing was predicted. */
  readonly sqls: readonly string[];
  readonly blank: number;
  /** Where entries have a `confidence` between 0 and 1: one for each gold item, undefined where it has none. */
  readonly confidences?: readonly (number | undefined)[];
};

/** What a prediction is called, the most telling name first: `sql` and `query` may as well be the gold. */
const SQL_KEYS: readonly string[] = [
  "predictedSql",
  "predicted_sql",
  "pred_sql",
  "prediction",
  "predicted",
  "pred",
  "generated_sql",
  "sql",
  "SQL",
  "query",
];

/** Raises not-found; data-invalid for a file of no known form, or whose predictions do not fit the gold. */
export function readPredictions(path: string, golds: readonly GoldItem[]): PredictionFile {
  const text = readText(path);
  const read = readForm(text, path, golds);
  const sqls = read.sqls.map((sql) => sql.trim());
  return { ...read, sqls, blank: sqls.filter((sql) => sql === "").length };
}

type Read = Omit<PredictionFile, "blank">;

function readForm(text: string, path: string, golds: readonly GoldItem[]): Read {
  const start = text.trimStart()[0];
  if (start === "[") return readList(parseJson(text, path) as unknown[], path, golds, "json-list");
  if (start !== "{") return readLines(text, path, golds);
  const lines = text.trimEnd().split(/\r?\n/);
  const isJsonLines = lines.length > 1 && lines.every(isJsonLine);
  if (!isJsonLines) return readObject(text, path, golds);
  const records = lines.flatMap((line, i) =>
    line.trim() === "" ? [] : [parseJson(line, `${path}:${i + 1}`)],
  );
  return readList(records, path, golds, "json-lines");
}

function isJsonLine(line: string): boolean {
  const text = line.trim();
  return text === "" || (text.startsWith("{") && text.endsWith("}"));
}

function readLines(text: string, path: string, golds: readonly GoldItem[]): Read {
  const [head] = text.split(/\r?\n/, 1);
  if (head.split("\t").some((cell) => SQL_KEYS.includes(cell.trim())))
    return readTable(parseDelimited(text, "\t"), path, golds);
  const lines = text.replace(/\r?\n$/, "").split(/\r?\n/);
  while (lines.length > golds.length && lines[lines.length - 1].trim() === "") lines.pop();
  const paired = pairByPosition(lines, golds, path, { one: "line", many: "lines" });
  const pairs = paired.map(splitDatabase);
  const isNamed =
    pairs.some(({ dbId }) => dbId !== undefined) &&
    pairs.every(({ sql, dbId }) => dbId !== undefined || sql === "");
  return isNamed
    ? { form: "sql-and-database-lines", sqls: onTheirDatabases(pairs, golds, path) }
    : { form: "sql-lines", sqls: paired.map((line, i) => withoutSuffix(line, golds[i])) };
}

/** A tab is a blank in SQL, so that only the item's own database is taken for a name. */
function withoutSuffix(line: string, { dbId }: GoldItem): string {
  const suffix = `\t${dbId}`;
  return line.endsWith(suffix) ? line.slice(0, -suffix.length) : line;
}

function readTable(table: Delimited, path: string, golds: readonly GoldItem[]): Read {
  const header = table.header.map((cell) => cell.trim());
  const ragged = table.rows.findIndex((row) => row.length !== header.length);
  if (ragged >= 0)
    throw new UserError(
      "data-invalid",
      `${path}:${table.lines[ragged]} has ${table.rows[ragged].length} cells; the header has ${header.length}`,
    );
  const records = table.rows.map((row) =>
    Object.fromEntries(header.map((name, i) => [name, row[i]])),
  );
  return readList(records, path, golds, "tab-separated");
}

type Fields = Readonly<Record<string, unknown>>;

function readList(
  list: readonly unknown[],
  path: string,
  golds: readonly GoldItem[],
  form: "json-list" | "json-lines" | "tab-separated",
): Read {
  const unit = { one: "prediction", many: "predictions" };
  if (list.every((one) => typeof one === "string" || one === null))
    return { form, sqls: pairByPosition(list.map(sqlOf), golds, path, unit) };
  const records = list.filter((one): one is Fields => typeof one === "object" && one !== null);
  if (records.length < list.length)
    throw new UserError(
      "data-invalid",
      `${path}: ${list.length - records.length} of ${list.length} entries are no objects; texts alone or objects alone are wanted`,
    );
  const isText = (value: unknown) => typeof value === "string" || value === null;
  const sqlKey = SQL_KEYS.find((key) => records.every((record) => isText(record[key])));
  if (sqlKey === undefined) throw noCommonKey(records, path);
  const isId = (value: unknown) => typeof value === "string" || typeof value === "number";
  const idKey = ID_KEYS.find((key) => records.every((record) => isId(record[key])));
  const values = records.map((record) => ({
    sql: sqlOf(record[sqlKey]),
    confidence: confidenceIn(record),
  }));
  const withIds = (key: string) =>
    records.map((record, i) => ({ id: String(record[key]), value: values[i] }));
  const paired =
    idKey === undefined
      ? pairByPosition(values, golds, path, unit)
      : pairById(withIds(idKey), golds, path, idKey);
  const confidences = paired.map(({ confidence }) => confidence);
  return {
    form,
    sqls: paired.map(({ sql }) => sql),
    ...(confidences.some((confidence) => confidence !== undefined) && { confidences }),
  };
}

/** Of a tab-separated file the cell is text; what is no number between 0 and 1 says nothing. */
function confidenceIn({ confidence }: Fields): number | undefined {
  if (!["number", "string"].includes(typeof confidence)) return undefined;
  const text = String(confidence).trim();
  const value = text === "" ? Number.NaN : Number(text);
  return value >= 0 && value <= 1 ? value : undefined;
}

/** Nothing predicted is a blank. */
const sqlOf = (value: unknown): string => (typeof value === "string" ? value : "");

function noCommonKey(records: readonly Fields[], path: string): UserError {
  const counts = SQL_KEYS.map((key) => ({
    key,
    count: records.filter((record) => typeof record[key] === "string").length,
  })).filter(({ count }) => count > 0);
  const got = counts.map(({ key, count }) => `"${key}" in ${count}`).join(", ") || "none";
  return new UserError(
    "data-invalid",
    `${path}: every one of the ${records.length} entries must hold its SQL as text under one key of ${SQL_KEYS.join(", ")}; got ${got}`,
  );
}

/** What stands between SQL and database in BIRD's form. */
const BIRD_SEPARATOR = "\t----- bird -----\t";

function readObject(text: string, path: string, golds: readonly GoldItem[]): Read {
  const entries = objectEntries(text, path);
  const isBird = entries.some(({ value }) => String(value).includes(BIRD_SEPARATOR));
  if (isBird) return { form: "bird", sqls: readBird(entries, path, golds) };
  const wrong = entries.filter(({ value }) => typeof value !== "string" && value !== null);
  if (wrong.length > 0)
    throw new UserError(
      "data-invalid",
      `${path}: ${wrong.length} of ${entries.length} values are no text, the first under "${wrong[0].key}"; {"id": "SQL", …} is wanted`,
    );
  const named = entries.map(({ key, value }) => ({ id: key, value: sqlOf(value) }));
  return { form: "json-object", sqls: pairById(named, golds, path) };
}

/** BIRD's script pairs by place in the file and never looks at a key, so numbers that do not rise are a trap. */
function readBird(
  entries: ReturnType<typeof objectEntries>,
  path: string,
  golds: readonly GoldItem[],
): string[] {
  const keys = entries.map(({ key }) => Number(key));
  const fall = keys.findIndex((key, i) => i > 0 && key <= keys[i - 1]);
  if (fall > 0)
    throw new UserError(
      "data-invalid",
      `${path}: key ${keys[fall]} follows ${keys[fall - 1]}; BIRD's form pairs by place in the file, so its keys must rise`,
    );
  const pairs = entries.map(({ value }) => {
    const [sql, dbId] = sqlOf(value).split(BIRD_SEPARATOR);
    return { sql, dbId };
  });
  const paired = pairByPosition(pairs, golds, path, { one: "entry", many: "entries" });
  return onTheirDatabases(paired, golds, path);
}

/** Predictions that name another database than the gold at their place are shifted or shuffled. */
function onTheirDatabases(
  pairs: readonly { readonly sql: string; readonly dbId?: string }[],
  golds: readonly GoldItem[],
  path: string,
): string[] {
  const isOther = ({ dbId }: { dbId?: string }, i: number) =>
    dbId !== undefined && dbId !== golds[i].dbId;
  const wrong = pairs.flatMap((pair, i) => (isOther(pair, i) ? [i] : []));
  if (wrong.length > 0)
    throw new UserError(
      "data-invalid",
      `${path}: ${wrong.length} of ${pairs.length} predictions name another database than the gold; the first is prediction ${wrong[0]} (from 0) with ${pairs[wrong[0]].dbId}, where the gold has ${golds[wrong[0]].dbId}`,
    );
  return pairs.map(({ sql }) => sql);
}
