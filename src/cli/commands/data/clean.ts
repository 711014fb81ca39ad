/** `t2s data clean`: the stage `clean`, and what it kept and why it set the rest aside. */
import { join } from "node:path";
import type { Command } from "commander";
import { readJsonLines } from "../../../base/files.ts";
import type { Rejection, Warning } from "../../../data/clean.ts";
import { readRecords, runStages, type StageContext } from "../../../pipeline/run.ts";
import { readClean } from "../../../pipeline/stages/clean.ts";
import { ioOf } from "../../io.ts";
import { chooseStages, contextOf } from "../run.ts";

export function registerClean(data: Command): void {
  data
    .command("clean")
    .description(
      "Checks the pairs of data/raw and divides them (the stage clean of `t2s run`); what fails a check is kept in data/clean/rejected.jsonl with its reason.",
    )
    .option("--force", "check again even if nothing changed")
    .addHelpText("after", "\nExamples:\n  t2s data clean\n  t2s data clean --force --json")
    .action(async (options: { force?: boolean }, self: Command) => {
      const io = ioOf(self);
      const context = contextOf(io);
      await runStages(chooseStages(["clean"]), context, options.force);
      const result = resultOf(context);
      io.result(result, textOf(result));
    });
}

type CleanResult = {
  /** Answerable pairs; refusals are counted beside them. */
  readonly kept: number;
  readonly refusals: number;
  readonly rejected: Readonly<Record<string, number>>;
  readonly warnings: Readonly<Record<string, number>>;
  readonly seconds: number;
};

function resultOf(context: StageContext): CleanResult {
  const lines = <T>(name: string) => readJsonLines<T>(join(context.project.cleanFolder, name));
  const examples = readClean(context);
  const kept = examples.filter(({ kind }) => kind === "answer").length;
  return {
    kept,
    refusals: examples.length - kept,
    rejected: countCodes(lines<Rejection>("rejected.jsonl")),
    warnings: countCodes(lines<Warning>("warnings.jsonl")),
    seconds: readRecords(context.project).clean?.seconds ?? 0,
  };
}

const countCodes = (findings: readonly { readonly code: string }[]): Record<string, number> =>
  Object.fromEntries(
    [...Map.groupBy(findings, ({ code }) => code)].map(([code, group]) => [code, group.length]),
  );

function textOf({ kept, refusals, rejected, warnings }: CleanResult): string {
  const list = (title: string, counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([code, count]) => `${title} ${code.padEnd(20)} ${count}`);
  return [
    `kept     ${kept} with SQL, ${refusals} to refuse`,
    ...list("rejected", rejected),
    ...list("warning ", warnings),
  ].join("\n");
}
