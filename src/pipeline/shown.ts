/** What prompts show beside schema and question, as the options want it: solved pairs, and hints of values. */
import { type ColumnCells, indexCells, readCells } from "../link/cells.ts";
import { createNearest, examplesOf, fixedExamples, type SolvedPair } from "../predict/examples.ts";
import { valueHint } from "../predict/hints.ts";
import { renderAnswer } from "../prompt/answer.ts";
import type { FewShotExample, Show } from "../prompt/prompt.ts";
import type { Database } from "../schema/schema.ts";
import type { Config } from "./options.ts";

export type ShownFrom = {
  readonly database: Database;
  /** Its file. */
  readonly file: string;
  /** Solved pairs on it; read where examples are wanted. */
  readonly pairs: () => readonly SolvedPair[];
  readonly countTokens: (text: string) => number;
};

export type ShownParts = {
  /** The same for every question. */
  readonly fewShot: readonly FewShotExample[];
  readonly show: Show;
  /** The most tokens that `show` adds to a question. */
  readonly mostTokens: number;
};

/** Tokens of a turn beside its question and answer, and of a usual hint. */
const TURN_TOKENS = 16;
const HINT_TOKENS = 200;

/** Reads the database's values only where they are wanted. */
export function shownParts(
  config: Config,
  { database, file, pairs, countTokens }: ShownFrom,
): ShownParts {
  const hint = hintsOf(config, cellsForHints(config, file, database), database);
  const room = config["prompt.hints"] === "none" ? 0 : HINT_TOKENS;
  const choice = examplesOf(config["predict.examples"]);
  if (choice?.how !== "nearest") {
    const fewShot = choice ? fixedExamples(pairs(), choice.count, config["data.seed"]) : [];
    return { fewShot, show: hint, mostTokens: room };
  }
  const solved = pairs();
  const nearest = createNearest(solved, indexCells(readCells(file, database)));
  const lengths = solved
    .map((pair) => countTokens(`${pair.question}${renderAnswer(pair)}`) + TURN_TOKENS)
    .sort((a, b) => b - a);
  const longest = lengths.slice(0, choice.count).reduce((sum, tokens) => sum + tokens, 0);
  return {
    fewShot: [],
    show: (question) => ({ ...hint(question), examples: nearest(question, choice.count) }),
    mostTokens: room + longest,
  };
}

/** The values of a database, if prompts hint at them. */
export const cellsForHints = (
  config: Config,
  file: string,
  database: Database,
): readonly ColumnCells[] => (config["prompt.hints"] === "none" ? [] : readCells(file, database));

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
