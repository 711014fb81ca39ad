/**
 * The page that `npm run build` made, served by `t2s serve`, with a real model on a real database, behind a key. Which SQL
 * an untuned model writes is its own affair: the page shows what the service's log has.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, type OpenPage, openPage, screenshot } from "./fixtures/browser.ts";
import { type Running, startServe } from "./fixtures/running-service.ts";
import { makeShopProject, runInProject } from "./fixtures/shop-project.ts";

const modelFile = process.env.T2S_MODEL_FILE;
const isLeftOut = chromiumPath === undefined || modelFile === undefined;

describe.skipIf(isLeftOut)("t2s serve in a browser (T2S_CHROMIUM, T2S_MODEL_FILE)", () => {
  const folder = mkdtempSync(join(tmpdir(), "t2s-page-"));
  let project: string;
  let running: Running;
  let key: string;
  let opened: OpenPage;
  let page: Page;

  beforeAll(async () => {
    project = makeShopProject(folder, `model: gguf:${modelFile}\n`, []);
    ({ key } = (await runInProject(project, ["keys", "add", "someone"])).json);
    running = await startServe(project);
    opened = await openPage(running.url, 1280);
    page = opened.page;
  });
  afterAll(async () => {
    await opened?.close();
    await running?.stop("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });

  test("a key that is not known opens nothing; the right one opens the page", async () => {
    const field = page.getByLabel("Key", { exact: true });
    await field.fill("t2s_of-someone-else");
    await page.keyboard.press("Enter");
    await page.getByText("This key is not known here.").waitFor();
    await field.fill(key);
    await page.keyboard.press("Enter");
    await page.getByLabel("Question").waitFor();
    await page.getByText("base model", { exact: true }).waitFor();
  });

  test.each(["Show all customers", "Delete all customers"])(
    "%s: the answer of the log is shown",
    async (question) => {
      await page.getByLabel("Question").fill(question);
      await page.keyboard.press("Enter");
      await page.getByText("Is this right?").waitFor({ timeout: 120_000 });
      const log = new DatabaseSync(join(project, "logs", "requests.sqlite"), { readOnly: true });
      const { sql, refusal, rows } = log
        .prepare("SELECT sql, refusal, rows FROM request WHERE job = 'ask' AND question = ?")
        .get(question) as { sql: string | null; refusal: string | null; rows: number | null };
      log.close();
      if (sql === null) await page.getByText(refusal || "No reason was given.").waitFor();
      else {
        const shown = await page.getByRole("textbox", { name: "SQL" }).innerText();
        expect(shown.replace(/\s+/g, "")).toBe(sql.replace(/\s+/g, ""));
        if (rows !== null) await page.getByText(new RegExp(`^${rows} rows? · `)).waitFor();
      }
      await page.screenshot({ path: screenshot(`model-${sql === null ? "refusal" : "sql"}.png`) });
    },
  );

  test("SQL of one's own runs with the key; no request left for another host", async () => {
    await page.getByLabel("Question").fill("Show all customers");
    await page.keyboard.press("Enter");
    await page.getByText("Is this right?").waitFor({ timeout: 120_000 });
    const editor = page.getByRole("textbox", { name: "SQL" });
    if ((await editor.count()) > 0) {
      await editor.click();
      await page.keyboard.press("ControlOrMeta+a");
      await page.keyboard.insertText("SELECT count(*) AS n FROM customer");
      await page.keyboard.press("Control+Enter");
      await page.getByRole("cell", { name: "3", exact: true }).waitFor();
    }
    expect(new Set(opened.requests.map((address) => new URL(address).origin))).toEqual(
      new Set([new URL(running.url).origin]),
    );
  });
});
