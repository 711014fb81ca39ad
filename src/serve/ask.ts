/**
 * One question to SQL as the service answers it: what a request may want of the model, the model's turn, the SQL executed
 * where the reader may. Knows no queue's length, no log and no HTTP.
 */
import { UserError } from "../base/errors.ts";
import { candidatesOf } from "../predict/decoding.ts";
import type { ServedModel, WantedDecoding } from "../predict/served-model.ts";
import { surenessOf } from "../predict/sureness.ts";
import { createSuggester, type Suggest, type Suggestion } from "../predict/suggest.ts";
import { databaseOfDdl, databaseOfTables, type GivenTable } from "../schema/given.ts";
import type { Database } from "../schema/schema.ts";
import type { RequestEnd } from "../track/requests.ts";
import type { FailedSql, Rows } from "./api-types.ts";
import type { Reader } from "./keys.ts";
import type { Metrics } from "./metrics.ts";
import { partsOfSql } from "./parts-of-sql.ts";
import type { Queue } from "./queue.ts";
import type { ReaderView } from "./reader-view.ts";

export type Question = WantedDecoding & {
  readonly question: string;
  /** DDL text or tables, instead of the project's schema. Nothing is executed then. */
  readonly schema?: string | { readonly tables: readonly GivenTable[] };
  /** false: nothing is executed. */
  readonly execute?: boolean;
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
  /** The training run that the model comes from; null for a base model. */
  readonly run: string | null;
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
  /** Called with each part of the SQL as the model writes it; what onSql gets in the end may differ. */
  readonly onText?: (part: string) => void;
  /** Called with the SQL before it is executed. */
  readonly onSql?: (sql: string) => void;
  /** Fewer rows than the limit. */
  readonly maxRows?: number;
};

export type RunOptions = Pick<CallOptions, "signal" | "maxRows">;

export type AskOptions = {
  /** As in Limits. */
  readonly maxCandidates: number;
  readonly metrics: Metrics;
  readonly modelQueue: Queue;
  /** Runs SQL as a reader; what is wrong with it is raised. */
  readonly runSql: (view: ReaderView, sql: string, options: RunOptions) => Promise<Rows>;
};

/** A question with its place in the log, its reader, and what is served when it comes. */
export type Asked = {
  readonly requestId: string;
  readonly model: ServedModel | { readonly missing: string };
  readonly view: ReaderView;
  readonly reader: Reader;
  readonly question: Question;
};

/** The answer, and what the log keeps of it. Raises what Service's `ask` does, but for a scope that is missing. */
export type Ask = (
  asked: Asked,
  options: CallOptions,
) => Promise<{ readonly value: Answered; readonly end: Omit<RequestEnd, "ms"> }>;

export function createAsk(own: AskOptions): Ask {
  const { maxCandidates, metrics, modelQueue, runSql } = own;

  /** The schema that a question is about, and the model on it. */
  async function askedOn(model: ServedModel, view: ReaderView, question: Question) {
    const { schema, decode } = question;
    if (schema === undefined && view.isWhole) {
      ensureAffordable(question, model, maxCandidates);
      return { asked: view.database, predict: await model.predictAs(question) };
    }
    ensureAffordable(question, { decode: "grammar", repair: 0 }, 1);
    const asked = schema === undefined ? view.database : givenDatabase(schema);
    return { asked, predict: model.predictOn(asked, decode) };
  }
  const suggesters = new WeakMap<Database, Suggest>();
  function suggesterOn(asked: Database): Suggest {
    const suggest = suggesters.get(asked) ?? createSuggester(asked);
    suggesters.set(asked, suggest);
    return suggest;
  }

  return async ({ requestId, model, view, reader, question }, options) => {
    const { signal, onStart, onText, onSql, maxRows } = options;
    if ("missing" in model) throw new UserError("model-missing", model.missing);
    const { asked, predict } = await askedOn(model, view, question);
    const [prediction] = await modelQueue.run(() => {
      onStart?.();
      return predict([question.question], {
        maxTokens: model.maxTokens,
        withConfidence: true,
        signal,
        ...(onText && { onText: partsOfSql(onText) }),
      });
    }, signal);
    const { answer, tokens, readTokens, ms: generationMs } = prediction;
    const { confidence, basis } = surenessOf(prediction);
    metrics.work("generation", generationMs / 1000);
    const { name, run = null } = model;
    const common = { requestId, model: name, run, tokens, readTokens, generationMs };
    const told = { model: name, tokens, generationMs, confidence };
    if (answer.kind === "refuse") {
      const { refusal } = answer;
      const value: Answered = {
        ...common,
        sql: null,
        refusal,
        suggestions: suggesterOn(asked)(question.question, refusal),
        confidence: confidence ?? null,
        confidenceBasis: basis,
        executionMs: null,
      };
      return { value, end: { ...told, refusal } };
    }
    const { sql } = answer;
    onSql?.(sql);
    const mayExecute =
      question.schema === undefined &&
      question.execute !== false &&
      reader.scopes.includes("execute");
    const result = mayExecute ? await tried(runSql(view, sql, { signal, maxRows })) : undefined;
    const failed = result !== undefined && "error" in result;
    const executionMs = result === undefined || failed ? null : result.ms;
    const value: Answered = {
      ...common,
      sql,
      confidence: failed ? 0 : (confidence ?? null),
      confidenceBasis: basis === "model" && result ? "model and execution" : basis,
      executionMs,
      ...(result && { result }),
    };
    const error = failed ? result.error : {};
    const rows = result === undefined || failed ? undefined : result.rows.length;
    const end = { ...told, ...error, sql, rows, executionMs: executionMs ?? undefined };
    return { value, end };
  };
}

const givenDatabase = (schema: NonNullable<Question["schema"]>): Database =>
  typeof schema === "string" ? databaseOfDdl(schema) : databaseOfTables(schema.tables);

/**
 * Raises usage where a request wants more answers than one may have written; what it leaves out is as `usual`. One that
 * wants nothing is answered as the project is, whatever that takes.
 */
function ensureAffordable(
  wanted: WantedDecoding,
  usual: Required<WantedDecoding>,
  most: number,
): void {
  if (wanted.decode === undefined && wanted.repair === undefined) return;
  const { decode = usual.decode, repair = usual.repair } = wanted;
  const answers = candidatesOf(decode) * (1 + repair);
  if (answers <= most) return;
  const bound =
    most > 1 ? `${most} (serve.maxCandidates)` : "one where nothing may be executed to choose";
  throw new UserError(
    "usage",
    `decode ${decode} with repair ${repair} takes up to ${answers} answers; the most is ${bound}`,
  );
}

/** Errors of the SQL are part of an answer; that the service is overloaded, or that nobody waits any more, is not. */
export async function tried(running: Promise<Rows>): Promise<NonNullable<Answered["result"]>> {
  try {
    return await running;
  } catch (error) {
    if (!(error instanceof UserError) || !error.code.startsWith("sql-")) throw error;
    return { error: { code: error.code, message: error.message } };
  }
}
