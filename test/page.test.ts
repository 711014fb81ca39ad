/** The page in a real browser: its frame, keys and colours, on a real database, with answers that are fixed. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { violationsOf } from "./fixtures/axe.ts";
import { chromiumPath, openPage, screenshot } from "./fixtures/browser.ts";
import { predictFrom } from "./fixtures/examples.ts";
import { openServed, type Served } from "./fixtures/served.ts";
import { openServedPage, type ServedPage } from "./fixtures/served-page.ts";

const predict = predictFrom({});
const PAGES = ["Ask", "Schema", "Data", "Runs", "Report", "Settings"];

describe.skipIf(chromiumPath === undefined)("the page in a browser (T2S_CHROMIUM)", () => {
  let shown: ServedPage;
  let served: Served;
  let page: Page;

  beforeAll(async () => {
    shown = await openServedPage({ predict });
    ({ served, page } = shown);
  });
  afterAll(() => shown?.close());

  test("its policy permits this service alone, and no script that stands in the page", async () => {
    const { headers, body } = await served.app.inject("/");
    expect(headers["content-security-policy"]).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[\w+/=]{24}'; img-src 'self'; connect-src 'self'; /,
    );
    expect(body).not.toMatch(/<script(?![^>]* src="\.\/assets\/)|<style| style=|__NONCE__/);
    const asset = /src="\.(\/assets\/[^"]+)"/.exec(body)?.[1] ?? "";
    const script = await served.app.inject(asset);
    expect([script.statusCode, script.headers["cache-control"]]).toEqual([
      200,
      "public, max-age=31536000, immutable",
    ]);
    for (const path of ["/assets/../index.html", "/assets/none.js"])
      expect((await served.app.inject(path)).statusCode, path).toBe(404);
  });

  test.each(PAGES)("%s is reached by a link and has its heading", async (name) => {
    await page.getByRole("link", { name, exact: true }).click();
    await page.getByRole("heading", { level: 1, name }).waitFor();
    await page.waitForLoadState("networkidle");
    for (const colorScheme of ["light", "dark"] as const) {
      await shown.colours(colorScheme);
      expect(await violationsOf(page), colorScheme).toEqual([]);
    }
    await page.screenshot({ path: screenshot(`${name.toLowerCase()}-empty.png`) });
  });

  test("keys go to pages, and ? lists them", async () => {
    await page.keyboard.press("g");
    await page.keyboard.press("s");
    await page.getByRole("heading", { level: 1, name: "Schema" }).waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
    await page.getByRole("dialog").getByText("Go to Runs").waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.screenshot({ path: screenshot("shortcuts.png") });
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
  });

  test("a key is asked for where the service wants one, a wrong one is told, and what one may not do is not offered", async () => {
    const own = openServed({ predict, webFolder: shown.webFolder });
    const { authorization } = own.key({ name: "west", scopes: ["ask"] });
    const browser = await openPage(await own.app.listen({ host: "127.0.0.1", port: 0 }), 1200);
    try {
      const field = browser.page.getByLabel("Key", { exact: true });
      await field.fill("t2s_wrong");
      await browser.page.keyboard.press("Enter");
      await browser.page.getByText("This key is not known here.").waitFor();
      await browser.page.screenshot({ path: screenshot("key.png") });
      await field.fill(authorization.replace("Bearer ", ""));
      await browser.page.keyboard.press("Enter");
      await browser.page.getByLabel("Question").fill("anything");
      await browser.page.keyboard.press("Enter");
      await browser.page.getByText("never heard of it").waitFor();
      expect(await browser.page.getByText("Is this right?").count()).toBe(0);
      const history = browser.page.getByRole("complementary", { name: "History" });
      await history.getByText("anything").waitFor();
      await browser.page.getByRole("link", { name: "Schema" }).click();
      await browser.page.getByRole("alert").getByText("forbidden").waitFor();
      await browser.page.getByRole("button", { name: "Forget the key" }).click();
      await field.waitFor();
      expect(await browser.page.evaluate("sessionStorage.length")).toBe(0);
      expect(await browser.page.evaluate("localStorage['t2s-history']")).toBeUndefined();
    } finally {
      await browser.close();
      await own.close();
    }
  });

  test("colours are those of the system until a person chooses others, and the choice stays", async () => {
    await shown.colours("dark");
    const ground = () => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    expect(await ground()).toBe("rgb(21, 24, 29)");
    await page.getByRole("button", { name: "Colours: as the system" }).click();
    expect(await ground()).toBe("rgb(255, 255, 255)");
    await page.reload();
    await page.getByRole("button", { name: "Colours: light" }).waitFor();
    expect(await ground()).toBe("rgb(255, 255, 255)");
  });

  test("no request left for another host, and nothing failed on the way", () =>
    // an empty project has neither pairs nor a report
    shown.expectQuiet((it) => !/404 .*\/v1\/(?:pairs|runs\/latest\/report)/.test(it)));
});
