/** Stage `train`: tunes the base model on data/clean/train.jsonl and writes runs/<id>/ with the adapter for deployment. */
import { existsSync, mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { formatDuration, type Progress } from "../../base/progress.ts";
import { readJson, readJsonLines, writeJson } from "../../base/files.ts";
import { hashOfJson, sha256OfFile } from "../../base/hash.ts";
import { ablate, type AblatedPair, withoutTables } from "../../data/ablate.ts";
import type { Example } from "../../data/example.ts";
import { groupByTables } from "../../data/shown-tables.ts";
import { exportAdapter, MANIFEST } from "../../export/export.ts";
import { readPeftAdapter } from "../../export/peft.ts";
import { learnWordModel, WORD_MODEL_FILE, type WordModel } from "../../predict/word-model.ts";
import { renderAnswer } from "../../prompt/answer.ts";
import { loadCells } from "../../link/cells.ts";
import { showing } from "../../prompt/prompt.ts";
import type { Database } from "../../schema/schema.ts";
import { withShownNames } from "../../schema/shown-names.ts";
import { trainingStyle } from "../../sql/training-style.ts";
import type { TrainConfig, TrainEvent, TrainText } from "../../train/config.ts";
import { startTraining, type TrainJob } from "../../train/start.ts";
import {
  type BaseModel,
  baseModelOf,
  countTokens,
  linkInputs,
  promptInputs,
  promptOptions,
} from "../model.ts";
import { type Config, type OptionName, optionTable } from "../options.ts";
import { keepTemplate, readTemplate } from "../prompt-template.ts";
import { type Linking, promptsOf } from "../prompts.ts";
import type { Stage, StageContext } from "../run.ts";
import { cellsForHints, hintsOf } from "../shown.ts";
import { startAdapterOf, startHash } from "../start-adapter.ts";
import { saveVersions } from "../versions/save.ts";
import { databaseOf, loadDatabase } from "./schema.ts";

const trainFile = (context: StageContext) => join(context.project.cleanFolder, "train.jsonl");

const readPairs = (context: StageContext): Example[] =>
  existsSync(trainFile(context)) ? readJsonLines<Example>(trainFile(context)) : [];

/** Options that choose what the loop gets, not how it runs. */
const NO_SETTINGS: readonly OptionName[] = ["train.start", "train.ablated"];

/** The training options of the configuration without their prefix. */
export function trainConfigOf(config: Config): TrainConfig {
  const names = (Object.keys(optionTable) as OptionName[]).filter(
    (name) => name.startsWith("train.") && !NO_SETTINGS.includes(name),
  );
  return Object.fromEntries(
    names.map((name) => [name.slice("train.".length), config[name]]),
  ) as unknown as TrainConfig;
}

/** What a run depends on. Threads, mode and how often it is saved do not change its result's identity. */
async function inputsOf(context: StageContext): Promise<object> {
  const {
    threads: _threads,
    mode: _mode,
    checkpointEverySteps: _every,
    ...train
  } = trainConfigOf(context.config);
  const { config, project } = context;
  const hashOf = async (file: string) => (existsSync(file) ? sha256OfFile(file) : null);
  return {
    model: config.model,
    train,
    start: await startHash(context),
    ...(config["train.ablated"] > 0 && { ablated: config["train.ablated"] }),
    data: await hashOf(trainFile(context)),
    snapshot: await hashOf(project.snapshotFile),
    prompt: promptInputs(context),
  };
}

/** What it was trained with besides: no part of its name, or a question asked otherwise would not find the adapter. */
const trainedWith = async (context: StageContext): Promise<object> => ({
  ...(await inputsOf(context)),
  ...linkInputs(context.config),
});

/** runs/<id>: the id is the hash of what the run depends on, so that a killed run finds its folder again. */
export async function runFolderOf(context: StageContext): Promise<string> {
  return join(context.project.runsFolder, hashOfJson(await inputsOf(context)).slice(0, 12));
}

/** A training text, and whether its SQL stays as it was written. */
type Rendered = { readonly text: TrainText; readonly isUnstyled: boolean };

/**
 * Examples as training texts, in their order, under the prompt that serves later: that of the whole schema (or of the
 * schema without some tables), or, where each question has its own, one for a group of pairs that need the same tables.
 */
async function textsUnder(
  context: StageContext,
  base: BaseModel,
  pairs: readonly (Example | AblatedPair)[],
): Promise<Rendered[]> {
  const database = await loadDatabase(context);
  const { dialect, tables } = withShownNames(database);
  const options = promptOptions(context);
  const cells = await cellsForHints(context.config, () => loadCells(databaseOf(context), database));
  const { linking } = await promptsOf(context, base, "none");
  const groups = linking
    ? groupByTables(pairs, database, {
        ...linking,
        groupSize: context.config["train.batchSize"],
        fits: fitsInto(context.config, base, linking),
      })
    : [...Map.groupBy(pairs, (pair) => withoutOf(pair).join("\n")).values()].map((some) => ({
        pairs: some,
        part: withoutTables(database, withoutOf(some[0])),
      }));
  const prompts = new Map(
    groups.flatMap(({ pairs: some, part }) => {
      const prompt = showing(base.promptFor(part, options), hintsOf(context.config, cells, part));
      return some.map((pair) => [pair, prompt] as const);
    }),
  );
  return pairs.map((pair) => {
    const { prefix, suffixOf } = prompts.get(pair)!;
    const { sql, unstyled } = trainingStyle(pair.sql, dialect, tables);
    const text = {
      ...("id" in pair && { id: pair.id }),
      prefix,
      suffix: suffixOf(pair.question),
      completion: renderAnswer({ ...pair, sql }),
    };
    return { text, isUnstyled: pair.sql !== "" && unstyled !== undefined };
  });
}

const withoutOf = (pair: Example | AblatedPair): readonly string[] =>
  "without" in pair ? pair.without : [];

/** Whether pairs can be trained under the prompt of a part. */
function fitsInto(
  config: Config,
  base: BaseModel,
  { promptOf }: Linking,
): (part: Database, pairs: readonly (Example | AblatedPair)[]) => boolean {
  const most = Math.min(base.contextTokens, config["train.maxSeqLen"] || base.contextTokens);
  return (part, pairs) => {
    const prompt = promptOf(part);
    if (prompt === undefined) return false;
    const longest = Math.max(
      ...pairs.map((pair) =>
        countTokens(base, `${prompt.suffixOf(pair.question)}${renderAnswer(pair)}`),
      ),
    );
    return countTokens(base, prompt.prefix) + longest < most;
  };
}

/** Pairs under reduced schemas, made of training pairs alone. */
async function ablatedOf(
  context: StageContext,
  examples: readonly Example[],
): Promise<AblatedPair[]> {
  const { config } = context;
  const count = config["train.ablated"];
  if (count === 0) return [];
  const options = { count, groupSize: config["train.batchSize"], seed: config["train.seed"] };
  const answers = examples.filter(({ kind }) => kind === "answer");
  return ablate(answers, await loadDatabase(context), options);
}

/** What a run was trained on; stands in its config.json when it has ended. */
export type Trained = {
  /** Those with a table left out of the schema among them. */
  readonly pairs: number;
  readonly ablated: number;
  /** Longer than the bound, left out (`train.longExamples`). */
  readonly dropped: number;
  /** Pairs whose SQL stays as it was written. */
  readonly unstyled: number;
};

/** What the run in this folder was trained on; undefined before it has ended. */
export function readTrained(runFolder: string): Trained | undefined {
  const file = join(runFolder, CONFIG);
  if (!existsSync(file)) return undefined;
  return readJson<{ trained?: Trained }>(file).trained;
}

const CONFIG = "config.json";

/** Learnt from the pairs with an answer, in the style that the model writes. */
async function wordModelOf(context: StageContext): Promise<WordModel> {
  const { dialect, tables } = await loadDatabase(context);
  const answers = readPairs(context).filter(({ kind }) => kind === "answer");
  const styled = answers.map(({ question, sql }) => ({
    question,
    sql: trainingStyle(sql, dialect, tables).sql,
  }));
  return learnWordModel(styled, dialect);
}

/** The whole of a training run: texts, settings, and where it stands. */
export async function jobOf(
  context: StageContext,
  base: BaseModel,
): Promise<TrainJob & Pick<Trained, "ablated" | "unstyled">> {
  const start = startAdapterOf(context, base);
  const examples = readPairs(context);
  const ablated = await ablatedOf(context, examples);
  const rendered = await textsUnder(context, base, [...examples, ...ablated]);
  return {
    modelFile: base.path,
    config: trainConfigOf(context.config),
    texts: rendered.map(({ text }) => text),
    ablated: ablated.length,
    unstyled: rendered.filter(({ isUnstyled }) => isUnstyled).length,
    ...(start && { start: readPeftAdapter(start.folder) }),
    runFolder: await runFolderOf(context),
    runHash: hashOfJson(await trainedWith(context)),
  };
}

/** The forecast in words, or undefined when there are no pairs yet. */
export async function forecastOf(context: StageContext): Promise<string | undefined> {
  if (!existsSync(trainFile(context))) return undefined;
  const base = await baseModelOf(context);
  let text: string | undefined;
  const onEvent = (event: TrainEvent) => {
    text ??= forecastText(event);
    if (event.type === "examples-dropped") showEvent(context.progress, event);
  };
  await startTraining(await jobOf(context, base), onEvent, {
    forecastOnly: true,
    signal: context.signal,
  });
  return text;
}

function forecastText(event: TrainEvent): string | undefined {
  if (event.type !== "forecast") return undefined;
  return `${event.steps} steps of ${event.tokensPerStep} tokens, about ${formatDuration(event.seconds * 1000)}, ${(event.bytes / 1e9).toFixed(1)} GB, mode ${event.mode}, ${event.precision}`;
}

/** Shows an event of training as it happens. */
export function showEvent(progress: Progress, event: TrainEvent): void {
  if (event.type === "forecast") progress.note(`  forecast: ${forecastText(event)}`);
  if (event.type === "examples-dropped")
    progress.note(
      `  ${event.ids.length} of ${event.of} examples are left out, longer than ${event.maxTokens} tokens: ${event.ids.join(", ")}`,
    );
  if (event.type === "resume") progress.note(`  goes on after step ${event.step}`);
  if (event.type === "steps-changed")
    progress.note(`  ${event.steps} steps fit into train.maxMinutes at the speed so far`);
  if (event.type === "step-end")
    progress.update(
      event.step,
      event.steps,
      `loss ${event.loss.toFixed(3)} · ${Math.round((1000 * event.tokens) / event.ms)} tokens/s`,
    );
}

export const trainStage: Stage = {
  name: "train",
  help: "tunes the base model on the training pairs",
  inputs: trainedWith,
  async run(context) {
    const base = await baseModelOf(context);
    const job = await jobOf(context, base);
    context.progress.note(
      `  starts from ${startAdapterOf(context, base)?.name ?? "nothing: no adapter of this base"}`,
    );
    const [template, prompts] = [readTemplate(context), await promptsOf(context, base, "none")];
    const { dropped: omitted = [], system } = prompts.whole ?? {};
    if (omitted.length > 0)
      context.progress.note(`  left out of the schema to keep its bound: ${omitted.join(", ")}`);
    if (prompts.linking)
      context.progress.note(
        `  each prompt shows at most ${prompts.linking.tables} tables, those that its questions speak of`,
      );
    if (job.unstyled > 0)
      context.progress.note(
        `  ${job.unstyled} of ${job.texts.length} examples keep their SQL as it was written (unstyled in data/clean/warnings.jsonl)`,
      );
    keepTemplate(context, template);
    mkdirSync(job.runFolder, { recursive: true });
    const { cleaned } = (await saveVersions(context)).current;
    const about = {
      ...(await inputsOf(context)),
      template: { name: template.name, sha256: template.sha256 },
      promptHash: prompts.hash,
      droppedFromSchema: omitted,
      config: context.config,
      base: { name: base.name, sha256: base.sha256 },
      ...(cleaned && { dataVersion: { name: cleaned.name, hash: cleaned.hash } }),
    };
    writeJson(join(job.runFolder, CONFIG), about);
    let dropped = 0;
    const onEvent = (event: TrainEvent) => {
      if (event.type === "examples-dropped") dropped = event.ids.length;
      showEvent(context.progress, event);
    };
    const words = await wordModelOf(context);
    const result = await startTraining(job, onEvent, { signal: context.signal });
    const { ablated, unstyled } = job;
    const trained: Trained = { pairs: job.texts.length - dropped, ablated, dropped, unstyled };
    writeJson(join(job.runFolder, CONFIG), { ...about, trained });
    const folder = join(job.runFolder, "adapter");
    writeJson(join(folder, WORD_MODEL_FILE), words);
    await exportAdapter(result.adapter, {
      folder,
      beside: [WORD_MODEL_FILE],
      baseFile: base.path,
      baseName: base.name,
      promptHash: prompts.hash,
      system,
    });
    const outputs = ["adapter.gguf", "adapter_model.safetensors", WORD_MODEL_FILE, MANIFEST].map(
      (name) => relative(context.project.folder, join(folder, name)),
    );
    return {
      outputs,
      summary: `loss ${result.firstLoss.toFixed(2)} → ${result.lastLoss.toFixed(2)} in ${result.steps} steps`,
    };
  },
};
