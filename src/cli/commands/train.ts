/** `t2s train`: tunes the base model on data/clean/train.jsonl (the stage `train` of `t2s run`). */
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { UserError } from "../../base/errors.ts";
import { readRecipe, runRecipe } from "../../pipeline/recipe.ts";
import { readRecords, runStages } from "../../pipeline/run.ts";
import { forecastOf, readTrained, runFolderOf } from "../../pipeline/stages/train.ts";
import { type Io, ioOf } from "../io.ts";
import { addOptionFlags, overridesOf } from "../option-flags.ts";
import { chooseStages, contextOf } from "./run.ts";

type TrainOptions = {
  readonly forecast?: boolean;
  readonly force?: boolean;
  readonly recipe?: string;
  readonly archive: string;
  readonly out?: string;
};

export function registerTrain(program: Command): void {
  const command = program
    .command("train")
    .description(
      "Tunes the base model with LoRA on the training pairs. A killed run goes on from its last checkpoint, bit for bit.",
    )
    .option("--forecast", "say how long it takes and how much memory it needs, and do nothing")
    .option("--recipe <file>", "train an adapter to start from, over many databases; see recipes/")
    .option("--archive <dir>", "with --recipe: the folder that its files stand below", ".")
    .option("--out <dir>", "with --recipe: where the adapter goes")
    .option("--force", "run even if the pairs and the settings did not change")
    .addHelpText(
      "after",
      "\nExamples:\n  t2s train\n  t2s train --train.epochs 5 --train.learningRate 0.0008\n  t2s train --forecast",
    );
  addOptionFlags(command, ["train.", "model"]);
  command.action(async (options: TrainOptions, self: Command) => {
    const io = ioOf(self);
    if (options.recipe !== undefined) return trainRecipe(options.recipe, options, io);
    const context = contextOf(io, overridesOf(self));
    if (options.forecast) {
      const forecast = (await forecastOf(context)) ?? null;
      return io.result({ forecast }, forecast ?? "no training pairs yet: run `t2s run data clean`");
    }
    await runStages(chooseStages(["train"]), context, options.force);
    const folder = await runFolderOf(context);
    const trained = readTrained(folder);
    io.result(
      { run: folder, ...trained, ...readRecords(context.project).train },
      `adapter in ${folder}`,
    );
  });
}

async function trainRecipe(file: string, { archive, out }: TrainOptions, io: Io): Promise<void> {
  if (out === undefined) throw new UserError("usage", "--recipe wants --out, a folder");
  for (const path of [file, archive])
    if (!existsSync(path)) throw new UserError("not-found", `there is no ${path}`);
  const { progress, signal } = io;
  const manifest = await runRecipe(readRecipe(file), { archive, out, progress, signal });
  io.result(manifest, `adapter in ${out}`);
}
