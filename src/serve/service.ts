/**
 * What the service does for a reader, without any word of HTTP: questions to SQL, SQL to rows, each through the guard
 * and within limits, each in the log. Routes, the Model Context Protocol and the page all call this.
 */
import { messageOf, UserError } from "../base/errors.ts";
import type { RunsSql } from "../db/executor.ts";
import { candidatesOf } from "../predict/decoding.ts";
import type { Predict } from "../predict/predict.ts";
import { createSuggester, type Suggest, type Suggestion } from "../predict/suggest.ts";
import type { Database } from "../schema/schema.ts";
import { databaseOfDdl, databaseOfTables, type GivenTable } from "../schema/given.ts";
import type { Feedback, RequestEnd, RequestLog, RequestStart } from "../track/requests.ts";
import type { FailedSql, Rows } from "./api-types.ts";
import type { Reader, Scope } from "./keys.ts";
import type { Metrics } from "./metrics.ts";
import { createQueue, type Queue } from "./queue.ts";
import { createViews, type ReaderView } from "./reader-view.ts";
import { rowsOf } from "./rows.ts";

/** A model that answers on any schema. */
export type ServedModel = {
  readonly name: string;
  /** On the project's whole schema, as it is scored. */
  readonly predict: Predict;
  /** On another schema, or a part of it: one answer for each question, and nothing is executed to choose it. */
  predictOn(database: Database, decode?: string): Predict;
  /** On the project's schema, decoded as a request wants it; what it leaves out is the project's. */
  predictAs(wanted: Pick<Question, "decode" | "repair">): Promise<Predict>;
  close(): Promise<void>;
};

export type Limits = {
  /** Of one SQL statement. */
  readonly timeoutMs: number;
  readonly maxRows: number;
  readonly maxBytes: number;
  /** Requests that wait for the model, and as many for the database. */
  readonly maxWaiting: number;
  /** Statements at the same time. */
  readonly executions: number;
  /** Longest answer in tokens. */
  readonly maxTokens: number;
  /** Answers that a request may have the model write: candidates, twice as many with a second round. */
  readonly maxCandidates: number;
};

export const defaultLimits: Limits = {
  timeoutMs: 10_000,
  maxRows: 1000,
  maxBytes: 16 * 2 ** 20,
  maxWaiting: 32,
  executions: 2,
  maxTokens: 160,
  maxCandidates: 16,
};

export type ServiceOptions = {
  readonly database: Database;
  readonly databaseFile: string;
  readonly executor: RunsSql;
  /** The model, or why there is none. */
  readonly model: ServedModel | { readonly missing: string };
  readonly log: RequestLog;
  readonly metrics: Metrics;
  readonly limits?: Partial<Limits>;
};

export type Question = {
  readonly question: string;
  /** DDL text or tables, instead of the project's schema. Nothing is executed then. */
  readonly schema?: string | { readonly tables: readonly GivenTable[] };
  /** false: nothing is executed. */
  readonly execute?: boolean;
  /** As predict.decode and predict.repair; left out means the project's. */
  readonly decode?: string;
  readonly repair?: number;
};

export type Answered = {
  readonly requestId: string;
  readonly sql: string | null;
  readonly refusal?: string;
  /** With a refusal: what of the schema that the reader sees comes nearest. */
  readonly suggestions?: readonly Suggestion[];
  /** How probably it is right, or where that was not fitted the model's probability of it; 0 for SQL that was executed and failed; null where a model gives none. */
  readonly confidence: number | null;
  readonly confidenceBasis: "calibrated" | "model" | "model and execution";
  readonly model: string;
  readonly tokens: number;
  /** Tokens of the prompt that were read: a schema that was asked about before is none of them. */
  readonly readTokens?: number;
  readonly generationMs: number;
  readonly executionMs: number | null;
  readonly result?: Rows | FailedSql;
};

export type CallOptions = {
  /** Which job it is in the log. */
  readonly job: string;
  readonly signal?: AbortSignal;
  /** Called when the model begins with the question. */
  readonly onStart?: () => void;
  /** Called with the SQL before it is executed. */
  readonly onSql?: (sql: string) => void;
  /** Fewer rows than the limit. */
  readonly maxRows?: number;
};

type RunOptions = Pick<CallOptions, "signal" | "maxRows">;

export type Service = {
  readonly model: ServiceOptions["model"];
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
  queues(): {
    readonly model: ReturnType<Queue["counts"]>;
    readonly sql: ReturnType<Queue["counts"]>;
  };
};

/** Raises forbidden. */
export function ensureScope({ name, scopes }: Reader, scope: Scope): void {
  if (!scopes.includes(scope))
    throw new UserError("forbidden", `key ${name} has not the scope "${scope}"`);
}

/** Joins a database, a model and a log. What it is given is closed by who made it. */
export function createService(options: ServiceOptions): Service {
  const { database, databaseFile, executor, model, log, metrics } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const viewFor = createViews(database);
  const modelQueue = createQueue(1, limits.maxWaiting);
  const sqlQueue = createQueue(limits.executions, limits.maxWaiting);

  /** Runs SQL as a reader; what is wrong with it is raised. */
  async function run(view: ReaderView, sql: string, wanted: RunOptions): Promise<Rows> {
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

  /** The schema that a question is about, and the model on it. */
  async function askedOn(view: ReaderView, question: Question) {
    const { schema, decode } = question;
    if ("missing" in model) throw new UserError("model-missing", model.missing);
    const mayExecute = schema === undefined && view.isWhole;
    ensureAffordable(question, mayExecute ? limits.maxCandidates : 1);
    if (schema === undefined) {
      const predict = view.isWhole
        ? await model.predictAs(question)
        : model.predictOn(view.database, decode);
      return { asked: view.database, predict };
    }
    const asked =
      typeof schema === "string" ? databaseOfDdl(schema) : databaseOfTables(schema.tables);
    return { asked, predict: model.predictOn(asked, decode) };
  }
  const suggesters = new WeakMap<Database, Suggest>();
  function suggesterOn(asked: Database): Suggest {
    const suggest = suggesters.get(asked) ?? createSuggester(asked);
    suggesters.set(asked, suggest);
    return suggest;
  }

  return {
    model,
    limits,
    dialect: database.dialect,
    async ask(reader, question, { job, signal, onStart, onSql, maxRows }) {
      ensureScope(reader, "ask");
      const view = viewFor(reader);
      const hasOwnSchema = question.schema !== undefined;
      const start = { job, reader: reader.name, question: question.question, hasOwnSchema };
      return logged(start, async (requestId) => {
        const { asked, predict } = await askedOn(view, question);
        const [prediction] = await modelQueue.run(() => {
          onStart?.();
          const { maxTokens } = limits;
          return predict([question.question], { maxTokens, withConfidence: true, signal });
        }, signal);
        const { answer, probabilityRight, tokens, readTokens, ms: generationMs } = prediction;
        const confidence = probabilityRight ?? prediction.confidence;
        metrics.work("generation", generationMs / 1000);
        const name = "missing" in model ? "" : model.name;
        const common = { requestId, model: name, tokens, readTokens, generationMs };
        const byModel = probabilityRight === undefined ? "model" : "calibrated";
        const told = { model: name, tokens, generationMs, confidence };
        if (answer.kind === "refuse") {
          const { refusal } = answer;
          const value: Answered = {
            ...common,
            sql: null,
            refusal,
            suggestions: suggesterOn(asked)(question.question, refusal),
            confidence: confidence ?? null,
            confidenceBasis: byModel,
            executionMs: null,
          };
          return { value, end: { ...told, refusal } };
        }
        const { sql } = answer;
        onSql?.(sql);
        const mayExecute =
          !hasOwnSchema && question.execute !== false && reader.scopes.includes("execute");
        const result = mayExecute ? await tried(run(view, sql, { signal, maxRows })) : undefined;
        const failed = result !== undefined && "error" in result;
        const executionMs = result === undefined || failed ? null : result.ms;
        const value: Answered = {
          ...common,
          sql,
          confidence: failed ? 0 : (confidence ?? null),
          confidenceBasis: byModel === "model" && result ? "model and execution" : byModel,
          executionMs,
          ...(result && { result }),
        };
        const error = failed ? result.error : {};
        const rows = result === undefined || failed ? undefined : result.rows.length;
        const end = { ...told, ...error, sql, rows, executionMs: executionMs ?? undefined };
        return { value, end };
      });
    },
    async execute(reader, sql, { job, signal, maxRows }) {
      ensureScope(reader, "execute");
      return logged({ job, reader: reader.name, sql }, async () => {
        const value = await run(viewFor(reader), sql, { signal, maxRows });
        return { value, end: { sql, rows: value.rows.length, executionMs: value.ms } };
      });
    },
    schema(reader) {
      ensureScope(reader, "schema");
      return viewFor(reader).database;
    },
    feedback(reader, feedback) {
      ensureScope(reader, "feedback");
      if (!log.addFeedback(reader.name, feedback))
        throw new UserError("not-found", `there is no request ${feedback.requestId}`);
    },
    queues: () => ({ model: modelQueue.counts(), sql: sqlQueue.counts() }),
  };
}

/** Raises usage where a request wants more answers than one may have written. */
function ensureAffordable({ decode = "grammar", repair = 0 }: Question, most: number): void {
  const wanted = candidatesOf(decode) * (1 + repair);
  if (wanted <= most) return;
  const bound =
    most > 1 ? `${most} (serve.maxCandidates)` : "one where nothing may be executed to choose";
  throw new UserError(
    "usage",
    `decode ${decode} with repair ${repair} takes up to ${wanted} answers; the most is ${bound}`,
  );
}

/** Of an error that may be told; "internal" for all others. */
export const codeOf = (error: unknown): string =>
  error instanceof UserError ? error.code : isGone(error) ? "client-gone" : "internal";

const isGone = (error: unknown): boolean => error instanceof Error && error.name === "AbortError";

/** Errors of the SQL are part of an answer; that the service is overloaded, or that nobody waits any more, is not. */
async function tried(running: Promise<Rows>): Promise<NonNullable<Answered["result"]>> {
  try {
    return await running;
  } catch (error) {
    if (!(error instanceof UserError) || !error.code.startsWith("sql-")) throw error;
    return { error: { code: error.code, message: error.message } };
  }
}
