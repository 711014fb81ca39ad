/** The page in a real browser, made from scored predictions on a real database. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
import { buildDatabase } from "../../../test/fixtures/shop.ts";
import { createExecutor } from "../../db/executor.ts";
import { scoreFile } from "../score-file.ts";
import { fileReportHtml } from "./html.ts";
import { fileReportJunit } from "./junit.ts";
import { resultsOf } from "./results.ts";

const HOSTILE = `<img src="http://elsewhere.invalid/x.png" onerror="document.title='broken'"></script>`;

/** Question, gold, prediction. */
const cases: readonly (readonly [string, string, string])[] = [
  ["Who are the customers?", "SELECT name FROM customer", "SELECT name FROM customer"],
  [
    "How many customers are there?",
    "SELECT count(*) FROM customer",
    "SELECT max(id) + 1 FROM customer",
  ],
  ["Which names are there?", "SELECT DISTINCT 1 FROM customer", "SELECT 1 FROM customer"],
  [HOSTILE, `SELECT '${HOSTILE.replaceAll("'", "''")}' AS "<b>"`, `SELECT '<i>' AS x`],
  [
    "Which have no name?",
    "SELECT name FROM customer WHERE name LIKE 'A%'",
    "SELECT missing FROM customer",
  ],
];

describe.skipIf(chromiumPath === undefined)("the page in a browser (T2S_CHROMIUM)", () => {
  const folder = mkdtempSync(join(tmpdir(), "t2s-file-report-"));
  let opened: OpenPage;
  let page: Page;
  let junit: string;

  beforeAll(async () => {
    mkdirSync(join(folder, "shop"));
    const database = buildDatabase(join(folder, "shop", "shop.sqlite"));
    const files = {
      gold: join(folder, "gold.json"),
      predictions: join(folder, "predicted.sql"),
      databases: folder,
    };
    const golds = cases.map(([question, query]) => ({ db_id: "shop", question, query }));
    writeFileSync(files.gold, JSON.stringify(golds));
    writeFileSync(files.predictions, cases.map(([, , sql]) => `${sql}\n`).join(""));
    const executor = createExecutor({ workers: 1 });
    const scored = await scoreFile(files, { modes: ["strict", "spider-ex"] });
    const results = await resultsOf(scored, executor, () => database);
    await executor.close();
    const items = scored.items.map((item, at) => ({ ...item, confidence: at / cases.length }));
    const report = { ...scored, items };
    junit = fileReportJunit(report);
    const file = join(folder, "report.html");
    writeFileSync(file, fileReportHtml({ title: "Five questions on the shop", report, results }));
    opened = await openPage(pathToFileURL(file).href, 1200);
    page = opened.page;
  }, 60_000);
  afterAll(async () => {
    await opened?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const shown = () => page.locator("details.item").count();
  const count = () => page.locator("#count").textContent();

  test("it begins with the wrong items of the first mode", async () => {
    expect(await count()).toBe("4 of 5 items");
    expect(await shown()).toBe(4);
    await page.screenshot({ path: screenshot("file-report-light.png") });
  });

  test("another mode changes plots and items", async () => {
    await page.getByText("spider-ex", { exact: true }).last().click();
    expect(await count()).toBe("3 of 5 items");
    expect(await page.locator("section[data-mode=strict]").isVisible()).toBe(false);
    expect(await page.locator("section[data-mode=spider-ex] svg").first().isVisible()).toBe(true);
    await page.locator("input[name=mode]").first().focus();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowRight");
    await page.locator("label", { hasText: "strict" }).click();
    expect(await count()).toBe("4 of 5 items");
  });

  test("filters and search narrow the list, and say how many each choice leaves", async () => {
    await page.locator("[name=status]").selectOption("disagree");
    expect(await count()).toBe("1 of 5 items");
    expect(await page.locator("details.item").textContent()).toContain("Which names are there?");
    await page.getByRole("button", { name: "show all" }).click();
    expect(await shown()).toBe(5);
    await page.locator("[name=feature]").selectOption("like");
    expect(await shown()).toBe(1);
    await page.getByRole("button", { name: "show all" }).click();
    await page.getByLabel("Search").fill("HOW many customers");
    expect(await shown()).toBe(1);
    expect(await page.locator("[name=status] option[value=wrong]").textContent()).toBe("wrong (1)");
    await page.getByRole("button", { name: "show all" }).click();
  });

  test("an item opens to both results side by side, with the differences in words", async () => {
    const item = page.locator("#item-1");
    await item.locator("summary").click();
    const sides = item.locator(".side");
    expect(await sides.locator("pre").allTextContents()).toEqual([cases[1][1], cases[1][2]]);
    expect(await sides.locator("tr.alone td").allTextContents()).toEqual(["3", "4"]);
    expect(await item.locator(".notes li").count()).toBeGreaterThan(0);
    const failed = page.locator("#item-4");
    await failed.locator("summary").click();
    expect(await failed.locator(".side").last().textContent()).toContain("no such column: missing");
    await page.locator("#item-4").scrollIntoViewIfNeeded();
    await page.screenshot({ path: screenshot("file-report-items.png") });
  });

  test("a link leads to its item, whatever the filters hide", async () => {
    await page.locator("[name=status]").selectOption("right");
    await page.locator("a", { hasText: /^2$/ }).first().click();
    await page.locator("#item-2 .side").first().waitFor();
    expect(await page.locator("#item-2").getAttribute("open")).not.toBeNull();
  });

  test("what questions, SQL and results hold is shown as text, never as markup", async () => {
    const item = page.locator("#item-3");
    await item.locator("summary").click();
    expect(await item.locator("summary").textContent()).toContain(HOSTILE);
    expect(await item.locator("th").first().textContent()).toBe("<b>");
    expect(await item.locator("td").first().textContent()).toBe(
      HOSTILE.length > 80 ? `${HOSTILE.slice(0, 80)}…` : HOSTILE,
    );
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.title()).toBe("Five questions on the shop");
  });

  test("dark and narrow are as readable as light and wide", async () => {
    await page.emulateMedia({ colorScheme: "dark" });
    const colours = await page.evaluate<string[]>(
      "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]",
    );
    const [ink, ground] = colours.map((text) => (text.match(/\d+/g) ?? []).map(Number));
    expect(Math.min(...ink)).toBeGreaterThan(200);
    expect(Math.max(...ground)).toBeLessThan(40);
    await page.screenshot({ path: screenshot("file-report-dark.png") });
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 360, height: 700 });
    const overhang = await page.evaluate<number>(
      "document.documentElement.scrollWidth - document.documentElement.clientWidth",
    );
    expect(overhang).toBe(0);
    await page.screenshot({ path: screenshot("file-report-narrow.png") });
  });

  test("the JUnit file of the same items is well-formed for an XML parser", async () => {
    const cases = await page.evaluate<string[]>(
      `(() => { const xml = new DOMParser().parseFromString(${JSON.stringify(junit)}, "application/xml");
        return [...xml.querySelectorAll("parsererror, testcase > failure")].map((node) => node.localName); })()`,
    );
    expect(cases).toEqual(Array(7).fill("failure"));
  });

  test("no request leaves the file, and nothing failed on the way", () => {
    expect(opened.requests.filter((url) => !url.startsWith("file:"))).toEqual([]);
    expect(opened.problems).toEqual([]);
  });
});
