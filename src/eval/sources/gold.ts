/**
 * Files of gold → one list of items. Forms: Spider's JSON list of {db_id, question, query} (Spider-Syn's
 * {SpiderSynQuestion} too); BIRD's of {question_id, db_id,
 * SQL, difficulty, evidence}; lines `sql<TAB>db_id`, as both projects write for their scripts; our own JSON lines
 * (docs/data.md). The form is told from the content. Runs no SQL and opens no database.
 */
import { existsSync, readFileSync } from "node:fs";
import { messageOf, UserError } from "../../base/errors.ts";
import { parsePairs } from "../../data/pairs.ts";
import { readSpiderItems } from "../../data/spider.ts";

/** One question with its gold. */
export type GoldItem = {
  /** Place in the file, from 0. */
  readonly index: number;
  /** The file's own name for it, else its place. */
  readonly id: string;
  /** All names that a file of predictions may use, by their key. A name need not be unique: BIRD's are not. */
  readonly ids: Readonly<Record<string, string>>;
  readonly dbId: string;
  /** Empty when the question is to be refused. */
  readonly sql: string;
  /** Why the question has no answer; then refusing is right. */
  readonly refusal?: string;
  readonly question?: string;
  readonly evidence?: string;
  /** BIRD's class (simple, moderate, challenging). */
  readonly difficulty?: string;
};

export type GoldForm = "spider" | "bird" | "sql-lines" | "pairs";
export type GoldFile = { readonly form: GoldForm; readonly items: readonly GoldItem[] };

/** Keys that name an item, the file's own name first. */
export const ID_KEYS: readonly string[] = ["id", "question_id", "dev_index", "index", "idx"];

/**
 * Reads a file of gold. `dbId` is the database of pairs that name none. Raises not-found; data-invalid for a file that
 * has none of the forms, with how many items are wrong and where the first of them is.
 */
export function readGold(path: string, { dbId }: { readonly dbId?: string } = {}): GoldFile {
  const text = readText(path);
  switch (text.trimStart()[0]) {
    case undefined:
      throw new UserError("data-invalid", `${path} is empty; gold is wanted`);
    case "[":
      return isBird(text, path) ? birdFile(text, path) : spiderFile(path);
    case "{":
      return pairFile(path, dbId);
    default:
      return { form: "sql-lines", items: sqlLines(text, path) };
  }
}

/** The text of a file without a byte-order mark. Raises not-found. */
export function readText(path: string): string {
  if (!existsSync(path)) throw new UserError("not-found", `there is no ${path}`);
  return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
}

/** Raises data-invalid naming the file. */
export function parseJson(text: string, at: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError("data-invalid", `${at} is not JSON: ${messageOf(error)}`, { cause: error });
  }
}

type Fields = Readonly<Record<string, unknown>>;

const isBird = (text: string, path: string): boolean => {
  const [first] = parseJson(text, path) as (Fields | null)[];
  return typeof first?.SQL === "string";
};

function birdFile(text: string, path: string): GoldFile {
  const items = parseJson(text, path) as (Fields | null)[];
  const isWrong = (item: Fields | null) =>
    typeof item?.db_id !== "string" || typeof item.SQL !== "string";
  raiseIfAny(items, isWrong, (wrong, at) => `${path}: ${wrong} lack the text db_id or SQL; ${at}`);
  return {
    form: "bird",
    items: items.map((item, index) =>
      goldOf(item ?? {}, index, String(item?.db_id), String(item?.SQL)),
    ),
  };
}

const spiderFile = (path: string): GoldFile => ({
  form: "spider",
  items: readSpiderItems(path).map((item, index) => goldOf(item, index, item.db_id, item.query)),
});

function pairFile(path: string, usualDbId: string | undefined): GoldFile {
  const pairs = parsePairs(path);
  const dbIdOf = (pair: (typeof pairs)[number]) => pair.dbId ?? usualDbId;
  raiseIfAny(
    pairs,
    (pair) => dbIdOf(pair) === undefined,
    (wrong, at) => `${path}: ${wrong} name no database ("dbId"); ${at}`,
  );
  return {
    form: "pairs",
    items: pairs.map((pair, index) => ({
      ...goldOf(pair, index, dbIdOf(pair) ?? "", pair.sql ?? ""),
      ...(pair.refusal && { refusal: pair.refusal }),
    })),
  };
}

function sqlLines(text: string, path: string): GoldItem[] {
  const lines = linesOf(text);
  const pairs = lines.map(splitDatabase);
  raiseIfAny(
    pairs,
    ({ sql, dbId }) => dbId === undefined || sql === "",
    (wrong, at) => `${path}: ${wrong} are not "sql<TAB>db_id"; ${at}`,
  );
  return pairs.map(({ sql, dbId = "" }, index) => goldOf({}, index, dbId, sql));
}

/** A line `sql<TAB>db_id`; without a word behind its last tab, all of it is SQL. */
export function splitDatabase(line: string): { readonly sql: string; readonly dbId?: string } {
  const text = line.trimEnd();
  const at = text.lastIndexOf("\t");
  const dbId = text.slice(at + 1).trim();
  const isNamed = at >= 0 && /^[^\s'"`;()]+$/.test(dbId);
  return isNamed ? { sql: text.slice(0, at).trim(), dbId } : { sql: text.trim() };
}

/** Lines without those that are blank at the end. */
export const linesOf = (text: string): string[] => text.trimEnd().split(/\r?\n/);

function goldOf(fields: Fields, index: number, dbId: string, sql: string): GoldItem {
  const named = ID_KEYS.flatMap((key) => {
    const value = fields[key];
    const isName = typeof value === "string" || typeof value === "number";
    return isName ? [[key, String(value)] as const] : [];
  });
  const texts = ["question", "evidence", "difficulty"].flatMap((key) =>
    typeof fields[key] === "string" ? [[key, fields[key]]] : [],
  );
  if (typeof fields.SpiderSynQuestion === "string")
    texts.push(["question", fields.SpiderSynQuestion]);
  const id = named[0]?.[1] ?? String(index);
  return { index, id, ids: Object.fromEntries(named), dbId, sql, ...Object.fromEntries(texts) };
}

/** `message` gets "3 of 507 items" and "the first is item 12 (from 0)". */
function raiseIfAny<T>(
  items: readonly T[],
  isWrong: (item: T) => boolean,
  message: (wrong: string, at: string) => string,
): void {
  const wrong = items.flatMap((item, index) => (isWrong(item) ? [index] : []));
  if (wrong.length === 0) return;
  const counted = `${wrong.length} of ${items.length} items`;
  throw new UserError("data-invalid", message(counted, `the first is item ${wrong[0]} (from 0)`));
}
