/** The page Ask in a real browser: questions, their SQL, rows and charts, on a real database, with answers that are fixed. */
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Predict } from "../src/predict/predict.ts";
import { violationsOf } from "./fixtures/axe.ts";
import { chromiumPath, screenshot } from "./fixtures/browser.ts";
import { predictFrom } from "./fixtures/examples.ts";
import { openServedPage, type ServedPage } from "./fixtures/served-page.ts";

const HOSTILE = `<img src="http://elsewhere.invalid/x.png" onerror="document.title='broken'">`;
const NAMES = "SELECT id, name, city FROM customer ORDER BY id";
const SALES =
  'SELECT placedOn, sum(amount) AS total FROM "order" GROUP BY placedOn ORDER BY placedOn';
const MANY = 100_000;
const MANY_ROWS = `WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT ${MANY}) SELECT x, x * 7 % 1000 AS y, 'row ' || x AS label FROM c`;
const known = predictFrom({
  "Who are the customers?": NAMES,
  "Sales by day": SALES,
  "What is in stock?": "-- cannot answer: no table of stock",
  "Say nothing": "-- cannot answer:",
  "Full names?": "SELECT fullName FROM customer",
  hostile: `SELECT '${HOSTILE.replaceAll("'", "''")}' AS markup`,
  "Slowly, please": NAMES,
});
/** Lets the slow answer end. */
let writeRest: () => void;
const predict: Predict = async (questions, options) => {
  if (questions[0] === "Slowly, please")
    await new Promise<void>((resolve) => {
      options?.onText?.(NAMES.slice(0, 12));
      options?.onText?.(NAMES.slice(0, 24));
      writeRest = resolve;
    });
  return known(questions, options);
};

describe.skipIf(chromiumPath === undefined)("the page Ask in a browser (T2S_CHROMIUM)", () => {
  let shown: ServedPage;
  let page: Page;

  beforeAll(async () => {
    shown = await openServedPage({
      predict,
      sampleQuestions: ["Sales by day", "What is in stock?"],
      limits: { maxRows: MANY, maxBytes: 2 ** 26 },
    });
    page = shown.page;
  });
  afterAll(() => shown?.close());

  const box = () => page.getByLabel("Question");
  const editor = () => page.getByRole("textbox", { name: "SQL" });
  const result = () => page.getByRole("region", { name: "Result" });
  const cells = () =>
    result().locator("tbody tr:not([aria-hidden]) td:not([aria-hidden])").allTextContents();
  const sql = async () => (await editor().innerText()).replace(/\s+/g, " ").trim();

  async function ask(question: string): Promise<void> {
    await box().fill(question);
    await page.keyboard.press("Enter");
    await page.getByText("Is this right?").waitFor();
  }

  async function write(text: string): Promise<void> {
    await editor().click();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.insertText(text);
  }

  test("the box has the focus; a question typed and entered shows SQL, rows and times", async () => {
    await box().and(page.locator(":focus")).waitFor();
    await page.keyboard.type("Who are the customers?");
    await page.keyboard.press("Enter");
    await result().getByText("3 rows").waitFor();
    expect(await sql()).toBe(NAMES);
    expect(await result().locator("th:not([aria-hidden])").allInnerTexts()).toEqual([
      "id",
      "name",
      "city",
    ]);
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
    await page.getByText("tuned model · 2.0 ms").waitFor();
    await page.screenshot({ path: screenshot("ask-rows.png") });
  });

  test("everything is reached by keyboard, in the order in which it stands", async () => {
    await box().focus();
    const names: string[] = [];
    for (let i = 0; i < 6; i++) {
      await page.keyboard.press("Tab");
      const focused = page.locator(":focus");
      names.push((await focused.getAttribute("aria-label")) ?? (await focused.textContent()) ?? "");
    }
    expect(names.slice(1)).toEqual(["Ask", "Sales by day", "What is in stock?", "SQL", "Run"]);
  });

  test("SQL is shown while it is written, to be run when it is whole", async () => {
    await box().fill("Slowly, please");
    await page.keyboard.press("Enter");
    const written = page.getByRole("group", { name: "SQL, being written" });
    await written.getByText(NAMES.slice(0, 24)).waitFor();
    expect(await editor().count()).toBe(0);
    expect(await page.getByRole("button", { name: "Run" }).count()).toBe(0);
    writeRest();
    await result().getByText("3 rows").waitFor();
    expect([await sql(), await written.count()]).toEqual([NAMES, 0]);
  });

  test("a click on a head sorts, by keyboard too", async () => {
    const names = async () => (await cells()).filter((_, at) => at % 3 === 1);
    const head = result().getByRole("button", { name: "name" });
    await head.click();
    expect(await names()).toEqual(["Ada", "Grace", "Linus"]);
    await head.press("Enter");
    expect(await names()).toEqual(["Linus", "Grace", "Ada"]);
    expect(await result().locator("th").nth(1).getAttribute("aria-sort")).toBe("descending");
  });

  test("the SQL is changed and run by Ctrl+Enter, and goes back to the model's", async () => {
    await write("SELECT count(*) AS n FROM customer");
    await page.keyboard.press("Control+Enter");
    await result().getByText("1 row ·").waitFor();
    expect(await cells()).toEqual(["3"]);
    await page.getByRole("button", { name: "Back to the model’s" }).click();
    expect(await sql()).toBe(NAMES);
  });

  test("SQL that may not run is told with its code, and rows are gone", async () => {
    await write("DELETE FROM customer");
    await page.getByRole("button", { name: "Run" }).click();
    await page.getByRole("alert").getByText("sql-refused").waitFor();
    expect(await result().count()).toBe(0);
    await page.screenshot({ path: screenshot("ask-refused-sql.png") });
  });

  test("a sample that is clicked is asked; dates and numbers make a chart", async () => {
    await page.getByRole("button", { name: "Sales by day" }).click();
    await result().getByText("3 rows").waitFor();
    expect(await box().inputValue()).toBe("Sales by day");
    await result().getByText("Chart", { exact: true }).click();
    await page.getByRole("img", { name: "line chart: total by placedOn" }).waitFor();
    await page.locator("canvas").waitFor();
    await page.screenshot({ path: screenshot("ask-chart.png") });
  });

  test.each([
    ["with a reason", "What is in stock?", "no table of stock"],
    ["without one", "Say nothing", "No reason was given."],
  ])("a refusal %s is shown as one", async (_case, question, shownText) => {
    await ask(question);
    await page.getByText("This cannot be answered from the database").waitFor();
    await page.getByText(shownText).waitFor();
    expect(await editor().count()).toBe(0);
    await page.screenshot({ path: screenshot("ask-refusal.png") });
  });

  test("an answer whose SQL fails has no confidence, and says why", async () => {
    await ask("Full names?");
    await page.getByRole("alert").getByText("there is no column fullName").waitFor();
    await page.getByRole("button", { name: "Confidence, 0 %, low" }).click();
    await page.getByText("executed and failed").waitFor();
    await page.keyboard.press("Escape");
  });

  test("a wrong answer is put right: the SQL that ran is kept as feedback", async () => {
    await ask("Full names?");
    await write("SELECT name FROM customer");
    await page.keyboard.press("Control+Enter");
    await result().getByText("3 rows").waitFor();
    await page.getByRole("button", { name: "The answer is wrong" }).click();
    await page.getByLabel("The SQL in the editor").waitFor();
    await page.screenshot({ path: screenshot("ask-feedback.png") });
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("Thank you, it is kept.").waitFor();
    const log = new DatabaseSync(shown.served.requestsFile, { readOnly: true });
    expect(
      log
        .prepare("SELECT verdict, sql FROM feedback")
        .all()
        .map((row) => ({ ...row })),
    ).toEqual([{ verdict: "wrong", sql: "SELECT name FROM customer" }]);
    log.close();
  });

  test("what the database holds is shown as text, never as markup", async () => {
    await ask("hostile");
    expect(await cells()).toEqual([HOSTILE]);
    expect(await page.title()).toBe("Ask · text2sql-tuner");
  });

  test("an empty question asks nothing; a line break needs Shift", async () => {
    const before = shown.opened.requests.length;
    await box().fill("   ");
    await page.keyboard.press("Enter");
    await box().fill("one");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("two");
    expect(await box().inputValue()).toBe("one\ntwo");
    expect(shown.opened.requests.length).toBe(before);
  });

  test("100,000 rows scroll and sort with few of them in the document; they are saved as CSV", async () => {
    await ask("Who are the customers?");
    await write(MANY_ROWS);
    await page.keyboard.press("Control+Enter");
    await result().getByText("100,000 rows").waitFor();
    const table = page.getByRole("region", { name: "Rows of the result" });
    const inDocument = () => table.locator("tr").count();
    expect(await inDocument()).toBeLessThan(80);
    await table.hover();
    await page.mouse.wheel(0, 1_500_000);
    await table.getByText("row 50005", { exact: true }).waitFor();
    expect(await inDocument()).toBeLessThan(80);
    await table.focus();
    await page.keyboard.press("End");
    await table.getByText(`row ${MANY}`, { exact: true }).waitFor();
    await table.getByRole("button", { name: "x" }).dblclick();
    await page.keyboard.press("Home");
    await table
      .locator("tbody tr:not([aria-hidden])")
      .first()
      .getByText(`row ${MANY}`, { exact: true })
      .waitFor();
    await page.screenshot({ path: screenshot("ask-100000.png") });
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download as CSV" }).click();
    const file = await (await download).path();
    const lines = readFileSync(file, "utf8").split("\r\n");
    expect([lines.length, lines[0], lines[MANY]]).toEqual([
      MANY + 2,
      "x,y,label",
      `${MANY},0,row ${MANY}`,
    ]);
  });

  test("questions of before are kept without rows, shown again, and cleared", async () => {
    const history = page.getByRole("complementary", { name: "History" });
    await page.reload();
    await history.getByText("Sales by day").click();
    await result().getByText("3 rows").waitFor();
    expect(await sql()).toBe(SALES);
    expect(await page.evaluate<string>("localStorage['t2s-history']")).not.toContain("30.5");
    await history.getByRole("button", { name: "Clear" }).click();
    await history.getByText("Your questions will stand here").waitFor();
  });

  test("another schema is answered without rows", async () => {
    await page.getByText("Another schema").click();
    await page
      .getByLabel("Schema", { exact: true })
      .last()
      .fill("CREATE TABLE customer (id INTEGER, name TEXT, city TEXT)");
    await ask("Who are the customers?");
    expect(await sql()).toBe(NAMES);
    expect(await result().count()).toBe(0);
    expect(await page.getByRole("button", { name: "Run" }).count()).toBe(0);
    await page.getByText("This database").click();
  });

  test("a model that the service has taken over is named after an answer, or the page stays as it is", async () => {
    const { service, database } = shown.served;
    const { model } = service;
    if ("missing" in model) throw new Error(model.missing);
    await page.getByText("tuned model", { exact: true }).waitFor();
    service.replace({ database, model: { ...model, name: "base" } });
    await page.route("**/v1/project", (route) => route.fulfill({ status: 503, body: "{}" }));
    const refused = page.waitForResponse("**/v1/project");
    await ask("Who are the customers?");
    await (await refused).finished();
    await page.unroute("**/v1/project");
    await ask("Sales by day");
    await page.getByText("base model", { exact: true }).waitFor();
  });

  test.each(["light", "dark"] as const)("axe finds nothing wrong in %s", async (colorScheme) => {
    await shown.colours(colorScheme);
    await ask("What is in stock?");
    expect(await violationsOf(page)).toEqual([]);
    await ask("Full names?");
    expect(await violationsOf(page)).toEqual([]);
    await ask("Sales by day");
    await page.getByRole("button", { name: "The answer is wrong" }).click();
    await page.getByText("What would have been right?").waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.screenshot({ path: screenshot(`ask-${colorScheme}.png`) });
    await result().getByText("Chart", { exact: true }).click();
    await page.locator("canvas").waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.screenshot({ path: screenshot(`ask-chart-${colorScheme}.png`) });
  });

  test("on a narrow screen nothing stands beside the page", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    const overhang = () =>
      page.evaluate<number>(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      );
    await expect.poll(overhang).toBeLessThanOrEqual(0);
    await page.screenshot({ path: screenshot("ask-narrow.png") });
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  test("no request left for another host, and nothing failed but what was to fail", () => {
    // Chromium's own editing wants to keep the colour of a word that is written over, which the policy forbids
    const wanted = /status of [45]\d\d|^Applying inline style violates/;
    shown.expectQuiet((problem) => !wanted.test(problem));
  });

  test("a service that has gone is said, and the box can be used again", async () => {
    await shown.served.app.close();
    await box().fill("Who are the customers?");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("unreachable").waitFor();
    expect(await box().isEnabled()).toBe(true);
  });
});
