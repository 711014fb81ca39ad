/** What prompts show beside schema and question, as the options want it: solved pairs, and hints of values. */
import { type ColumnCells, indexCells } from "../link/cells.ts";
import { createNearest, examplesOf, fixedExamples, type SolvedPair } from "../predict/examples.ts";
import { valueHint } from "../predict/hints.ts";
import { renderAnswer } from "../prompt/answer.ts";
import type { FewShotExample, Show } from "../prompt/prompt.ts";
import type { Database } from "../schema/schema.ts";
import type { Config } from "./options.ts";

export type ShownFrom = {
  /** The values of the database; read where they are wanted. */
  readonly cells: () => Promise<readonly ColumnCells[]>;
  /** Solved pairs on it; read where examples are wanted. */
  readonly pairs: () => readonly SolvedPair[];
  readonly countTokens: (text: string) => number;
};

export type ShownParts = {
  /** The same for every question. */
  readonly fewShot: readonly FewShotExample[];
  /** What a prompt of these tables shows beside a question. */
  readonly showOn: (part: Pick<Database, "tables">) => Show;
  /** The most tokens that it adds to a question. */
  readonly mostTokens: number;
};

/** Tokens of a turn beside its question and answer, and of a usual hint. */
const TURN_TOKENS = 16;
const HINT_TOKENS = 200;

export async function shownParts(
  config: Config,
  { cells, pairs, countTokens }: ShownFrom,
): Promise<ShownParts> {
  const hinted = await cellsForHints(config, cells);
  const hintOn = (part: Pick<Database, "tables">) => hintsOf(config, hinted, part);
  const room = config["prompt.hints"] === "none" ? 0 : HINT_TOKENS;
  const choice = examplesOf(config["predict.examples"]);
  if (choice?.how !== "nearest") {
    const fewShot = choice ? fixedExamples(pairs(), choice.count, config["data.seed"]) : [];
    return { fewShot, showOn: hintOn, mostTokens: room };
  }
  const solved = pairs();
  const nearest = createNearest(solved, indexCells(await cells()));
  const lengths = solved
    .map((pair) => countTokens(`${pair.question}${renderAnswer(pair)}`) + TURN_TOKENS)
    .sort((a, b) => b - a);
  const longest = lengths.slice(0, choice.count).reduce((sum, tokens) => sum + tokens, 0);
  return {
    fewShot: [],
    showOn(part) {
      const hint = hintOn(part);
      return (question) => ({ ...hint(question), examples: nearest(question, choice.count) });
    },
    mostTokens: room + longest,
  };
}

/** The values of a database, if prompts hint at them. */
export const cellsForHints = async (
  config: Config,
  cells: ShownFrom["cells"],
): Promise<readonly ColumnCells[]> => (config["prompt.hints"] === "none" ? [] : cells());

/** The hint that training and serving show for a question on these tables. */
export function hintsOf(
  config: Config,
  cells: readonly ColumnCells[],
  { tables }: Pick<Database, "tables">,
): Show {
  if (config["prompt.hints"] === "none") return () => ({});
  const known = new Set(tables.map(({ name }) => name));
  const index = indexCells(cells.filter(({ table }) => known.has(table)));
  return (question) => {
    const hint = valueHint(question, index);
    return hint === undefined ? {} : { hint };
  };
}
