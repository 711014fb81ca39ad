import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { silent } from "../base/progress.ts";
import { readPeftAdapter } from "../export/peft.ts";
import { defaultConfig } from "./config.ts";
import { projectAt } from "./project.ts";
import { readRecipe, runRecipe, textsOfRecipe } from "./recipe.ts";
import { openBaseModel } from "./model.ts";
import type { StageContext } from "./run.ts";
import { startAdapterOf, startHash } from "./start-adapter.ts";

const modelFile = process.env.T2S_MODEL_FILE;
const data = process.env.T2S_DATA;
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "t2s-recipe-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function recipeWith(text: string): ReturnType<typeof readRecipe> {
  const file = join(folder, "recipe.yaml");
  writeFileSync(file, text);
  return readRecipe(file);
}

test("a recipe sets options over the defaults", () => {
  const { config, pairs, refusalsPerDatabase } = recipeWith(
    "pairs: [a.json]\ndatabases: db\ntrain:\n  rank: 4\n",
  );
  expect(config).toEqual({ ...defaultConfig, "train.rank": 4 });
  expect(pairs).toEqual(["a.json"]);
  expect(refusalsPerDatabase).toBe(0);
});

test.each([
  ["databases: db\n", /"pairs" \(a list of files\)/],
  ["pairs: [a]\ndatabases: db\nrefusalsPerDatabase: -1\n", /refusalsPerDatabase is -1/],
  ["pairs: [a]\ndatabases: db\ntrain:\n  rnk: 4\n", /did you mean "train\.rank"/],
  ["pairs: [a]\ndatabases: db\nagain: { share: 2 }\n", /again\.share is 2; a number above 0/],
])("a recipe that is none is refused: %j", (text, message) => {
  expect(() => recipeWith(text)).toThrow(message);
});

test("the recipe of the bundled adapter is one, with a second pass over some of its pairs", () => {
  const { config, pairs, again, hash } = readRecipe("recipes/sql-start.yaml");
  expect(config["train.start"]).toBe("none");
  const { recipe: second, share } = again!;
  expect(share).toBe(0.4);
  expect(second.pairs).toEqual(pairs.slice(0, 1));
  expect(second.config).toEqual({
    ...config,
    "data.seed": 43,
    "train.seed": 43,
    "train.learningRate": 0.002,
  });
  expect(second.hash).not.toBe(hash);
  expect(second.again).toBeUndefined();
});

describe.skipIf(!data || !modelFile)(
  "on two databases of Spider (T2S_DATA, T2S_MODEL_FILE)",
  () => {
    const recipe = () =>
      recipeWith(
        `model: gguf:${modelFile}\npairs: [pairs.json]\ndatabases: database\nrefusalsPerDatabase: 2\n` +
          "train: { rank: 2, alpha: 4, epochs: 1, batchSize: 4, mode: checkpoint, start: none }\n",
      );

    beforeEach(() => {
      for (const db of ["concert_singer", "pets_1"]) {
        mkdirSync(join(folder, "database", db), { recursive: true });
        const file = join("database", db, `${db}.sqlite`);
        copyFileSync(join(data ?? "", "spider", file), join(folder, file));
      }
      const pairs = [
        ["concert_singer", "How many singers do we have ?", "SELECT count(*) FROM singer AS T1"],
        [
          "pets_1",
          "Oldest pet ?",
          "SELECT T1.pettype FROM pets AS T1 ORDER BY T1.pet_age DESC LIMIT 1;",
        ],
      ].map(([db_id, question, query]) => ({ db_id, question, query }));
      writeFileSync(join(folder, "pairs.json"), JSON.stringify(pairs));
    });

    test("texts stand under the prompt of their own schema, in compact style, with refusals", async () => {
      const base = await openBaseModel(`gguf:${modelFile}`, silent);
      const texts = await textsOfRecipe(recipe(), folder, base);
      expect(texts.map(({ completion }) => completion)).toEqual([
        "SELECT COUNT(*) FROM singer",
        "SELECT PetType FROM Pets ORDER BY pet_age DESC LIMIT 1",
        ...Array.from({ length: 4 }, () => expect.stringMatching(/^-- cannot answer: /)),
      ]);
      expect(texts[0].prefix).toContain("singer_in_concert");
      expect(texts[1].prefix).toContain("Has_Pet");
      expect(new Set(texts.slice(2).map(({ prefix }) => prefix)).size).toBe(2);
      expect(texts[0].suffix).toMatch(/^How many singers do we have\?/);
    });

    test("it ends with an adapter in half precision that a project starts from, on its own base alone", async () => {
      const out = join(folder, "start");
      const manifest = await runRecipe(recipe(), { archive: folder, out, progress: silent });
      expect(readdirSync(out).sort()).toEqual([
        "adapter_config.json",
        "adapter_model.safetensors",
        "manifest.json",
        "run",
      ]);
      const bytes = statSync(join(out, "adapter_model.safetensors")).size;
      expect(bytes).toBeLessThan(2 * manifest.adapter.parameters + 60_000);

      const context: StageContext = {
        project: projectAt(folder),
        config: { ...defaultConfig, "train.start": "start" },
        progress: silent,
      };
      const { base } = manifest;
      expect(startAdapterOf(context, base)).toEqual({ name: out, folder: out });
      expect(readPeftAdapter(out).config).toMatchObject({ rank: 2, alpha: 4 });
      expect(await startHash(context)).toBe(manifest.files["adapter_model.safetensors"]);
      expect(() => startAdapterOf(context, { ...base, sha256: "other" })).toThrow(/was trained on/);
      const none = { ...context, config: { ...context.config, "train.start": "none" } };
      expect(startAdapterOf(none, base)).toBeUndefined();
      expect(await startHash(none)).toBeNull();
    }, 60_000);

    test("after a second pass it lies between the two; a pass that is done is not done again", async () => {
      const first = recipe();
      const out = (name: string) => ({
        archive: folder,
        out: join(folder, name),
        progress: silent,
      });
      const weightsOf = (name: string) =>
        readPeftAdapter(join(folder, name)).pairs.map(({ a, b }) => [...a, ...b]);
      const again = (share: number) => ({ ...first, again: { recipe: first, share } });
      await runRecipe(first, out("first"));
      await runRecipe(again(1), out("second"));
      const metrics = () => readFileSync(join(folder, "second", "run-2", "metrics.jsonl"), "utf8");
      const before = metrics();
      await runRecipe(again(0.25), out("second"));
      expect(metrics()).toBe(before);
      const [start, way] = [weightsOf("first"), weightsOf("second")];
      await runRecipe(again(1), out("second"));
      const end = weightsOf("second");
      expect(end).not.toEqual(start);
      for (const [i, pair] of way.entries())
        for (const [k, weight] of pair.entries())
          expect(Math.abs(weight - (0.75 * start[i][k] + 0.25 * end[i][k]))).toBeLessThan(1e-3);
    }, 120_000);
  },
);
