/** What share of a set of pairs is of which kind: what one set is compared with another by. */
import { HARDNESSES, type Hardness } from "../../sql/hardness.ts";
import { FEATURES } from "../../sql/features.ts";
import { Rng } from "../../base/rng.ts";
import type { Counts } from "./counts.ts";
import type { SetStats } from "./dataset.ts";
import { type Distinct, distinctOf, SAMPLE_SIZES, wordsOf } from "./wording.ts";

export type Distribution = {
  readonly pairs: number;
  readonly hardness: Readonly<Record<Hardness, number>>;
  /** Share of the queries that have the feature. */
  readonly features: Readonly<Record<string, number>>;
  /** Share of the queries that read one table, two, three … */
  readonly tablesRead: Readonly<Record<string, number>>;
  /** Share of the queries whose first WHERE has no condition, one, two … */
  readonly conditions: Readonly<Record<string, number>>;
  /** By the size of the sample; the mean of DRAWS draws. */
  readonly distinct: Readonly<Record<string, Distinct>>;
};

const DRAWS = 5;

/** The distribution of a set; shares to four places. */
export function distributionOf(stats: SetStats, questions: readonly string[]): Distribution {
  const share = (count = 0) => rounded(count / stats.n);
  const shares = (counts: Counts) =>
    Object.fromEntries(
      Object.entries(counts)
        .sort()
        .map(([name, count]) => [name, share(count)]),
    );
  const words = questions.map(wordsOf);
  const sizes = SAMPLE_SIZES.filter((size) => size <= words.length);
  return {
    pairs: stats.n,
    hardness: Object.fromEntries(
      HARDNESSES.map((name) => [name, share(stats.hardness[name])]),
    ) as Record<Hardness, number>,
    features: Object.fromEntries(FEATURES.map((name) => [name, share(stats.features[name])])),
    tablesRead: shares(stats.tablesRead),
    conditions: shares(stats.conditions),
    distinct: Object.fromEntries(sizes.map((size) => [size, meanDistinct(words, size)])),
  };
}

function meanDistinct(words: readonly string[][], size: number): Distinct {
  const draws = Array.from({ length: DRAWS }, (_, seed) =>
    distinctOf(new Rng(seed + 1).shuffle(words).slice(0, size)),
  );
  const mean = (key: keyof Distinct) =>
    rounded(draws.reduce((sum, draw) => sum + draw[key], 0) / DRAWS);
  return { distinct1: mean("distinct1"), distinct2: mean("distinct2") };
}

const rounded = (value: number) => Math.round(1e4 * value) / 1e4;
