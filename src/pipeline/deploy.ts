/**
 * The tuned model in Ollama, and the accuracy of each form of it as served: every question goes to Ollama's own chat API,
 * with nothing beside it, as a user's would; the embedded engine's answers to the same questions are what they are held
 * against. A form that answers worse by more than a bound does not get the name.
 */
import { statSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "../base/errors.ts";
import { writeJson } from "../base/files.ts";
import { sha256OfFile } from "../base/hash.ts";
import type { Evaluation } from "../eval/evaluate.ts";
import { pairedDifference } from "../eval/statistics.ts";
import { contextTokensOf } from "../export/export.ts";
import { type Serving, servingOf } from "../export/modelfile.ts";
import { connectOllama, type Ollama } from "../export/ollama.ts";
import { openGguf } from "../format/gguf.ts";
import type { Generate } from "../generate/generate.ts";
import { createOllamaGenerate } from "../generate/ollama.ts";
import { createPredict } from "../predict/predict.ts";
import { createChatTemplate } from "../tokenizer/chat-template.ts";
import { type Files, filesOf, type Form, FORMS } from "./forms.ts";
import { type BaseModel, baseModelOf } from "./model.ts";
import { adapterFileOf, openModel } from "./predictor.ts";
import { promptsOf } from "./prompts.ts";
import type { StageContext } from "./run.ts";
import { readSplit, scoreModel } from "./stages/baseline.ts";

export type DeployOptions = {
  /** What the model is called in Ollama. */
  readonly name: string;
  /** The form that gets the name. */
  readonly form: Exclude<Form, "base">;
  /** The forms that are measured; `form` always is. */
  readonly measured: readonly Form[];
  readonly baseUrl: string;
  readonly split: "dev" | "test";
  /** Of EX, as a fraction: how much less than the embedded engine's the form may answer right. */
  readonly mostDrop: number;
  /** Ollama's own choice where it is not given. */
  readonly threads?: number;
};

/** One form as served. Rates are fractions; differences are to the embedded engine with the adapter beside the base. */
export type ServedForm = {
  readonly form: Form;
  readonly through: "embedded" | "ollama";
  readonly n: number;
  readonly ex: number;
  readonly low: number;
  readonly high: number;
  /** Paired, with its 95 % interval; absent for the one that others are held against. */
  readonly difference?: number;
  readonly differenceLow?: number;
  readonly differenceHigh?: number;
  /** Of all questions, those to refuse among them: how many answers are another text. */
  readonly answersThatDiffer?: number;
  /** Share of tokens that are others, or stand elsewhere. */
  readonly tokensThatDiffer?: number;
  readonly refusalRecall: number | null;
  readonly msPerQuestion: number;
  readonly bytes: number;
};

export type Deployment = {
  readonly name: string;
  readonly url: string;
  readonly ollama: string;
  readonly split: string;
  /** False: the form drops more than the bound allows, and the name stays what it was. */
  readonly isPromoted: boolean;
  readonly form: Form;
  /** SHA-256 of the files that the name stands for. */
  readonly files: Readonly<Record<string, string>>;
  readonly forms: readonly ServedForm[];
};

/** Where the last deployment is noted, in models/. */
export const DEPLOYMENT_FILE = "ollama.json";

/** Between a question and its whole answer; a model is read from disk with the first. */
const ANSWER_TIMEOUT_MS = 300_000;

/** Raises not-found without a tuned adapter, `network`, and what opening the model raises. */
export async function deployToOllama(
  context: StageContext,
  options: DeployOptions,
): Promise<Deployment> {
  const { progress, project } = context;
  const { name, form, baseUrl, split, mostDrop } = options;
  const adapterFile = await adapterFileOf(context);
  if (adapterFile === undefined)
    throw new UserError("not-found", "there is no tuned adapter to deploy; run `t2s train` first");
  const ollama = connectOllama(baseUrl, context.signal);
  const version = await ollama.version();
  const base = await baseModelOf(context);
  const measured = FORMS.filter((one) => one === form || options.measured.includes(one));
  progress.step("files");
  const files = new Map(measured.map((one) => [one, filesOf(one, base, adapterFile, project)]));
  progress.done(measured.join(", "));
  const own: Files = { modelFile: base.path, adapterFile };
  const reference = await embeddedScore(context, base, options, adapterFile);
  const score = await servedScorer(context, base, ollama, options);
  const forms: ServedForm[] = [await rowOf("adapter", "embedded", reference, own)];
  const made: string[] = [];
  try {
    for (const [one, its] of files) {
      const model = measuringName(name, one);
      made.push(model);
      const evaluation = await score(model, one, its);
      const row = await rowOf(one, "ollama", evaluation, its);
      forms.push({ ...row, ...differencesOf(reference, evaluation, base) });
    }
    const { difference = 0 } = forms.find((row) => row.form === form && row.through === "ollama")!;
    const isPromoted = -difference <= mostDrop;
    if (isPromoted) await ollama.copy(measuringName(name, form), name);
    const hashes = await hashesOf(files.get(form)!);
    const result = { name, url: baseUrl, ollama: version, split, isPromoted, form, files: hashes };
    writeJson(join(project.modelsFolder, DEPLOYMENT_FILE), { ...result, forms });
    return { ...result, forms };
  } finally {
    // also after Ctrl-C
    const { remove } = connectOllama(baseUrl);
    for (const model of made) await remove(model).catch(() => {});
  }
}

/** A model of the user's that happens to be called `sql-adapter` is not ours to replace. */
const measuringName = (name: string, form: Form): string => `t2s-measuring-${form}-${name}`;

/** The embedded engine as a server that knows no schema answers: greedy, nothing bound. */
async function embeddedScore(
  context: StageContext,
  base: BaseModel,
  { split }: DeployOptions,
  adapterFile: string,
): Promise<Evaluation> {
  const alone = {
    "predict.bind": "none",
    "predict.complete": "none",
    "predict.decode": "greedy",
    "predict.repair": 0,
  };
  const config = { ...context.config, ...alone };
  const model = await openModel({ ...context, config }, base, { adapterFile, examples: "none" });
  context.progress.step("embedded, adapter");
  try {
    const evaluation = await scoreModel(context, model.predict, readSplit(context, split), "");
    context.progress.done(exOf(evaluation));
    return evaluation;
  } finally {
    await model.close();
  }
}

/** Makes a form's model in Ollama and asks it. */
async function servedScorer(
  context: StageContext,
  base: BaseModel,
  ollama: Ollama,
  { baseUrl, split, threads }: DeployOptions,
): Promise<(model: string, form: Form, files: Files) => Promise<Evaluation>> {
  const { progress } = context;
  const { whole: prompt } = await promptsOf(context, base, "none");
  if (prompt === undefined)
    throw new UserError(
      "schema-too-long",
      "a model in Ollama has one prompt of the whole schema, which does not fit here; `t2s serve` shows each question the tables that it speaks of",
    );
  const serving = servingFor(base, prompt.system, threads);
  return async (model, form, files) => {
    progress.step(`Ollama, ${form}`);
    await ollama.create({ name: model, ...files, serving });
    const generate = createOllamaGenerate({
      baseUrl,
      model,
      sends: "messages",
      contextTokens: Number(serving.parameters.num_ctx),
      concurrency: 1,
      timeoutMs: ANSWER_TIMEOUT_MS,
    });
    const predict = createPredict(() => prompt, questionAlone(generate));
    const evaluation = await scoreModel(context, predict, readSplit(context, split), "");
    progress.done(exOf(evaluation));
    return evaluation;
  };
}

function servingFor(base: BaseModel, system: string, threads: number | undefined): Serving {
  const gguf = openGguf(base.path);
  try {
    const chatTemplate = createChatTemplate(gguf.metadata);
    const contextTokens = contextTokensOf(gguf.metadata);
    const { parameters, ...serving } = servingOf({ chatTemplate, contextTokens, system });
    return { ...serving, parameters: { ...parameters, ...(threads && { num_thread: threads }) } };
  } finally {
    gguf.close();
  }
}

/** The system message is the model's own then. */
const questionAlone =
  (generate: Generate): Generate =>
  (requests, options) =>
    generate(
      requests.map((request) => ({
        ...request,
        messages: request.messages?.filter(({ role }) => role !== "system"),
      })),
      options,
    );

async function rowOf(
  form: Form,
  through: ServedForm["through"],
  { metrics }: Evaluation,
  { modelFile, adapterFile }: Files,
): Promise<ServedForm> {
  const { n, ex, low, high, refusalRecall, secondsPerQuestion } = metrics;
  const bytes = statSync(modelFile).size + (adapterFile ? statSync(adapterFile).size : 0);
  const msPerQuestion = 1000 * secondsPerQuestion;
  return { form, through, n, ex, low, high, refusalRecall, msPerQuestion, bytes };
}

function differencesOf(
  reference: Evaluation,
  served: Evaluation,
  { tokenizer }: BaseModel,
): Partial<ServedForm> {
  const verdicts = ({ items }: Evaluation) =>
    items.filter(({ kind }) => kind === "answer").map(({ verdict }) => verdict);
  const { difference, low, high } = pairedDifference(verdicts(reference), verdicts(served));
  const pairs = reference.items.map(({ completion }, i) =>
    [completion, served.items[i].completion].map((text) =>
      tokenizer.encode(text.trim(), { allowSpecial: false }),
    ),
  );
  const total = pairs.reduce((sum, [a, b]) => sum + Math.max(a.length, b.length), 0);
  const differing = pairs.map(([a, b]) => {
    const [short, long] = a.length < b.length ? [a, b] : [b, a];
    return long.filter((token, i) => token !== short[i]).length;
  });
  return {
    difference,
    differenceLow: low,
    differenceHigh: high,
    answersThatDiffer: differing.filter((count) => count > 0).length,
    tokensThatDiffer: differing.reduce((sum, count) => sum + count, 0) / Math.max(1, total),
  };
}

async function hashesOf({ modelFile, adapterFile }: Files): Promise<Deployment["files"]> {
  const files = [modelFile, ...(adapterFile ? [adapterFile] : [])];
  const hashes = files.map(async (file) => [basename(file), await sha256OfFile(file)] as const);
  return Object.fromEntries(await Promise.all(hashes));
}

const exOf = ({ metrics }: Evaluation): string =>
  `EX ${(100 * metrics.ex).toFixed(1)} %, ${Math.round(1000 * metrics.secondsPerQuestion)} ms a question`;
