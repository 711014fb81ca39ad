/**
 * What a set of examples holds: counts by kind, hardness, shape, table, join, SQL feature; columns and values that no pair
 * touches; how varied the questions are; lengths in tokens and what will not fit; what the next pairs should be. Knows
 * no tokenizer and opens no database: counting comes as a function, values as profiles.
 */
import type { Prompt } from "../prompt/prompt.ts";
import type { ColumnProfile } from "../schema/profile.ts";
import type { Database } from "../schema/schema.ts";
import type { Example, Split } from "./example.ts";
import { adviceOn } from "./stats/advice.ts";
import { countBy, type Counts, type Lengths, lengthsOf } from "./stats/counts.ts";
import { joinGraphOf, type Use, usesOf } from "./stats/coverage.ts";
import { type DuplicateStats, duplicatesOf } from "./stats/duplicates.ts";
import { literalsOf, type ValueCoverage, valueCoverageOf } from "./stats/values.ts";
import { type WordingStats, wordingOf } from "./stats/wording.ts";

export type { Counts, Lengths } from "./stats/counts.ts";

export type TokenStats = {
  /** The part of the prompt before the question, the longest: rules, schema, knowledge. */
  readonly prefix: number;
  readonly question: Lengths;
  readonly answer: Lengths;
  /** Examples longer than the model's context, prefix included. */
  readonly tooLong: number;
  readonly contextTokens: number;
  /** The same for contexts of other sizes, smallest first. */
  readonly contexts: readonly {
    readonly tokens: number;
    readonly tooLong: number;
    /** `tooLong` as a share of all examples. */
    readonly share: number;
  }[];
};

export type JoinStats = {
  /** Foreign keys of the schema and paths of two of them, and how many the pairs join along. */
  readonly keys: number;
  readonly usedKeys: number;
  readonly paths: number;
  readonly usedPaths: number;
  /** Answers that join along each key. */
  readonly byKey: Counts;
  readonly unusedKeys: readonly string[];
  /** The first MOST_PATHS. */
  readonly unusedPaths: readonly string[];
};

/** All that is counted of a project's pairs. */
export type DataStats = {
  readonly n: number;
  readonly splits: Readonly<Record<Split, number>>;
  readonly kinds: Counts;
  readonly hardness: Counts;
  /** How many examples each method made. */
  readonly methods: Counts;
  readonly templates: number;
  readonly shapes: number;
  /** Shapes that one answer alone has. */
  readonly singleShapes: number;
  /** Examples of the most frequent shapes, by shapeId. */
  readonly largestShapes: Counts;
  /** Answers in which a table stands; tables that none names are there with 0. */
  readonly tables: Counts;
  /** Answers in which `Table.Column` stands; columns that none names are there with 0. */
  readonly columns: Counts;
  /** `Table.Column` that no answer names. */
  readonly untouchedColumns: readonly string[];
  readonly joins: JoinStats;
  /** Answers by SQL feature; one answer may have several. */
  readonly features: Counts;
  /** Refusals by reason, their subjects left out. */
  readonly refusals: Counts;
  readonly wording: WordingStats;
  readonly duplicates: DuplicateStats;
  /** Columns that people filter by, least covered first; only where profiles are given. */
  readonly values?: readonly ValueCoverage[];
  readonly tokens?: TokenStats;
  readonly advice: readonly string[];
};

export type TokenCounting = {
  readonly countTokens: (text: string) => number;
  /** The prompt of a question: what stands before it, and the part with it. */
  readonly promptFor: (question: string) => Pick<Prompt, "prefix" | "suffixOf">;
  /** The text that the model is to write. */
  readonly answerOf: (example: Example) => string;
  readonly contextTokens: number;
};

const MOST_SHAPES = 10;
const MOST_PATHS = 100;

/** Counts pairs. */
export function statsOf(
  examples: readonly Example[],
  database: Database,
  counting?: TokenCounting,
  profiles?: readonly ColumnProfile[],
): DataStats {
  const answers = examples.filter(({ kind }) => kind === "answer");
  const refusals = examples.filter(({ kind }) => kind === "refuse");
  const uses = usesOf(answers, database);
  const partsUsed = (part: keyof Use) =>
    countBy(answers, ({ templateId }) => uses.get(templateId)?.[part] ?? []);
  const columns = withZeros(
    database.tables.flatMap((table) => table.columns.map(({ name }) => `${table.name}.${name}`)),
    partsUsed("columns"),
  );
  const shapes = countBy(answers, ({ shapeId }) => shapeId);
  const counted = {
    n: examples.length,
    splits: { train: 0, dev: 0, test: 0, ...countBy(examples, ({ split }) => split) },
    kinds: countBy(examples, ({ kind }) => kind),
    hardness: countBy(answers, ({ hardness }) => hardness),
    methods: countBy(examples, ({ source }) => source.method.split(":")[0]),
    templates: new Set(answers.map(({ templateId }) => templateId)).size,
    shapes: Object.keys(shapes).length,
    singleShapes: Object.values(shapes).filter((count) => count === 1).length,
    largestShapes: Object.fromEntries(Object.entries(shapes).slice(0, MOST_SHAPES)),
    tables: withZeros(
      database.tables.map(({ name }) => name),
      partsUsed("tables"),
    ),
    columns,
    untouchedColumns: Object.keys(columns).filter((name) => columns[name] === 0),
    joins: joinStats(database, partsUsed("keys"), partsUsed("paths")),
    features: partsUsed("features"),
    refusals: countBy(refusals, ({ refusal }) => reasonOf(refusal ?? "")),
    wording: wordingOf(
      examples.map(({ question }) => question),
      examples.map(({ sql }) => literalsOf(sql)),
    ),
    duplicates: duplicatesOf(examples),
    ...(profiles && { values: valueCoverageOf(answers, uses, profiles) }),
    ...(counting && { tokens: tokenStats(examples, counting) }),
  };
  return { ...counted, advice: adviceOn(counted, database) };
}

/** "no table of parking permits" → "no table of …". */
export const reasonOf = (refusal: string): string =>
  refusal.replace(/^((?:no (?:table of|column for))|[a-z ]+:) .*/, "$1 …");

const withZeros = (names: readonly string[], counts: Counts): Counts =>
  Object.fromEntries(names.map((name) => [name, counts[name] ?? 0]));

function joinStats(database: Database, byKey: Counts, byPath: Counts): JoinStats {
  const graph = joinGraphOf(database);
  const keys = withZeros([...new Set(graph.keys.map(({ name }) => name))], byKey);
  const unused = (counts: Counts) => Object.keys(counts).filter((name) => counts[name] === 0);
  const unusedPaths = unused(withZeros(graph.paths, byPath));
  return {
    keys: Object.keys(keys).length,
    usedKeys: Object.keys(keys).length - unused(keys).length,
    paths: graph.paths.length,
    usedPaths: graph.paths.length - unusedPaths.length,
    byKey: keys,
    unusedKeys: unused(keys),
    unusedPaths: unusedPaths.slice(0, MOST_PATHS),
  };
}

/** Contexts that models and memory allow. */
const CONTEXTS = [512, 1024, 2048, 4096, 8192, 16_384, 32_768];

function tokenStats(
  examples: readonly Example[],
  { countTokens, promptFor, answerOf, contextTokens }: TokenCounting,
): TokenStats {
  const counted = new Map<string, number>();
  const countOnce = (prefix: string): number => {
    const tokens = counted.get(prefix) ?? countTokens(prefix);
    counted.set(prefix, tokens);
    return tokens;
  };
  const prompts = examples.map(({ question }) => promptFor(question));
  const prefixes = prompts.map(({ prefix }) => countOnce(prefix));
  const questions = examples.map(({ question }, i) => countTokens(prompts[i].suffixOf(question)));
  const answers = examples.map((example) => countTokens(answerOf(example)));
  const tooLongFor = (context: number) =>
    questions.filter((tokens, index) => prefixes[index] + tokens + answers[index] + 1 > context)
      .length;
  const contexts = [...new Set([...CONTEXTS, contextTokens])].sort((a, b) => a - b);
  return {
    prefix: Math.max(0, ...prefixes),
    question: lengthsOf(questions),
    answer: lengthsOf(answers),
    tooLong: tooLongFor(contextTokens),
    contextTokens,
    contexts: contexts.map((tokens) => {
      const tooLong = tooLongFor(tokens);
      return { tokens, tooLong, share: tooLong / Math.max(1, examples.length) };
    }),
  };
}
