/** Agreement of the error classes with labels of real predictions, as docs/evaluation.md states it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sha256 } from "../base/hash.ts";
import { ERROR_CLASSES, type ErrorClass } from "./error-class.ts";
import { scoreFiles } from "./score-file.ts";
import { wilsonInterval } from "./statistics.ts";

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
/** The class of each label's prediction, as scoring the whole file of its system gives it. */
async function classesOf(chosen: readonly Label[]): Promise<(ErrorClass | null)[]> {
  const folder = data as string;
  const systems = [...new Set(chosen.map(({ system }) => system))];
  const reports = await scoreFiles(
    { gold: join(folder, "dev_A.json"), databases: join(folder, "database") },
    systems.map((system) => join(folder, "predictions", `${system}.sql`)),
    { modes: ["strict", "spider-ex"] },
  );
  return chosen.map(({ system, index, sha256: hash }) => {
    const { predictedSql, errorClass } = reports[systems.indexOf(system)].items[index];
    expect(sha256(predictedSql)).toBe(hash);
    return errorClass;
  });
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
    const classes = await classesOf(chosen);
    const pairs = chosen.map((label, i) => [label.class, classes[i] ?? "other"] as const);
    const right = pairs.filter(([a, b]) => a === b).length;
    expect(right).toBe(expected);
    const [low, high] = wilsonInterval(right, pairs.length);
    const percent = (rate: number) => (100 * rate).toFixed(1);
    const line = `| ${set} | ${pairs.length} | ${right} | ${percent(right / pairs.length)} % [${percent(low)}, ${percent(high)}] | ${kappaOf(pairs).toFixed(2)} |`;
    expect(readFileSync(join(root, "docs/evaluation.md"), "utf8")).toContain(line);
  },
);
