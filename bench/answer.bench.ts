/**
 * Seconds a question of the tuned model in this process (ours, by the grammar) and in a real Ollama (theirs): the same GGUF
 * and adapter, the same prompts and questions in turn, one client, one thread each, both with the schema's prompt read
 * before. Below 70 tokens a second of Ollama's the run is void. Needs T2S_OLLAMA and the demo's adapter: run `npm start --
 * --no-serve` first. Arguments: the demo's folder ("demo"), the number of dev questions (20).
 */
import { existsSync } from "node:fs";
import { loadavg } from "node:os";
import { silent } from "../src/base/progress.ts";
import { createOllamaGenerate } from "../src/generate/ollama.ts";
import { readConfig } from "../src/pipeline/config.ts";
import { openBaseModel } from "../src/pipeline/model.ts";
import { adapterFileOf, openDecoding, openModel } from "../src/pipeline/predictor.ts";
import { projectAt } from "../src/pipeline/project.ts";
import { readSplit } from "../src/pipeline/stages/baseline.ts";
import { databaseOf, loadDatabase } from "../src/pipeline/stages/schema.ts";
import { createPredict, type Predict } from "../src/predict/predict.ts";
import { startOllama } from "../test/ollama-server.ts";
import type { BenchResult } from "./run.ts";

const LEAST_TOKENS_PER_SECOND = 70;
const THREADS = 1;

export async function run([
  folder = "demo",
  count = "20",
]: readonly string[]): Promise<BenchResult> {
  const project = projectAt(folder);
  const executable = process.env.T2S_OLLAMA;
  if (!executable) throw new Error("T2S_OLLAMA has to name Ollama's program");
  if (!existsSync(project.cleanFolder))
    throw new Error(`there is no finished demo in ${folder}: run npm start -- --no-serve first`);
  const config = { ...readConfig(project.folder), "eval.threads": THREADS };
  const context = { project, config, progress: silent };
  const base = await openBaseModel(config.model, silent);
  const adapterFile = await adapterFileOf(context);
  const questions = readSplit(context, "dev")
    .filter(({ kind }) => kind === "answer")
    .slice(0, Number(count))
    .map(({ question }) => question);

  const ours = await openModel(context, base, { adapterFile, sequences: 1, decode: "grammar" });
  const ollama = await startOllama(executable);
  const database = await loadDatabase(context);
  const bound = { decode: "greedy", bind: "schema", complete: "question", repair: 0 } as const;
  const { decoding, close } = await openDecoding(database, databaseOf(context), bound);
  try {
    await ollama.create("sql", base.path, adapterFile);
    const generate = createOllamaGenerate({
      baseUrl: ollama.baseUrl,
      model: "sql",
      contextTokens: ours.prompts.contextTokens,
      modelOptions: { num_thread: THREADS },
      timeoutMs: 600_000,
    });
    const theirs = createPredict(ours.prompts.promptFor, generate, decoding);
    await timed(ours.predict, questions[0], config["eval.maxTokens"]);
    await timed(theirs, questions[0], config["eval.maxTokens"]);
    let [ourSeconds, theirSeconds, same] = [0, 0, 0];
    for (const question of questions) {
      const our = await timed(ours.predict, question, config["eval.maxTokens"]);
      const their = await timed(theirs, question, config["eval.maxTokens"]);
      ourSeconds += our.seconds / questions.length;
      theirSeconds += their.seconds / questions.length;
      same += Number(our.answer === their.answer);
    }
    const tokensPerSecond = await speedOf(ollama.baseUrl);
    return {
      ours: ourSeconds,
      theirs: theirSeconds,
      ratio: theirSeconds / ourSeconds,
      unit: "seconds a question, one client",
      conditions: {
        questions: questions.length,
        sameAnswers: same,
        threadsEach: THREADS,
        ollamaTokensPerSecond: tokensPerSecond,
        isVoid: tokensPerSecond < LEAST_TOKENS_PER_SECOND,
        loadAverage: loadavg(),
        prefix: "read before, on both sides",
      },
    };
  } finally {
    await ours.close();
    await close();
    await ollama.close();
  }
}

async function timed(predict: Predict, question: string, maxTokens: number) {
  const startedMs = performance.now();
  const [{ answer }] = await predict([question], { maxTokens });
  return { seconds: (performance.now() - startedMs) / 1000, answer: JSON.stringify(answer) };
}

/** Tokens a second of Ollama's own count, after a short prompt. */
async function speedOf(baseUrl: string): Promise<number> {
  const options = { temperature: 0, num_predict: 64, num_thread: THREADS };
  const body = { model: "sql", prompt: "Count: one, two,", raw: true, stream: false, options };
  const response = await fetch(`${baseUrl}/api/generate`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  const told = (await response.json()) as { eval_count: number; eval_duration: number };
  return (1e9 * told.eval_count) / told.eval_duration;
}
