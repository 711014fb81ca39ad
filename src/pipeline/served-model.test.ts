/** The served model with a real model: what one request cannot have harms neither the next nor the end. */
import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { makeShopProject } from "../../test/fixtures/shop-project.ts";
import { silent } from "../base/progress.ts";
import { readConfig } from "./config.ts";
import { projectAt } from "./project.ts";
import { openServedModel } from "./served-model.ts";

const MODEL = process.env.T2S_MODEL_FILE ?? "";

describe.skipIf(MODEL === "" || !existsSync(MODEL))("served model (T2S_MODEL_FILE)", () => {
  const folder = mkdtempSync(join(tmpdir(), "t2s-served-model-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("a way of decoding that could not be opened is opened by the next request, and the model closes", async () => {
    const options = `model: gguf:${MODEL}\neval.threads: 1\npredict.complete: none\n`;
    const project = projectAt(makeShopProject(folder, options, []));
    const context = { project, config: readConfig(project.folder), progress: silent };
    const model = await openServedModel(context);
    expect([model.name, model.decode, model.repair]).toEqual(["base", "grammar", 0]);
    const usual = await model.predictAs({});
    expect(await model.predictAs({ decode: "grammar", repair: 0 })).toBe(usual);
    const file = join(project.folder, "shop.sqlite");
    renameSync(file, `${file}.away`);
    const several = { decode: "candidates:2" };
    await expect(model.predictAs(several)).rejects.toMatchObject({ code: "database-invalid" });
    renameSync(`${file}.away`, file);
    const predict = await model.predictAs(several);
    const [{ tokens }] = await predict(["names of the customers"], { maxTokens: 48 });
    expect(tokens).toBeGreaterThan(0);
    renameSync(file, `${file}.away`);
    await expect(model.predictAs({ decode: "candidates:3" })).resolves.toBeTypeOf("function");
    await model.close();
  });
});
