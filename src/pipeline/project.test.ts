import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildDatabase } from "../../test/fixtures/shop.ts";
import { readJsonLines, writeJsonLines } from "../base/files.ts";
import { silent } from "../base/progress.ts";
import type { Example } from "../data/example.ts";
import type { GenerateRequest } from "../generate/generate.ts";
import { createPredict } from "../predict/predict.ts";
import { showing } from "../prompt/prompt.ts";
import { defaultConfig } from "./config.ts";
import { baseModelOf } from "./model.ts";
import { projectAt } from "./project.ts";
import { promptsOf } from "./prompts.ts";
import { reasonToRun, runStages, type StageContext } from "./run.ts";
import { loadCells } from "../link/cells.ts";
import { cellsForHints, hintsOf } from "./shown.ts";
import { baselineStage } from "./stages/baseline.ts";
import { cleanStage } from "./stages/clean.ts";
import { dataStage, readSynthesisReport } from "./stages/data.ts";
import { databaseFileOf, databaseOf, loadDatabase, schemaStage } from "./stages/schema.ts";
import { jobOf, trainStage } from "./stages/train.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-project-"));
const project = projectAt(folder);
const context: StageContext = {
  project,
  progress: silent,
  config: {
    ...defaultConfig,
    database: "sqlite:shop.sqlite",
    model: `gguf:${process.env.T2S_MODEL_FILE ?? ""}`,
    "data.count": 80,
    "data.refusals": 10,
  },
};
const toClean = [schemaStage, dataStage, cleanStage];
const split = (name: string) => readJsonLines<Example>(join(project.cleanFolder, `${name}.jsonl`));

beforeAll(async () => {
  buildDatabase(join(folder, "shop.sqlite"));
  await runStages(toClean, context);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("pairs are made from the schema alone, divided by template, and carried on a card", () => {
  const [train, dev, test] = ["train", "dev", "test"].map(split);
  expect(train.length).toBeGreaterThanOrEqual(20);
  expect(test.length).toBeGreaterThan(0);
  const answered = (examples: readonly Example[]) => examples.filter((it) => it.kind === "answer");
  const trained = new Set(answered(train).map(({ templateId }) => templateId));
  const kept = answered([...dev, ...test]).map(({ templateId }) => templateId);
  expect(kept.filter((templateId) => trained.has(templateId))).toEqual([]);
  expect(readFileSync(join(project.cleanFolder, "card.md"), "utf8")).toContain("shop");
});

test("everything is up to date until the database or a note about it changes", async () => {
  const reasons = () => Promise.all(toClean.map((stage) => reasonToRun(stage, context)));
  expect(await reasons()).toEqual([undefined, undefined, undefined]);
  const more = { ...context, config: { ...context.config, "data.count": 81 } };
  expect(await reasonToRun(dataStage, more)).toBe("its inputs changed");
  mkdirSync(dirname(project.notesFile), { recursive: true });
  writeFileSync(project.notesFile, "knowledge:\n  - Amounts are in euros.\n");
  expect(await reasons()).toEqual(["its inputs changed", undefined, undefined]);
  rmSync(project.notesFile);
});

test("the prompt's template is an input of training and of the baseline", async () => {
  const inputs = () => Promise.all([trainStage, baselineStage].map((it) => it.inputs(context)));
  const before = await inputs();
  mkdirSync(project.promptsFolder);
  writeFileSync(join(project.promptsFolder, "v1.md"), "{{schema}}");
  const after = await inputs();
  rmSync(project.promptsFolder, { recursive: true });
  expect(after[0]).not.toEqual(before[0]);
  expect(after[1]).not.toEqual(before[1]);
  expect(await inputs()).toEqual(before);
});

test("a database that is named wrongly is an error of the configuration", () => {
  const at = (database: string) => ({ ...context, config: { ...context.config, database } });
  expect(() => databaseOf(at("mysql://here"))).toThrow("sqlite:PATH or postgres:");
  expect(databaseOf(at("postgres://a@h/d"))).toBe("postgres://a@h/d");
  expect(() => databaseFileOf(at("postgres://a@h/d"))).toThrow("is on a server");
});

test("a test split that would be empty is refused with the counts", async () => {
  const raw = join(project.rawFolder, "synthetic.jsonl");
  const pairs = readJsonLines<Example>(raw);
  writeJsonLines(raw, pairs.slice(0, 3));
  await expect(runStages([cleanStage], context)).rejects.toMatchObject({
    code: "data-too-few",
    message: expect.stringContaining("are left of 3"),
  });
  writeJsonLines(raw, pairs);
});

test("a test split of refusals alone is refused", async () => {
  const curated = join(project.rawFolder, "curated.jsonl");
  writeJsonLines(curated, [{ id: "r", question: "Salary?", refusal: "no table", split: "test" }]);
  await expect(runStages([cleanStage], context)).rejects.toMatchObject({
    code: "data-too-few",
    message: expect.stringContaining("and 0 answerable ones for the report"),
  });
  rmSync(curated);
});

test("the report of synthesis counts what stands in the files", () => {
  const report = readSynthesisReport(project);
  const raw = readJsonLines<Example>(join(project.rawFolder, "synthetic.jsonl"));
  expect(report.pairs).toBe(raw.filter(({ kind }) => kind === "answer").length);
  const kinds = Object.values(report.refusalKinds).reduce((sum, count) => sum + count, 0);
  expect(kinds).toBe(report.refusals);
  const rejected = readJsonLines<{ reason: string }>(
    join(project.folder, "data", "rejected", "synthetic.jsonl"),
  );
  for (const { reason } of rejected) expect(report.rejected[reason]).toBeGreaterThan(0);
  expect(report.target.name).toBe("spider");
  expect(report.target.reached.hardness.easy).toBeGreaterThan(0);
});

test("a target that is no file is refused", async () => {
  const wrong = { ...context, config: { ...context.config, "data.target": "spidr" } };
  await expect(dataStage.run(wrong)).rejects.toMatchObject({ code: "config-invalid" });
});

test("a stop while pairs are made or checked leaves everything as it was", async () => {
  const raw = join(project.rawFolder, "synthetic.jsonl");
  const before = readFileSync(raw, "utf8");
  const abort = new AbortController();
  const progress = { ...context.progress, update: () => abort.abort(new Error("stopped")) };
  const stopped = { ...context, progress, signal: abort.signal };
  await expect(dataStage.run(stopped)).rejects.toThrow("stopped");
  await expect(cleanStage.run(stopped)).rejects.toThrow("stopped");
  expect(readFileSync(raw, "utf8")).toBe(before);
});

describe.skipIf(!process.env.T2S_MODEL_FILE)("with the model (T2S_MODEL_FILE)", () => {
  test("what is trained is what will be asked, byte for byte", async () => {
    const base = await baseModelOf(context);
    const { texts } = await jobOf(context, base);
    const asked: GenerateRequest[] = [];
    const predict = createPredict((await promptsOf(context, base)).promptFor, async (requests) => {
      asked.push(...requests);
      return requests.map(() => ({ text: "", tokens: 0, finishReason: "stop", ms: 0 }));
    });
    await predict(split("train").map(({ question }) => question));
    expect(texts.length).toBeGreaterThanOrEqual(20);
    const textOf = ({ prefix, suffix }: { prefix: string; suffix: string }) => prefix + suffix;
    expect(texts.map(textOf)).toEqual(asked.map(textOf));
    expect(texts[0].prefix).toContain("customer: id | name city");
  });

  test("hints stand in training as in asking, and are another run", async () => {
    const given = { ...context, config: { ...context.config, "prompt.hints": "values" } };
    const base = await baseModelOf(given);
    const { texts } = await jobOf(given, base);
    const database = await loadDatabase(given);
    const cells = await cellsForHints(given.config, () => loadCells(databaseOf(given), database));
    const hints = hintsOf(given.config, cells, database);
    const { suffixOf } = showing((await promptsOf(given, base)).whole!, hints);
    const asked = split("train").map(({ question }) => suffixOf(question));
    expect(texts.map(({ suffix }) => suffix)).toEqual(asked);
    expect(asked.some((suffix) => /' is in customer\./.test(suffix))).toBe(true);
    expect(await trainStage.inputs(given)).not.toEqual(await trainStage.inputs(context));
  });

  test("pairs under reduced schemas stand beside the others, and change the run", async () => {
    const base = await baseModelOf(context);
    const plain = await jobOf(context, base);
    const more = { ...context, config: { ...context.config, "train.ablated": 8 } };
    const ablated = await jobOf(more, base);
    expect(ablated.texts.slice(0, plain.texts.length)).toEqual(plain.texts);
    const added = ablated.texts.slice(plain.texts.length);
    expect(added).toHaveLength(8);
    for (const { prefix, completion } of added) {
      expect(prefix).not.toBe(plain.texts[0].prefix);
      expect(completion).toMatch(/^(SELECT|-- cannot answer: no table of )/);
    }
    expect(new Set(added.map(({ completion }) => completion.slice(0, 2))).size).toBe(2);
    expect(ablated.runHash).not.toBe(plain.runHash);
    expect(ablated.config).toEqual(plain.config);
  });
});
