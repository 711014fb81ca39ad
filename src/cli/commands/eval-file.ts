/** The half of `t2s eval` that scores files: a gold checked, predictions scored in the chosen modes. */
import { existsSync } from "node:fs";
import { UserError } from "../../base/errors.ts";
import { writeFileAtomic } from "../../base/files.ts";
import { answerGold } from "../../pipeline/answer-gold.ts";
import type { Config } from "../../pipeline/options.ts";
import { createExecutor } from "../../db/executor.ts";
import { checkGolds } from "../../eval/check-gold.ts";
import { goldCheckText } from "../../eval/check-gold-text.ts";
import { type Mode, MODES } from "../../eval/modes.ts";
import { type FileReport, scoreFile } from "../../eval/score-file.ts";
import { findDatabases } from "../../eval/sources/databases.ts";
import { readGold } from "../../eval/sources/gold.ts";
import type { Io } from "../io.ts";

export type EvalFileOptions = {
  readonly gold: string;
  readonly databases?: string;
  readonly predictions?: string;
  /** Instead of predictions: a model that answers the gold's questions. */
  readonly model?: string;
  readonly messages?: boolean;
  readonly savePredictions?: string;
  readonly config: Config;
  readonly tables?: string;
  readonly suite?: string;
  readonly modes: string;
  readonly checkGold?: boolean;
  readonly atLeast?: string;
};

/** Raises `usage` for a mode that there is none of. */
export function modesIn(text: string): Mode[] {
  const names = [...new Set(text.split(",").map((name) => name.trim()))];
  const wrong = names.find((name) => !(MODES as readonly string[]).includes(name));
  if (wrong !== undefined)
    throw new UserError("usage", `there is no mode "${wrong}"; known: ${MODES.join(", ")}`);
  return names as Mode[];
}

/** A percentage given as a bound. Raises `usage`. */
export function boundIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const bound = Number(text);
  if (Number.isFinite(bound) && bound >= 0 && bound <= 112) return bound / 100;
  throw new UserError("usage", `--at-least is ${text}; a percentage such as 75 is wanted`);
}

/** Raises `below-bound`: the command ends with an error after its result was printed. */
export function requireAtLeast(name: string, score: number, bound: number | undefined): void {
  if (bound !== undefined && score < bound)
    throw new UserError(
      "below-bound",
      `${name} is ${(100 * score).toFixed(1)} %, below the bound of ${(100 * bound).toFixed(1)} %`,
    );
}

export async function evalFile(options: EvalFileOptions, io: Io): Promise<void> {
  const { gold, databases, predictions, tables, suite } = options;
  if (databases === undefined)
    throw new UserError("usage", "--gold wants --databases, the folder of its databases");
  for (const path of [gold, databases, predictions, tables, suite])
    if (path !== undefined && !existsSync(path))
      throw new UserError("not-found", `there is no ${path}`);
  if (options.checkGold) return checkGoldFile(gold, databases, io);
  if ((predictions === undefined) === (options.model === undefined))
    throw new UserError("usage", "--gold wants --predictions or --model, or --check-gold");
  const modes = modesIn(options.modes);
  const bound = boundIn(options.atLeast);
  const answers = predictions ?? (await answersOf(options, databases, io));
  io.progress.step("scoring");
  const report = await scoreFile(
    { gold, predictions: answers, databases, tables, suite },
    {
      modes,
      signal: io.signal,
      onProgress: (done, total) => io.progress.update(done, total),
    },
  );
  io.progress.done();
  io.result(report, summaryOf(report, modes));
  requireAtLeast(modes[0], report.modes[modes[0]]?.score ?? 0, bound);
}

/** Answers of a model, kept as a file of predictions where one is wanted. */
async function answersOf(
  { gold, model = "base", config, messages, savePredictions }: EvalFileOptions,
  databases: string,
  { progress, signal }: Io,
): Promise<string[]> {
  const { items } = readGold(gold);
  const files = findDatabases(items, databases);
  const answers = await answerGold(items, {
    model,
    config,
    fileOf: (dbId) => files.get(dbId) ?? "",
    sendsMessages: messages === true,
    progress,
    signal,
  });
  if (savePredictions !== undefined)
    writeFileAtomic(
      savePredictions,
      answers.map((sql) => `${sql.replace(/\s+/g, " ")}\n`).join(""),
    );
  return answers;
}

async function checkGoldFile(gold: string, databases: string, io: Io): Promise<void> {
  const { items } = readGold(gold);
  const files = findDatabases(items, databases);
  const executor = createExecutor();
  io.progress.step("golds");
  try {
    const check = await checkGolds(items, {
      executor,
      fileOf: (dbId) => files.get(dbId) ?? "",
      signal: io.signal,
      onProgress: (done, total) => io.progress.update(done, total),
    });
    io.progress.done();
    io.result(check, goldCheckText(check));
  } finally {
    await executor.close();
  }
}

const summaryOf = (report: FileReport, modes: readonly Mode[]): string =>
  modes
    .map((mode) => {
      const { score = 0, low = 0, high = 0, n = 0 } = report.modes[mode] ?? {};
      const percent = (share: number) => (100 * share).toFixed(1);
      return `${mode} ${percent(score)} % of ${n} (95 % interval ${percent(low)} – ${percent(high)} %)`;
    })
    .join("\n");
