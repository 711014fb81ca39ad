/** Data, Runs, Report and Settings in a real browser, on a project with real files. */
import { appendFileSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openProjectRecords } from "../src/pipeline/project-records.ts";
import type { StageContext } from "../src/pipeline/run.ts";
import { violationsOf } from "./fixtures/axe.ts";
import { chromiumPath, screenshot } from "./fixtures/browser.ts";
import { predictFrom } from "./fixtures/examples.ts";
import { openServedPage, type ServedPage } from "./fixtures/served-page.ts";
import { addSteps, describeRun, makeShownProject, measureRun } from "./fixtures/shown-project.ts";

describe.skipIf(chromiumPath === undefined)(
  "the pages of a project in a browser (T2S_CHROMIUM)",
  () => {
    let context: StageContext;
    let records: ReturnType<typeof openProjectRecords>;
    let shown: ServedPage;
    let page: Page;

    beforeAll(async () => {
      context = await makeShownProject();
      for (const id of ["first-run", "second-run"]) {
        addSteps(context, id, [1, 20, 20]);
        describeRun(context, id, true);
        await measureRun(context, id, { held: "SELECT name FROM customer" });
      }
      records = openProjectRecords(context);
      shown = await openServedPage({ predict: predictFrom({}), records }, 1360);
      page = shown.page;
    }, 240_000);
    afterAll(async () => {
      await shown?.close();
      await records?.close();
      rmSync(context.project.folder, { recursive: true, force: true });
    });

    const decisions = (): { id: string; decision: string; sql?: string; reason?: string }[] =>
      readFileSync(context.project.reviewFile, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));

    /** What is shown, in both colours: nothing that axe-core finds wrong, and a screenshot of each. */
    const look = async (name: string) => {
      for (const colorScheme of ["dark", "light"] as const) {
        await shown.colours(colorScheme);
        expect(await violationsOf(page), `${name}, ${colorScheme}`).toEqual([]);
        await page.screenshot({ path: screenshot(`${name}-${colorScheme}.png`) });
      }
    };

    const open = async (name: string) => {
      await shown.go(`/${name.toLowerCase()}`);
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
      const write = async (sql: string) => {
        await page.getByLabel("SQL", { exact: true }).click();
        await page.keyboard.press("ControlOrMeta+a");
        await page.keyboard.insertText(sql);
        await page.keyboard.press("Escape");
      };
      await write("SELECT fullName FROM customer");
      await page.keyboard.press("Control+Enter");
      await page.getByText("the SQL does not run: there is no column fullName").waitFor();
      await look("data-fix");
      await write("SELECT name FROM customer");
      await page.keyboard.press("Control+Enter");
      await page.getByText("1 accepted, 1 fixed, 0 rejected").waitFor();
      expect(decisions()[1]).toMatchObject({ id: "own-2", sql: "SELECT name FROM customer" });
    });

    test("Data: a rejection wants a reason; filters choose what is shown", async () => {
      await page.getByRole("button", { name: "Clear the search" }).click();
      for (const [filter, option] of [
        ["State", /^open/],
        ["Table", "order"],
      ] as const) {
        await page.locator("ul [aria-current]").waitFor();
        await page.getByRole("combobox", { name: filter }).click();
        await page.getByRole("option", { name: option }).click();
        await page.getByRole("option", { name: option }).waitFor({ state: "hidden" });
      }
      await page.locator("ul [aria-current]").waitFor();
      await page.getByRole("heading", { level: 1 }).click();
      await page.keyboard.press("r");
      await page.keyboard.type("nobody asks that");
      await page.keyboard.press("Control+Enter");
      await page.getByText("1 accepted, 1 fixed, 1 rejected").waitFor();
      expect(decisions()[2]).toMatchObject({ decision: "reject", reason: "nobody asks that" });
      await page.getByText("applies 3 decisions").waitFor();
    });

    test("Data: two keys that lead to another page decide nothing", async () => {
      const before = decisions();
      for (const [key, name] of [
        ["r", "Runs"],
        ["a", "Ask"],
      ] as const) {
        await open("Data");
        await page.locator("ul [aria-current]").waitFor();
        await page.keyboard.press("g");
        await page.keyboard.press(key);
        await page.getByRole("heading", { level: 1, name }).waitFor();
      }
      expect(decisions()).toEqual(before);
      await open("Data");
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
      // a connection that is lost is taken up again, and not for one look alone
      shown.served.app.server.closeAllConnections();
      addSteps(context, "live-run", [10, 11, 30]);
      await page.getByText("live-run goes on: step 11 of 30").waitFor();
      addSteps(context, "live-run", [12, 13, 30]);
      await page.getByText("live-run goes on: step 13 of 30").waitFor();
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
      await page.getByText("expected calibration error").waitFor();
      await page.getByText("SQL of the gold").click();
      await page.getByRole("rowheader", { name: "nested" }).waitFor();
      await page.getByRole("button", { name: "nested" }).click();
      await page.getByText("1 case of").waitFor();
      await page.getByText("Which customers have placed no order?").click();
      await page.getByRole("cell", { name: "Ada" }).waitFor();
      await look("report");
    });

    test("Settings: options with their meaning, what a restart would change, and a file that is wrong", async () => {
      await open("Settings");
      await page.getByLabel("Search in options").fill("learningRate");
      await page.getByRole("rowheader", { name: "train.learningRate" }).waitFor();
      await page.getByText("1 of ").waitFor();
      await page.getByText("There is no key").waitFor();
      await look("settings");
      const file = join(context.project.folder, "t2s.yaml");
      appendFileSync(file, "serve.maxRows: 5\n");
      await page.reload();
      await page.getByText("Not what t2s.yaml says").waitFor();
      await page.getByText("t2s.yaml: 5, after a restart").waitFor();
      appendFileSync(file, "nothing: 1\n");
      await page.reload();
      await page.getByText("t2s.yaml cannot be read as it stands").waitFor();
      await page.getByText('unknown key "nothing"').waitFor();
    });

    test("no request left for another host, and nothing failed on the way but the fix that was refused and what was cut off", () => {
      // typing over highlighted text, Chromium would keep its look by an inline style: the policy blocks it
      const isExpected = (problem: string) =>
        /status of 400|Applying inline style|INCOMPLETE_CHUNKED_ENCODING/.test(problem);
      expect(shown.opened.problems.filter((it) => it.includes("status of 400"))).toHaveLength(1);
      shown.expectQuiet((problem) => !isExpected(problem));
    });
  },
);
