/**
 * Stage `eval`: scores the deployed artefact (base GGUF + adapter GGUF) on the test split and writes the run's report
 * beside the baseline: report.html, report.json, items.json.
 */
import { existsSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join, relative } from "node:path";
import { UserError } from "../../base/errors.ts";
import { readJson, writeFileAtomic, writeJson } from "../../base/files.ts";
import { sha256OfFile } from "../../base/hash.ts";
import { Rng } from "../../base/rng.ts";
import type { Example } from "../../data/example.ts";
import { driverOf, engineOf } from "../../db/drivers.ts";
import { createExecutor } from "../../db/executor.ts";
import type { ScoredItem } from "../../eval/evaluate.ts";
import { reportHtml, type ReportInput, reportJson, type ReportJson } from "../../eval/report.ts";
import { luckOf, scoreOnSuites } from "../../eval/suite/luck.ts";
import { SUITE_FILE, suiteFiles, suitesIn } from "../../eval/suite/suite-file.ts";
import { withCalibration } from "../../predict/calibrate.ts";
import { candidatesOf } from "../../predict/decoding.ts";
import { readRecords as readMetrics } from "../../track/metrics.ts";
import type { TrainEvent } from "../../train/config.ts";
import { answeringOptions, CALIBRATION_FILE, keepCalibration } from "../calibration.ts";
import { baseModelOf } from "../model.ts";
import { adapterFileOf, openModel } from "../predictor.ts";
import { readTemplate } from "../prompt-template.ts";
import { hashOfOutput, readRecords, type Stage, type StageContext } from "../run.ts";
import { BASELINE_FILE, readBaseline, readSplit, scoreModel } from "./baseline.ts";
import { startAdapterOf } from "../start-adapter.ts";
import { databaseOf, loadDatabase } from "./schema.ts";
import { dbIdOf } from "../../schema/describe.ts";
import { saveVersions } from "../versions/save.ts";
import { readTrained, runFolderOf, type Trained } from "./train.ts";

const CALIBRATION_QUESTIONS = 40;
/** Questions that are answered once more one at a time, to count how many answers batching changes. */
const SINGLE_CHECKS = 20;

type Report = { readonly json: ReportJson; readonly htmlFile: string };

/** The newest report of the project's current settings, if there is one. */
export function latestReport(project: StageContext["project"]): Report | undefined {
  const outputs = Object.keys(readRecords(project).eval?.outputs ?? {});
  const [jsonFile, htmlFile] = ["report.json", "report.html"].map((name) =>
    outputs.find((path) => path.endsWith(name)),
  );
  if (!jsonFile || !htmlFile || !existsSync(join(project.folder, jsonFile))) return undefined;
  return {
    json: readJson<ReportJson>(join(project.folder, jsonFile)),
    htmlFile: join(project.folder, htmlFile),
  };
}

export const evalStage: Stage = {
  name: "eval",
  help: "measures the tuned model as it is deployed",
  async inputs(context) {
    const adapter = await adapterFileOf(context);
    const hashOfSplit = async (split: string) => {
      const file = join(context.project.cleanFolder, `${split}.jsonl`);
      return existsSync(file) ? sha256OfFile(file) : null;
    };
    return {
      adapter: adapter ? await sha256OfFile(adapter) : null,
      dev: await hashOfSplit("dev"),
      test: await hashOfSplit("test"),
      baseline: await hashOfOutput(context.project, BASELINE_FILE),
      maxTokens: context.config["eval.maxTokens"],
      timeoutMs: context.config["eval.timeoutMs"],
      ...answeringOptions(context.config),
      suite: await hashOfOutput(
        context.project,
        relative(
          context.project.folder,
          join(context.project.suiteFolder, dbIdOf(databaseOf(context)), SUITE_FILE),
        ),
      ),
    };
  },
  async run(context) {
    const adapterFile = await adapterFileOf(context);
    if (adapterFile === undefined)
      throw new UserError("not-found", "there is no tuned adapter to score; run `t2s train` first");
    const test = readSplit(context, "test");
    const base = await baseModelOf(context);
    const model = await openModel(context, base, { adapterFile });
    try {
      const dev = await scoreModel(
        context,
        model.predict,
        calibrationQuestions(context),
        "tuned, dev",
      );
      const calibration = await keepCalibration(context, dev.items);
      const predict = calibration ? withCalibration(model.predict, calibration) : model.predict;
      const tuned = await scoreModel(context, predict, test, "tuned, test");
      const differing = await batchDifferences(context, adapterFile, base, tuned.items);
      const baseline = readBaseline(context);
      const folder = await runFolderOf(context);
      const { dbId, tables } = await loadDatabase(context);
      const { cleaned } = (await saveVersions(context)).current;
      const engine = await engineUsed(databaseOf(context));
      const input: ReportInput = {
        title: `Questions to SQL on ${dbId}`,
        evaluations: { base: baseline.base, fewShot: baseline.fewShot, tuned },
        seconds: Object.fromEntries(
          Object.entries(readRecords(context.project)).map(([stage, record]) => [
            stage,
            record.seconds,
          ]),
        ),
        conditions: {
          model: `${base.name}, sha256 ${base.sha256.slice(0, 16)}…`,
          adapter: `sha256 ${(await sha256OfFile(adapterFile)).slice(0, 16)}…, GGUF, as deployed`,
          mode: `strict: ${engine.access} per query, bag of rows, order where the gold orders`,
          database: `${dbId}, ${tables.length} tables`,
          prompt: `${readTemplate(context).name}, schema as ${context.config["prompt.schema"]}, sha256 ${model.prompts.hash.slice(0, 16)}…`,
          questions: `${test.filter(({ kind }) => kind === "answer").length} answerable, ${test.filter(({ kind }) => kind === "refuse").length} to refuse`,
          decoding: `${decodingText(context.config["predict.decode"])}, at most ${context.config["eval.maxTokens"]} tokens, ${context.config["eval.sequences"]} at a time`,
          ...(await luckCondition(context, dbId, tuned.items)),
          ...(model.prompts.linking && {
            "tables in a prompt": `at most ${model.prompts.linking.tables}, those that linking finds for the question`,
          }),
          "training started from": startAdapterOf(context, base)?.name ?? "nothing",
          "columns bound by the schema": context.config["predict.bind"] === "schema" ? "yes" : "no",
          "conditions that the question says added":
            context.config["predict.complete"] === "question" ? "yes" : "no",
          "answers that differ when decoded one at a time": differing,
          "solved examples in the prompt of the second model": `${baseline.fewShotCount}${baseline.fewShotHow === "nearest" ? ", those nearest to each question" : ""}`,
          "solved examples in the prompt of the tuned model": context.config["predict.examples"],
          "training pairs": trainingPairs(readTrained(folder), readSplit(context, "train").length),
          ...(cleaned && { "version of the pairs": `${cleaned.name}, MD5 ${cleaned.hash}` }),
          [engine.name]: engine.version,
          machine: `${cpus()[0]?.model.trim()}, ${availableParallelism()} threads, Node ${process.versions.node}`,
        },
        loss: lossOf(folder),
        calibration,
      };
      const json = reportJson(input);
      writeJson(join(folder, "items.json"), tuned.items);
      writeJson(join(folder, "report.json"), json);
      writeFileAtomic(join(folder, "report.html"), reportHtml(input));
      const written = ["report.json", "report.html", "items.json"];
      if (calibration) written.push(CALIBRATION_FILE);
      const outputs = written.map((name) => relative(context.project.folder, join(folder, name)));
      return {
        outputs,
        summary: `EX ${(100 * json.tuned.ex).toFixed(1)} % (n = ${json.tuned.n}, ${(100 * json.tuned.low).toFixed(1)} – ${(100 * json.tuned.high).toFixed(1)} %)`,
      };
    } finally {
      await model.close();
    }
  },
};

/** Of dev, for fitting what confidence means; more would take longer than they tell. */
function calibrationQuestions(context: StageContext): readonly Example[] {
  const dev = readSplit(context, "dev");
  return new Rng(context.config["data.seed"]).shuffle(dev).slice(0, CALIBRATION_QUESTIONS);
}

/** What executed the queries. */
async function engineUsed(database: string) {
  if (engineOf(database) === "sqlite")
    return {
      name: "SQLite",
      version: process.versions.sqlite ?? "",
      access: "fresh read-only connection",
    };
  const session = await driverOf(database).openSession(database);
  try {
    const [[version]] = await session.rows("SELECT current_setting('server_version')");
    return { name: "PostgreSQL", version: String(version), access: "read-only transaction" };
  } finally {
    await session.close();
  }
}

/** Where the project has a test suite (`t2s eval suite make`): how many right answers were right by luck. */
async function luckCondition(
  { project }: StageContext,
  dbId: string,
  items: readonly ScoredItem[],
): Promise<Record<string, string>> {
  if (!suitesIn(project.suiteFolder).includes(dbId)) return {};
  const files = suiteFiles(project.suiteFolder, dbId);
  const executor = createExecutor();
  try {
    const answerable = items.filter(({ kind }) => kind === "answer");
    const tried = answerable.map(({ goldSql, predictedSql }) => ({ goldSql, predictedSql, files }));
    const { n, right, lucky } = luckOf(await scoreOnSuites(tried, executor));
    const percent = (count: number) => `${((100 * count) / Math.max(1, n)).toFixed(1)} %`;
    return {
      "on the test suite": `EX ${percent(right)}, of which ${percent(lucky)} were luck (${files.length} databases, n = ${n})`,
    };
  } finally {
    await executor.close();
  }
}

/** As the run noted them; one of an earlier release has noted nothing. */
export function trainingPairs(trained: Trained | undefined, inSplit: number): string {
  const { pairs, ablated, dropped } = trained ?? { pairs: inSplit, ablated: 0, dropped: 0 };
  const beside = [
    ...(ablated > 0 ? [`${ablated} with a table left out of the schema among them`] : []),
    ...(dropped > 0 ? [`${dropped} too long ones left out`] : []),
  ];
  return `${pairs}${beside.length > 0 ? ` (${beside.join("; ")})` : ""}`;
}

const lossOf = (folder: string): [number, number][] =>
  readMetrics<TrainEvent>(join(folder, "metrics.jsonl")).flatMap((event): [number, number][] =>
    event.type === "step-end" ? [[event.step, event.loss]] : [],
  );

/** Batches may round otherwise than single answers: how many of the first answers are not the same text. */
async function batchDifferences(
  context: StageContext,
  adapterFile: string,
  base: Parameters<typeof openModel>[1],
  items: readonly { readonly question: string; readonly completion: string }[],
): Promise<string> {
  if (context.config["predict.decode"] !== "greedy")
    return "none: under the grammar each is decoded alone";
  const single = await openModel(context, base, { adapterFile, sequences: 1 });
  try {
    const some = items.slice(0, SINGLE_CHECKS);
    const again = await single.predict(
      some.map(({ question }) => question),
      { maxTokens: context.config["eval.maxTokens"], signal: context.signal },
    );
    const differ = some.filter((item, index) => item.completion !== again[index].completion);
    return `${differ.length} of ${some.length}`;
  } finally {
    await single.close();
  }
}

function decodingText(decode: string): string {
  if (decode === "greedy") return "greedy";
  const each = "the most probable token that the grammar admits";
  const count = candidatesOf(decode);
  return count === 1
    ? each
    : `of ${count} answers the one that executing and the question's words speak for (base: one answer), each token ${each}`;
}
