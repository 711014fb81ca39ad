/** `t2s compare`: two scored systems on the same golds, with the items that changed sides. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { UserError } from "../../base/errors.ts";
import { writeFileAtomic } from "../../base/files.ts";
import { type ComparedMode, compareSystems } from "../../eval/compare.ts";
import { readSystem } from "../../eval/compare/read.ts";
import { comparisonMarkdown, comparisonText } from "../../eval/compare/text.ts";
import { projectAt } from "../../pipeline/project.ts";
import { ioOf } from "../io.ts";

type CompareOptions = { readonly mode?: string; readonly markdown?: string };

export function registerCompare(program: Command): void {
  program
    .command("compare")
    .description(
      "Compares two scored systems on the same golds: paired difference with interval and test, and the items that changed sides.",
    )
    .argument("<a>", "a file that `t2s eval --json` wrote, a run of the project, or its folder")
    .argument("<b>", "the other one; differences are B minus A")
    .option("--mode <name>", "whose changed items are listed; without it the first common mode")
    .option("--markdown <file>", "also write the comparison as Markdown, for a pull request")
    .addHelpText(
      "after",
      "\nExamples:\n  t2s compare before.json after.json\n  t2s compare fd302660e1e9 f27e446f910a --markdown comment.md",
    )
    .action((a: string, b: string, options: CompareOptions, self: Command) => {
      const io = ioOf(self);
      const { runsFolder } = projectAt(io.projectFolder);
      const comparison = compareSystems(
        readSystem(pathOf(a, runsFolder)),
        readSystem(pathOf(b, runsFolder)),
      );
      const mode = chooseMode(options.mode, Object.keys(comparison.modes) as ComparedMode[]);
      if (options.markdown !== undefined)
        writeFileAtomic(options.markdown, comparisonMarkdown(comparison, mode));
      io.result(comparison, comparisonText(comparison, mode));
    });
}

/** A path as it is, else a run of the project. */
function pathOf(name: string, runsFolder: string): string {
  if (existsSync(name)) return name;
  const run = join(runsFolder, name);
  if (existsSync(run)) return run;
  throw new UserError("not-found", `there is no file, folder or run ${name}`);
}

function chooseMode(wanted: string | undefined, modes: readonly ComparedMode[]): ComparedMode {
  if (wanted === undefined) return modes[0];
  const found = modes.find((mode) => mode === wanted);
  if (found !== undefined) return found;
  throw new UserError("usage", `no common mode "${wanted}"; common are ${modes.join(", ")}`);
}
