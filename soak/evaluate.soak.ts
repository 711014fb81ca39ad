/**
 * Fuzzed predictions through the evaluator, in modes strict, spider-ex, bird-ex and spider-em, on copies of Spider's
 * databases. Failures: an item without a verdict (its process ended or did not end), a gold beside it that is no longer
 * right, a bomb that is right or a write that strict mode takes for right, a file that is new or changed, a process that
 * is left. Needs T2S_DATA. Options: --count N (10,000), --seed N (1), --log FILE (by default docs/soak-evaluate.log for
 * the whole count).
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { UserError } from "../src/base/errors.ts";
import { Rng } from "../src/base/rng.ts";
import { readSpiderItems } from "../src/data/spider.ts";
import { openTrusted } from "../src/db/sqlite.ts";
import {
  type BatchFolders,
  type BatchOutcome,
  scoreBatch,
  type SoakItem,
} from "./evaluate/batch.ts";
import { logOf } from "./evaluate/log.ts";
import { type Kind, kindsInTurn, predictionOf, type Target } from "./evaluate/predictions.ts";
import { differencesOf, hashFiles, processesOf } from "./evaluate/traces.ts";
import type { SoakResult } from "./run.ts";

const COUNT = 10_000;
const BATCH = 100;
const LOG = join("docs", "soak-evaluate.log");
/** A process that was told to end does so within this. */
const GRACE_MS = 2000;

/** Kinds that get the gold itself as the next item. */
const DANGEROUS: ReadonlySet<Kind> = new Set([
  "long",
  "statements",
  "pragma",
  "other-file",
  "write",
  "transaction",
  "bomb",
  "nesting",
]);

export async function run(args: readonly string[]): Promise<SoakResult> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      count: { type: "string", default: String(COUNT) },
      seed: { type: "string", default: "1" },
      log: { type: "string" },
    },
  });
  const data = process.env.T2S_DATA;
  if (data === undefined) throw new UserError("usage", "T2S_DATA is not set");
  const [count, seed] = [Number(values.count), Number(values.seed)];
  const folder = mkdtempSync(join(tmpdir(), "t2s-soak-"));
  const startedMs = performance.now();
  try {
    const { outcomes, failures } = await soak(join(data, "spider"), folder, count, new Rng(seed));
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    for (const failure of failures) console.error(failure);
    const log = values.log ?? (count === COUNT ? LOG : undefined);
    if (log !== undefined) writeFileSync(log, logOf(outcomes, failures, { seed, seconds }));
    const controls = outcomes.filter(({ item }) => item.kind === "control").length;
    return {
      done: outcomes.length - controls,
      failed: failures.length,
      conditions: { seed, controls, seconds },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Soaked = { readonly outcomes: BatchOutcome[]; readonly failures: string[] };

async function soak(spider: string, root: string, count: number, rng: Rng): Promise<Soaked> {
  const targets = targetsIn(spider, root);
  const folders = prepareFolders(spider, root, [...targets.keys()]);
  const before = hashFiles([folders.databases, folders.work]);
  const kinds = kindsInTurn(count, rng);
  const outcomes: BatchOutcome[] = [];
  const failures: string[] = [];
  for (let start = 0; start < count; start += BATCH) {
    const number = start / BATCH;
    const dbId = [...targets.keys()][number % targets.size];
    const items = itemsOf(kinds.slice(start, start + BATCH), dbId, targets.get(dbId) ?? [], rng);
    const scored = scoreBatch(items, number % 2 === 0 ? "json" : "lines", folders);
    outcomes.push(...scored);
    failures.push(...scored.flatMap((outcome) => faultOf(outcome) ?? []));
    failures.push(...differencesOf(before, hashFiles([folders.databases, folders.work])));
    failures.push(...differencesOf(new Map(), hashFiles([folders.temporary])));
    failures.push(...(await processesLeft(root)).map((command) => `left running: ${command}`));
    console.error(
      `${start + kinds.slice(start, start + BATCH).length} of ${count}, ${failures.length} failures`,
    );
  }
  return { outcomes, failures };
}

type TargetsOf = ReadonlyMap<string, readonly Target[]>;

/** What predictions may be aimed at: every gold of the dev set, by database. */
function targetsIn(spider: string, root: string): TargetsOf {
  const groups = Map.groupBy(readSpiderItems(join(spider, "dev_A.json")), ({ db_id }) => db_id);
  return new Map(
    [...groups].map(([dbId, items]) => {
      const golds = items.map(({ query }) => query);
      const tables = tableNames(join(spider, "database", dbId, `${dbId}.sqlite`));
      const file = join(root, "work", "absolute.sqlite");
      return [dbId, golds.map((goldSql): Target => ({ goldSql, golds, tables, file }))];
    }),
  );
}

function tableNames(file: string): string[] {
  const connection = openTrusted(file);
  try {
    const rows = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    return rows.map(({ name }) => String(name));
  } finally {
    connection.close();
  }
}

function prepareFolders(spider: string, root: string, dbIds: readonly string[]): BatchFolders {
  const [databases, work, temporary, files] = ["database", "work", "temporary", "files"].map(
    (name) => join(root, name),
  );
  for (const folder of [databases, work, temporary, files]) mkdirSync(folder);
  for (const dbId of dbIds)
    cpSync(join(spider, "database", dbId), join(databases, dbId), { recursive: true });
  return { databases, work, temporary, files, tables: join(spider, "tables.json") };
}

/** The first and the last item are golds: the form of a file of lines is told from its first line. */
function itemsOf(
  kinds: readonly Kind[],
  dbId: string,
  targets: readonly Target[],
  rng: Rng,
): SoakItem[] {
  const control = (): SoakItem => {
    const { goldSql } = rng.pick(targets);
    return { kind: "control", dbId, goldSql, predictedSql: goldSql };
  };
  const fuzzed = kinds.flatMap((kind) => {
    const target = rng.pick(targets);
    const { goldSql } = target;
    const item = { kind, dbId, goldSql, predictedSql: predictionOf(kind, target, rng) };
    return DANGEROUS.has(kind) ? [item, control()] : [item];
  });
  return [control(), ...fuzzed, control()];
}

/** What is wrong with an outcome, in a line. */
function faultOf(outcome: BatchOutcome): string | undefined {
  const { kind, predictedSql } = outcome.item;
  const told = `${kind} ${JSON.stringify(predictedSql.slice(0, 200))}`;
  if ("crash" in outcome) return `${told}: ${outcome.crash.slice(0, 2000)}`;
  const { verdicts } = outcome.scored;
  const isRight = Object.values(verdicts).map((verdict) => verdict === 1);
  if (kind === "control" && !isRight.every(Boolean))
    return `${told}: ${JSON.stringify(outcome.scored)}`;
  if (kind === "bomb" && isRight.some(Boolean)) return `${told}: ${JSON.stringify(outcome.scored)}`;
  if (NEVER_STRICT.has(kind) && verdicts.strict === 1) return `${told}: right in strict mode`;
  return undefined;
}

/** What may write is never right in strict mode. */
const NEVER_STRICT: ReadonlySet<SoakItem["kind"]> = new Set(["write", "other-file", "transaction"]);

async function processesLeft(folder: string): Promise<string[]> {
  const deadline = performance.now() + GRACE_MS;
  let left = processesOf(folder);
  while (left.length > 0 && performance.now() < deadline) {
    await sleep(50);
    left = processesOf(folder);
  }
  return left;
}
