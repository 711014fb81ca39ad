/**
 * Foreign files → pairs on one database. Every record becomes a pair or is rejected with its reason; nothing is executed:
 * whether SQL runs and is right, cleaning says. Reads files and writes none.
 */
import { UserError } from "../../base/errors.ts";
import { unknownNames } from "../../sql/names.ts";
import type { Database } from "../../schema/schema.ts";
import type { Split } from "../example.ts";
import type { Pair } from "../pairs.ts";
import { readAnswer } from "./answer-text.ts";
import { dialectNamed, dialectShown } from "./dialect-marks.ts";
import { formatOf, type ImportFormat, importForms } from "./formats.ts";
import type { Draft, Fields, FileRecord, FormContext } from "./record.ts";
import { readRecords } from "./records.ts";

export type ImportOptions = {
  readonly database: Database;
  /** Begins the ids of pairs whose files give none. */
  readonly name: string;
  /** Told from each file's content when left out. */
  readonly format?: ImportFormat;
  /** Another name of the database, in the files. */
  readonly dbId?: string;
  /** For all pairs; else what our own files say, or the licence of the published sets of the form. */
  readonly licence?: string;
  /** For all pairs; else our own files' splits stay, and others have none. */
  readonly split?: Split;
  /** Files of WikiSQL's tables. */
  readonly tables?: readonly string[];
  /** Ids that other pairs of the project have. */
  readonly takenIds?: ReadonlySet<string>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (file: string, records: number) => void;
};

/** One line of data/rejected. */
export type RejectedRecord = {
  readonly file: string;
  /** Where it stands there. */
  readonly at: string;
  readonly reason: string;
  readonly question?: string;
  readonly answer?: string;
  /** Its beginning, for what could not be read. */
  readonly text?: string;
};

export type ImportedPairs = {
  readonly pairs: readonly Pair[];
  readonly rejected: readonly RejectedRecord[];
  readonly formats: Readonly<Record<string, ImportFormat>>;
  /** Pairs by the licence that they carry; those of which nobody states one are left out. */
  readonly licences: Readonly<Record<string, number>>;
  /** Pairs that are written in another dialect than the database's, by dialect. */
  readonly dialects: Readonly<Record<string, number>>;
  /** Encodings other than UTF-8, by file. */
  readonly encodings: Readonly<Record<string, readonly string[]>>;
};

/**
 * Reads the files. Raises not-found; data-invalid for a file that is empty, has no known form or holds nothing that can
 * be used, with the reasons.
 */
export async function importFiles(
  files: readonly string[],
  options: ImportOptions,
): Promise<ImportedPairs> {
  const context: FormContext = {
    database: options.database,
    tables: await readTables(options.tables ?? []),
  };
  const ids = new Set(options.takenIds);
  const pairs: Pair[] = [];
  const rejected: RejectedRecord[] = [];
  const formats: Record<string, ImportFormat> = {};
  const dialects: Record<string, number> = {};
  const licences: Record<string, number> = {};
  const encodings: Record<string, string[]> = {};
  for (const file of files) {
    const before = { pairs: pairs.length, rejected: rejected.length };
    const records = await readRecords(file, (encoding) => (encodings[file] ??= []).push(encoding));
    const { format, all } = withFormat(records, file, options.format);
    formats[file] = format;
    let done = 0;
    for (const record of all) {
      if (++done % 1000 === 0) {
        options.signal?.throwIfAborted();
        options.onProgress?.(file, done);
      }
      for (const outcome of readRecord(record, format, context, options)) {
        if ("reason" in outcome) {
          rejected.push({ file, at: record.at, ...outcome });
          continue;
        }
        if (outcome.otherDialect !== undefined)
          dialects[outcome.otherDialect] = (dialects[outcome.otherDialect] ?? 0) + 1;
        const licence = outcome.pair.source?.licence;
        if (licence !== undefined) licences[licence] = (licences[licence] ?? 0) + 1;
        const id = idOf(outcome.id, ids, { name: options.name, number: pairs.length + 1 });
        pairs.push({ id, ...outcome.pair });
      }
    }
    if (pairs.length === before.pairs)
      throw nothingUsable(file, format, rejected.slice(before.rejected));
  }
  return { pairs, rejected, formats, licences, dialects, encodings };
}

/** How often each reason occurs, the most frequent first. */
export function countReasons(
  rejected: readonly Pick<RejectedRecord, "reason">[],
): Readonly<Record<string, number>> {
  const groups = [...Map.groupBy(rejected, ({ reason }) => reason)];
  return Object.fromEntries(
    groups.map(([reason, { length }]) => [reason, length] as const).toSorted((a, b) => b[1] - a[1]),
  );
}

/** So many records decide on the form of a file. */
const SAMPLE = 100;

function withFormat(
  records: Iterable<FileRecord>,
  file: string,
  wanted: ImportFormat | undefined,
): { readonly format: ImportFormat; readonly all: Iterable<FileRecord> } {
  const iterator = records[Symbol.iterator]();
  const head: FileRecord[] = [];
  while (head.length < SAMPLE) {
    const next = iterator.next();
    if (next.done) break;
    head.push(next.value);
  }
  const sample = head.flatMap((record) => ("fields" in record ? [record.fields] : []));
  const format = wanted ?? formatOf(sample);
  if (format === undefined) throw unknownForm(file, head, sample);
  return { format, all: chain(head, iterator) };
}

function* chain<T>(head: readonly T[], rest: Iterator<T>): Generator<T> {
  yield* head;
  for (let next = rest.next(); !next.done; next = rest.next()) yield next.value;
}

function unknownForm(
  file: string,
  head: readonly FileRecord[],
  sample: readonly Fields[],
): UserError {
  const wrong = head.flatMap((record) => ("reason" in record ? [record] : []))[0];
  const found =
    sample.length > 0
      ? `its records have ${Object.keys(sample[0]).join(", ").slice(0, 200) || "no fields"}`
      : wrong === undefined
        ? "it holds no records"
        : `${wrong.at} ${wrong.reason}`;
  return new UserError(
    "data-invalid",
    `${file} has no form that is known: ${found}; one of ${Object.keys(importForms).join(", ")} is wanted (docs/data.md)`,
  );
}

function nothingUsable(
  file: string,
  format: ImportFormat,
  rejected: readonly RejectedRecord[],
): UserError {
  const reasons = Object.entries(countReasons(rejected));
  const named = reasons.slice(0, 5).map(([reason, count]) => `${count} × ${reason}`);
  const more = reasons.length > 5 ? `, and ${reasons.length - 5} more reasons` : "";
  const hint = reasons.some(([reason]) => reason.startsWith(ANOTHER_DATABASE))
    ? "; if one of these names is this project's database, say so with --db-id"
    : "";
  return new UserError(
    "data-invalid",
    `${file}, read as ${format}, holds no pair that can be used: ${named.join(", ") || "it has no records"}${more}${hint}`,
  );
}

type Outcome =
  | Omit<RejectedRecord, "file" | "at">
  | { readonly id?: string; readonly pair: Omit<Pair, "id">; readonly otherDialect?: string };

/** The text of a record that could not be read is kept up to here. */
const MOST_TEXT = 500;

function readRecord(
  record: FileRecord,
  format: ImportFormat,
  context: FormContext,
  options: ImportOptions,
): readonly Outcome[] {
  if ("reason" in record) return [{ reason: record.reason, text: record.text.slice(0, MOST_TEXT) }];
  const { fields } = record;
  const form = importForms[format];
  if (!form.matches(fields)) {
    const text = JSON.stringify(fields).slice(0, MOST_TEXT);
    return [{ reason: `not of the form ${format}`, text }];
  }
  return form
    .read(fields, context)
    .map((draft) => ("reason" in draft ? draft : readDraft(draft, format, options)));
}

const ANOTHER_DATABASE = "another database: ";

function readDraft(draft: Draft, format: ImportFormat, options: ImportOptions): Outcome {
  const { database, dbId, split } = options;
  const own = draft.kept?.source;
  const licence = options.licence ?? own?.licence ?? importForms[format].licence;
  const rejectedAs = (reason: string): Outcome => ({
    reason,
    question: draft.question,
    answer: draft.answer,
  });
  const question = draft.question.trim();
  if (question === "") return rejectedAs("no question");
  if (draft.dbId !== undefined && draft.dbId !== database.dbId && draft.dbId !== dbId)
    return rejectedAs(`${ANOTHER_DATABASE}${draft.dbId}`);
  const answer = readAnswer(draft.answer, database.dialect);
  if ("reason" in answer) return rejectedAs(answer.reason);
  if ("sql" in answer && draft.dbId === undefined && isForeign(answer.sql, database))
    return rejectedAs("names tables that this database does not have");
  const dialect =
    "sql" in answer
      ? draft.dialect === undefined
        ? dialectShown(answer.sql, database.dialect)
        : dialectNamed(draft.dialect)
      : undefined;
  return {
    ...(draft.id !== undefined && { id: draft.id }),
    pair: {
      question,
      ...("sql" in answer ? { sql: answer.sql } : { refusal: answer.refusal }),
      dbId: database.dbId,
      ...(draft.evidence !== undefined && { evidence: draft.evidence }),
      ...draft.kept,
      source: { ...own, method: `imported:${format}`, ...(licence !== undefined && { licence }) },
      ...(split !== undefined && { split }),
    },
    ...(dialect !== undefined && dialect !== database.dialect && { otherDialect: dialect }),
  };
}

const isForeign = (sql: string, { dialect, tables }: Database): boolean =>
  (unknownNames(sql, dialect, tables)?.tables.length ?? 0) > 0;

/** The file's own id where no other pair has it, else the next of ours. */
function idOf(
  own: string | undefined,
  ids: Set<string>,
  next: { readonly name: string; readonly number: number },
): string {
  let id = own ?? "";
  for (let { number } = next; id === "" || ids.has(id); number++) id = `${next.name}-${number}`;
  ids.add(id);
  return id;
}

async function readTables(files: readonly string[]): Promise<ReadonlyMap<string, Fields>> {
  const tables = new Map<string, Fields>();
  for (const file of files) {
    for (const record of await readRecords(file))
      if ("fields" in record && typeof record.fields.id === "string")
        tables.set(record.fields.id, record.fields);
    if (tables.size === 0)
      throw new UserError("data-invalid", `${file} holds no tables ({id, header, types})`);
  }
  return tables;
}
