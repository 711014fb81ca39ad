/** `t2s eval`: accuracy of a project's models on its test split, or of a file of predictions. */
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { UserError } from "../../base/errors.ts";
import { scorePredictionFile } from "../../eval/prediction-file.ts";
import { latestReport } from "../../pipeline/stages/eval.ts";
import { runStages } from "../../pipeline/run.ts";
import { type Io, ioOf } from "../io.ts";
import { addOptionFlags, overridesOf } from "../option-flags.ts";
import { chooseStages, contextOf, reportSummary } from "./run.ts";

type EvalOptions = {
  readonly gold?: string;
  readonly predictions?: string;
  readonly databases?: string;
  readonly modes: string;
  readonly force?: boolean;
};

const MODES = ["strict"];

export function registerEval(program: Command): void {
  const command = program
    .command("eval")
    .description(
      "Scores by executing SQL: without --gold the project's models on its test split, with it a file of predictions.",
    )
    .option("--gold <file>", "gold in Spider's form: [{db_id, question, query}]")
    .option("--predictions <file>", "one predicted SQL a line, in the order of the gold")
    .option("--databases <dir>", "holds DB/DB.sqlite for every db_id")
    .option("--modes <names>", `comma-separated: ${MODES.join(", ")}`, MODES[0])
    .option("--force", "score the project's models again even if nothing changed")
    .addHelpText(
      "after",
      "\nExamples:\n  t2s eval\n  t2s eval --gold dev.json --predictions predicted.sql --databases database/ --json",
    );
  addOptionFlags(command, ["eval.", "predict."]);
  command.action(async (options: EvalOptions, self: Command) => {
    const io = ioOf(self);
    if (options.gold !== undefined || options.predictions !== undefined)
      return scoreFile(options, io);
    const context = contextOf(io, overridesOf(self));
    await runStages(chooseStages(["baseline", "eval"]), context, options.force);
    const report = latestReport(context.project);
    if (!report) throw new UserError("not-found", "there is no report; run `t2s run` first");
    io.result(report.json, reportSummary(report.json, report.htmlFile));
  });
}

async function scoreFile(
  { gold, predictions, databases, modes }: EvalOptions,
  io: Io,
): Promise<void> {
  if (gold === undefined || predictions === undefined || databases === undefined)
    throw new UserError("usage", "--gold, --predictions and --databases go together");
  for (const path of [gold, predictions, databases])
    if (!existsSync(path)) throw new UserError("not-found", `there is no ${path}`);
  const wrong = modes.split(",").find((mode) => !MODES.includes(mode));
  if (wrong !== undefined)
    throw new UserError("usage", `there is no mode "${wrong}"; known: ${MODES.join(", ")}`);
  io.progress.step("scoring");
  const result = await scorePredictionFile(
    { gold, predictions, databases },
    { onProgress: (done, total) => io.progress.update(done, total) },
  );
  io.progress.done();
  const { score, low, high } = result.modes.strict;
  io.result(
    result,
    `strict ${(100 * score).toFixed(1)} % of ${result.n} (95 % interval ${(100 * low).toFixed(1)} – ${(100 * high).toFixed(1)} %)`,
  );
}
