/** Notes over HTTP: read, changed as a whole or one by one, checked, and never those of someone else overwritten. */
import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { predictFrom } from "../../test/fixtures/examples.ts";
import { openServed, type Served } from "../../test/fixtures/served.ts";

let served: Served;
beforeAll(() => {
  served = openServed({ predict: predictFrom({}) });
});
afterAll(() => served.close());

const read = async (headers = {}) =>
  (await served.app.inject({ url: "/v1/notes", headers })).json();
const put = (payload: object, headers = {}) =>
  served.app.inject({ method: "PUT", url: "/v1/notes", payload, headers });
const errorOf = async (payload: object) => {
  const response = await put(payload);
  const { code, message } = response.json().error;
  return [response.statusCode, code, message];
};

const WRITTEN = `# what we call things
knowledge: [Amounts are in euros.]
tables:
  customer:
    columns:
      city: { description: where they live, guess: true }
`;

test("without a file there are no notes; the first ones make it", async () => {
  expect(await read()).toMatchObject({ text: "", knowledge: [], tables: {} });
  const { hash } = await read();
  const answer = (await put({ hash, text: WRITTEN })).json();
  expect(answer).toEqual({
    text: WRITTEN,
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    knowledge: ["Amounts are in euros."],
    tables: {
      customer: {
        synonyms: [],
        terms: [],
        columns: { city: { synonyms: [], guess: "where they live" } },
      },
    },
  });
  expect(readFileSync(served.notesFile, "utf8")).toBe(WRITTEN);
});

test("one note is changed where it stands; remarks and the others stay; a guess is accepted by it", async () => {
  const { hash } = await read();
  const note = { table: "Customer", column: "CITY", description: "their town", synonyms: ["town"] };
  const { text, tables } = (await put({ hash, note })).json();
  expect(text).toContain("# what we call things\nknowledge: [");
  expect(tables.customer.columns.city).toEqual({ description: "their town", synonyms: ["town"] });
  const again = await read();
  const emptied = { table: "customer", column: "city", description: "", synonyms: [] };
  expect(
    (await put({ hash: again.hash, note: emptied })).json().tables.customer.columns.city,
  ).toEqual({ synonyms: [] });
});

test("what is wrong is told, and nothing is written", async () => {
  const { hash, text: before } = await read();
  const note = { description: "x", synonyms: [] };
  for (const [change, status, code, message] of [
    [{ hash, text: "tables: [" }, 400, "config-invalid", "notes.yaml cannot be read"],
    [{ hash, text: "tables: { nowhere: x }" }, 400, "config-invalid", "table nowhere"],
    [{ hash, text: "knowledge: 5" }, 400, "config-invalid", "notes.yaml: knowledge is 5"],
    [
      { hash, note: { ...note, table: "customer", column: "nam" } },
      400,
      "config-invalid",
      "name meant",
    ],
    [{ hash: "0", text: "" }, 409, "notes-changed", "has changed"],
    [{ text: "" }, 400, "usage", "Invalid input"],
  ] as const)
    expect(await errorOf(change), message).toEqual([
      status,
      code,
      expect.stringContaining(message),
    ]);
  expect((await read()).text).toBe(before);
  expect(existsSync(`${served.notesFile}.${process.pid}.partial`)).toBe(false);
});

test("a key needs the scope, and sees the whole database", async () => {
  const plain = served.key({ name: "plain" });
  const writer = served.key({ name: "writer", scopes: ["notes"] });
  const part = served.key({ name: "part", scopes: ["notes"], tables: ["customer"] });
  expect((await read(plain)).error.code).toBe("forbidden");
  expect((await read(part)).error).toMatchObject({
    code: "forbidden",
    message: expect.stringContaining("part of the database"),
  });
  const { hash } = await read(writer);
  expect((await put({ hash, text: "" }, writer)).statusCode).toBe(200);
  expect((await put({ hash, text: "" }, plain)).statusCode).toBe(403);
});
