/** `t2s export`: the tuned adapter as files that other programs load, or base and adapter as one. */
import { Argument, type Command } from "commander";
import { UserError } from "../../base/errors.ts";
import { filesOf } from "../../pipeline/forms.ts";
import { baseModelOf } from "../../pipeline/model.ts";
import { adapterFileOf } from "../../pipeline/predictor.ts";
import { readRecords, runStages } from "../../pipeline/run.ts";
import { ioOf } from "../io.ts";
import { chooseStages, contextOf } from "./run.ts";

export function registerExport(program: Command): void {
  program
    .command("export")
    .description(
      "Writes the tuned adapter to models/: PEFT safetensors, GGUF LoRA, Modelfile for Ollama, manifest with hashes; or base and adapter merged into one GGUF file.",
    )
    .addArgument(
      new Argument("[what]", "the form")
        .choices(["adapter", "merged-f16", "merged-q8_0"])
        .default("adapter"),
    )
    .addHelpText(
      "after",
      "\nExamples:\n  t2s export\n  cd models && ollama create my-sql -f Modelfile\n  t2s export merged-q8_0",
    )
    .action(async (what: "adapter" | "merged-f16" | "merged-q8_0", _options, self: Command) => {
      const io = ioOf(self);
      const context = contextOf(io);
      if (what !== "adapter") {
        const adapterFile = await adapterFileOf(context);
        if (adapterFile === undefined)
          throw new UserError(
            "not-found",
            "there is no tuned adapter to merge; run `t2s train` first",
          );
        const { modelFile } = filesOf(
          what,
          await baseModelOf(context),
          adapterFile,
          context.project,
        );
        return io.result({ modelFile }, modelFile);
      }
      await runStages(chooseStages(["export"]), context);
      const record = readRecords(context.project).export;
      io.result(
        { folder: context.project.modelsFolder, ...record },
        `${Object.keys(record?.outputs ?? {}).join("\n")}`,
      );
    });
}
