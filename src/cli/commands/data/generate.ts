/** `t2s data generate`: makes verified pairs. */
import type { Command } from "commander";
import { UserError } from "../../../base/errors.ts";
import { checkOption, valueOfFlag } from "../../../pipeline/config.ts";
import type { Config } from "../../../pipeline/options.ts";
import { readRecords, runStages } from "../../../pipeline/run.ts";
import { readSynthesisReport } from "../../../pipeline/stages/data.ts";
import { ioOf } from "../../io.ts";
import { chooseStages, contextOf } from "../run.ts";

type Options = {
  readonly method: string;
  readonly count?: string;
  readonly refusals?: string;
  readonly target?: string;
  readonly seed?: string;
};

export function registerGenerate(data: Command): void {
  data
    .command("generate")
    .description(
      "Makes verified pairs from the schema (the stages schema, data and clean of `t2s run`).",
    )
    .option("--method <name>", "builtin: from the schema graph and real values", "builtin")
    .option("--count <n>", "answerable pairs")
    .option("--refusals <n>", "questions that the schema cannot answer")
    .option("--target <name>", "spider, flat or a JSON file: what the pairs are to be made of")
    .option("--seed <n>", "seed")
    .addHelpText(
      "after",
      "\nExamples:\n  t2s data generate\n  t2s data generate --count 3000 --seed 7 --json",
    )
    .action(async (options: Options, self: Command) => {
      if (options.method !== "builtin")
        throw new UserError("usage", `--method is ${options.method}; builtin is wanted`);
      const io = ioOf(self);
      const context = contextOf(
        io,
        overrides({
          "data.count": options.count,
          "data.refusals": options.refusals,
          "data.target": options.target,
          "data.seed": options.seed,
        }),
      );
      const seconds = await runStages(chooseStages(["schema", "data", "clean"]), context);
      const records = readRecords(context.project);
      io.result(
        {
          ...readSynthesisReport(context.project),
          stageSeconds: seconds,
          data: records.data?.summary,
          clean: records.clean?.summary,
          outputs: Object.keys(records.clean?.outputs ?? {}),
        },
        `${records.data?.summary}\n${records.clean?.summary}`,
      );
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
