/**
 * What a service costs, measured from outside: a service of its own is started as a process, asked over HTTP, and ended.
 * Cold start, time to the first event and to the statement, the service's own share of a request, questions on schemas of
 * growing length, and 1 to 32 clients at once. Scores nothing: whether answers are right is `t2s eval`'s business.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism, cpus } from "node:os";
import { UserError } from "../base/errors.ts";
import { percentile } from "../base/percentile.ts";
import type { ErrorAnswer, GenerateAnswer } from "../serve/api-types.ts";

export type BenchServeOptions = {
  /** What a shell would be given to start t2s. */
  readonly program: readonly [string, ...string[]];
  /** The project that is served. */
  readonly folder: string;
  readonly questions: readonly string[];
  /** Clients at once, one round for each number. */
  readonly clients: readonly number[];
  readonly onProgress: (done: number, total: number, label: string) => void;
};

/** Milliseconds. */
type Spread = { readonly p50: number; readonly p99: number };

export type BenchServe = {
  /** Milliseconds a question for one client, and what of them was the model's. */
  readonly ours: number;
  readonly theirs: number;
  readonly ratio: number;
  readonly unit: string;
  readonly conditions: {
    /** Those of one client that were answered. */
    readonly questions: number;
    readonly coldStart: { readonly readyMs: number; readonly firstQuestionMs: number };
    /** From the request to the first event, and to the whole statement. */
    readonly firstEventMs: Spread;
    readonly statementMs: Spread;
    /** What is left of a request without the model's time and the database's. */
    readonly ownMs: Spread;
    readonly tokensPerSecond: number;
    readonly schemas: readonly OnSchema[];
    readonly clients: readonly ({
      readonly clients: number;
      readonly questions: number;
      readonly perSecond: number;
      readonly refused: number;
    } & Spread)[];
    readonly megabytes: number;
    readonly machine: string;
  };
};

/** Questions on a schema that comes with them. */
export type OnSchema = { readonly tables: number; readonly characters: number } & (
  | {
      /** The first question on it, and the mean of those that follow. */
      readonly firstMs: number;
      readonly nextMs: number;
    }
  | {
      /** The code of the error that it got instead. */
      readonly error: string;
    }
);

const SCHEMA_TABLES: readonly number[] = [5, 20, 60];
const QUESTIONS_A_SCHEMA = 3;

type Answer = {
  /** What came instead of an answer. */
  readonly error?: Pick<ErrorAnswer["error"], "code" | "message">;
  readonly ms: number;
  readonly firstEventMs: number;
  readonly statementMs: number;
  readonly modelMs: number;
  readonly databaseMs: number;
  readonly tokens: number;
};

/**
 * Raises when the service does not start (what it said goes to standard error), and model-missing where it answers no question.
 */
export async function benchServe(options: BenchServeOptions): Promise<BenchServe> {
  const { program, folder, questions, clients, onProgress } = options;
  const [command, ...args] = program;
  const startedMs = performance.now();
  const child = spawn(
    command,
    [...args, "serve", "--project", folder, "--port", "0", "--json", ...NO_LIMIT],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  try {
    const url = await urlOf(child);
    const readyMs = performance.now() - startedMs;
    const total =
      questions.length +
      SCHEMA_TABLES.length +
      clients.reduce((sum, count) => sum + askedIn(count, questions), 0);
    let done = 0;
    const tell = (label: string) => onProgress(++done, total, label);

    const first = await ask(url, questions[0]);
    const single: Answer[] = [];
    for (const question of questions) {
      const answer = await ask(url, question);
      if (answer.error === undefined) single.push(answer);
      tell("one client");
    }
    if (single.length === 0)
      throw new UserError(
        "model-missing",
        `the service answered none of ${questions.length} questions; the first got ${first.error?.code}: ${first.error?.message}`,
      );
    const schemas: OnSchema[] = [];
    for (const tables of SCHEMA_TABLES) {
      schemas.push(await askOn(url, tables));
      tell(`${tables} tables`);
    }
    const rounds = [];
    for (const count of clients) {
      const roundMs = performance.now();
      const answers = await askedBy(count, url, questions, () => tell(`${count} clients`));
      const seconds = (performance.now() - roundMs) / 1000;
      const answered = answers.filter(({ error }) => error === undefined);
      rounds.push({
        clients: count,
        questions: answers.length,
        perSecond: answered.length / seconds,
        refused: answers.length - answered.length,
        ...spreadOf(answered.map(({ ms }) => ms)),
      });
    }
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const bytes = Number(/^process_resident_memory_bytes (\S+)$/m.exec(metrics)?.[1]);
    const ours = mean(single.map(({ ms }) => ms));
    const theirs = mean(single.map(({ modelMs }) => modelMs));
    const tokens = single.reduce((sum, answer) => sum + answer.tokens, 0);
    return {
      ours,
      theirs,
      ratio: theirs / ours,
      unit: "ms a question, one client; theirs: the model's share of it",
      conditions: {
        questions: single.length,
        coldStart: { readyMs, firstQuestionMs: first.ms },
        firstEventMs: spreadOf(single.map(({ firstEventMs }) => firstEventMs)),
        statementMs: spreadOf(single.map(({ statementMs }) => statementMs)),
        ownMs: spreadOf(single.map(({ ms, modelMs, databaseMs }) => ms - modelMs - databaseMs)),
        tokensPerSecond: (1000 * tokens) / (theirs * single.length),
        schemas,
        clients: rounds,
        megabytes: bytes / 2 ** 20,
        machine: `${cpus()[0]?.model.trim()}, ${availableParallelism()} threads, Node ${process.versions.node}`,
      },
    };
  } finally {
    child.kill("SIGTERM");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }
}

/** A bench asks more in a minute than a key may. */
const NO_LIMIT = ["--serve.requestsPerMinute", "0"];

function urlOf(child: ReturnType<typeof spawn>): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (chunk) => {
      text += String(chunk);
      if (text.endsWith("}\n")) resolve((JSON.parse(text) as { url: string }).url);
    });
    child.once("error", reject);
    child.once("exit", (status, by) => reject(new Error(`the service ended with ${status ?? by}`)));
  });
}

const post = (url: string, body: object): Promise<Response> =>
  fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

/** Asks as the page does, by events. */
async function ask(url: string, question: string): Promise<Answer> {
  const startedMs = performance.now();
  const since = () => performance.now() - startedMs;
  const response = await post(`${url}/v1/ask`, { question });
  let [text, firstEventMs, statementMs] = ["", 0, 0];
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    firstEventMs ||= since();
    if (text.includes("event: sql-end")) statementMs ||= since();
  }
  const [, end, data] = /^event: (done|error)\ndata: (.*)$/m.exec(text) ?? [];
  const told: Partial<GenerateAnswer & ErrorAnswer> = JSON.parse(
    data ?? (response.ok ? "{}" : text),
  );
  return {
    // a stream may begin well and end with an error, or not at all
    ...(end !== "done" && { error: told.error ?? { code: "internal", message: "it was cut off" } }),
    ms: since(),
    firstEventMs,
    statementMs,
    modelMs: told.generation_time_ms ?? 0,
    databaseMs: told.execution_time_ms ?? 0,
    tokens: told.tokens ?? 0,
  };
}

async function askOn(url: string, tables: number): Promise<OnSchema> {
  const schema = ddlOf(tables);
  const asked = { tables, characters: schema.length };
  const times: number[] = [];
  for (let i = 0; i < QUESTIONS_A_SCHEMA; i++) {
    const startedMs = performance.now();
    const question = `How many rows has thing ${i}?`;
    const response = await post(`${url}/generate_sql`, { question, schema });
    const { error } = (await response.json()) as Partial<ErrorAnswer>;
    if (error) return { ...asked, error: error.code };
    times.push(performance.now() - startedMs);
  }
  const [firstMs, ...next] = times;
  return { ...asked, firstMs, nextMs: mean(next) };
}

/** Questions of a round: at least one for each client. */
const askedIn = (count: number, questions: readonly string[]): number =>
  Math.max(count, questions.length);

/** Every client asks its next question when it has an answer. */
async function askedBy(
  count: number,
  url: string,
  questions: readonly string[],
  onAnswer: () => void,
): Promise<Answer[]> {
  const total = askedIn(count, questions);
  const answers: Answer[] = [];
  let next = 0;
  const client = async () => {
    while (next < total) {
      answers.push(await ask(url, questions[next++ % questions.length]));
      onAnswer();
    }
  };
  await Promise.all(Array.from({ length: count }, client));
  return answers;
}

const ddlOf = (tables: number): string =>
  Array.from(
    { length: tables },
    (_, i) =>
      `CREATE TABLE thing${i} (id INTEGER PRIMARY KEY, name TEXT, amount REAL, placedOn TEXT, otherId INTEGER REFERENCES thing${Math.max(0, i - 1)} (id));`,
  ).join("\n");

const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
}
