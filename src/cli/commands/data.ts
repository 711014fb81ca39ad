/** `t2s data`: makes pairs, and counts what there is. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { UserError } from "../../base/errors.ts";
import { readJsonLines } from "../../base/files.ts";
import type { Example } from "../../data/example.ts";
import { statsOf } from "../../data/stats.ts";
import { statsText } from "../../data/stats-text.ts";
import { countTokens, baseModelOf, promptOf } from "../../pipeline/model.ts";
import type { Config } from "../../pipeline/options.ts";
import { checkOption, valueOfFlag } from "../../pipeline/config.ts";
import { readRecords, runStages } from "../../pipeline/run.ts";
import { loadDatabase } from "../../pipeline/stages/schema.ts";
import { renderAnswer } from "../../prompt/answer.ts";
import { ioOf } from "../io.ts";
import { chooseStages, contextOf } from "./run.ts";

export function registerData(program: Command): void {
  const data = program.command("data").description("Makes and counts pairs of question and SQL.");
  data
    .command("generate")
    .description(
      "Makes verified pairs from the schema (the stages schema, data and clean of `t2s run`).",
    )
    .option("--method <name>", "builtin: from the schema graph and real values", "builtin")
    .option("--count <n>", "answerable pairs")
    .option("--seed <n>", "seed")
    .addHelpText(
      "after",
      "\nExamples:\n  t2s data generate\n  t2s data generate --count 3000 --seed 7 --json",
    )
    .action(async (options: { method: string; count?: string; seed?: string }, self: Command) => {
      if (options.method !== "builtin")
        throw new UserError("usage", `--method is ${options.method}; builtin is wanted`);
      const io = ioOf(self);
      const context = contextOf(
        io,
        overrides({ "data.count": options.count, "data.seed": options.seed }),
      );
      const seconds = await runStages(chooseStages(["schema", "data", "clean"]), context);
      const records = readRecords(context.project);
      io.result(
        {
          seconds,
          data: records.data?.summary,
          clean: records.clean?.summary,
          outputs: Object.keys(records.clean?.outputs ?? {}),
        },
        `${records.data?.summary}\n${records.clean?.summary}`,
      );
    });
  data
    .command("stats")
    .description(
      "Counts the pairs: by split, hardness, shape and table, columns never touched, lengths in the model's tokens.",
    )
    .addHelpText("after", "\nExample:\n  t2s data stats --json")
    .action(async (_options: unknown, self: Command) => {
      const io = ioOf(self);
      const context = contextOf(io);
      const files = ["train", "dev", "test"].map((split) =>
        join(context.project.cleanFolder, `${split}.jsonl`),
      );
      if (!files.every((file) => existsSync(file)))
        throw new UserError("not-found", "there are no pairs yet; run `t2s data generate` first");
      const database = await loadDatabase(context);
      const model = await baseModelOf(context);
      const prompt = await promptOf(context, model);
      const stats = statsOf(
        files.flatMap((file) => readJsonLines<Example>(file)),
        database,
        {
          countTokens: (text) => countTokens(model, text),
          prefix: prompt.prefix,
          suffixOf: prompt.suffixOf,
          answerOf: renderAnswer,
          contextTokens: model.contextTokens,
        },
      );
      io.result(stats, statsText(stats));
    });
}

function overrides(flags: Partial<Record<keyof Config, string | undefined>>): Partial<Config> {
  const given = Object.entries(flags).flatMap(([name, flag]) =>
    flag === undefined
      ? []
      : [
          [
            name,
            checkOption(
              name,
              valueOfFlag(name as keyof Config, flag),
              `--${name.replace(/^.*\./, "")}`,
            ),
          ],
        ],
  );
  return Object.fromEntries(given) as Partial<Config>;
}
