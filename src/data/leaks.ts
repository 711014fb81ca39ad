/**
 * How near training comes to what is held out: for each pair of dev and test the training pair with the nearest SQL and the
 * one with the nearest question, and what must not be. Says what it finds and removes nothing.
 */
import type { Database } from "../schema/schema.ts";
import { lexSql } from "../sql/lexer.ts";
import { canonicalOf } from "../sql/template.ts";
import { UserError } from "../base/errors.ts";
import {
  cosine,
  NEAR_COSINE,
  NEAR_OVERLAP,
  overlap,
  plainQuestion,
  questionKey,
  wordSet,
} from "./check/questions.ts";
import type { Embed } from "./embed.ts";
import type { Example, Split } from "./example.ts";
import { splitKeyOf } from "./split.ts";

export type LeakFlag =
  /** The SQL in its one spelling, literals kept, stands in training. */
  | "same-sql"
  /** With its literals masked it does; for a refusal, its subject. */
  | "same-template"
  | "same-question"
  /** But for articles or number, or by words and embedding both. */
  | "near-question";

/** A line of leaks.jsonl. */
export type Leak = {
  readonly id: string;
  readonly split: Split;
  /** 0 to 1: shared tokens ÷ all tokens of the SQL in its one spelling; not for refusals. */
  readonly nearestSql?: { readonly id: string; readonly similarity: number };
  /** Shared words ÷ all words, and the cosine of the embeddings. */
  readonly nearestQuestion?: {
    readonly id: string;
    readonly overlap: number;
    readonly cosine?: number;
  };
  readonly flags: readonly LeakFlag[];
};

/** Training questions with the most words in common whose embeddings are compared. */
const CANDIDATES = 2;

/** One line for each held-out pair, in their order. Without `embed` questions are compared by their words alone. */
export async function findLeaks(
  examples: readonly Example[],
  { dialect, tables }: Database,
  embed?: Embed,
): Promise<Leak[]> {
  const side = (wanted: boolean) =>
    examples
      .filter(({ split }) => (split === "train") === wanted)
      .map((example) => readExample(example, (sql) => canonicalOf(sql, dialect, tables)));
  const [train, held] = [side(true), side(false)];
  const index = indexOf(train);
  const nearest = held.map((item) => nearestByWords(item, train));
  const cosines = embed && (await cosinesOf(held, nearest, embed));
  return held.map((item, i): Leak => {
    const best = nearestOf(nearest[i], cosines?.[i]);
    const sql = nearestSql(item, train);
    return {
      id: item.example.id,
      split: item.example.split,
      ...(sql && { nearestSql: sql }),
      ...(best && { nearestQuestion: best }),
      flags: flagsOf(item, index, best),
    };
  });
}

type Item = {
  readonly example: Example;
  readonly canonical: string;
  readonly tokens: ReadonlyMap<string, number>;
  readonly words: ReadonlySet<string>;
};

function readExample(example: Example, canonical: (sql: string) => string): Item {
  const text = example.kind === "answer" ? orItself(example.sql, canonical) : "";
  const tokens = new Map<string, number>();
  for (const token of lexSql(text)) tokens.set(token.text, (tokens.get(token.text) ?? 0) + 1);
  return { example, canonical: text, tokens, words: wordSet(example.question) };
}

function orItself(sql: string, canonical: (sql: string) => string): string {
  try {
    return canonical(sql);
  } catch (error) {
    if (error instanceof UserError) return sql;
    throw error;
  }
}

type Near = { readonly item: Item; readonly overlap: number };

/** The training questions with the most words in common, the best first. */
function nearestByWords({ words }: Item, train: readonly Item[]): Near[] {
  const best: Near[] = [];
  for (const item of train) {
    const shared = overlap(words, item.words);
    if (best.length === CANDIDATES && shared <= best[CANDIDATES - 1].overlap) continue;
    best.push({ item, overlap: shared });
    best.sort((a, b) => b.overlap - a.overlap);
    best.length = Math.min(best.length, CANDIDATES);
  }
  return best;
}

async function cosinesOf(
  held: readonly Item[],
  nearest: readonly (readonly Near[])[],
  embed: Embed,
): Promise<number[][]> {
  const textOf = ({ example }: Item) => plainQuestion(example.question);
  const texts = held.flatMap((item, i) => [
    textOf(item),
    ...nearest[i].map((near) => textOf(near.item)),
  ]);
  const vectors = await embed(texts);
  let at = 0;
  return held.map((_, i) => {
    const [own, ...others] = vectors.slice(at, (at += 1 + nearest[i].length));
    return others.map((other) => cosine(own, other));
  });
}

function nearestOf(
  nearest: readonly Near[],
  cosines: readonly number[] | undefined,
): Leak["nearestQuestion"] {
  const scored = nearest.map(({ item, overlap: shared }, i) => ({
    id: item.example.id,
    overlap: rounded(shared),
    ...(cosines && { cosine: rounded(cosines[i]) }),
  }));
  return scored.sort((a, b) => (b.cosine ?? b.overlap) - (a.cosine ?? a.overlap))[0];
}

function nearestSql({ example, tokens }: Item, train: readonly Item[]): Leak["nearestSql"] {
  if (example.kind === "refuse") return undefined;
  let best: Leak["nearestSql"];
  for (const item of train) {
    if (item.example.kind === "refuse") continue;
    const similarity = rounded(shareOf(tokens, item.tokens));
    if (similarity > (best?.similarity ?? -1)) best = { id: item.example.id, similarity };
  }
  return best;
}

/** Tokens in common ÷ all of them, each as often as it stands. */
function shareOf(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let [shared, all] = [0, 0];
  for (const [token, count] of a) {
    const other = b.get(token) ?? 0;
    shared += Math.min(count, other);
    all += Math.max(count, other);
  }
  for (const [token, count] of b) if (!a.has(token)) all += count;
  return all === 0 ? 0 : shared / all;
}

const rounded = (value: number) => Math.round(1000 * value) / 1000;

type Index = Readonly<Record<"sql" | "template" | "question" | "key", ReadonlySet<string>>>;

function indexOf(train: readonly Item[]): Index {
  return {
    sql: new Set(train.map(({ canonical }) => canonical).filter((text) => text !== "")),
    template: new Set(train.map(({ example }) => splitKeyOf(example))),
    question: new Set(train.map(({ example }) => plainQuestion(example.question))),
    key: new Set(train.map(({ example }) => questionKey(example.question))),
  };
}

function flagsOf(
  { example, canonical }: Item,
  index: Index,
  best: Leak["nearestQuestion"],
): LeakFlag[] {
  const isNear =
    best !== undefined && best.overlap >= NEAR_OVERLAP && (best.cosine ?? 0) >= NEAR_COSINE;
  const checks: readonly (readonly [LeakFlag, boolean])[] = [
    ["same-sql", index.sql.has(canonical)],
    ["same-template", index.template.has(splitKeyOf(example))],
    ["same-question", index.question.has(plainQuestion(example.question))],
    ["near-question", isNear || index.key.has(questionKey(example.question))],
  ];
  return checks.filter(([, holds]) => holds).map(([flag]) => flag);
}

export const LEAK_FLAGS: readonly LeakFlag[] = [
  "same-sql",
  "same-template",
  "same-question",
  "near-question",
];

/** How often each flag was raised. */
export type LeakCounts = {
  readonly items: number;
  readonly flags: Readonly<Record<LeakFlag, number>>;
  /** Medians over the held-out pairs. */
  readonly nearest: { readonly sql: number; readonly question: number };
};

/** Counts leaks by flag. */
export function countLeaks(leaks: readonly Leak[]): LeakCounts {
  const count = (flag: LeakFlag) => leaks.filter(({ flags }) => flags.includes(flag)).length;
  return {
    items: leaks.length,
    flags: Object.fromEntries(LEAK_FLAGS.map((flag) => [flag, count(flag)])) as LeakCounts["flags"],
    nearest: {
      sql: medianOf(leaks.flatMap(({ nearestSql: near }) => near?.similarity ?? [])),
      question: medianOf(
        leaks.flatMap(({ nearestQuestion: near }) => near?.cosine ?? near?.overlap ?? []),
      ),
    },
  };
}

const medianOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** The card's section. */
export function leakSection(leaks: readonly Leak[]): string {
  const { items, flags, nearest } = countLeaks(leaks);
  return [
    "## Leaks",
    `Of ${items} held-out pairs, in training stand the same SQL (literals kept) of ${flags["same-sql"]}, the same template of ${flags["same-template"]}, the same question of ${flags["same-question"]}, nearly the same of ${flags["near-question"]}.`,
    `Half of them are nearer than ${nearest.sql} to a training pair by the tokens of their SQL and ${nearest.question} by their question (1 = the same).`,
  ].join("\n\n");
}
