/**
 * Seconds to score Spider's dev set in mode spider-ex: our compiled evaluator against the official script
 * (taoyds/test-suite-sql-eval, `--etype exec`), start-up counted, our cache empty, two workers. Together: fourteen files
 * of predictions, one start of ours and fourteen of theirs. Cold: one file. `ours` does what the script does: reads, runs,
 * compares. `byCommand` is the whole of `t2s eval --json`: golds checked, wrong answers classed, a report of every item.
 * Needs T2S_DATA and Python 3.
 * Options: --official DIR (a clone of that repository; without it the benchmark is skipped), --runs N of the cold file.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { readSpiderItems, type SpiderItem } from "../src/data/spider.ts";
import {
  type Counts,
  type OfficialFiles,
  prepareOfficial,
  runOfficial,
} from "./official/official.ts";
import type { BenchResult } from "./run.ts";

type Files = Omit<OfficialFiles, "predictions">;
type Timed<T> = { readonly seconds: number; readonly value: T };

const UNIT = "seconds to score one file of predictions, start-up counted";
/** What the cold runs score. */
const COLD = "codes_1b.sql";

export async function run(args: readonly string[]): Promise<BenchResult> {
  const { values } = parseArgs({
    args: [...args],
    options: { official: { type: "string" }, runs: { type: "string", default: "3" } },
  });
  const data = process.env.T2S_DATA;
  if (values.official === undefined) return skipped("--official DIR is not given");
  if (data === undefined) return skipped("T2S_DATA is not set");
  prepareOfficial(values.official, (text) => console.error(text));
  const folder = mkdtempSync(join(tmpdir(), "t2s-bench-"));
  try {
    const spider = join(data, "spider");
    const files = prepareFiles(spider, folder);
    const predictions = readdirSync(join(spider, "predictions"))
      .filter((name) => name.endsWith(".sql"))
      .map((name) => join(spider, "predictions", name));
    const together = timeTogether(values.official, files, predictions);
    console.log(JSON.stringify({ together }));
    const cold = timeCold(
      values.official,
      files,
      join(spider, "predictions", COLD),
      Number(values.runs),
    );
    console.log(JSON.stringify({ cold }));
    return {
      ours: cold.ours,
      theirs: cold.theirs,
      ratio: cold.ratio,
      unit: UNIT,
      conditions: { together, cold, workers: 2, items: readGolds(spider).length },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Numbers that are not there are null in JSON. */
const skipped = (reason: string): BenchResult => ({
  ours: Number.NaN,
  theirs: Number.NaN,
  ratio: Number.NaN,
  unit: UNIT,
  conditions: { skipped: reason },
});

const readGolds = (spider: string): SpiderItem[] => readSpiderItems(join(spider, "dev_A.json"));

/** The gold in the script's form, and copies of its databases. */
function prepareFiles(spider: string, folder: string): Files {
  const golds = readGolds(spider);
  const gold = join(folder, "gold.txt");
  const databases = join(folder, "database");
  writeFileSync(gold, golds.map(({ query, db_id }) => `${query}\t${db_id}\n`).join(""));
  mkdirSync(databases);
  for (const dbId of new Set(golds.map(({ db_id }) => db_id)))
    cpSync(join(spider, "database", dbId), join(databases, dbId), { recursive: true });
  return { gold, databases };
}

function timed<T>(action: () => T): Timed<T> {
  const startedMs = performance.now();
  const value = action();
  return { seconds: (performance.now() - startedMs) / 1000, value };
}

function timeTogether(official: string, files: Files, predictions: readonly string[]) {
  const command = timed(() => evalByCommand(files, predictions));
  const ours = timed(() => scoreFiles(files, predictions));
  const theirs = timed(() =>
    predictions.map((file) => runOfficial(official, { ...files, predictions: file })),
  );
  requireEqual(command.value, theirs.value);
  const right = theirs.value.map(({ all }) => all.right);
  requireEqual(ours.value, right);
  return {
    files: predictions.length,
    right,
    ours: ours.seconds,
    byCommand: command.seconds,
    theirs: theirs.seconds,
    ratio: theirs.seconds / ours.seconds,
    ratioByCommand: theirs.seconds / command.seconds,
  };
}

/** Medians of alternating runs. */
function timeCold(official: string, files: Files, predictions: string, runs: number) {
  const seconds = { ours: [] as number[], byCommand: [] as number[], theirs: [] as number[] };
  for (let i = 0; i < runs; i++) {
    const theirs = timed(() => runOfficial(official, { ...files, predictions }));
    const command = timed(() => evalByCommand(files, [predictions])[0]);
    const ours = timed(() => scoreFiles(files, [predictions]));
    requireEqual(command.value, theirs.value);
    requireEqual(ours.value, [theirs.value.all.right]);
    seconds.theirs.push(theirs.seconds);
    seconds.byCommand.push(command.seconds);
    seconds.ours.push(ours.seconds);
  }
  const theirs = medianOf(seconds.theirs);
  const ours = medianOf(seconds.ours);
  const byCommand = medianOf(seconds.byCommand);
  return {
    ours,
    byCommand,
    theirs,
    ratio: theirs / ours,
    ratioByCommand: theirs / byCommand,
    seconds,
  };
}

const medianOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** `t2s eval --json`, with a cache folder that is empty. */
function evalByCommand({ gold, databases }: Files, predictions: readonly string[]): Counts[] {
  const cache = mkdtempSync(join(tmpdir(), "t2s-bench-cache-"));
  const options = ["--gold", gold, "--predictions", ...predictions, "--databases", databases];
  const result = runNode(
    [resolve("bin", "t2s.cjs"), "eval", ...options, "--modes", "spider-ex", "--json"],
    { T2S_CACHE: cache },
  ) as Report | { files: readonly Report[] };
  rmSync(cache, { recursive: true, force: true });
  return ("files" in result ? result.files : [result]).map(({ modes }) => {
    const { byHardness, ...all } = modes["spider-ex"];
    const scores = Object.entries({ ...byHardness, all });
    return Object.fromEntries(
      scores.map(([level, { n, score }]) => [level, { n, right: Math.round(n * score) }]),
    );
  });
}
type Report = {
  readonly modes: Record<string, Score & { readonly byHardness: Record<string, Score> }>;
};
type Score = { readonly n: number; readonly score: number };

/** How many predictions of each file are right. */
const scoreFiles = ({ gold, databases }: Files, predictions: readonly string[]): number[] =>
  runNode([
    join(import.meta.dirname, "official", "score-files.ts"),
    gold,
    databases,
    ...predictions,
  ]) as number[];

const runNode = (args: readonly string[], env: NodeJS.ProcessEnv = {}): unknown =>
  JSON.parse(
    execFileSync(process.execPath, ["--disable-warning=ExperimentalWarning", ...args], {
      encoding: "utf8",
      env: { ...process.env, ...env },
      maxBuffer: 1 << 28,
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );

function requireEqual(ours: unknown, theirs: unknown): void {
  if (isDeepStrictEqual(ours, theirs)) return;
  const [a, b] = [ours, theirs].map((value) => JSON.stringify(value));
  throw new Error(`the verdicts differ: ours ${a}, the official script's ${b}`);
}
