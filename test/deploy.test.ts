/** `t2s deploy ollama` on the real Ollama (T2S_OLLAMA) with the real model: what is measured, and who gets the name. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silent } from "../src/base/progress.ts";
import { writeJsonLines } from "../src/base/files.ts";
import { exportAdapter } from "../src/export/export.ts";
import { readPeftAdapter, writePeftAdapter } from "../src/export/peft.ts";
import { readConfig } from "../src/pipeline/config.ts";
import { openBaseModel, promptOf } from "../src/pipeline/model.ts";
import { projectAt } from "../src/pipeline/project.ts";
import { bundledFolder } from "../src/pipeline/start-adapter.ts";
import { runFolderOf } from "../src/pipeline/stages/train.ts";
import { makeShopProject, runInProject } from "./fixtures/shop-project.ts";
import { type OllamaServer, startOllama } from "./ollama-server.ts";

const executable = process.env.T2S_OLLAMA;
const modelFile = process.env.T2S_MODEL_FILE ?? "";
const PAIRS = [
  ["How many customers are there?", "SELECT COUNT(*) FROM customer"],
  ["List the names of all customers.", "SELECT name FROM customer"],
  ["What is the amount of each order?", 'SELECT amount FROM "order"'],
];

test("without a tuned adapter, with a form that is none, and without Ollama it says what to do", async () => {
  const folder = mkdtempSync(join(tmpdir(), "t2s-deploy-"));
  const project = makeShopProject(folder, `model: gguf:${modelFile}\n`, []);
  const nothing = await runInProject(project, ["deploy", "ollama"]);
  expect(nothing).toMatchObject({ status: 1, stderr: /there is no tuned adapter|cannot/ });
  const unknown = await runInProject(project, ["deploy", "ollama", "--measure", "int3"]);
  expect(unknown).toMatchObject({ status: 2, stderr: /int3 is none of base, adapter/ });
  rmSync(folder, { recursive: true });
});

describe.skipIf(!executable || modelFile === "")("T2S_OLLAMA and T2S_MODEL_FILE", () => {
  const folder = mkdtempSync(join(tmpdir(), "t2s-deploy-"));
  let server: OllamaServer | undefined;
  let project: string;
  let adapterFolder: string;
  /** Names with what they stand for. */
  const held = async (): Promise<string[]> => {
    const response = await fetch(`${server?.baseUrl}/api/tags`);
    const { models } = (await response.json()) as { models: { name: string; digest: string }[] };
    return models.map(({ name, digest }) => `${name} ${digest}`);
  };
  const deploy = (...args: string[]) =>
    runInProject(project, [
      "deploy",
      "ollama",
      "shop",
      "--url",
      server?.baseUrl ?? "",
      "--threads",
      "1",
      ...args,
    ]);

  beforeAll(async () => {
    server = await startOllama(executable ?? "");
    project = makeShopProject(folder, `model: gguf:${modelFile}\neval.maxTokens: 40\n`, []);
    const pairs = PAIRS.map(([question, sql], i) => ({
      id: `p${i}`,
      question,
      sql,
      dbId: "shop",
      kind: "answer",
      hardness: "easy",
      dialect: "sqlite",
      templateId: sql,
      shapeId: sql,
      split: "test",
    }));
    writeJsonLines(join(project, "data", "clean", "test.jsonl"), pairs);
    expect((await runInProject(project, ["run", "schema"])).status).toBe(0);
    const context = { project: projectAt(project), config: readConfig(project), progress: silent };
    const base = await openBaseModel(`gguf:${modelFile}`, silent);
    adapterFolder = join(await runFolderOf(context), "adapter");
    const { hash, system } = await promptOf(context, base);
    await exportAdapter(readPeftAdapter(bundledFolder), {
      folder: adapterFolder,
      baseFile: modelFile,
      baseName: base.name,
      promptHash: hash,
      system,
    });
  }, 240_000);
  afterAll(async () => {
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("every form is measured as served, and the one that was asked for gets the name", async () => {
    const { status, json, stderr } = await deploy("--form", "merged-q8_0", "--measure", "adapter");
    expect(stderr).not.toMatch(/error/);
    expect(status).toBe(0);
    expect(json).toMatchObject({
      name: "shop",
      form: "merged-q8_0",
      isPromoted: true,
      split: "test",
    });
    expect(
      json.forms.map(({ through, form }: Record<string, string>) => `${through} ${form}`),
    ).toEqual(["embedded adapter", "ollama adapter", "ollama merged-q8_0"]);
    const [embedded, ...served] = json.forms;
    expect(embedded).toMatchObject({ n: 3, ex: expect.closeTo(1, 0) });
    for (const row of served) {
      expect(row).toMatchObject({ n: 3, ex: embedded.ex, difference: 0, differenceLow: 0 });
      expect(row.answersThatDiffer).toBeLessThanOrEqual(1);
      expect(row.msPerQuestion).toBeGreaterThan(0);
    }
    expect(await held()).toEqual([expect.stringMatching(/^shop:latest /)]);
    const noted = JSON.parse(readFileSync(join(project, "models", "ollama.json"), "utf8"));
    expect(noted).toEqual(json);
    expect(readdirSync(join(project, "models"))).toContain("merged-q8_0.gguf");
  }, 600_000);

  test("a form that lost what was tuned does not get the name, and the one before keeps it", async () => {
    const before = await held();
    const { config, pairs } = readPeftAdapter(adapterFolder);
    const garbage = pairs.map((pair) => ({ ...pair, b: new Float32Array(pair.b.length) }));
    writePeftAdapter(adapterFolder, { config, pairs: garbage }, "base");
    const { status, json, stderr } = await deploy("--form", "merged-q8_0", "--measure", "none");
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /below-bound: shop stays what it was: merged-q8_0 answers more than 2\.0 points worse/,
    );
    expect(json).toMatchObject({ isPromoted: false });
    expect(json.forms[1].difference).toBeLessThan(-0.5);
    expect(await held()).toEqual(before);
  }, 600_000);

  test("an address at which nobody listens is named", async () => {
    const { status, stderr } = await runInProject(project, [
      "deploy",
      "ollama",
      "--url",
      "http://127.0.0.1:9",
    ]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/Ollama does not answer at http:\/\/127\.0\.0\.1:9.*ollama serve/);
  });
});
