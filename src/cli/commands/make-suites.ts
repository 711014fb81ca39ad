/** What `t2s eval suite make` does: databases that tell each gold from the queries beside it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../base/errors.ts";
import { readSpiderItems, spiderDatabaseFile } from "../../data/spider.ts";
import { makeSuite, type SuiteJob } from "../../eval/suite/make.ts";
import type { Suite } from "../../eval/suite/suite-file.ts";
import { suiteText } from "../../eval/suite/suite-text.ts";
import { readSplit } from "../../pipeline/stages/baseline.ts";
import { databaseFileOf } from "../../pipeline/stages/schema.ts";
import { dbIdOf } from "../../schema/describe.ts";
import type { Io } from "../io.ts";
import { contextOf } from "./run.ts";

export type MakeOptions = {
  readonly gold?: string;
  readonly databases?: string;
  readonly out?: string;
  readonly databasesMax: string;
  readonly minutes: string;
  readonly seed: string;
};

export async function makeSuites(options: MakeOptions, io: Io): Promise<void> {
  const suites: Suite[] = [];
  const jobs = jobsOf(options, io);
  for (const job of jobs) suites.push(await make(job, options, io));
  const texts = suites.map((suite, i) => suiteText(suite, join(jobs[i].out, suite.dbId)));
  io.result({ suites }, texts.join("\n\n"));
}

function make(job: SuiteJob, options: MakeOptions, { progress, signal }: Io): Promise<Suite> {
  progress.note(`${job.dbId}: ${new Set(job.golds).size} golds`);
  return makeSuite(job, {
    databasesMax: positive(options.databasesMax, "--databases-max"),
    minutes: positive(options.minutes, "--minutes"),
    seed: Math.floor(positive(options.seed, "--seed")),
    progress,
    signal,
  });
}

function positive(text: string, flag: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new UserError("usage", `${flag} is ${JSON.stringify(text)}; a number above 0 is wanted`);
}

function jobsOf({ gold, databases, out }: MakeOptions, io: Io): SuiteJob[] {
  if (gold === undefined && databases === undefined) return [projectJob(out, io)];
  if (gold === undefined || databases === undefined || out === undefined)
    throw new UserError("usage", "--gold, --databases and --out go together");
  for (const path of [gold, databases])
    if (!existsSync(path)) throw new UserError("not-found", `there is no ${path}`);
  const items = Map.groupBy(readSpiderItems(gold), (item) => item.db_id);
  return [...items].map(([dbId, own]) => ({
    file: spiderDatabaseFile(databases, dbId),
    dbId,
    golds: own.map(({ query }) => query),
    out,
  }));
}

/** The project's own database with its test and dev questions. */
function projectJob(out: string | undefined, io: Io): SuiteJob {
  const context = contextOf(io);
  const file = databaseFileOf(context);
  const examples = (["test", "dev"] as const).flatMap((split) => readSplit(context, split));
  const golds = examples.filter(({ kind }) => kind === "answer").map(({ sql }) => sql);
  return { file, dbId: dbIdOf(file), golds, out: out ?? context.project.suiteFolder };
}
