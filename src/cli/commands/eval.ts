/** `t2s eval`: accuracy of a project's models on its test split, or of a file of predictions. */
import type { Command } from "commander";
import { UserError } from "../../base/errors.ts";
import { MODES } from "../../eval/mode-names.ts";
import { defaultConfig } from "../../pipeline/config.ts";
import { ioOf } from "../io.ts";
import { addOptionFlags, overridesOf } from "../option-flags.ts";
import type { EvalFileOptions } from "./eval-file.ts";
import { registerEvalSuite } from "./eval-suite.ts";

type EvalOptions = Partial<Pick<EvalFileOptions, "gold">> &
  Omit<EvalFileOptions, "gold" | "config"> & { readonly force?: boolean };

export function registerEval(program: Command): void {
  const command = program
    .command("eval")
    .description(
      "Scores by executing SQL: without --gold the project's models on its test split, with it a file of predictions.",
    )
    .option(
      "--gold <file>",
      "gold: Spider's or BIRD's JSON, lines sql<TAB>db, or pairs as JSON lines",
    )
    .option(
      "--predictions <file...>",
      "one SQL a line, tab-separated, or JSON; several files are scored one beside the other; see docs/evaluation.md",
    )
    .option(
      "--model <name>",
      "instead of --predictions: base, start, the folder of a run, ollama:NAME, http://HOST/v1#NAME",
    )
    .option("--messages", "with a server: send messages and leave the chat template to it")
    .option(
      "--notes <file>",
      "with --model: a project's schema/notes.yaml, for the prompt that its adapter was trained with",
    )
    .option(
      "--pairs <file...>",
      "with --model and --examples: the solved pairs to show, in a form of --gold; those whose question is asked are left out",
    )
    .option("--save-predictions <file>", "with --model: keep its answers, one a line")
    .option("--db-id <name>", "the database of pairs in JSON lines that name none")
    .option("--databases <dir>", "holds DB/DB.sqlite for every database of the gold")
    .option("--tables <file>", "Spider's tables.json, for spider-em")
    .option("--suite <dir>", "test suites: says how many right answers were luck")
    .option("--modes <names>", `comma-separated: ${MODES.join(", ")}`, MODES[0])
    .option("--check-gold", "only say what is wrong with the golds")
    .option("--report <file>", "write one HTML file with every item, both results side by side")
    .option("--junit <file>", "write a JUnit file for CI")
    .option("--markdown <file>", "write a summary for a pull request")
    .option("--allow-invalid-golds", "do not end with an error when golds do not run")
    .option("--at-least <percent>", "end with an error below this score (of the first mode)")
    .option("--force", "score the project's models again even if nothing changed")
    .addHelpText(
      "after",
      `\nExamples:\n  t2s eval --at-least 60\n  t2s eval --gold dev.json --predictions predicted.sql --databases database/ \\\n    --tables tables.json --modes strict,spider-ex,spider-em --json\n  t2s eval --gold dev.json --databases database/ --model start --decode candidates:4 --json\n  t2s eval --gold dev.json --databases database/ --check-gold`,
    );
  addOptionFlags(command, ["eval.", "predict.", "prompt.hints"]);
  registerEvalSuite(command);
  command.action(async (options: EvalOptions, self: Command) => {
    const io = ioOf(self);
    // here --model is who answers, not the option of that name
    const { model: _, ...overrides } = overridesOf(self);
    const { gold } = options;
    if (gold !== undefined) {
      // The processes start while everything else is loaded.
      const { createScoreRunner } = await import("../../eval/score-runner.ts");
      const runner = createScoreRunner();
      if (options.predictions !== undefined) runner.start();
      try {
        const { evalFile } = await import("./eval-file.ts");
        const config = { ...defaultConfig, ...overrides };
        return await evalFile({ ...options, gold, config }, io, runner);
      } finally {
        await runner.close();
      }
    }
    if (options.predictions !== undefined || options.model !== undefined || options.checkGold)
      throw new UserError("usage", "--predictions, --model and --check-gold want --gold");
    const { evalProject } = await import("./eval-project.ts");
    return evalProject(options, overrides, io);
  });
}
