/** Prompts of the tables that a question speaks of. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { buildDatabase } from "../../test/fixtures/shop.ts";
import { createLinker } from "../link/link.ts";
import { createPrompt, type Prompt } from "../prompt/prompt.ts";
import { introspect } from "../schema/introspect.ts";
import type { Database } from "../schema/schema.ts";
import { createLinkedPrompts } from "./linked-prompt.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-linked-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const shop = introspect(buildDatabase(join(folder, "shop.sqlite")), { dbId: "shop" }).database;
const promptOf = (part: Database) => createPrompt(part, (messages) => JSON.stringify(messages));
const promptsWith = (
  tables: number,
  fits: (prompt: Prompt, question: string) => boolean = () => true,
  render: (part: Database) => Prompt | undefined = promptOf,
) =>
  createLinkedPrompts({
    database: shop,
    linker: createLinker(shop),
    tables,
    promptOf: render,
    fits,
  });

test("a prompt shows the tables that its question speaks of, as a schema of these alone is shown", () => {
  const prompt = promptsWith(1)("names of the customers");
  expect(prompt.prefix).toBe(
    promptOf({ ...shop, tables: shop.tables.filter(({ name }) => name === "customer") }).prefix,
  );
  expect(prompt.part?.tables.map(({ name }) => name)).toEqual(["customer"]);
  expect(promptsWith(1)("amounts of the orders").prefix).toContain("placedOn");
});

test("all tables make the prompt of the whole schema", () => {
  expect(promptsWith(9)("names of the customers").hash).toBe(promptOf(shop).hash);
});

test("tables, then columns are left out until it fits", () => {
  const shorter = (length: number) =>
    promptsWith(9, ({ system }) => system.length < length)("names of the customers").system;
  expect(shorter(promptOf(shop).system.length)).not.toContain("amount");
  const narrow = shorter(promptsWith(1)("names of the customers").system.length);
  expect(narrow).toMatch(/customer: id \| name$/m);
});

test("a question that is too long beside the smallest part is the generator's to refuse", () => {
  expect(promptsWith(9, () => false)("names of the customers").system).toMatch(
    /customer: id \|?$/m,
  );
});

test("a bound that nothing keeps is an error", () => {
  const prompts = promptsWith(
    9,
    () => true,
    () => undefined,
  );
  expect(() => prompts("names of the customers")).toThrow("keep prompt.maxSchemaTokens");
});
