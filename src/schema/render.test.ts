import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { buildDatabase } from "../../test/fixtures/shop.ts";
import { renderSystem } from "../prompt/prompt.ts";
import { introspect } from "./introspect.ts";
import { applyNotes } from "./notes.ts";
import { defaultSchemaForm, renderSchema, SCHEMA_FORMATS, type SchemaForm } from "./render.ts";

const LIBRARY = `
CREATE TABLE member ( -- who borrows
  id INTEGER PRIMARY KEY,
  name VARCHAR(40) NOT NULL,
  city TEXT, -- where they live
  joined DATE,
  about TEXT
);
CREATE TABLE copy (isbn TEXT, no INTEGER, "shelf mark" TEXT, state, PRIMARY KEY (isbn, no));
CREATE TABLE loan (
  id INTEGER PRIMARY KEY,
  memberId INTEGER NOT NULL REFERENCES member (id),
  isbn TEXT,
  "order" INTEGER,
  FOREIGN KEY (isbn, "order") REFERENCES copy (isbn, no)
);
INSERT INTO member VALUES (1, 'Ada', 'London', '2024-01-05', 'likes very long books about the sea'),
  (2, 'Grace', 'O''Fallon', '2024-02-01', 'reads everything that she can find, twice, and writes a letter about it'),
  (3, 'Linus', 'London', NULL, NULL);
INSERT INTO copy VALUES ('978-1', 1, 'A 1', 'good'), ('978-1', 2, 'A 1', 'torn');
INSERT INTO loan VALUES (1, 1, '978-1', 1), (2, 3, '978-1', 2);
`;

const folder = mkdtempSync(join(tmpdir(), "t2s-render-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { database } = introspect(buildDatabase(join(folder, "library.sqlite"), LIBRARY), {
  dbId: "library",
});
const library = applyNotes(database, {
  knowledge: ["A copy is out while it has a loan."],
  tables: {
    copy: {
      synonyms: [],
      terms: [],
      columns: { state: { description: "good, torn or lost", synonyms: [] } },
    },
  },
});

const words = (text: string) => text.split(/\s+/).length;
const render = (form: Partial<SchemaForm>) =>
  renderSchema(library, { ...defaultSchemaForm, ...form }, words);

test.each(SCHEMA_FORMATS)("%s is what test/fixtures/prompts has", (format) => {
  const { text } = render({ format, sampleValues: format === "compact" ? 0 : 3 });
  const file = join(import.meta.dirname, "../../test/fixtures/prompts", `${format}.txt`);
  expect(`${renderSystem(library, undefined, text)}\n`).toBe(readFileSync(file, "utf8"));
});

test("the default is the compact form without values", () => {
  expect(render({}).text).toBe(render({ format: "compact", sampleValues: 0 }).text);
  expect(renderSystem(library)).toBe(renderSystem(library, undefined, render({}).text));
});

test("the compact form has values beside the comment", () => {
  expect(render({ sampleValues: 2 }).text.split("\n")[0]).toBe(
    "member (who borrows): id (e.g. 1, 2) | name (e.g. 'Ada', 'Grace') city (where they live; e.g. 'London', 'O''Fallon') joined (e.g. '2024-01-05') about (e.g. 'likes very long books about the sea')",
  );
});

test.each(SCHEMA_FORMATS)("%s: what does not fit goes in order, and is said", (format) => {
  const form = { format, sampleValues: 3 } as const;
  const whole = words(render(form).text);
  expect(render({ ...form, maxTokens: whole })).toEqual({ text: render(form).text, dropped: [] });
  const seen = new Set<string>();
  let last = whole;
  for (let maxTokens = whole; ; maxTokens--) {
    try {
      const { text, dropped } = render({ ...form, maxTokens });
      expect(words(text)).toBeLessThanOrEqual(Math.min(maxTokens, last));
      last = words(text);
      seen.add(dropped.join());
    } catch (error) {
      expect(error).toMatchObject({ code: "schema-too-long" });
      break;
    }
  }
  const order = [
    "sample values but one",
    "sample values",
    "descriptions of columns",
    "descriptions of tables",
    ...(format === "compact" ? [] : ["types"]),
  ];
  const longest = [...seen].at(-1)?.split(",") ?? [];
  expect(order.slice(0, longest.length)).toEqual(longest);
  expect(longest.length).toBeGreaterThanOrEqual(4);
});

test("names and keys are never left out", () => {
  expect(() => render({ maxTokens: 5 })).toThrow(/take \d+ tokens in the form compact/);
});
