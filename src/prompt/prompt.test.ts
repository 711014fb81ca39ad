import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { buildDatabase } from "../../test/fixtures/shop.ts";
import { openGguf } from "../format/gguf.ts";
import { introspect } from "../schema/introspect.ts";
import type { Database } from "../schema/schema.ts";
import { createChatTemplate } from "../tokenizer/chat-template.ts";
import { createTokenizer } from "../tokenizer/tokenizer.ts";
import {
  type ApplyChatTemplate,
  createPrompt,
  type Message,
  renderSystem,
  showing,
} from "./prompt.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-prompt-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const shop = introspect(buildDatabase(join(folder, "shop.sqlite")), { dbId: "shop" }).database;

/** ChatML, as most small models speak it. */
const chatMl: ApplyChatTemplate = (messages) =>
  `${messages.map(({ role, content }) => `<|im_start|>${role}\n${content}<|im_end|>\n`).join("")}<|im_start|>assistant\n`;

const fewShot = [{ question: "Names?", answer: "SELECT name FROM customer" }];
const conversation = (system: string, question: string): Message[] => [
  { role: "system", content: system },
  { role: "user", content: fewShot[0].question },
  { role: "assistant", content: fewShot[0].answer },
  { role: "user", content: question },
];

test("the system text names dialect, tables and knowledge, and little else", () => {
  const known: Database = { ...shop, knowledge: ["Amounts are in euros.", "City may be unknown."] };
  expect(renderSystem(known)).toBe(
    [
      "Write one SQLite SELECT that answers the question. If the tables cannot answer it or it asks for a change, write: -- cannot answer: reason",
      "customer: id | name city",
      '"order": id | customerId amount placedOn -> customer(customerId=id)',
      "Amounts are in euros. City may be unknown.",
    ].join("\n"),
  );
  expect(renderSystem(shop).endsWith("customer(customerId=id)")).toBe(true);
});

test("a template of one's own is filled in, whatever the schema says", () => {
  const comment = "$& and $1 stay";
  const odd: Database = { ...shop, tables: [{ ...shop.tables[0], comment }] };
  expect(renderSystem(odd, "{{dialect}}|{{schema}}|{{knowledge}}")).toBe(
    "SQLite|customer ($& and $1 stay): id | name city|",
  );
});

test("no comment, note or solved example can end a turn of the conversation", () => {
  const end = "<|im_end|>";
  const odd: Database = {
    ...shop,
    tables: [{ ...shop.tables[0], comment: end }],
    knowledge: [end],
  };
  const { prefix } = createPrompt(odd, chatMl, { fewShot: [{ question: end, answer: end }] });
  expect(prefix.split(end)).toHaveLength(1 + 3);
});

test("prefix and suffix are the chat template of the whole conversation, solved examples included", () => {
  const prompt = createPrompt(shop, chatMl, { fewShot });
  const whole = chatMl(conversation(renderSystem(shop), "How many?"));
  expect(prompt.prefix + prompt.suffixOf("How many?")).toBe(whole);
});

describe("what is shown for one question", () => {
  const prompt = createPrompt(shop, chatMl);
  const shown = { examples: fewShot, hint: "'Ada' is in customer.name" };

  test("examples stand between schema and question, a hint below it, behind the prefix of every question", () => {
    const [system, ...turns] = conversation(renderSystem(shop), `How many?\n${shown.hint}`);
    expect(prompt.prefix + prompt.suffixOf("How many?", shown)).toBe(chatMl([system, ...turns]));
    expect(prompt.messagesOf("How many?", shown)).toEqual([system, ...turns]);
    expect(prompt.suffixOf("How many?", {})).toBe(prompt.suffixOf("How many?"));
    const always = showing(prompt, () => shown);
    expect(always.suffixOf("How many?")).toBe(prompt.suffixOf("How many?", shown));
    expect(always.messagesOf("How many?")).toEqual(prompt.messagesOf("How many?", shown));
  });

  test("it cannot end a turn", () => {
    const end = "<|im_end|>";
    const suffix = prompt.suffixOf(end, {
      examples: [{ question: end, answer: end }],
      hint: `'${end}\n' is in a.b`,
    });
    expect(suffix.split(end)).toHaveLength(1 + 3);
  });

  test("a chat template that puts the schema behind examples is refused", () => {
    const schemaLast = createPrompt(shop, ([system, ...turns]) => {
      const last = turns.length - 1;
      const texts = turns.map(({ content }, i) => (i < last ? "" : system.content) + content);
      return texts.join("\n");
    });
    expect(schemaLast.suffixOf("Who?")).toBe("Who?");
    expect(() => schemaLast.suffixOf("Who?", shown)).toThrow("no place for turns");
  });
});

test("the hash changes with the schema, the template and the examples, not with the question", () => {
  const other: Database = { ...shop, tables: shop.tables.slice(0, 1) };
  const hashes = [
    createPrompt(shop, chatMl),
    createPrompt(other, chatMl),
    createPrompt(shop, chatMl, { systemTemplate: "{{schema}}" }),
    createPrompt(shop, chatMl, { fewShot }),
  ].map(({ hash }) => hash);
  expect(new Set(hashes).size).toBe(4);
  expect(createPrompt(shop, chatMl).hash).toBe(hashes[0]);
});

test.each([
  ["  How many?\n", "How many?"],
  ["two\nlines\tand\u0000more", "two lines and more"],
  ["cafe\u0301", "café"],
  ["a<|im_end|>b", "a< |im_end|>b"],
  ["a<\u0000|im_end|>b", "a< |im_end|>b"],
  ["amount < 3 | amount > 4", "amount < 3 | amount > 4"],
])("the question %j becomes %j", (question, cleaned) => {
  const { prefix, suffixOf } = createPrompt(shop, chatMl);
  expect(prefix + suffixOf(question)).toBe(
    chatMl([
      { role: "system", content: renderSystem(shop) },
      { role: "user", content: cleaned },
    ]),
  );
});

const modelFile = process.env.T2S_MODEL_FILE ?? "";
describe.skipIf(modelFile === "")("with the model's own template (T2S_MODEL_FILE)", () => {
  const gguf = modelFile === "" ? undefined : openGguf(modelFile);
  afterAll(() => gguf?.close());
  const metadata = gguf?.metadata ?? {};
  const apply = gguf ? createChatTemplate(metadata) : chatMl;
  const tokenizer = gguf ? createTokenizer(metadata) : undefined;
  const encode = (text: string) => tokenizer?.encode(text, { allowSpecial: true }) ?? [];
  const prompt = createPrompt(shop, apply, { fewShot });

  test("prefix and suffix are its text of the whole conversation", () => {
    const whole = apply(conversation(renderSystem(shop), "How many?"));
    expect(prompt.prefix + prompt.suffixOf("How many?")).toBe(whole);
  });

  const piece = fc.oneof(
    fc.constantFrom("<|im_end|>", "<|im_start|>", "<|", "|>", "<", "\u0000", "\n", "\r", "system"),
    fc.string({ unit: "binary", maxLength: 8 }),
  );
  const questions = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));

  test("no question ends its turn or begins another", () => {
    const turns = (text: string) =>
      encode(text).filter((id) =>
        ["<|im_start|>", "<|im_end|>", "<|endoftext|>"]
          .map((special) => tokenizer?.special.byText[special])
          .includes(id),
      );
    const usual = turns(prompt.suffixOf("plain"));
    fc.assert(
      fc.property(questions, (question) => {
        expect(turns(prompt.suffixOf(question))).toEqual(usual);
      }),
    );
  });

  test("the seam between prefix and suffix is one between tokens", () => {
    const prefixIds = encode(prompt.prefix);
    fc.assert(
      fc.property(questions, (question) => {
        const suffix = prompt.suffixOf(question);
        expect([...prefixIds, ...encode(suffix)]).toEqual(encode(prompt.prefix + suffix));
      }),
    );
  });
});
