/** `t2s export`: the tuned adapter as files that other programs load. */
import type { Command } from "commander";
import { readRecords, runStages } from "../../pipeline/run.ts";
import { ioOf } from "../io.ts";
import { chooseStages, contextOf } from "./run.ts";

export function registerExport(program: Command): void {
  program
    .command("export")
    .description(
      "Writes the tuned adapter to models/: PEFT safetensors, GGUF LoRA, Modelfile for Ollama, manifest with hashes.",
    )
    .argument("[what]", "adapter", "adapter")
    .addHelpText(
      "after",
      "\nExamples:\n  t2s export\n  cd models && ollama create my-sql -f Modelfile",
    )
    .action(async (_what: string, _options: unknown, self: Command) => {
      const io = ioOf(self);
      const context = contextOf(io);
      await runStages(chooseStages(["export"]), context);
      const record = readRecords(context.project).export;
      io.result(
        { folder: context.project.modelsFolder, ...record },
        `${Object.keys(record?.outputs ?? {}).join("\n")}`,
      );
    });
}
