/** `t2s run`: the stages of a project, in order; what is up to date is skipped. */
import type { Command } from "commander";
import { UserError, nearestName } from "../../base/errors.ts";
import { readConfig } from "../../pipeline/config.ts";
import { projectAt } from "../../pipeline/project.ts";
import {
  readRecords,
  reasonToRun,
  runStages,
  type Stage,
  type StageContext,
  type StageName,
} from "../../pipeline/run.ts";
import { forecastOf } from "../../pipeline/stages/train.ts";
import { stages } from "../../pipeline/stages.ts";
import { reportText, type ReportJson } from "../../eval/report.ts";
import { latestReport } from "../../pipeline/stages/eval.ts";
import { type Io, ioOf } from "../io.ts";
import { addOptionFlags, overridesOf } from "../option-flags.ts";

export function registerRun(program: Command): void {
  const command = program
    .command("run")
    .description(
      "Runs the stages: schema → data → clean → baseline → train → eval → export. A stage whose inputs did not change is skipped.",
    )
    .argument(
      "[stages...]",
      `some of ${stages.map((stage) => stage.name).join(", ")}; none means all`,
    )
    .option("--dry-run", "show what would run, with a forecast, and do nothing")
    .option("--force", "run the stages even if they are up to date")
    .addHelpText(
      "after",
      "\nExamples:\n  t2s run\n  t2s run schema data --force\n  t2s run --dry-run\n  t2s run --train.epochs 4",
    );
  addOptionFlags(command);
  command.action(
    async (names: string[], options: { dryRun?: boolean; force?: boolean }, self: Command) => {
      const io = ioOf(self);
      const context = contextOf(io, overridesOf(self));
      const chosen = chooseStages(names);
      if (options.dryRun) return showPlan(chosen, context, io);
      const seconds = await runStages(chosen, context, options.force);
      const report = latestReport(context.project);
      io.result(
        {
          seconds,
          stages: readRecords(context.project),
          ...(report && { report: report.json, reportFile: report.htmlFile }),
        },
        report ? reportSummary(report.json, report.htmlFile) : "done",
      );
    },
  );
}

export const contextOf = (
  io: Io,
  overrides: Parameters<typeof readConfig>[1] = {},
): StageContext => {
  const project = projectAt(io.projectFolder);
  return {
    project,
    config: readConfig(project.folder, overrides),
    progress: io.progress,
    signal: io.signal,
  };
};

export const reportSummary = (json: ReportJson, file: string): string =>
  `${reportText(json)}\n\nReport: ${file}`;

/** The stages of these names in their order; all for none. */
export function chooseStages(names: readonly string[]): readonly Stage[] {
  const known: readonly string[] = stages.map((stage) => stage.name);
  for (const name of names) {
    if (known.includes(name)) continue;
    const near = nearestName(name, known);
    throw new UserError(
      "usage",
      `there is no stage "${name}"${near ? `; did you mean "${near}"?` : ""} The stages are ${known.join(", ")}`,
    );
  }
  return names.length === 0 ? stages : stages.filter((stage) => names.includes(stage.name));
}

async function showPlan(chosen: readonly Stage[], context: StageContext, io: Io): Promise<void> {
  const plan: { stage: StageName; reason: string }[] = [];
  for (const stage of chosen) {
    const upstreamRuns = plan.some(({ reason }) => reason !== "up to date");
    plan.push({
      stage: stage.name,
      reason: upstreamRuns
        ? "a stage before it runs"
        : ((await reasonToRun(stage, context)) ?? "up to date"),
    });
  }
  const forecast = await forecastOf(context);
  const text = [
    ...plan.map(({ stage, reason }) => `${stage.padEnd(9)} ${reason}`),
    ...(forecast ? ["", `training: ${forecast}`] : []),
  ].join("\n");
  io.result({ plan, forecast: forecast ?? null }, text);
}
