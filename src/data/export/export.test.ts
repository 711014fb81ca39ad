/** Exported pairs come back as they were, and the programs they are for load them. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { parse } from "yaml";
import { exampleOf } from "../../../test/fixtures/examples.ts";
import { buildDatabase } from "../../../test/fixtures/shop.ts";
import { createPrompt } from "../../prompt/prompt.ts";
import { introspect } from "../../schema/introspect.ts";
import type { Example } from "../example.ts";
import { importFiles } from "../import/import.ts";
import { conversationsUnder } from "./chat.ts";
import { CARD_MARK, renderDatasetCard } from "./dataset-card.ts";
import { type ExportFormat, exportForms } from "./formats.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-export-data-"));
afterAll(() => rmSync(folder, { recursive: true }));
const { database } = introspect(buildDatabase(join(folder, "shop.sqlite")), { dbId: "shop" });
const prompt = createPrompt(database, (messages) => JSON.stringify(messages));
const conversationOf = conversationsUnder(prompt, (sql) => sql);
const formats = Object.keys(exportForms) as ExportFormat[];

async function write(format: ExportFormat, examples: readonly Example[], name: string) {
  const { extension, write: contentOf } = exportForms[format];
  const path = join(folder, `${name}.${extension}`);
  writeFileSync(path, await contentOf(examples, conversationOf));
  return path;
}
const linesOf = async (format: ExportFormat, examples: readonly Example[]) =>
  String(await exportForms[format].write(examples, conversationOf))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const text = fc
  .string({ unit: "grapheme", minLength: 1 })
  .map((one) =>
    one
      .normalize("NFC")
      .replace(/[\p{Cc}<'\u2028\u2029\uFEFF]/gu, "")
      .trim(),
  )
  .filter((one) => one !== "" && !/question/i.test(one));
const optional = <T>(key: string, value: fc.Arbitrary<T>) =>
  fc.option(
    value.map((one) => ({ [key]: one })),
    { nil: {} },
  );
const example: fc.Arbitrary<Example> = fc
  .record({
    question: text,
    literal: text,
    refuses: fc.boolean(),
    evidence: optional("evidence", text),
    seed: optional("seed", fc.nat(Number.MAX_SAFE_INTEGER)),
    model: optional("model", text),
    split: fc.constantFrom("train" as const, "dev" as const, "test" as const),
    rows: fc.nat(1000),
  })
  .map(({ question, literal, refuses, evidence, seed, model, split, rows }) => ({
    ...exampleOf("", question, `SELECT id FROM customer WHERE name = '${literal}'`),
    ...(refuses && { kind: "refuse" as const, sql: "", refusal: literal }),
    ...evidence,
    source: { method: "test", ...seed, ...model },
    checks: { executed: !refuses, rows, ms: rows / 8, discriminating: rows % 2 === 0 },
    split,
  }));
const examples = fc
  .array(example, { minLength: 1, maxLength: 20 })
  .map((all) => all.map((one, index) => ({ ...one, id: `e${index}` })));

const answerOf = ({ sql, refusal }: { readonly sql?: string; readonly refusal?: string }) =>
  refusal ?? sql;

test.each(formats)("what is exported as %s and imported again is the same", async (format) => {
  await fc.assert(
    fc.asyncProperty(examples, async (all) => {
      const path = await write(format, all, format);
      const { pairs, rejected } = await importFiles([path], { database, name: "e" });
      expect(rejected).toEqual([]);
      expect(pairs.map((one) => [one.question, answerOf(one)])).toEqual(
        all.map((one) => [one.question, answerOf(one)]),
      );
      if (format !== "chat") expect(pairs.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
      if (format !== "parquet") return;
      const kept = ({ evidence, split, checks, source }: Partial<Example>) => ({
        evidence,
        split,
        checks,
        source: { ...source, method: "" },
      });
      expect(pairs.map(kept)).toEqual(all.map(kept));
    }),
    { numRuns: 50 },
  );
});

const answer = exampleOf("a", "How many customers?", "SELECT count(*) FROM customer");
const refusal = { ...exampleOf("b", "Which cats?"), refusal: "no table of cats" };

test("the system prompt, the question and the answer are those that training sees", async () => {
  const [system] = prompt.messagesOf("?");
  expect(system.content).toContain("customer");
  expect(await linesOf("chat", [answer, refusal])).toEqual(
    [
      ["How many customers?", "SELECT count(*) FROM customer"],
      ["Which cats?", "-- cannot answer: no table of cats"],
    ].map(([question, content]) => ({
      messages: [system, { role: "user", content: question }, { role: "assistant", content }],
    })),
  );
  expect(await linesOf("alpaca", [refusal])).toEqual([
    {
      id: "b",
      instruction: system.content,
      input: "Which cats?",
      output: "-- cannot answer: no table of cats",
    },
  ]);
  expect(await linesOf("sharegpt", [answer])).toEqual([
    {
      id: "a",
      conversations: [
        { from: "system", value: system.content },
        { from: "human", value: "How many customers?" },
        { from: "gpt", value: "SELECT count(*) FROM customer" },
      ],
    },
  ]);
});

const files = {
  train: { name: "train.parquet", pairs: 2 },
  dev: { name: "dev.parquet", pairs: 1 },
};
const frontOf = (card: string) => parse(card.split("---\n")[1]) as Record<string, unknown>;

test("the card names its files for machines and claims what the pairs' card says", () => {
  const card = renderDatasetCard({
    database,
    format: "parquet",
    files,
    card: "# Pairs\n\nWell.\n",
  });
  expect(frontOf(card)).toMatchObject({
    license: "unknown",
    configs: [
      {
        config_name: "default",
        data_files: [
          { split: "train", path: "train.parquet" },
          { split: "dev", path: "dev.parquet" },
        ],
      },
    ],
  });
  expect(card).toContain(CARD_MARK);
  expect(card).toContain("| train | train.parquet | 2 |");
  expect(card).toContain("\n## Pairs\n\nWell.\n");
  const licensed = {
    database,
    format: "chat",
    files,
    card: "---\nlicense: CC-BY-4.0\n---\n",
  } as const;
  expect(frontOf(renderDatasetCard(licensed)).license).toBe("cc-by-4.0");
  expect(frontOf(renderDatasetCard({ ...licensed, license: "mit" })).license).toBe("mit");
});

const python = process.env.T2S_PYTHON;
const hasDatasets = python && spawnSync(python, ["-c", "import datasets"]).status === 0;
test.skipIf(!hasDatasets)(
  "Hugging Face's datasets loads the files, by their names and by the card (needs T2S_PYTHON with datasets)",
  async () => {
    const many = Array.from({ length: 2500 }, (_, i) => ({
      ...answer,
      id: `a${i}`,
      source: { method: "test", seed: 2 ** 40 + i },
    }));
    await write("parquet", [...many, refusal], "train");
    await write("parquet", [{ ...answer, evidence: "Größe" }], "dev");
    writeFileSync(
      join(folder, "README.md"),
      renderDatasetCard({ database, format: "parquet", files }),
    );
    for (const format of formats.filter((name) => name !== "parquet"))
      await write(format, [answer, refusal], format);
    const script = `
import json, os, sys
os.environ.update(HF_HOME=os.path.join(sys.argv[1], "cache"), HF_HUB_OFFLINE="1")
from datasets import load_dataset
at = lambda name: os.path.join(sys.argv[1], name)
named = load_dataset("parquet", data_files={"train": at("train.parquet"), "dev": at("dev.parquet")})
carded = load_dataset(sys.argv[1])
lines = {name: load_dataset("json", data_files=at(name + ".jsonl"), split="train")[1] for name in ("alpaca", "sharegpt", "chat")}
print(json.dumps([{split: len(rows) for split, rows in carded.items()}, named["train"].column_names, str(named["train"].features["source"]),
  named["train"][2499], named["train"][2500]["refusal"], named["dev"][0]["evidence"], lines]))`;
    const { stdout, stderr } = spawnSync(python!, ["-c", script, folder], { encoding: "utf8" });
    expect(stderr).not.toContain("Traceback");
    const [sizes, columns, source, row, reason, evidence, lines] = JSON.parse(stdout) as never[];
    expect(sizes).toEqual({ train: 2501, dev: 1 });
    expect(columns).toEqual(
      "id question sql dbId schemaFingerprint kind refusal evidence dialect hardness templateId shapeId source checks split review".split(
        " ",
      ),
    );
    expect(source).toMatch(/'seed': Value\('int64'\)/);
    expect(row).toEqual({
      ...many[2499],
      refusal: null,
      review: null,
      evidence: null,
      source: { method: "test", model: null, seed: 2 ** 40 + 2499, parentId: null },
    });
    expect([reason, evidence]).toEqual(["no table of cats", "Größe"]);
    expect(lines).toEqual({
      alpaca: (await linesOf("alpaca", [refusal]))[0],
      sharegpt: (await linesOf("sharegpt", [refusal]))[0],
      chat: (await linesOf("chat", [refusal]))[0],
    });
  },
);
