/** The half of `t2s eval` that scores files: a gold checked, predictions scored in the chosen modes. */
import { existsSync } from "node:fs";
import { UserError } from "../../base/errors.ts";
import { writeFileAtomic } from "../../base/files.ts";
import type { Config } from "../../pipeline/options.ts";
import { spiderDatabaseFile } from "../../data/spider.ts";
import { createExecutor } from "../../db/executor.ts";
import { checkGolds } from "../../eval/check-gold.ts";
import { goldCheckText } from "../../eval/check-gold-text.ts";
import { createSchemas } from "../../eval/file-item.ts";
import { fileReportHtml } from "../../eval/file-report/html.ts";
import { fileReportJunit } from "../../eval/file-report/junit.ts";
import { fileReportMarkdown } from "../../eval/file-report/markdown.ts";
import { resultsOf } from "../../eval/file-report/results.ts";
import { fileReportText, manyFilesText } from "../../eval/file-report/terminal.ts";
import { type Mode, MODES } from "../../eval/mode-names.ts";
import type { ScoreRunner } from "../../eval/score-runner.ts";
import { type FileReport, type Predicted, scoreFiles } from "../../eval/score-file.ts";
import { findDatabases } from "../../eval/sources/databases.ts";
import { readGold } from "../../eval/sources/gold.ts";
import type { Io } from "../io.ts";
import { boundIn, requireAtLeast } from "./bound.ts";

export type EvalFileOptions = {
  readonly gold: string;
  /** The database of pairs that name none. */
  readonly dbId?: string;
  readonly databases?: string;
  readonly predictions?: readonly string[];
  /** Instead of predictions: a model that answers the gold's questions. */
  readonly model?: string;
  readonly messages?: boolean;
  readonly notes?: string;
  readonly savePredictions?: string;
  /** Solved pairs that the model is shown (predict.examples). */
  readonly pairs?: readonly string[];
  /** Files that reports are written to. */
  readonly report?: string;
  readonly junit?: string;
  readonly markdown?: string;
  readonly config: Config;
  readonly tables?: string;
  readonly suite?: string;
  readonly modes: string;
  readonly checkGold?: boolean;
  readonly allowInvalidGolds?: boolean;
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

/** The caller closes the runner. */
export async function evalFile(
  options: EvalFileOptions,
  io: Io,
  runner: ScoreRunner,
): Promise<void> {
  const { gold, dbId, databases, predictions, pairs, tables, suite } = options;
  if (databases === undefined)
    throw new UserError("usage", "--gold wants --databases, the folder of its databases");
  const files = [gold, databases, ...(predictions ?? []), ...(pairs ?? []), tables, suite];
  for (const path of [...files, options.notes])
    if (path !== undefined && !existsSync(path))
      throw new UserError("not-found", `there is no ${path}`);
  if (options.checkGold) return checkGoldFile(options, databases, io, runner);
  if ((predictions === undefined) === (options.model === undefined))
    throw new UserError("usage", "--gold wants --predictions or --model, or --check-gold");
  const modes = modesIn(options.modes);
  const bound = boundIn(options.atLeast);
  const wantsReport = [options.report, options.junit, options.markdown].some(Boolean);
  if (wantsReport && predictions !== undefined && predictions.length > 1)
    throw new UserError("usage", "--report, --junit and --markdown want one file of predictions");
  const sources = predictions ?? [await answersOf(options, databases, io)];
  io.progress.step("scoring");
  const reports = await scoreFiles({ gold, dbId, databases, tables, suite }, sources, {
    modes,
    runner,
    signal: io.signal,
    onProgress: (done, total) => io.progress.update(done, total),
  });
  io.progress.done();
  const [report] = reports;
  await writeReports(report, options);
  if (predictions === undefined || predictions.length === 1)
    io.result(report, fileReportText(report));
  else
    io.result(
      { files: reports.map((one, i) => ({ predictions: predictions[i], ...one })) },
      manyFilesText(predictions, reports),
    );
  reports.forEach((one, i) => {
    const name = reports.length > 1 ? `${modes[0]} of ${predictions?.[i]}` : modes[0];
    requireAtLeast(name, one.modes[modes[0]]?.score ?? 0, bound);
  });
  const { fails } = report.golds.counts;
  if (fails > 0 && !options.allowInvalidGolds)
    throw new UserError(
      "data-invalid",
      `${fails} of ${report.golds.n} golds do not run and were left out; see --check-gold, or give --allow-invalid-golds`,
    );
}

/** The reports that were asked for, each a file. */
async function writeReports(
  report: FileReport,
  { gold, predictions, model, databases = "", report: htmlFile, junit, markdown }: EvalFileOptions,
): Promise<void> {
  const title = `${predictions?.[0] ?? model} on ${gold}`;
  if (junit !== undefined) writeFileAtomic(junit, fileReportJunit(report));
  if (markdown !== undefined) writeFileAtomic(markdown, fileReportMarkdown(report, { title }));
  if (htmlFile === undefined) return;
  const executor = createExecutor();
  const fileOf = (dbId: string) => spiderDatabaseFile(databases, dbId);
  const results = await resultsOf(report, executor, fileOf).finally(() => executor.close());
  const { SQLite, Node } = report.conditions;
  writeFileAtomic(
    htmlFile,
    fileReportHtml({ title, report, results, conditions: { SQLite, Node } }),
  );
}

/** Answers of a model, kept as a file of predictions where one is wanted. */
async function answersOf(
  {
    gold,
    dbId,
    model = "base",
    config,
    messages,
    notes,
    savePredictions,
    pairs,
    report,
  }: EvalFileOptions,
  databases: string,
  { progress, signal }: Io,
): Promise<Predicted[]> {
  if ((config["predict.examples"] === "none") !== (pairs === undefined))
    throw new UserError("usage", "with --gold, --examples and --pairs want each other");
  const { items } = readGold(gold, { dbId });
  const files = findDatabases(items, databases);
  const silent = items.filter(({ question = "" }) => question.trim() === "").length;
  if (silent > 0)
    throw new UserError(
      "data-invalid",
      `${silent} of ${items.length} items of ${gold} have no question, which --model is to answer`,
    );
  const { answerGold } = await import("../../pipeline/answer-gold.ts");
  const answers = await answerGold(items, {
    model,
    config,
    pairs: pairs?.flatMap((path) => readGold(path, { dbId }).items),
    fileOf: (dbId) => files.get(dbId) ?? "",
    notesFile: notes,
    sendsMessages: messages === true,
    // the page shows its calibration
    withConfidence: report !== undefined,
    progress,
    signal,
  });
  if (savePredictions !== undefined)
    writeFileAtomic(
      savePredictions,
      answers.map(({ sql }) => `${sql.replace(/\s+/g, " ")}\n`).join(""),
    );
  return answers;
}

async function checkGoldFile(
  { gold, dbId }: EvalFileOptions,
  databases: string,
  io: Io,
  runner: ScoreRunner,
): Promise<void> {
  const { items } = readGold(gold, { dbId });
  const files = findDatabases(items, databases);
  const fileOf = (dbId: string) => files.get(dbId) ?? "";
  io.progress.step("golds");
  const check = await checkGolds(items, {
    runner,
    fileOf,
    tablesOf: createSchemas(fileOf).tablesOf,
    signal: io.signal,
    onProgress: (done, total) => io.progress.update(done, total),
  });
  io.progress.done();
  io.result(check, goldCheckText(check));
}
