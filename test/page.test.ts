/** The page in a real browser: its frame, keys and colours, on a real database, with answers that are fixed. */
import { rmSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, type OpenPage, openPage, screenshot } from "./fixtures/browser.ts";
import { buildPage } from "./fixtures/built-page.ts";
import { predictFrom } from "./fixtures/examples.ts";
import { openServed, type Served } from "./fixtures/served.ts";

const predict = predictFrom({});
const PAGES = ["Ask", "Schema", "Data", "Runs", "Report", "Settings"];

describe.skipIf(chromiumPath === undefined)("the page in a browser (T2S_CHROMIUM)", () => {
  let webFolder: string;
  let served: Served;
  let opened: OpenPage;
  let page: Page;
  let url: string;

  beforeAll(async () => {
    webFolder = await buildPage();
    served = openServed({ predict, webFolder });
    url = await served.app.listen({ host: "127.0.0.1", port: 0 });
    opened = await openPage(url, 1200);
    page = opened.page;
  });
  afterAll(async () => {
    await opened?.close();
    await served?.close();
    rmSync(webFolder, { recursive: true, force: true });
  });

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
    await page.screenshot({ path: screenshot(`${name.toLowerCase()}-empty.png`) });
  });

  test("keys go to pages, and ? lists them", async () => {
    await page.keyboard.press("g");
    await page.keyboard.press("s");
    await page.getByRole("heading", { level: 1, name: "Schema" }).waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
    await page.getByRole("dialog").getByText("Go to Runs").waitFor();
    await page.screenshot({ path: screenshot("shortcuts.png") });
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
  });

  test("a key is asked for where the service wants one, and a wrong one is told", async () => {
    const own = openServed({ predict, webFolder });
    const { authorization } = own.key({ name: "west" });
    const browser = await openPage(await own.app.listen({ host: "127.0.0.1", port: 0 }), 1200);
    try {
      const field = browser.page.getByLabel("Key", { exact: true });
      await field.fill("t2s_wrong");
      await browser.page.keyboard.press("Enter");
      await browser.page.getByText("This key is not known here.").waitFor();
      await browser.page.screenshot({ path: screenshot("key.png") });
      await field.fill(authorization.replace("Bearer ", ""));
      await browser.page.keyboard.press("Enter");
      await browser.page.getByRole("heading", { level: 1, name: "Ask" }).waitFor();
    } finally {
      await browser.close();
      await own.close();
    }
  });

  test("no request left for another host, and nothing failed on the way", () => {
    expect(new Set(opened.requests.map((request) => new URL(request).origin))).toEqual(
      new Set([url]),
    );
    expect(opened.problems).toEqual([]);
  });
});
