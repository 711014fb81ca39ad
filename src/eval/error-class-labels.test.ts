/** Agreement of the error classes with labels of real predictions, as docs/evaluation.md states it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { sha256 } from "../base/hash.ts";
import { readSpiderItems, spiderDatabaseFile } from "../data/spider.ts";
import { createExecutor } from "../db/executor.ts";
import { introspect } from "../schema/introspect.ts";
import type { Table } from "../schema/schema.ts";
import { ERROR_CLASSES, type ErrorClass, errorClass } from "./error-class.ts";
import { wilsonInterval } from "./statistics.ts";
import { createStrictScorer } from "./strict.ts";

type Label = {
  readonly system: string;
  readonly index: number;
  readonly sha256: string;
  readonly set: "dev" | "held-out";
  readonly class: ErrorClass;
  readonly also: readonly ErrorClass[];
};

const root = join(import.meta.dirname, "../..");
const { items: labels } = JSON.parse(
  readFileSync(join(root, "test/fixtures/reference/error-class-labels.json"), "utf8"),
) as { items: Label[] };
const data = process.env.T2S_DATA && join(process.env.T2S_DATA, "spider");
const isMissing = !data || !existsSync(data);
const executor = createExecutor({ workers: 1, timeoutMs: 10_000 });
const scorer = createStrictScorer(executor);
const tablesOf = new Map<string, readonly Table[]>();
afterAll(() => executor.close());

async function classOf({ system, index, sha256: hash }: Label): Promise<ErrorClass> {
  const folder = data as string;
  const { db_id: dbId, query: goldSql } = readSpiderItems(join(folder, "dev_A.json"))[index];
  const lines = readFileSync(join(folder, "predictions", `${system}.sql`), "utf8").split("\n");
  const predictedSql = lines[index].trim();
  expect(sha256(predictedSql)).toBe(hash);
  const file = spiderDatabaseFile(join(folder, "database"), dbId);
  const tables = tablesOf.get(dbId) ?? introspect(file, { dbId }).database.tables;
  tablesOf.set(dbId, tables);
  const score = await scorer.score(file, goldSql, predictedSql);
  const [gold, predicted] = await executor.runMany(file, [goldSql, predictedSql]);
  const rows = gold.ok && predicted.ok ? { gold: gold.rows, predicted: predicted.rows } : undefined;
  return errorClass({ goldSql, predictedSql, tables, dialect: "sqlite", score, rows }).class;
}

/** Cohen's kappa: agreement beyond what the shares of the classes give by chance. */
function kappaOf(pairs: readonly (readonly [ErrorClass, ErrorClass])[]): number {
  const share = (holds: (pair: readonly [ErrorClass, ErrorClass]) => boolean) =>
    pairs.filter(holds).length / pairs.length;
  const observed = share(([a, b]) => a === b);
  const byChance = ERROR_CLASSES.map(
    (name) => share(([a]) => a === name) * share(([, b]) => b === name),
  ).reduce((sum, product) => sum + product, 0);
  return (observed - byChance) / (1 - byChance);
}

test("the labels are of 100 different questions, half of them held out, and of known classes", () => {
  expect(new Set(labels.map(({ index }) => index)).size).toBe(100);
  expect(labels.filter(({ set }) => set === "dev").length).toBe(50);
  const used = labels.flatMap((label) => [label.class, ...label.also]);
  expect(used.filter((name) => !ERROR_CLASSES.includes(name))).toEqual([]);
});

test.skipIf(isMissing).each([
  ["dev", 50],
  ["held-out", 47],
] as const)(
  "agreement with the %s labels is what the documentation says (needs T2S_DATA)",
  async (set, expected) => {
    const chosen = labels.filter((label) => label.set === set);
    const pairs: (readonly [ErrorClass, ErrorClass])[] = [];
    for (const label of chosen) pairs.push([label.class, await classOf(label)]);
    const right = pairs.filter(([a, b]) => a === b).length;
    expect(right).toBe(expected);
    const [low, high] = wilsonInterval(right, pairs.length);
    const percent = (rate: number) => (100 * rate).toFixed(1);
    const line = `| ${set} | ${pairs.length} | ${right} | ${percent(right / pairs.length)} % [${percent(low)}, ${percent(high)}] | ${kappaOf(pairs).toFixed(2)} |`;
    expect(readFileSync(join(root, "docs/evaluation.md"), "utf8")).toContain(line);
  },
);
