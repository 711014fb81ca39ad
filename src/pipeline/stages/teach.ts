/**
 * Pairs by a larger model, paraphrases and corrections: read and written as files of the project. The pairs go to
 * data/raw, where the stage `clean` takes them up; what was turned down goes to data/rejected; a summary with every call
 * stands beside the pairs. Files are written when all is done or a limit is reached, never half.
 */
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "../../base/errors.ts";
import { readJsonLines, writeJson, writeJsonLines } from "../../base/files.ts";
import { type Example } from "../../data/example.ts";
import { readPairs } from "../../data/pairs.ts";
import { splitKeyOf } from "../../data/split.ts";
import { synthesize } from "../../data/synthesize/synthesize.ts";
import { type CallCounts, type Calls, costOf } from "../../data/teach/calls.ts";
import { type Taught } from "../../data/teach/collect.ts";
import {
  type Forecast,
  forecastOf,
  forecastText,
  type Plan,
  planOfParaphrasing,
  planOfTeaching,
} from "../../data/teach/forecast.ts";
import { paraphrase, paraphraseJobs } from "../../data/teach/paraphrase.ts";
import { readServed } from "../../data/teach/served.ts";
import { createJobs, type Direction, MOST_TRIES, teach } from "../../data/teach/teach.ts";
import { correctionLines } from "../../track/requests.ts";
import { readTemplate } from "../prompt-template.ts";
import type { StageContext } from "../run.ts";
import { limitsOf, teacherName, withCalls } from "../teacher.ts";
import { curatedFiles, withDatabase } from "./data.ts";
import { loadDatabase } from "./schema.ts";

export type TaughtMethod = "teacher" | "paraphrase";

/** Files of data/raw that are written here. */
const FILES: Readonly<Record<TaughtMethod | "served", string>> = {
  teacher: "teacher",
  paraphrase: "paraphrases",
  served: "served",
};

export type TaughtSummary = CallCounts & {
  readonly pairs: number;
  readonly refusals: number;
  /** Replies and pairs that were turned down, by reason. */
  readonly rejected: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly templates: number;
  /** A limit ended it before all was done. */
  readonly isLimited: boolean;
};

/** What a job reads: the database, the pairs that people brought, and what of them may be shown. */
async function readJob(context: StageContext) {
  const database = await loadDatabase(context);
  const made = [FILES.teacher, FILES.paraphrase].map((name) => `${name}.jsonl`);
  const files = curatedFiles(context.project).filter((file) => !made.includes(basename(file)));
  const known = await withDatabase(context, async (run) =>
    (
      await Promise.all(
        files.map((file) =>
          readPairs(file, { database, run, method: `curated:${basename(file, ".jsonl")}` }),
        ),
      )
    ).flat(),
  );
  const exclude = new Set(known.filter(({ split }) => split !== "train").map(splitKeyOf));
  const shown = known.filter(
    (example) =>
      example.kind === "answer" &&
      example.split === "train" &&
      example.checks.executed &&
      !exclude.has(splitKeyOf(example)),
  );
  return { database, known, exclude, shown };
}

type Job = Awaited<ReturnType<typeof readJob>>;

/** Verified SQL to be put into words: the pairs that the stage `data` draws with its seed. */
async function draftsFor(
  context: StageContext,
  { database, exclude }: Job,
): Promise<readonly Example[]> {
  const { config } = context;
  if (config["teacher.directions"] === "question-to-sql") return [];
  const { examples } = await withDatabase(context, (run) =>
    synthesize(database, {
      count: MOST_TRIES * config["teacher.count"],
      seed: config["data.seed"],
      run,
      exclude,
    }),
  );
  return examples;
}

const directionsOf = (context: StageContext): readonly Direction[] => {
  const choice = context.config["teacher.directions"];
  return choice === "both" ? ["question-to-sql", "sql-to-question"] : [choice as Direction];
};

/** Asks the teacher and writes the pairs. With `isDryRun` it stops after the forecast. */
export async function runTaught(
  context: StageContext,
  method: TaughtMethod,
  isDryRun: boolean,
): Promise<{
  readonly forecast: Forecast;
  readonly text: string;
  readonly summary?: TaughtSummary;
}> {
  const { config, progress } = context;
  const startedMs = performance.now();
  const limits = limitsOf(config);
  const job = await readJob(context);
  const drafts = method === "teacher" ? await draftsFor(context, job) : [];
  if (method === "paraphrase" && job.shown.length === 0)
    throw new UserError(
      "data-too-few",
      "there is no question to put into other words: data/raw holds no pair of the training split that somebody wrote",
    );
  const shared = sharedOptions(context, job, drafts);
  const forecast = forecastOf(planOf(method, shared), limits);
  const text = forecastText(forecast, teacherName(config));
  if (isDryRun) return { forecast, text };
  progress.note(text);
  const { fingerprint } = job.database;
  return withCalls(context, { name: FILES[method], fingerprint }, async (calls, { model }) => {
    progress.step(method);
    const taught = await withDatabase(context, (run) => {
      const options = { ...shared, calls, run, model };
      return method === "teacher" ? teach(options) : paraphrase(options);
    });
    const seconds = (performance.now() - startedMs) / 1000;
    return { forecast, text, summary: write(context, method, taught, calls, seconds) };
  });
}

function sharedOptions(
  context: StageContext,
  { database, known, exclude, shown }: Job,
  drafts: readonly Example[],
) {
  const { config, progress } = context;
  return {
    database,
    known,
    exclude,
    shown,
    parents: shown,
    drafts,
    count: config["teacher.count"],
    seed: config["teacher.seed"],
    repairs: config["teacher.repairs"],
    directions: directionsOf(context),
    perQuestion: config["teacher.paraphrases"],
    systemTemplate: readTemplate(context).text,
    onProgress: (done: number, total: number) => progress.update(done, total, "pairs"),
  };
}

function planOf(method: TaughtMethod, options: ReturnType<typeof sharedOptions>): Plan {
  const { count, repairs, perQuestion } = options;
  if (method === "teacher")
    return planOfTeaching(createJobs(options)(count), options.database, options);
  const jobs = paraphraseJobs(options).slice(0, Math.ceil(count / perQuestion));
  return planOfParaphrasing(jobs, repairs);
}

function write(
  { config, project }: StageContext,
  method: TaughtMethod,
  { examples, rejections, isLimited }: Taught,
  calls: Calls,
  seconds: number,
): TaughtSummary {
  const name = FILES[method];
  writeJsonLines(join(project.folder, "data", "rejected", `${name}.jsonl`), rejections);
  writeJsonLines(join(project.rawFolder, `${name}.jsonl`), examples.map(withoutTime));
  const { prices } = limitsOf(config);
  const made = countsOf(examples, rejections);
  const all = [...calls.journal.answers()].map(([key, { tokens, ms }]) => ({
    key,
    tokens,
    ms,
    cost: costOf(tokens, prices),
  }));
  const sumOf = (pick: (call: (typeof all)[number]) => number) =>
    all.reduce((sum, call) => sum + pick(call), 0);
  writeJson(join(project.rawFolder, `${name}.json`), {
    method,
    source: config["teacher.source"],
    seed: config["teacher.seed"],
    temperature: config["teacher.temperature"],
    ...made,
    isLimited,
    requests: calls.journal.sent,
    tokens: {
      input: sumOf(({ tokens }) => tokens.input),
      output: sumOf(({ tokens }) => tokens.output),
    },
    cost: sumOf(({ cost }) => cost),
    prices,
    calls: all,
  });
  return { ...made, seconds, ...calls.counts(), isLimited };
}

/** How long the SQL took differs from run to run; whoever reads the file measures anew. */
const withoutTime = ({ checks: { ms: _ms, ...checks }, ...example }: Example) => ({
  ...example,
  checks,
});

function countsOf(
  examples: readonly Example[],
  rejections: readonly { readonly reason: string }[],
) {
  const reasons = Map.groupBy(rejections, ({ reason }) => reason);
  const answers = examples.filter(({ kind }) => kind === "answer");
  return {
    pairs: answers.length,
    refusals: examples.length - answers.length,
    rejected: Object.fromEntries([...reasons].map(([reason, { length }]) => [reason, length])),
    templates: new Set(answers.map(({ templateId }) => templateId)).size,
  };
}

/** The lines of a file of corrections, or of a service's log. */
function correctionsIn(file: string): string {
  const content = readFileSync(file);
  return content.toString("latin1", 0, 15) === "SQLite format 3"
    ? correctionLines(file)
    : content.toString("utf8");
}

/** Reads corrections into data/raw/served.jsonl, beside those that are there; a later correction of a question replaces its pair. */
export async function readCorrections(context: StageContext, file: string): Promise<TaughtSummary> {
  const { project } = context;
  const startedMs = performance.now();
  if (!existsSync(file)) throw new UserError("not-found", `there is no file ${file}`);
  const { database, exclude } = await readJob(context);
  const { examples, rejections } = await withDatabase(context, (run) =>
    readServed(correctionsIn(file), { database, run, exclude }),
  );
  if (examples.length === 0)
    throw new UserError(
      "data-invalid",
      `${file} holds no correction that can be used; ${rejections[0] === undefined ? "it is empty" : `line ${rejections[0].line}: ${rejections[0].message}`}`,
    );
  const target = join(project.rawFolder, `${FILES.served}.jsonl`);
  const before = existsSync(target) ? readJsonLines<Example>(target) : [];
  const all = new Map([...before, ...examples].map((example) => [example.id, example]));
  writeJsonLines(join(project.folder, "data", "rejected", `${FILES.served}.jsonl`), rejections);
  writeJsonLines(target, [...all.values()]);
  return {
    ...countsOf(examples, rejections),
    seconds: (performance.now() - startedMs) / 1000,
    requests: 0,
    cached: 0,
    tokens: { input: 0, output: 0 },
    cost: 0,
    isLimited: false,
  };
}
