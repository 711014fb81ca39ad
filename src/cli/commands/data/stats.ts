/** `t2s data stats`: what the pairs hold. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { UserError } from "../../../base/errors.ts";
import { readJsonLines } from "../../../base/files.ts";
import type { Example } from "../../../data/example.ts";
import { statsOf } from "../../../data/stats.ts";
import { statsText } from "../../../data/stats-text.ts";
import { countTokens, baseModelOf, promptOf } from "../../../pipeline/model.ts";
import { loadDatabase } from "../../../pipeline/stages/schema.ts";
import { renderAnswer } from "../../../prompt/answer.ts";
import { ioOf } from "../../io.ts";
import { contextOf } from "../run.ts";

export function registerStats(data: Command): void {
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
