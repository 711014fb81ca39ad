/** `t2s demo` (`npm start`): the whole loop on the bundled company, then a page with the report and a box to ask in. */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { company } from "../../../company/company.ts";
import { UserError } from "../../base/errors.ts";
import { readConfig, writeConfig } from "../../pipeline/config.ts";
import { importPairs } from "../../pipeline/stages/data.ts";
import { latestReport } from "../../pipeline/stages/eval.ts";
import { type Project, projectAt } from "../../pipeline/project.ts";
import { runStages } from "../../pipeline/run.ts";
import { stages } from "../../pipeline/stages.ts";
import { ioOf } from "../io.ts";
import { serveProject } from "../serve-project.ts";
import { reportSummary } from "./run.ts";
import { readPort } from "./serve.ts";

/**
 * What differs from the defaults. The pairs written by hand are many; a few synthetic ones stand beside them. Rate, size
 * of the forests, passes and precision were chosen on dev (docs/log.md) so that the whole ends within 25 minutes on two
 * cores; slower ones do fewer steps.
 */
const DEMO_CONFIG = {
  database: "sqlite:company.sqlite",
  "data.count": 100,
  "data.refusals": 0,
  "train.learningRate": 0.004,
  "train.batchSize": 20,
  "train.dropout": 0,
  "train.epochs": 3,
  "train.maxSteps": 180,
  "train.maxMinutes": 11.5,
  "train.precision": "int8",
  "predict.decode": "candidates:8",
  "eval.timeoutMs": 5000,
} as const;

export function registerDemo(program: Command): void {
  program
    .command("demo")
    .description(
      "Tunes the default model to the bundled company, proves it, and serves a page to ask in. A second call goes on where the first stopped.",
    )
    .option("--no-serve", "end after the report")
    .option("--port <number>", "port of the page", "4318")
    .option("--folder <dir>", "the demo's project folder", "demo")
    .addHelpText(
      "after",
      "\nExamples:\n  npm start\n  npm start -- --no-serve\n  t2s demo --port 8080",
    )
    .action(async (options: { serve: boolean; port: string; folder: string }, self: Command) => {
      const io = ioOf(self);
      const port = readPort(options.port);
      const project = projectAt(resolve(options.folder));
      prepare(project);
      const context = {
        project,
        config: readConfig(project.folder),
        progress: io.progress,
        signal: io.signal,
      };
      const seconds = await runStages(stages, context);
      const report = latestReport(project);
      if (!report)
        throw new UserError(
          "not-found",
          `the report of ${project.folder} is missing; remove ${project.stagesFile} and run again`,
        );
      io.result(
        { ...report.json, reportFile: report.htmlFile, secondsNow: seconds },
        `\n${reportSummary(report.json, report.htmlFile)}`,
      );
      if (options.serve)
        await serveProject(context, {
          host: "127.0.0.1",
          port,
          title: company.title,
          sampleQuestions: company.sampleQuestions,
          onReady: (url) => io.progress.note(`Ask your questions on ${url} (Ctrl-C ends)`),
        });
    });
}

/** Puts the company's database, notes and pairs into the project folder; what is there is left as it is. */
function prepare(project: Project): void {
  mkdirSync(project.folder, { recursive: true });
  const databaseFile = join(project.folder, "company.sqlite");
  if (!existsSync(databaseFile)) {
    const partial = `${databaseFile}.partial`;
    rmSync(partial, { force: true });
    company.buildDatabase(partial);
    renameSync(partial, databaseFile);
  }
  if (!existsSync(join(project.folder, "t2s.yaml"))) writeConfig(project.folder, DEMO_CONFIG);
  mkdirSync(dirname(project.notesFile), { recursive: true });
  if (!existsSync(project.notesFile)) copyFileSync(company.notesFile, project.notesFile);
  importPairs(project, company.pairFiles, company.pairLicence);
}
