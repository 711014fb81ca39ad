/** `t2s data generate`: makes verified pairs. */
import type { Command } from "commander";
import { UserError } from "../../../base/errors.ts";
import { checkOption, valueOfFlag } from "../../../pipeline/config.ts";
import type { Config } from "../../../pipeline/options.ts";
import { readRecords, runStages, type StageContext } from "../../../pipeline/run.ts";
import { readSynthesisReport } from "../../../pipeline/stages/data.ts";
import { ioOf } from "../../io.ts";
import { addOptionFlags, overridesOf } from "../../option-flags.ts";
import { chooseStages, contextOf } from "../run.ts";
import {
  generateTaught,
  isTaughtMethod,
  type TaughtFlags,
  taughtMethods,
} from "./generate-taught.ts";

type Options = {
  readonly method: string;
  readonly count?: string;
  readonly refusals?: string;
  readonly target?: string;
  readonly seed?: string;
};

export function registerGenerate(data: Command): void {
  const command = data
    .command("generate")
    .description(
      "Makes verified pairs from the schema (the stages schema, data and clean of `t2s run`).",
    )
    .option(
      "--method <name>",
      "builtin: from the schema graph and real values; teacher, paraphrase: by a larger model; served: from corrections",
      "builtin",
    )
    .option("--count <n>", "answerable pairs")
    .option("--refusals <n>", "questions that the schema cannot answer")
    .option("--target <name>", "spider, flat or a JSON file: what the pairs are to be made of")
    .option("--seed <n>", "seed")
    .option(
      "--from <file>",
      "served: JSON lines {question, sql} with the right SQL, or the log of `t2s serve`",
    )
    .option("--dry-run", "teacher, paraphrase: print the forecast of requests and cost, and stop")
    .addHelpText(
      "after",
      "\nExamples:\n  t2s data generate\n  t2s data generate --count 3000 --seed 7 --json\n  t2s data generate --method teacher --teacher.source ollama:NAME --dry-run\n  t2s data generate --method served --from corrections.jsonl",
    );
  addOptionFlags(command, ["teacher."]);
  command.action(async (options: TaughtFlags & Options, self: Command) => {
    const { method, count, seed } = options;
    const io = ioOf(self);
    if (isTaughtMethod(method)) {
      const flags = overrides({ "teacher.count": count, "teacher.seed": seed });
      const context = contextOf(io, { ...overridesOf(self), ...flags });
      return generateTaught(method, options, context, io);
    }
    if (method !== "builtin")
      throw new UserError(
        "usage",
        `--method is ${method}; one of builtin, ${taughtMethods.join(", ")} is wanted`,
      );
    const flags = overrides({
      "data.count": count,
      "data.refusals": options.refusals,
      "data.target": options.target,
      "data.seed": seed,
    });
    const context = contextOf(io);
    const seconds = {
      ...(await runStages(chooseStages(["schema", "data"]), {
        ...context,
        config: { ...context.config, ...flags },
      })),
      ...(await runStages(chooseStages(["clean"]), context)),
    };
    noteFlags(flags, context);
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

/** Flags hold for this command alone. */
function noteFlags(flags: Partial<Config>, { config, progress }: StageContext): void {
  const others = (Object.keys(flags) as (keyof Config)[]).filter(
    (name) => flags[name] !== config[name],
  );
  if (others.length > 0)
    progress.note(
      `t2s.yaml says otherwise, and \`t2s run\` would go by it: to keep these pairs, set ${others.map((name) => `${name}: ${flags[name]}`).join(", ")} there`,
    );
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
