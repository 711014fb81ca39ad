/** The command line: registers every command, turns errors into one line and an exit status (0 done, 1 failed, 2 wrong usage). */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { UserError } from "../base/errors.ts";
import { registerCompare } from "./commands/compare.ts";
import { registerData } from "./commands/data.ts";
import { registerDemo } from "./commands/demo.ts";
import { registerDoctor } from "./commands/doctor.ts";
import { registerEval } from "./commands/eval.ts";
import { registerExport } from "./commands/export.ts";
import { registerInit } from "./commands/init.ts";
import { registerModels } from "./commands/models.ts";
import { registerPredict } from "./commands/predict.ts";
import { registerRun } from "./commands/run.ts";
import { registerSchema } from "./commands/schema.ts";
import { registerTrain } from "./commands/train.ts";
import { describeError } from "./io.ts";

/** The whole program, also read by the generated documentation. */
export function createProgram(): Command {
  const program = new Command("t2s")
    .description(
      "Tune a small language model to your own database, on your own machine, and prove how right it is.",
    )
    .version(packageVersion())
    .option("--project <dir>", "the project folder", ".")
    .option("--json", "one JSON document on standard output and nothing else there")
    .option("--quiet", "no progress")
    .option("--verbose", "errors with their stack")
    .enablePositionalOptions(false)
    .showHelpAfterError("(add --help for what is possible)")
    .exitOverride();
  for (const register of [
    registerDemo,
    registerInit,
    registerRun,
    registerSchema,
    registerData,
    registerTrain,
    registerPredict,
    registerEval,
    registerCompare,
    registerExport,
    registerModels,
    registerDoctor,
  ])
    register(program);
  return program;
}

function packageVersion(): string {
  const fromDist = new URL("../../../package.json", import.meta.url);
  const fromSource = new URL("../../package.json", import.meta.url);
  const file = import.meta.url.endsWith(".ts") ? fromSource : fromDist;
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/** Runs one command line; the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`${describeError(error, args.includes("--verbose"))}\n`);
    return error instanceof UserError && error.code === "usage" ? 2 : 1;
  }
}

/** A reader such as `head` may close standard output before all is written: that is its end, not a fault. */
function endWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}

/** Writing to a pipe takes its time; an exit would cut it short. */
const written = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => stream.write("", () => resolve()));

if (import.meta.main) {
  endWithReader();
  const status = await main(process.argv.slice(2));
  await Promise.all([written(process.stdout), written(process.stderr)]);
  process.exit(status);
}
