/** The page in a real browser: asked by keyboard and by sample, on a real database, with answers that are fixed. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askPage } from "../src/cli/ask-page.ts";
import { html } from "../src/report/html.ts";
import { predictFrom } from "./fixtures/examples.ts";
import { openServed, type Served } from "./fixtures/served.ts";
import { chromiumPath, type OpenPage, openPage, screenshot } from "./fixtures/browser.ts";

const HOSTILE = `<img src="http://elsewhere.invalid/x.png" onerror="document.title='broken'">`;
const predict = predictFrom({
  "Who are the customers?": "SELECT id, name, city FROM customer ORDER BY id",
  "Sales by customer": `SELECT customerId, sum(amount) AS total FROM "order" GROUP BY 1`,
  "What is in stock?": "-- cannot answer: no table of stock",
  "Say nothing": "-- cannot answer:",
  "Full names?": "SELECT fullName FROM customer",
  hostile: `SELECT '${HOSTILE.replaceAll("'", "''")}' AS markup`,
});

describe.skipIf(chromiumPath === undefined)("the page in a browser (T2S_CHROMIUM)", () => {
  let served: Served;
  let opened: OpenPage;
  let page: Page;
  let url: string;

  beforeAll(async () => {
    const samples = ["Sales by customer", "What is in stock?"];
    const report = html`<h1>Report</h1>
      <p>Right: 50 %</p>`;
    served = openServed({ predict, page: askPage("Ask the shop", samples, report) });
    url = await served.app.listen({ host: "127.0.0.1", port: 0 });
    opened = await openPage(url, 1000);
    page = opened.page;
  });
  afterAll(async () => {
    await opened?.close();
    await served?.close();
  });

  /** Types into the box, which has the focus from the start, and presses Enter. */
  async function ask(question: string): Promise<void> {
    await page.getByLabel("Question").fill(question);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Ask" }).and(page.locator(":enabled")).waitFor();
  }
  const answer = () => page.locator("#answer");
  const cells = () => answer().locator("tbody td").allTextContents();

  test("the box has the focus; a question typed and entered shows SQL, rows and times", async () => {
    await page.getByLabel("Question").and(page.locator(":focus")).waitFor();
    await page.keyboard.type("Who are the customers?");
    await page.keyboard.press("Enter");
    await answer().locator("table").waitFor();
    expect(await answer().locator("pre").textContent()).toBe(
      "SELECT id, name, city FROM customer ORDER BY id",
    );
    expect(await answer().locator("th").allTextContents()).toEqual(["id", "name", "city"]);
    expect(await cells()).toEqual([
      "1",
      "Ada",
      "London",
      "2",
      "Grace",
      "New York",
      "3",
      "Linus",
      "NULL",
    ]);
    expect(await answer().textContent()).toMatch(/3 rowsmodel 2 ms, database \d+ ms$/);
    await page.screenshot({ path: screenshot("page-light.png") });
  });

  test("everything is reached by keyboard: box, button, samples", async () => {
    await page.getByLabel("Question").focus();
    const names: string[] = [];
    for (let i = 0; i < 3; i++) {
      await page.keyboard.press("Tab");
      names.push((await page.locator(":focus").textContent()) ?? "");
    }
    expect(names).toEqual(["Ask", "Sales by customer", "What is in stock?"]);
    await page.keyboard.press("Enter");
    await page.getByText("Cannot answer: no table of stock").waitFor();
  });

  test("a sample that is clicked is asked", async () => {
    await page.getByRole("button", { name: "Sales by customer" }).click();
    await answer().locator("table").waitFor();
    expect(await page.getByLabel("Question").inputValue()).toBe("Sales by customer");
    expect(await cells()).toEqual(["1", "30.5", "2", "7.25"]);
  });

  test.each([
    ["a refusal without a reason", "Say nothing", /^Cannot answer: model/],
    [
      "SQL that fails",
      "Full names?",
      /SELECT fullName FROM customer.*there is no column fullName/s,
    ],
  ])("%s is shown as what it is", async (_case, question, shown) => {
    await ask(question);
    expect(await answer().textContent()).toMatch(shown);
  });

  test("an empty question asks nothing; a line break needs Shift", async () => {
    await ask("Who are the customers?");
    const before = opened.requests.length;
    await ask("   ");
    await page.getByLabel("Question").fill("one");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("two");
    expect(await page.getByLabel("Question").inputValue()).toBe("one\ntwo");
    expect(opened.requests.length).toBe(before);
  });

  test("what the database holds is shown as text, never as markup", async () => {
    await ask("hostile");
    expect(await cells()).toEqual([HOSTILE]);
    expect(await page.title()).toBe("Ask the shop");
  });

  test("dark and light differ and are both readable", async () => {
    const colours = async (colorScheme: "dark" | "light") => {
      await page.emulateMedia({ colorScheme });
      const style = await page.evaluate<string[]>(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]",
      );
      return style.map((text) => (text.match(/\d+/g) ?? []).map(Number));
    };
    const [dark, light] = [await colours("dark"), await colours("light")];
    for (const [ink, ground] of [dark, light]) expect(contrast(ink, ground)).toBeGreaterThan(7);
    expect(luminance(dark[1])).toBeLessThan(0.05);
    expect(luminance(light[1])).toBeGreaterThan(0.9);
    await ask("Who are the customers?");
    await page.emulateMedia({ colorScheme: "dark" });
    await page.screenshot({ path: screenshot("page-dark.png") });
    await page.emulateMedia({ colorScheme: "light" });
  });

  test("on a narrow screen nothing stands beside the page", async () => {
    await page.setViewportSize({ width: 360, height: 700 });
    const overhang = await page.evaluate<number>(
      "document.documentElement.scrollWidth - document.documentElement.clientWidth",
    );
    expect(overhang).toBe(0);
    await page.screenshot({ path: screenshot("page-narrow.png") });
  });

  test("no request leaves the machine, and nothing failed on the way", () => {
    expect(new Set(opened.requests.map((request) => new URL(request).origin))).toEqual(
      new Set([url]),
    );
    expect(opened.problems).toEqual([]);
  });

  test("a server that has gone is said, and the box can be used again", async () => {
    await served.app.close();
    await ask("Who are the customers?");
    expect(await answer().textContent()).toMatch(/^The server did not answer: /);
  });
});

/** Relative luminance and contrast of WCAG 2. */
function luminance([red, green, blue]: readonly number[]): number {
  const linear = [red, green, blue]
    .map((channel) => channel / 255)
    .map((channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4));
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

function contrast(a: readonly number[], b: readonly number[]): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}
