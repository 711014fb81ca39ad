/** The page Schema in a real browser: the picture, the tables, and notes that are written; small and large schemas. */
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { company } from "../company/company.ts";
import { violationsOf } from "./fixtures/axe.ts";
import { chromiumPath, screenshot } from "./fixtures/browser.ts";
import { predictFrom } from "./fixtures/examples.ts";
import { openServedPage, type ServedPage } from "./fixtures/served-page.ts";

const predict = predictFrom({});

describe.skipIf(chromiumPath === undefined)("the page Schema in a browser (T2S_CHROMIUM)", () => {
  let shown: ServedPage;
  let page: Page;

  beforeAll(async () => {
    shown = await openServedPage({ predict, ddl: readFileSync("company/schema.sql", "utf8") });
    page = shown.page;
    await shown.go("/schema");
    await tables().first().waitFor();
  });
  afterAll(() => shown?.close());

  const list = () => page.getByRole("navigation", { name: "Tables" });
  const tables = () => list().getByRole("button");
  const details = (name: string) => page.getByRole("region", { name: `Table ${name}` });
  const scale = async () => {
    const moved = (await page.locator("svg > g").first().getAttribute("transform")) ?? "";
    return Number(/scale\((.+)\)/.exec(moved)?.[1]);
  };

  test(`all tables of ${company.dbId} are listed and drawn, joined by their keys`, async () => {
    const { database } = shown.served;
    const canvas = page.getByRole("group", { name: /Picture of the schema/ });
    expect(await tables().count()).toBe(database.tables.length);
    expect(await canvas.locator("rect").count()).toBe(database.tables.length);
    const keys = database.tables.flatMap(({ foreignKeys }) => foreignKeys);
    expect(await canvas.locator("path").count()).toBe(keys.length);
    await page.screenshot({ path: screenshot("schema-company.png") });
  });

  test("a filter leaves the tables that have the word; Enter opens the first", async () => {
    const [table] = shown.served.database.tables;
    await page.keyboard.press("/");
    await page.keyboard.type(table.name.toLowerCase());
    expect(await tables().count()).toBeLessThan(shown.served.database.tables.length);
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: /^Table / }).waitFor();
    await page.screenshot({ path: screenshot("schema-table.png") });
    await page.getByLabel("Find a table or column").fill("");
  });

  test("keys lead from table to table", async () => {
    const from = shown.served.database.tables.find(({ foreignKeys }) => foreignKeys.length > 0);
    const to = from?.foreignKeys[0].refTable ?? "";
    await list().getByRole("button", { name: from?.name, exact: true }).click();
    await details(from?.name ?? "")
      .getByRole("button", { name: new RegExp(`^${to}\\.`) })
      .first()
      .click();
    await details(to).waitFor();
  });

  test("the picture is moved and sized by keys, by wheel and by buttons", async () => {
    const fit = page.getByRole("button", { name: "Show all (0)" });
    await fit.click();
    const whole = await scale();
    await page.getByRole("group", { name: /Picture of the schema/ }).focus();
    await page.keyboard.press("+");
    expect(await scale()).toBeGreaterThan(whole);
    await page.keyboard.press("0");
    expect(await scale()).toBe(whole);
    await page.mouse.move(700, 400);
    await page.mouse.wheel(0, -400);
    await expect.poll(scale).toBeGreaterThan(whole);
    await fit.click();
  });

  test("a press that is released beside the picture does not move it", async () => {
    const canvas = page.getByRole("group", { name: /Picture of the schema/ });
    const { x = 0, y = 0 } = (await canvas.boundingBox()) ?? {};
    const place = () => page.locator("svg > g").first().getAttribute("transform");
    const before = await place();
    await page.mouse.move(x + 1, y + 50);
    await page.mouse.down();
    await page.mouse.move(x - 2, y + 50);
    await page.mouse.up();
    await page.mouse.move(x + 40, y + 90, { steps: 4 });
    expect(await place()).toBe(before);
    await page.mouse.down();
    await page.mouse.move(x + 60, y + 120, { steps: 4 });
    await page.mouse.up();
    await expect.poll(place).not.toBe(before);
  });

  test("a description is written into notes.yaml from the keyboard, and said", async () => {
    const table = shown.served.database.tables[0];
    await list().getByRole("button", { name: table.name, exact: true }).click();
    const column = table.columns[0].name;
    await page.getByRole("button", { name: `Describe ${column}`, exact: true }).press("Enter");
    await page.keyboard.type("what it is");
    await page.keyboard.press("Tab");
    await page.keyboard.type("one, two");
    await page.keyboard.press("Enter");
    await page.getByText("Training takes it in with the next").waitFor();
    expect(readFileSync(shown.served.notesFile, "utf8")).toBe(
      `tables:\n  ${table.name}:\n    columns:\n      ${column}:\n        description: what it is\n        synonyms:\n          - one\n          - two\n`,
    );
    await page.getByText("Also: one, two.").waitFor();
  });

  test("the file is changed as a whole; what is wrong is told, and stays to be put right", async () => {
    await page.getByRole("button", { name: "Notes as a file" }).click();
    const field = page.getByLabel("Notes", { exact: true });
    await field.fill("knowledge: 5\n");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").getByText("config-invalid").waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.screenshot({ path: screenshot("schema-notes.png") });
    await field.fill("knowledge: [Amounts are in euros.]\n");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    expect(readFileSync(shown.served.notesFile, "utf8")).toBe(
      "knowledge: [Amounts are in euros.]\n",
    );
  });

  test.each(["light", "dark"] as const)("axe finds nothing wrong in %s", async (colorScheme) => {
    await shown.colours(colorScheme);
    expect(await violationsOf(page)).toEqual([]);
    await page.screenshot({ path: screenshot(`schema-${colorScheme}.png`) });
  });

  test("no request left for another host, and nothing failed but what was to fail", () => {
    shown.expectQuiet((problem) => !/status of 400/.test(problem));
  });
});

describe.skipIf(chromiumPath === undefined)("180 tables in a browser (T2S_CHROMIUM)", () => {
  const ddl = Array.from({ length: 180 }, (_, at) => {
    const parents = [at % 7, Math.floor(at / 3)].filter((parent) => parent < at);
    const keys = parents.map((parent, n) => `parent${n} INTEGER REFERENCES thing${parent}(id)`);
    return `CREATE TABLE thing${at} (${["id INTEGER PRIMARY KEY", "name TEXT", ...keys].join(", ")});`;
  }).join("\n");
  let shown: ServedPage;
  beforeAll(async () => {
    shown = await openServedPage({ predict, ddl });
    await shown.go("/schema");
  });
  afterAll(() => shown?.close());

  test("they are shown at once; one that is found is brought near and can be read", async () => {
    const { page } = shown;
    await page.getByText("180 tables").waitFor();
    await page.screenshot({ path: screenshot("schema-180.png") });
    await page.getByLabel("Find a table or column").fill("thing123");
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "Table thing123" }).waitFor();
    const text = page.locator("svg text", { hasText: "thing123" }).first();
    await expect.poll(async () => (await text.boundingBox())?.height ?? 0).toBeGreaterThan(11);
    await page.screenshot({ path: screenshot("schema-180-near.png") });
    shown.expectQuiet();
  });
});
