/** `t2s eval suite make`: its options. */
import type { Command } from "commander";
import { ioOf } from "../io.ts";
import type { MakeOptions } from "./make-suites.ts";

/** Adds `suite make` to the `eval` command. */
export function registerEvalSuite(evalCommand: Command): void {
  evalCommand
    .command("suite")
    .description("Test suites: several databases on which a right query must agree with its gold.")
    .command("make")
    .description(
      "Makes a suite for the project's test and dev questions, or for a file of golds: the fewest databases that tell every gold from queries with one difference.",
    )
    .option("--gold <file>", "gold in Spider's form: [{db_id, question, query}]")
    .option("--databases <dir>", "holds DB/DB.sqlite for every db_id")
    .option(
      "--out <dir>",
      "where DB/*.sqlite and DB/suite.json go; without it suite/ in the project",
    )
    .option("--databases-max <n>", "most databases of one suite, the given one counted", "10")
    .option("--minutes <n>", "time for each suite; what was found by then is the suite", "5")
    .option("--seed <n>", "draws other neighbours and rows", "1")
    .addHelpText(
      "after",
      "\nExamples:\n  t2s eval suite make\n  t2s eval suite make --gold dev.json --databases database/ --out suites/ --json",
    )
    .action(async (_: unknown, self: Command) => {
      const io = ioOf(self);
      // The options of `eval` bear some of these names, and Commander then gives the values to the parent.
      const options = self.optsWithGlobals<MakeOptions>();
      const { makeSuites } = await import("./make-suites.ts");
      return makeSuites(options, io);
    });
}
