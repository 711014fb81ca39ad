/** The pages of statistics in a real browser. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  chromiumPath,
  type OpenPage,
  openPage,
  screenshot,
} from "../../../test/fixtures/browser.ts";
import { exampleOf } from "../../../test/fixtures/examples.ts";
import { buildDatabase } from "../../../test/fixtures/shop.ts";
import { introspect } from "../../schema/introspect.ts";
import { profileColumns } from "../../schema/profile.ts";
import { statsOf } from "../stats.ts";
import { datasetStats } from "./dataset.ts";
import { datasetHtml, statsHtml } from "./html.ts";

const HOSTILE = `<img src="http://elsewhere.invalid/x.png" onerror="document.title='broken'">`;

describe.skipIf(chromiumPath === undefined)("the pages in a browser (T2S_CHROMIUM)", () => {
  const folder = mkdtempSync(join(tmpdir(), "t2s-stats-page-"));
  let opened: OpenPage;
  let page: Page;

  beforeAll(async () => {
    const columns = Array.from({ length: 12 }, (_, i) => `c${i} TEXT`).join(", ");
    const database = buildDatabase(
      join(folder, "shop.sqlite"),
      `CREATE TABLE item (id INTEGER PRIMARY KEY, kind TEXT, price REAL, ${columns});
       CREATE TABLE "${HOSTILE.replaceAll('"', '""')}" (x TEXT);
       INSERT INTO item (id, kind, price) VALUES (1, 'tool', 3), (2, '${HOSTILE.replaceAll("'", "''")}', 4), (3, 'tool', 9);`,
    );
    const schema = introspect(database, { dbId: HOSTILE }).database;
    const examples = [
      exampleOf("1", "Prices of tools", "SELECT price FROM item WHERE kind = 'tool'"),
      exampleOf("2", "How many items are there?", "SELECT count(id) FROM item", "medium"),
      exampleOf("3", "Which kinds?", "SELECT DISTINCT kind FROM item", "hard"),
      { ...exampleOf("4", HOSTILE), refusal: HOSTILE },
    ];
    const stats = statsOf(examples, schema, undefined, profileColumns(database, schema));
    const file = join(folder, "stats.html");
    writeFileSync(file, statsHtml(`Pairs for ${HOSTILE}`, stats, ["A note."]));
    opened = await openPage(pathToFileURL(file).href, 1200);
    page = opened.page;
  }, 60_000);
  afterAll(async () => {
    await opened?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const section = (name: string) =>
    page.locator(".sortable", { has: page.getByRole("button", { name, exact: true }) }).first();
  const firstCells = async (name: string) =>
    (await section(name).locator("tbody tr:visible td:first-child").allTextContents()).map((text) =>
      text.trim(),
    );

  test("figures, advice and plots stand on it", async () => {
    expect(await page.locator(".card").first().textContent()).toMatch(/4\s*pairs/);
    expect(await page.locator(".advice li").count()).toBeGreaterThan(1);
    expect(await page.locator("figure svg").count()).toBe(3);
    expect(await page.locator("p.soft").first().textContent()).toContain("A note.");
    await page.screenshot({ path: screenshot("stats-light.png"), fullPage: true });
  });

  test("a head sorts its table, first downwards for numbers, and again the other way", async () => {
    const columns = section("column");
    expect((await firstCells("column")).slice(0, 1)).toEqual(["item.kind"]);
    const head = columns.getByRole("button", { name: "pairs" });
    await head.click();
    await head.click();
    expect((await firstCells("column")).at(-1)).toBe("item.kind");
    expect(await columns.locator("th").nth(1).getAttribute("aria-sort")).toBe("ascending");
    await columns.getByRole("button", { name: "column" }).click();
    const names = (await firstCells("column")).filter((name) => /\.c\d/.test(name));
    expect(names.slice(0, 3)).toEqual(["item.c0", "item.c1", "item.c2"]);
    expect(names.at(-1)).toBe("item.c11");
  });

  test("a long table is searched by keyboard, a short one has no box", async () => {
    await section("column").getByRole("searchbox").focus();
    await page.keyboard.type("PRICE");
    expect(await firstCells("column")).toEqual(["item.price"]);
    await page.keyboard.press("Control+A");
    await page.keyboard.press("Delete");
    expect((await firstCells("column")).length).toBe(16);
    expect(await section("method").getByRole("searchbox").count()).toBe(0);
  });

  test("what the database holds is shown as text, never as markup", async () => {
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.title()).toBe(`Pairs for ${HOSTILE}`);
    expect(await firstCells("table")).toContain(HOSTILE);
  });

  test("dark differs from light, and on a narrow screen nothing stands beside the page", async () => {
    const ground = () => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    await page.emulateMedia({ colorScheme: "light" });
    const light = await ground();
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await ground()).not.toBe(light);
    await page.screenshot({ path: screenshot("stats-dark.png"), fullPage: true });
    await page.setViewportSize({ width: 360, height: 700 });
    expect(
      await page.evaluate<number>(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      ),
    ).toBe(0);
    await page.screenshot({ path: screenshot("stats-narrow.png") });
  });

  test("the page of a dataset says that train and dev share databases, in red", async () => {
    const items = [{ db_id: "shop", question: "How many?", query: "SELECT count(*) FROM item" }];
    const file = join(folder, "dataset.html");
    const stats = datasetStats([
      { name: "train.json", items },
      { name: "dev.json", items },
    ]);
    writeFileSync(file, datasetHtml("train.json, dev.json", stats));
    await page.goto(pathToFileURL(file).href);
    expect(await page.locator("p.wrong").textContent()).toBe(
      "Train and dev share 1 databases: shop",
    );
    expect(await firstCells("database")).toEqual(["shop"]);
  });

  test("no request but for the pages themselves, and nothing failed", () => {
    expect(opened.requests.every((request) => request.startsWith("file:"))).toBe(true);
    expect(opened.requests.length).toBe(2);
    expect(opened.problems).toEqual([]);
  });
});
