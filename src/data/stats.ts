/**
 * What a set of examples holds: counts by kind, hardness, shape, table; columns that no pair touches; lengths in tokens
 * and what will not fit. Knows no tokenizer: counting comes as a function.
 */
import type { Database } from "../schema/schema.ts";
import { namesOf } from "../sql/names.ts";
import type { Example, Split } from "./example.ts";

export type Counts = Readonly<Record<string, number>>;

export type Lengths = { readonly median: number; readonly p95: number; readonly max: number };

export type TokenStats = {
  /** The stable part of the prompt: rules, schema, knowledge. */
  readonly prefix: number;
  readonly question: Lengths;
  readonly answer: Lengths;
  /** Examples longer than the model's context, prefix included. */
  readonly tooLong: number;
};

export type DataStats = {
  readonly n: number;
  readonly splits: Readonly<Record<Split, number>>;
  readonly kinds: Counts;
  readonly hardness: Counts;
  /** How many examples each method made. */
  readonly methods: Counts;
  readonly templates: number;
  readonly shapes: number;
  /** Examples of the most frequent shapes, by shapeId. */
  readonly largestShapes: Counts;
  /** Answers in which a table stands; tables that none names are there with 0. */
  readonly tables: Counts;
  /** `Table.Column` that no answer names. */
  readonly untouchedColumns: readonly string[];
  readonly tokens?: TokenStats;
};

export type TokenCounting = {
  readonly countTokens: (text: string) => number;
  readonly prefix: string;
  /** The prompt's part after the prefix, for a question. */
  readonly suffixOf: (question: string) => string;
  /** The text that the model is to write. */
  readonly answerOf: (example: Example) => string;
  readonly contextTokens: number;
};

export function statsOf(
  examples: readonly Example[],
  database: Database,
  counting?: TokenCounting,
): DataStats {
  const answers = examples.filter(({ kind }) => kind === "answer");
  const touched = touchedNames(answers, database);
  const shapes = countBy(answers, ({ shapeId }) => shapeId);
  return {
    n: examples.length,
    splits: { train: 0, dev: 0, test: 0, ...countBy(examples, ({ split }) => split) },
    kinds: countBy(examples, ({ kind }) => kind),
    hardness: countBy(answers, ({ hardness }) => hardness),
    methods: countBy(examples, ({ source }) => source.method.split(":")[0]),
    templates: new Set(answers.map(({ templateId }) => templateId)).size,
    shapes: Object.keys(shapes).length,
    largestShapes: Object.fromEntries(Object.entries(shapes).slice(0, 10)),
    tables: Object.fromEntries(
      database.tables.map(({ name }) => [name, touched.tables.get(name.toLowerCase()) ?? 0]),
    ),
    untouchedColumns: database.tables.flatMap((table) =>
      table.columns
        .filter(({ name }) => !touched.columns.has(`${table.name}.${name}`.toLowerCase()))
        .map(({ name }) => `${table.name}.${name}`),
    ),
    ...(counting && { tokens: tokenStats(examples, counting) }),
  };
}

/** Largest first. */
export function countBy(examples: readonly Example[], keyOf: (example: Example) => string): Counts {
  const groups = Map.groupBy(examples, keyOf);
  return Object.fromEntries(
    [...groups].map(([key, group]) => [key, group.length] as const).sort((a, b) => b[1] - a[1]),
  );
}

function touchedNames(answers: readonly Example[], { dialect, tables }: Database) {
  const seen = { tables: new Map<string, number>(), columns: new Set<string>() };
  for (const { sql } of answers) {
    const names = namesOf(sql, dialect, tables);
    for (const name of names?.tables ?? []) {
      const key = name.toLowerCase();
      seen.tables.set(key, (seen.tables.get(key) ?? 0) + 1);
    }
    for (const { table, column } of names?.columns ?? [])
      if (table !== undefined) seen.columns.add(`${table}.${column}`.toLowerCase());
  }
  return seen;
}

function tokenStats(
  examples: readonly Example[],
  { countTokens, prefix, suffixOf, answerOf, contextTokens }: TokenCounting,
): TokenStats {
  const prefixTokens = countTokens(prefix);
  const questions = examples.map(({ question }) => countTokens(suffixOf(question)));
  const answers = examples.map((example) => countTokens(answerOf(example)));
  return {
    prefix: prefixTokens,
    question: lengthsOf(questions),
    answer: lengthsOf(answers),
    tooLong: questions.filter(
      (tokens, index) => prefixTokens + tokens + answers[index] + 1 > contextTokens,
    ).length,
  };
}

/** Nearest-rank percentiles. */
function lengthsOf(values: readonly number[]): Lengths {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { median: at(0.5), p95: at(0.95), max: at(1) };
}
