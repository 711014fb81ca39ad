/** The command line: registers every command, turns errors into one line and an exit status (0 done, 1 failed, 2 wrong usage). */
import { Command, CommanderError } from "commander";
import { UserError } from "../base/errors.ts";
import { describeError } from "./io.ts";
import { packageVersion } from "./version.ts";

type Register = (program: Command) => void;

/** The commands in the order of the help; each is loaded when it is needed. */
const commands: Readonly<Record<string, () => Promise<Register>>> = {
  demo: async () => (await import("./commands/demo.ts")).registerDemo,
  init: async () => (await import("./commands/init.ts")).registerInit,
  run: async () => (await import("./commands/run.ts")).registerRun,
  schema: async () => (await import("./commands/schema.ts")).registerSchema,
  data: async () => (await import("./commands/data.ts")).registerData,
  train: async () => (await import("./commands/train.ts")).registerTrain,
  predict: async () => (await import("./commands/predict.ts")).registerPredict,
  eval: async () => (await import("./commands/eval.ts")).registerEval,
  compare: async () => (await import("./commands/compare.ts")).registerCompare,
  export: async () => (await import("./commands/export.ts")).registerExport,
  deploy: async () => (await import("./commands/deploy.ts")).registerDeploy,
  serve: async () => (await import("./commands/serve.ts")).registerServe,
  mcp: async () => (await import("./commands/mcp.ts")).registerMcp,
  keys: async () => (await import("./commands/keys.ts")).registerKeys,
  bench: async () => (await import("./commands/bench.ts")).registerBench,
  models: async () => (await import("./commands/models.ts")).registerModels,
  doctor: async () => (await import("./commands/doctor.ts")).registerDoctor,
};

/** The program with the command `only`; with all of them where that is none. */
export async function createProgram(only = ""): Promise<Command> {
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
  const names = Object.hasOwn(commands, only) ? [only] : Object.keys(commands);
  for (const name of names) (await commands[name]())(program);
  return program;
}

/** Runs one command line; the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    await (await createProgram(args[0])).parseAsync(args, { from: "user" });
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
    if (error.code !== "EPIPE") throw error;
    void said(0).then(() => process.exit(0));
  });
}

/** Writing to a pipe takes its time; an exit would cut it short. */
const written = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => stream.write("", () => resolve()));

/** Tells bin/t2s.cjs, which ends the process should Node not manage to. */
const said = (status: number): Promise<void> =>
  new Promise((resolve) => {
    if (process.send) process.send({ status }, () => resolve());
    else resolve();
  });

if (import.meta.main) {
  endWithReader();
  const status = await main(process.argv.slice(2));
  await Promise.all([written(process.stdout), written(process.stderr)]);
  await said(status);
  process.exit(status);
}
