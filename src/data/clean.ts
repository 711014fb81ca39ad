/**
 * Pairs as generated or imported → pairs to train on and to score with: each is checked alone, then against the others;
 * what fails is set aside with its reason, what is doubtful is kept with a warning, the rest is divided. Knows no file.
 */
import type { CellIndex } from "../link/cells.ts";
import type { Database } from "../schema/schema.ts";
import { trainingStyle } from "../sql/training-style.ts";
import { checkPair } from "./check/check-pair.ts";
import type { Finding, RejectionCode, WarningCode } from "./check/codes.ts";
import { questionKey } from "./check/questions.ts";
import { findRepeats, ORDER } from "./check/repeats.ts";
import { doubtedPairs, type RoundTrip } from "./check/round-trip.ts";
import type { Embed } from "./embed.ts";
import type { Example, Split } from "./example.ts";
import type { CheckedPair } from "./pairs.ts";
import { splitKeyOf, type SplitOptions, splitPairs } from "./split.ts";

/** A line of rejected.jsonl. */
export type Rejection = Finding<RejectionCode> & {
  readonly example: Example;
  /** What a person said, when it was rejected in review. */
  readonly note?: string;
};

/** A line of warnings.jsonl: what is doubtful about a pair that was kept. */
export type Warning = Finding<WarningCode> & { readonly id: string };

export type CleanPairs = Readonly<Record<Split, readonly Example[]>> & {
  readonly rejected: readonly Rejection[];
  readonly warnings: readonly Warning[];
};

export type CleanOptions = {
  readonly database: Database;
  /**
   * With options the pairs are divided anew; with "given" each keeps the split that it has, and what training shares with
   * test or dev leaves training.
   */
  readonly split: SplitOptions | "given";
  /** The database's texts, to see when a question names another value than its SQL. */
  readonly cells?: CellIndex;
  readonly embed?: Embed;
  readonly roundTrip?: RoundTrip;
};

/** Checks, removes what repeats, and divides. */
export async function cleanPairs(
  pairs: readonly CheckedPair[],
  { database, split, cells, embed, roundTrip }: CleanOptions,
): Promise<CleanPairs> {
  const rejected = new Map<CheckedPair, Finding<RejectionCode>>();
  const warnings: Warning[] = [];
  const warn = ({ example }: CheckedPair, finding: Finding<WarningCode>) =>
    void warnings.push({ id: example.id, ...finding });
  for (const pair of pairs) {
    const findings = checkPair(pair, database, cells);
    if (findings.rejection !== undefined) rejected.set(pair, findings.rejection);
    for (const warning of findings.warnings) warn(pair, warning);
  }
  const remaining = () => pairs.filter((pair) => !rejected.has(pair));
  const repeats = await findRepeats(remaining(), embed);
  for (const [pair, finding] of repeats.rejected) rejected.set(pair, finding);
  for (const [pair, finding] of repeats.warnings) warn(pair, finding);
  if (roundTrip !== undefined)
    for (const [pair, finding] of await doubtedPairs(remaining(), roundTrip, embed))
      warn(pair, finding);
  const kept = remaining();
  if (split === "given") for (const [pair, finding] of leaksOf(kept)) rejected.set(pair, finding);
  const examples = remaining().map(({ example }) => example);
  const divided = split === "given" ? examples : splitPairs(examples, split);
  const of = (name: Split) => divided.filter((example) => example.split === name);
  const ids = new Set(examples.map(({ id }) => id));
  const train = of("train");
  warnings.push(...unstyledIn(train, database));
  return {
    train,
    dev: of("dev"),
    test: of("test"),
    rejected: pairs.flatMap((pair): Rejection[] => {
      const finding = rejected.get(pair);
      return finding === undefined ? [] : [{ example: pair.example, ...finding }];
    }),
    warnings: warnings.filter(({ id }) => ids.has(id)),
  };
}

/** Pairs that training shows as they were written. */
const unstyledIn = (train: readonly Example[], { dialect, tables }: Database): Warning[] =>
  train.flatMap(({ id, sql }): Warning[] => {
    const { unstyled: reason } = sql === "" ? {} : trainingStyle(sql, dialect, tables);
    return reason === undefined ? [] : [{ id, code: "unstyled", reason }];
  });

/** Pairs whose template or question belongs to a split that goes before theirs. */
function leaksOf(pairs: readonly CheckedPair[]): Map<CheckedPair, Finding<RejectionCode>> {
  const owners = { template: new Map<string, Split>(), question: new Map<string, Split>() };
  for (const split of ORDER)
    for (const { example } of pairs) {
      if (example.split !== split) continue;
      const key = splitKeyOf(example);
      const question = questionKey(example.question);
      if (!owners.template.has(key)) owners.template.set(key, split);
      if (!owners.question.has(question)) owners.question.set(question, split);
    }
  const leaks = new Map<CheckedPair, Finding<RejectionCode>>();
  for (const pair of pairs) {
    const { example } = pair;
    const byTemplate = owners.template.get(splitKeyOf(example));
    const byQuestion = owners.question.get(questionKey(example.question));
    if (byTemplate !== example.split)
      leaks.set(pair, {
        code: "shares-template",
        reason: `shares its template with ${byTemplate}`,
      });
    else if (byQuestion !== example.split)
      leaks.set(pair, {
        code: "shares-question",
        reason: `shares its question with ${byQuestion}`,
      });
  }
  return leaks;
}
