/**
 * Accuracy of a model by executing what it writes: every question goes the path that a user's question takes, and its
 * rows are compared with the gold's in strict mode. Takes a `Predict` function, so that a local file, a server or a list
 * of predictions are scored alike.
 */
import { isDeepStrictEqual } from "node:util";
import { UserError } from "../base/errors.ts";
import type { Example } from "../data/example.ts";
import type { Executor } from "../db/executor.ts";
import type { Predict, Prediction } from "../predict/predict.ts";
import type { Table } from "../schema/schema.ts";
import type { Dialect } from "../sql/dialect.ts";
import { unknownNames } from "../sql/names.ts";
import { wilsonInterval } from "./statistics.ts";
import { createStrictScorer } from "./strict.ts";

/** One question with what was answered and what became of it. */
export type ScoredItem = {
  readonly id: string;
  readonly question: string;
  readonly kind: Example["kind"];
  readonly hardness: Example["hardness"];
  readonly shapeId: string;
  readonly goldSql: string;
  readonly goldRefusal?: string;
  readonly completion: string;
  readonly predictedSql?: string;
  readonly predictedRefusal?: string;
  /** 1 when the rows agree, or when a question to refuse was refused. */
  readonly verdict: 0 | 1;
  /** Why: "ok", "values", "exec-error", "refused", … as the strict mode names it. */
  readonly reason: string;
  /** The database's message when the SQL did not run. */
  readonly message?: string;
  readonly didNotRun: boolean;
  readonly hasUnknownNames: boolean;
  readonly tokens: number;
  readonly ms: number;
  /** See Prediction. */
  readonly confidence?: number;
  readonly support?: number;
  readonly probabilityRight?: number;
};

/** Rates as fractions; `ex` is over the answerable questions, with its 95 % interval (Wilson). */
export type Metrics = {
  readonly n: number;
  readonly ex: number;
  readonly low: number;
  readonly high: number;
  /** Share of the answerable questions whose answer is SQL that does not run. */
  readonly notRun: number;
  /** Share whose SQL names a table or column that does not exist. */
  readonly unknownNames: number;
  /** Share of the questions to refuse that were refused; null when there are none. */
  readonly refusalRecall: number | null;
  readonly wronglyRefused: number;
  /** Wall time of the whole batch by the number of questions. */
  readonly secondsPerQuestion: number;
};

export type Evaluation = {
  readonly metrics: Metrics;
  readonly items: readonly ScoredItem[];
  /** Where answers were chosen among several: what those that were written first would have scored, in the time that they took. */
  readonly oneAnswer?: Metrics;
};

export type EvaluateOptions = {
  readonly executor: Executor;
  /** Its path or URL. */
  readonly databaseFile: string;
  readonly dialect?: Dialect;
  readonly tables: readonly Table[];
  readonly maxTokens: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
};

/** Predicts and scores all examples. A gold that fails is an error: its pair should not have passed cleaning. */
export async function evaluateModel(
  examples: readonly Example[],
  predict: Predict,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const { maxTokens, signal, onProgress } = options;
  const startedMs = performance.now();
  const predictions = await predict(
    examples.map((example) => example.question),
    { maxTokens, signal, withConfidence: true, onCompletion: onProgress },
  );
  const seconds = (performance.now() - startedMs) / 1000;
  const scorer = createStrictScorer(options.executor, { timeoutMs: options.timeoutMs });
  const items = await Promise.all(
    examples.map((example, index) => scoreItem(example, predictions[index], scorer, options)),
  );
  const perQuestion = seconds / Math.max(1, examples.length);
  const result = { metrics: metricsOf(items, perQuestion), items };
  if (predictions.every(({ candidates }) => candidates === undefined)) return result;
  const firsts = await Promise.all(
    predictions.map((prediction, index) => {
      const { answer, first } = prediction;
      return first === undefined || isDeepStrictEqual(first.answer, answer)
        ? items[index]
        : scoreItem(examples[index], { ...prediction, ...first }, scorer, options);
    }),
  );
  const msOf = (times: readonly { readonly ms: number }[]) =>
    times.reduce((sum, { ms }) => sum + ms, 0);
  const firstMs = msOf(predictions.map((prediction) => prediction.first ?? prediction));
  const share = firstMs / Math.max(1, msOf(predictions));
  return { ...result, oneAnswer: metricsOf(firsts, perQuestion * share) };
}

type Scorer = ReturnType<typeof createStrictScorer>;

async function scoreItem(
  example: Example,
  prediction: Prediction,
  scorer: Scorer,
  options: EvaluateOptions,
): Promise<ScoredItem> {
  const { answer, completion, tokens, ms, confidence, support, probabilityRight } = prediction;
  const common = {
    id: example.id,
    question: example.question,
    kind: example.kind,
    hardness: example.hardness,
    shapeId: example.shapeId,
    goldSql: example.sql,
    goldRefusal: example.refusal,
    completion,
    tokens,
    ms,
    confidence,
    support,
    probabilityRight,
  };
  if (answer.kind === "refuse") {
    const isRight = example.kind === "refuse";
    return {
      ...common,
      predictedRefusal: answer.refusal,
      verdict: isRight ? 1 : 0,
      reason: isRight ? "ok" : "refused",
      didNotRun: false,
      hasUnknownNames: false,
    };
  }
  const hasUnknownNames = hasUnknown(answer.sql, options);
  if (example.kind === "refuse")
    return {
      ...common,
      predictedSql: answer.sql,
      verdict: 0,
      reason: "not-refused",
      didNotRun: false,
      hasUnknownNames,
    };
  const score = await scorer.score(options.databaseFile, example.sql, answer.sql);
  if (score.reason === "gold-invalid")
    throw new UserError(
      "data-invalid",
      `the gold of ${example.id} does not run: ${score.message ?? ""}`,
    );
  return {
    ...common,
    predictedSql: answer.sql,
    verdict: score.verdict,
    reason: score.reason,
    message: score.message,
    didNotRun: NOT_RUN.has(score.reason),
    hasUnknownNames,
  };
}

const NOT_RUN: ReadonlySet<string> = new Set([
  "exec-error",
  "empty-sql",
  "multi-statement",
  "not-readonly",
  "unbound-parameter",
  "timeout",
  "too-large",
]);

/** False for text that does not parse: that is counted among what does not run. */
function hasUnknown(
  sql: string,
  { dialect = "sqlite", tables }: Pick<EvaluateOptions, "dialect" | "tables">,
): boolean {
  const names = unknownNames(sql, dialect, tables);
  return names !== undefined && names.tables.length + names.columns.length > 0;
}

/** The summary of scored items. */
export function metricsOf(items: readonly ScoredItem[], secondsPerQuestion: number): Metrics {
  const answerable = items.filter((item) => item.kind === "answer");
  const toRefuse = items.filter((item) => item.kind === "refuse");
  const share = (part: readonly ScoredItem[], holds: (item: ScoredItem) => boolean) =>
    part.length === 0 ? 0 : part.filter(holds).length / part.length;
  const right = answerable.filter((item) => item.verdict === 1).length;
  const [low, high] = wilsonInterval(right, answerable.length);
  return {
    n: answerable.length,
    ex: share(answerable, (item) => item.verdict === 1),
    low,
    high,
    notRun: share(answerable, (item) => item.didNotRun),
    unknownNames: share(answerable, (item) => item.hasUnknownNames),
    refusalRecall: toRefuse.length === 0 ? null : share(toRefuse, (item) => item.verdict === 1),
    wronglyRefused: share(answerable, (item) => item.predictedRefusal !== undefined),
    secondsPerQuestion,
  };
}
