/** Data, Runs, Report and Settings in a real browser, on a project with real files. */
import { readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openProjectRecords } from "../src/pipeline/project-records.ts";
import type { StageContext } from "../src/pipeline/run.ts";
import { chromiumPath, type OpenPage, openPage, screenshot } from "./fixtures/browser.ts";
import { buildPage } from "./fixtures/built-page.ts";
import { predictFrom } from "./fixtures/examples.ts";
import { openServed, type Served } from "./fixtures/served.ts";
import { addSteps, describeRun, makeShownProject, measureRun } from "./fixtures/shown-project.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
type Violations = { violations: { id: string; nodes: { target: string[] }[] }[] };

describe.skipIf(chromiumPath === undefined)(
  "the pages of a project in a browser (T2S_CHROMIUM)",
  () => {
    let context: StageContext;
    let webFolder: string;
    let served: Served;
    let opened: OpenPage;
    let page: Page;
    let url: string;
    let records: ReturnType<typeof openProjectRecords>;

    beforeAll(async () => {
      webFolder = await buildPage();
      context = await makeShownProject();
      for (const id of ["first-run", "second-run"]) {
        addSteps(context, id, [1, 20, 20]);
        describeRun(context, id, true);
        await measureRun(context, id, { held: "SELECT name FROM customer" });
      }
      records = openProjectRecords(context);
      served = openServed({ predict: predictFrom({}), webFolder, records });
      url = await served.app.listen({ host: "127.0.0.1", port: 0 });
      opened = await openPage(url, 1360);
      page = opened.page;
    }, 120_000);
    afterAll(async () => {
      await opened?.close();
      await served?.close();
      await records?.close();
      rmSync(webFolder, { recursive: true, force: true });
      rmSync(context.project.folder, { recursive: true, force: true });
    });

    const decisions = (): { id: string; decision: string; sql?: string; reason?: string }[] =>
      readFileSync(context.project.reviewFile, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));

    /** Shows a page in both colours: no violation that axe-core finds, and a screenshot of each. */
    const look = async (name: string) => {
      for (const colorScheme of ["dark", "light"] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        const settled = `document.documentElement.dataset.mantineColorScheme === "${colorScheme}" && document.getAnimations().length === 0`;
        await expect.poll(() => page.evaluate(settled)).toBe(true);
        // the page's policy permits no script but the service's own
        const session = await page.context().newCDPSession(page);
        await session.send("Runtime.evaluate", { expression: AXE });
        await session.detach();
        const { violations } = await page.evaluate<Violations>(
          "axe.run(document, { resultTypes: ['violations'] })",
        );
        expect(
          violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target.join(" "))]),
          `${name}, ${colorScheme}`,
        ).toEqual([]);
        await page.screenshot({ path: screenshot(`${name}-${colorScheme}.png`) });
      }
    };

    const open = async (name: string) => {
      await page.goto(`${url}/#/${name.toLowerCase()}`);
      await page.getByRole("heading", { level: 1, name }).waitFor();
    };

    test("Data: keys go through the pairs and decide about them", async () => {
      await open("Data");
      const chosen = page.locator("ul [aria-current]");
      await chosen.waitFor();
      const first = await chosen.innerText();
      await page.keyboard.press("j");
      await expect.poll(() => chosen.innerText()).not.toBe(first);
      await page.keyboard.press("k");
      await expect.poll(() => chosen.innerText()).toBe(first);
      await look("data");
      await page.keyboard.press("a");
      await page.getByText("1 accepted, 0 fixed, 0 rejected").waitFor();
      await expect.poll(() => chosen.innerText()).not.toBe(first);
      expect(decisions()).toMatchObject([{ decision: "accept" }]);
    });

    test("Data: a pair is found, fixed by SQL that runs, and the list says so", async () => {
      await page.keyboard.press("/");
      await page.keyboard.type("own-2");
      await page.keyboard.press("Escape");
      await page.getByText("1 pair shown").waitFor();
      await page.getByRole("heading", { level: 2, name: "What is everyone called?" }).waitFor();
      await page.getByRole("cell", { name: "London" }).waitFor();
      await page.keyboard.press("f");
      const sql = page.getByLabel("SQL", { exact: true });
      await sql.fill("SELECT fullName FROM customer");
      await page.keyboard.press("Control+Enter");
      await page.getByText("the SQL does not run: there is no column fullName").waitFor();
      await look("data-fix");
      await sql.fill("SELECT name FROM customer");
      await page.keyboard.press("Control+Enter");
      await page.getByText("1 accepted, 1 fixed, 0 rejected").waitFor();
      expect(decisions()[1]).toMatchObject({ id: "own-2", sql: "SELECT name FROM customer" });
    });

    test("Data: a rejection wants a reason; filters choose what is shown", async () => {
      await page.getByRole("button", { name: "Clear the search" }).click();
      await page.getByRole("combobox", { name: "State" }).click();
      await page.getByRole("option", { name: /^open/ }).click();
      await page.getByRole("combobox", { name: "Table" }).click();
      await page.getByRole("option", { name: "order" }).click();
      await page.locator("ul [aria-current]").waitFor();
      await page.getByRole("heading", { level: 1 }).click();
      await page.keyboard.press("r");
      await page.keyboard.type("nobody asks that");
      await page.keyboard.press("Control+Enter");
      await page.getByText("1 accepted, 1 fixed, 1 rejected").waitFor();
      expect(decisions()[2]).toMatchObject({ decision: "reject", reason: "nobody asks that" });
      await page.getByText("applies 3 decisions").waitFor();
    });

    test("Data: versions, and what differs between two", async () => {
      await page.getByRole("tab", { name: "Versions" }).click();
      await page.getByRole("cell", { name: /^v2_cleaned/ }).waitFor();
      await page.getByText("v1_raw → v2_cleaned").waitFor();
      await look("data-versions");
    });

    test("Runs: two side by side, and one that goes on", async () => {
      describeRun(context, "live-run", false);
      addSteps(context, "live-run", [1, 4, 30]);
      await open("Runs");
      await page.getByText("live-run goes on: step 4 of 30").waitFor();
      addSteps(context, "live-run", [5, 9, 30]);
      await page.getByText("live-run goes on: step 9 of 30").waitFor();
      await page.getByRole("img", { name: /^Loss by step: live-run from .* at step 9$/ }).waitFor();
      await look("runs-live");
      await page.getByRole("checkbox", { name: "Show run live-run" }).uncheck();
      await page.getByRole("checkbox", { name: "Show run first-run" }).check();
      await page.getByRole("checkbox", { name: "Show run second-run" }).check();
      await page.getByRole("img", { name: /first-run from .*; second-run from/ }).waitFor();
      await page.getByText("They have the same options.").waitFor();
      await page.getByText("Learning rate", { exact: true }).click();
      await page.getByRole("img", { name: /^Learning rate by step/ }).waitFor();
      await look("runs");
    });

    test("Report: groups, error classes and cases", async () => {
      await open("Report");
      await page.getByText("Tuned minus base on the same questions").waitFor();
      await page.getByText("SQL of the gold").click();
      await page.getByRole("rowheader", { name: "nested" }).waitFor();
      await page.getByRole("button", { name: "nested" }).click();
      await page.getByText("1 case of").waitFor();
      await page.getByText("Which customers have placed no order?").click();
      await page.getByRole("cell", { name: "Ada" }).waitFor();
      await look("report");
    });

    test("Settings: options with their meaning, and what a restart would change", async () => {
      await open("Settings");
      await page.getByLabel("Search in options").fill("learningRate");
      await page.getByRole("rowheader", { name: "train.learningRate" }).waitFor();
      await page.getByText("1 of ").waitFor();
      await page.getByText("There is no key").waitFor();
      await look("settings");
    });

    test("no request left for another host, and nothing failed on the way", () => {
      expect(new Set(opened.requests.map((request) => new URL(request).origin))).toEqual(
        new Set([url]),
      );
      // the fix that was refused
      expect(opened.problems.filter((problem) => !/status of 400/.test(problem))).toEqual([]);
    });
  },
);
