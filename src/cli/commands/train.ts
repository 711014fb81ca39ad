/** `t2s train`: tunes the base model on data/clean/train.jsonl (the stage `train` of `t2s run`). */
import type { Command } from "commander";
import { readRecords, runStages } from "../../pipeline/run.ts";
import { forecastOf, runFolderOf } from "../../pipeline/stages/train.ts";
import { ioOf } from "../io.ts";
import { addOptionFlags, overridesOf } from "../option-flags.ts";
import { chooseStages, contextOf } from "./run.ts";

export function registerTrain(program: Command): void {
  const command = program
    .command("train")
    .description(
      "Tunes the base model with LoRA on the training pairs. A killed run goes on from its last checkpoint, bit for bit.",
    )
    .option("--forecast", "say how long it takes and how much memory it needs, and do nothing")
    .option("--force", "run even if the pairs and the settings did not change")
    .addHelpText(
      "after",
      "\nExamples:\n  t2s train\n  t2s train --train.epochs 5 --train.learningRate 0.0008\n  t2s train --forecast",
    );
  addOptionFlags(command, ["train.", "model"]);
  command.action(async (options: { forecast?: boolean; force?: boolean }, self: Command) => {
    const io = ioOf(self);
    const context = contextOf(io, overridesOf(self));
    if (options.forecast) {
      const forecast = (await forecastOf(context)) ?? null;
      return io.result({ forecast }, forecast ?? "no training pairs yet: run `t2s run data clean`");
    }
    await runStages(chooseStages(["train"]), context, options.force);
    const folder = await runFolderOf(context);
    io.result({ run: folder, ...readRecords(context.project).train }, `adapter in ${folder}`);
  });
}
