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
import { basename, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { silent } from "../base/progress.ts";
import { readPeftAdapter } from "../export/peft.ts";
import { defaultConfig } from "./config.ts";
import { projectAt } from "./project.ts";
import { readRecipe, runRecipe } from "./recipe.ts";
import { textsOfSources } from "./recipe-texts.ts";
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
  const [{ config, sources, share }, ...others] = recipeWith(
    "pairs: [a.json]\ndatabases: db\nschemas: own\ntrain:\n  rank: 4\n",
  );
  expect(config).toEqual({ ...defaultConfig, "train.rank": 4 });
  expect(sources).toMatchObject({ pairs: ["a.json"], databases: "db", refusalsPerDatabase: 0 });
  expect(sources.schemas).toBe(join(folder, "own"));
  expect([share, others]).toEqual([1, []]);
});

test.each([
  ["databases: db\n", /"pairs" \(a list of files\)/],
  ["pairs: [a]\ndatabases: db\nrefusalsPerDatabase: -1\n", /refusalsPerDatabase is -1/],
  ["pairs: [a]\ndatabases: db\ntrain:\n  rnk: 4\n", /did you mean "train\.rank"/],
  ["pairs: [a]\n", /"pairs" \(a list of files\) and "databases"/],
  ["pairs: [a]\ndatabases: db\nsyntheticPerDatabase: many\n", /syntheticPerDatabase is many/],
  ["pairs: [a]\ndatabases: db\npairsPerDatabase: 1.5\n", /pairsPerDatabase is 1\.5/],
  ["pairs: [a]\ndatabases: db\nagain: [{ share: 2 }]\n", /again\.share is 2; a number above 0/],
  ["pairs: [a]\ndatabases: db\nagain: { share: 1 }\n", /"again" is a list of passes/],
])("a recipe that is none is refused: %j", (text, message) => {
  expect(() => recipeWith(text)).toThrow(message);
});

test("a further pass does what the first does but for what it says itself", () => {
  const [first, second, third] = recipeWith(
    "pairs: [a, b]\ndatabases: db\ndata.seed: 1\ntrain: { rank: 4, seed: 5 }\nagain:\n" +
      "  - { share: 0.5, pairs: [a], train: { seed: 6 } }\n  - { share: 1, data.seed: 2 }\n",
  );
  expect(second.share).toBe(0.5);
  expect(second.sources).toEqual({ ...first.sources, pairs: ["a"] });
  expect(second.config).toEqual({ ...first.config, "train.seed": 6 });
  expect(third.sources).toEqual(first.sources);
  expect(third.config).toEqual({ ...first.config, "data.seed": 2 });
  expect(new Set([first, second, third].map(({ hash }) => hash)).size).toBe(3);
});

test("the recipes that come with the program are some", () => {
  const [first, second] = readRecipe("recipes/sql-start.yaml");
  expect(first.start).toBeUndefined();
  expect(second.share).toBe(0.4);
  expect(second.sources.pairs).toEqual(first.sources.pairs.slice(0, 1));
  const business = readRecipe("recipes/sql-business.yaml");
  expect(business.map(({ sources }) => basename(sources.schemas ?? ""))).toEqual(["a", "b"]);
  expect(business[0].start).toBe(resolve("adapters/sql-start"));
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
      const [{ sources, config }] = recipe();
      const texts = await textsOfSources(sources, { archive: folder, config, base });
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

    test("pairs of a schema that is only a script stand under its prompt", async () => {
      mkdirSync(join(folder, "own"));
      const pairs = [
        { id: "1", question: "How many?", sql: "select count(*) from Load_T" },
        { id: "2", question: "Which trucks?", refusal: "no table of trucks" },
      ];
      writeFileSync(
        join(folder, "own", "freight.sql"),
        "CREATE TABLE Load_T (LoadNo INTEGER PRIMARY KEY, Stat TEXT CHECK (Stat IN ('P', 'Q')));",
      );
      writeFileSync(
        join(folder, "own", "freight.jsonl"),
        pairs.map((pair) => JSON.stringify(pair)).join("\n"),
      );
      const base = await openBaseModel(`gguf:${modelFile}`, silent);
      const [{ sources, config }] = recipeWith("schemas: own\n");
      const texts = await textsOfSources(sources, { archive: folder, config, base });
      expect(texts.map(({ completion }) => completion)).toEqual([
        "SELECT COUNT(*) FROM Load_T",
        "-- cannot answer: no table of trucks",
      ]);
      expect(texts[0].prefix).toContain("Load_T: LoadNo | Stat");
      expect(texts[1].prefix).toBe(texts[0].prefix);
    });

    test("pairs are made for every database, for a script without any too", async () => {
      mkdirSync(join(folder, "own"));
      writeFileSync(
        join(folder, "own", "freight.sql"),
        "CREATE TABLE truck (truck_id INTEGER PRIMARY KEY, maker TEXT, weight REAL, built DATE);",
      );
      const base = await openBaseModel(`gguf:${modelFile}`, silent);
      const sourcesOf = (more: string) =>
        recipeWith(`pairs: [pairs.json]\ndatabases: database\nschemas: own\n${more}`)[0];
      const textsOf = ({ sources, config }: ReturnType<typeof sourcesOf>) =>
        textsOfSources(sources, { archive: folder, config, base });
      const [people, more] = [
        await textsOf(sourcesOf("")),
        await textsOf(sourcesOf("syntheticPerDatabase: 5\n")),
      ];
      expect(people).toHaveLength(2);
      expect(more.slice(0, 2)).toEqual(people);
      const made = more.slice(2);
      expect(
        [...Map.groupBy(made, ({ prefix }) => prefix).values()].map((own) => own.length),
      ).toEqual([5, 5, 5]);
      for (const { completion } of made) expect(completion).toMatch(/^SELECT /);
      expect(made[14].prefix).toContain("truck: truck_id | maker");
    });

    test("as many pairs of a database as are wanted are drawn", async () => {
      const base = await openBaseModel(`gguf:${modelFile}`, silent);
      const queries = ["SELECT count(*) FROM pets", "SELECT max(weight) FROM pets"];
      const items = queries.map((query) => ({
        db_id: "pets_1",
        SpiderSynQuestion: "What ?",
        query,
      }));
      writeFileSync(join(folder, "pairs.json"), JSON.stringify(items));
      const [{ sources, config }] = recipeWith(
        "pairs: [pairs.json]\ndatabases: database\npairsPerDatabase: 1\n",
      );
      const texts = await textsOfSources(sources, { archive: folder, config, base });
      expect(texts).toHaveLength(1);
      expect(texts[0].suffix).toMatch(/^What\?/);
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

    test("after a second pass it lies between the two, a pass that is done is not done again, another recipe goes on with it", async () => {
      const [first] = recipe();
      const out = (name: string) => ({
        archive: folder,
        out: join(folder, name),
        progress: silent,
      });
      const weightsOf = (name: string) =>
        readPeftAdapter(join(folder, name)).pairs.map(({ a, b }) => [...a, ...b]);
      const again = (share: number) => [first, { ...first, share }];
      await runRecipe([first], out("first"));
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
      const [next] = recipeWith(
        `model: gguf:${modelFile}\npairs: [pairs.json]\ndatabases: database\n` +
          "train: { start: first, rank: 2, alpha: 4, epochs: 1, batchSize: 4, learningRate: 0.0000001 }\n",
      );
      await runRecipe([next], out("next"));
      for (const [i, pair] of weightsOf("next").entries())
        for (const [k, weight] of pair.entries())
          expect(Math.abs(weight - start[i][k])).toBeLessThan(1e-3);
    }, 120_000);
  },
);
