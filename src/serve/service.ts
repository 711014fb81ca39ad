/**
 * What the service does for a reader, without any word of HTTP: questions to SQL (ask.ts), SQL to rows, each through the
 * guard and within limits, each in the log. Routes, the Model Context Protocol and the page all call this.
 */
import { messageOf, UserError } from "../base/errors.ts";
import type { RunsSql } from "../db/executor.ts";
import type { Database } from "../schema/schema.ts";
import type { Feedback, RequestEnd, RequestLog, RequestStart } from "../track/requests.ts";
import type { Rows } from "./api-types.ts";
import {
  type Answered,
  type CallOptions,
  createAsk,
  type Question,
  type RunOptions,
} from "./ask.ts";
import { createHolder, type Holding } from "./holder.ts";
import { ensureScope, type Reader } from "./keys.ts";
import type { Metrics } from "./metrics.ts";
import { createQueue, type Queue } from "./queue.ts";
import type { ReaderView } from "./reader-view.ts";
import { rowsOf } from "./rows.ts";

export type Limits = {
  /** Of one SQL statement. */
  readonly timeoutMs: number;
  readonly maxRows: number;
  readonly maxBytes: number;
  /** Requests that wait for the model, and as many for the database. */
  readonly maxWaiting: number;
  /** Statements at the same time. */
  readonly executions: number;
  /** Answers that a request may have the model write: candidates, twice as many with a second round. */
  readonly maxCandidates: number;
};

export const defaultLimits: Limits = {
  timeoutMs: 10_000,
  maxRows: 1000,
  maxBytes: 16 * 2 ** 20,
  maxWaiting: 32,
  executions: 2,
  maxCandidates: 16,
};

export type ServiceOptions = Holding & {
  /** The path of a SQLite file, or a server's URL. */
  readonly databaseFile: string;
  /** The one schema of all tables on a server, which a statement may name. */
  readonly schema?: string;
  readonly executor: RunsSql;
  readonly log: RequestLog;
  readonly metrics: Metrics;
  readonly limits?: Partial<Limits>;
};

export type Service = {
  readonly model: Holding["model"];
  readonly limits: Limits;
  readonly dialect: Database["dialect"];
  /** Raises forbidden, model-missing, overloaded, ddl-invalid, schema-too-long, question-too-long. */
  ask(reader: Reader, question: Question, options: CallOptions): Promise<Answered>;
  /** Raises forbidden, overloaded, and the codes that begin with sql-. */
  execute(reader: Reader, sql: string, options: CallOptions): Promise<Rows>;
  /** The schema as the reader sees it. */
  schema(reader: Reader): Database;
  /** Raises not-found for a request that this reader has not made. */
  feedback(reader: Reader, feedback: Feedback): void;
  /** Takes over another schema and model; requests that have begun end with those that they began with. */
  replace(next: Holding): void;
  /** Closes the model, when those that were replaced are closed. */
  close(): Promise<void>;
  queues(): {
    readonly model: ReturnType<Queue["counts"]>;
    readonly sql: ReturnType<Queue["counts"]>;
  };
};

/** Joins a database, a model and a log. The model is the service's to close, all else is closed by who made it. */
export function createService(options: ServiceOptions): Service {
  const { databaseFile, executor, log, metrics } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const holder = createHolder(options, { schema: options.schema });
  const modelQueue = createQueue(1, limits.maxWaiting);
  const sqlQueue = createQueue(limits.executions, limits.maxWaiting);

  /** Runs SQL as a reader; what is wrong with it is raised. */
  async function runSql(view: ReaderView, sql: string, wanted: RunOptions): Promise<Rows> {
    const { signal, maxRows = limits.maxRows } = wanted;
    const admission = view.guard(sql);
    if (!admission.ok) throw new UserError(admission.code, admission.message);
    const result = await sqlQueue.run(
      () =>
        executor.run(databaseFile, admission.sql, {
          timeoutMs: limits.timeoutMs,
          maxRows: Math.min(maxRows, limits.maxRows),
          maxBytes: limits.maxBytes,
          permissions: view.permissions,
          signal,
        }),
      signal,
    );
    signal?.throwIfAborted();
    metrics.work("execution", result.ms / 1000);
    return rowsOf(result, view.clean);
  }

  /** Keeps the log whole: begun before the work, ended whatever comes of it. */
  async function logged<T>(
    start: RequestStart,
    work: (id: string) => Promise<{ value: T; end: Omit<RequestEnd, "ms"> }>,
  ): Promise<T> {
    const startedMs = performance.now();
    const id = log.begin(start);
    const end = (told: Omit<RequestEnd, "ms">) =>
      log.end(id, { ...told, ms: performance.now() - startedMs });
    try {
      const { value, end: told } = await work(id);
      end(told);
      return value;
    } catch (error) {
      const code = codeOf(error);
      end({ code, message: messageOf(error) });
      throw error;
    }
  }

  const { maxCandidates } = limits;
  const answer = createAsk({ maxCandidates, metrics, modelQueue, runSql });

  return {
    get model() {
      return holder.current().model;
    },
    limits,
    dialect: options.database.dialect,
    replace: holder.replace,
    close: holder.close,
    async ask(reader, question, given) {
      ensureScope(reader, "ask");
      const { model, viewFor, release } = holder.take();
      const start = {
        job: given.job,
        reader: reader.name,
        question: question.question,
        hasOwnSchema: question.schema !== undefined,
      };
      return logged(start, async (requestId) =>
        answer({ requestId, model, view: viewFor(reader), reader, question }, given),
      ).finally(release);
    },
    async execute(reader, sql, { job, signal, maxRows }) {
      ensureScope(reader, "execute");
      return logged({ job, reader: reader.name, sql }, async () => {
        const value = await runSql(holder.current().viewFor(reader), sql, { signal, maxRows });
        return { value, end: { sql, rows: value.rows.length, executionMs: value.ms } };
      });
    },
    schema(reader) {
      ensureScope(reader, "schema");
      return holder.current().viewFor(reader).database;
    },
    feedback(reader, feedback) {
      ensureScope(reader, "feedback");
      if (!log.addFeedback(reader.name, feedback))
        throw new UserError("not-found", `there is no request ${feedback.requestId}`);
    },
    queues: () => ({ model: modelQueue.counts(), sql: sqlQueue.counts() }),
  };
}

/** Of an error that may be told; "internal" for all others. */
export const codeOf = (error: unknown): string =>
  error instanceof UserError ? error.code : isGone(error) ? "client-gone" : "internal";

const isGone = (error: unknown): boolean => error instanceof Error && error.name === "AbortError";
