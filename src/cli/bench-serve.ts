/**
 * What a service costs, measured from outside: a service of its own is started as a process, asked over HTTP, and ended.
 * Cold start, time to the first event and to the statement, the service's own share of a request, questions on schemas of
 * growing length, and 1 to 32 clients at once. Scores nothing: whether answers are right is `t2s eval`'s business.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism, cpus } from "node:os";

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
    readonly questions: number;
    readonly coldStart: { readonly readyMs: number; readonly firstQuestionMs: number };
    /** From the request to the first event, and to the whole statement, which comes at once. */
    readonly firstEventMs: Spread;
    readonly statementMs: Spread;
    /** What is left of a request without the model's time and the database's. */
    readonly ownMs: Spread;
    readonly tokensPerSecond: number;
    readonly schemas: readonly {
      readonly tables: number;
      readonly characters: number;
      /** The first question on it, and the mean of those that follow. */
      readonly firstMs: number;
      readonly nextMs: number;
    }[];
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

const SCHEMA_TABLES: readonly number[] = [5, 20, 60];
const QUESTIONS_A_SCHEMA = 3;

type Answer = {
  readonly status: number;
  readonly ms: number;
  readonly firstEventMs: number;
  readonly statementMs: number;
  readonly modelMs: number;
  readonly databaseMs: number;
  readonly tokens: number;
};

/** Raises when the service does not start; what it said goes to standard error. */
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
    const total = questions.length * (1 + clients.length) + SCHEMA_TABLES.length;
    let done = 0;
    const tell = (label: string) => onProgress(++done, total, label);

    const first = await ask(url, questions[0]);
    const single: Answer[] = [];
    for (const question of questions) {
      single.push(await ask(url, question));
      tell("one client");
    }
    const schemas = [];
    for (const tables of SCHEMA_TABLES) {
      const schema = ddlOf(tables);
      const times: number[] = [];
      for (let i = 0; i < QUESTIONS_A_SCHEMA; i++)
        times.push(await askOn(url, schema, `How many rows has thing ${i}?`));
      const [firstMs, ...next] = times;
      schemas.push({ tables, characters: schema.length, firstMs, nextMs: mean(next) });
      tell(`${tables} tables`);
    }
    const rounds = [];
    for (const count of clients) {
      const roundMs = performance.now();
      const answers = await askedBy(count, url, questions, () => tell(`${count} clients`));
      const seconds = (performance.now() - roundMs) / 1000;
      const answered = answers.filter(({ status }) => status === 200);
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
        questions: questions.length,
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
    if (child.exitCode === null) await once(child, "exit");
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
    child.once("exit", (status) => reject(new Error(`the service ended with ${status}`)));
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
  const done = /^event: done\ndata: (.*)$/m.exec(text)?.[1] ?? "{}";
  const told = JSON.parse(done) as Record<string, number | null | undefined>;
  return {
    status: response.status,
    ms: since(),
    firstEventMs,
    statementMs,
    modelMs: told.generation_time_ms ?? 0,
    databaseMs: told.execution_time_ms ?? 0,
    tokens: told.tokens ?? 0,
  };
}

/** Milliseconds of a question on a schema that comes with it. */
async function askOn(url: string, schema: string, question: string): Promise<number> {
  const startedMs = performance.now();
  await (await post(`${url}/generate_sql`, { question, schema })).text();
  return performance.now() - startedMs;
}

/** Every client asks its next question when it has an answer; at least one question each. */
async function askedBy(
  count: number,
  url: string,
  questions: readonly string[],
  onAnswer: () => void,
): Promise<Answer[]> {
  const total = Math.max(count, questions.length);
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

/** By the nearest rank. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}
