/**
 * What a service was asked and what it answered, in a SQLite file: a request stands in it from the moment it comes, so
 * that a kill loses none. Rows of results are not kept. Knows no HTTP.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** What is known when a request comes. */
export type RequestStart = {
  /** Which job: "generate_sql", "execute" … */
  readonly job: string;
  readonly reader: string;
  readonly question?: string;
  /** Whether the question was about a schema of its own instead of the project's. */
  readonly hasOwnSchema?: boolean;
  /** SQL that came with the request. */
  readonly sql?: string;
};

/** What became of it. */
export type RequestEnd = {
  readonly sql?: string;
  readonly refusal?: string;
  /** Of the error, where there is one. */
  readonly code?: string;
  readonly message?: string;
  readonly model?: string;
  readonly confidence?: number;
  readonly tokens?: number;
  readonly generationMs?: number;
  readonly executionMs?: number;
  readonly rows?: number;
  readonly ms: number;
};

/** What a person says of an answer. */
export type Feedback = {
  readonly requestId: string;
  readonly verdict: "right" | "wrong";
  /** The SQL that would have been right. */
  readonly sql?: string;
  /** Why the question cannot be answered. */
  readonly refusal?: string;
  readonly comment?: string;
};

export type RequestLog = {
  /** The id of the request. */
  begin(start: RequestStart): string;
  end(id: string, end: RequestEnd): void;
  /** False when that reader has made no such request. */
  addFeedback(reader: string, feedback: Feedback): boolean;
  close(): void;
};

const TABLES = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS request (
  id TEXT PRIMARY KEY, at TEXT NOT NULL, job TEXT NOT NULL, reader TEXT NOT NULL, question TEXT,
  hasOwnSchema INTEGER NOT NULL, givenSql TEXT, sql TEXT, refusal TEXT, code TEXT, message TEXT, model TEXT,
  confidence REAL, tokens INTEGER, generationMs REAL, executionMs REAL, rows INTEGER,
  ms REAL -- NULL while it is being answered, and for ever when the service was killed meanwhile
);
CREATE TABLE IF NOT EXISTS feedback (
  id INTEGER PRIMARY KEY, requestId TEXT NOT NULL REFERENCES request(id), at TEXT NOT NULL,
  verdict TEXT NOT NULL, sql TEXT, refusal TEXT, comment TEXT
);`;

/** Opens the log, which it makes where there is none. Close it. */
export function openRequestLog(file: string, now: () => Date = () => new Date()): RequestLog {
  mkdirSync(dirname(file), { recursive: true });
  const log = new DatabaseSync(file, { timeout: 5000 });
  log.exec(TABLES);
  const insert = log.prepare(
    "INSERT INTO request (id, at, job, reader, question, hasOwnSchema, givenSql) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const finish = log.prepare(
    `UPDATE request SET sql = ?, refusal = ?, code = ?, message = ?, model = ?, confidence = ?, tokens = ?,
     generationMs = ?, executionMs = ?, rows = ?, ms = ? WHERE id = ?`,
  );
  const find = log.prepare("SELECT 1 FROM request WHERE id = ? AND reader = ?");
  const comment = log.prepare(
    "INSERT INTO feedback (requestId, at, verdict, sql, refusal, comment) VALUES (?, ?, ?, ?, ?, ?)",
  );
  return {
    begin({ job, reader, question = null, hasOwnSchema = false, sql = null }) {
      const id = randomUUID();
      insert.run(id, now().toISOString(), job, reader, question, Number(hasOwnSchema), sql);
      return id;
    },
    end(id, end) {
      const { sql, refusal, code, message, model, confidence, tokens, rows, ms } = end;
      const told = [sql, refusal, code, message, model, confidence, tokens];
      const took = [end.generationMs, end.executionMs, rows, ms, id];
      finish.run(...[...told, ...took].map((value) => value ?? null));
    },
    addFeedback(reader, { requestId, verdict, sql = null, refusal = null, comment: said = null }) {
      if (find.get(requestId, reader) === undefined) return false;
      comment.run(requestId, now().toISOString(), verdict, sql, refusal, said);
      return true;
    },
    close: () => log.close(),
  };
}

/**
 * What people made of answers on the project's schema, as the lines that data/teach/served.ts reads: a corrected
 * statement, a reason to refuse, or the answer itself where it was found right.
 */
export function correctionLines(file: string): string {
  const log = new DatabaseSync(file, { readOnly: true });
  try {
    const rows = log
      .prepare(
        `SELECT r.question, r.sql AS predictedSql, f.at, f.verdict, f.refusal AS givenRefusal, r.refusal,
           coalesce(f.sql, CASE WHEN f.refusal IS NULL AND f.verdict = 'right' THEN r.sql END) AS sql
         FROM feedback f JOIN request r ON r.id = f.requestId
         WHERE r.question IS NOT NULL AND NOT r.hasOwnSchema ORDER BY f.id`,
      )
      .all();
    return rows
      .map(({ question, predictedSql, at, verdict, sql, givenRefusal, refusal }) => ({
        question,
        ...(sql !== null && { sql }),
        ...(sql === null && {
          refusal: givenRefusal ?? (verdict === "right" ? refusal : null) ?? undefined,
        }),
        ...(predictedSql !== null && { predictedSql }),
        at,
      }))
      .filter((line) => "sql" in line || line.refusal !== undefined)
      .map((line) => `${JSON.stringify(line)}\n`)
      .join("");
  } finally {
    log.close();
  }
}
