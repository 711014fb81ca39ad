import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gguf, serializeGgufMetadata } from "@huggingface/gguf";
import fc from "fast-check";
import { getLlama, LlamaLogLevel, type LlamaModel } from "node-llama-cpp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserError } from "../base/errors.ts";
import { createChatTemplate } from "./chat-template.ts";
import { createTokenizer, type Tokenizer, type TokenizerMetadata } from "./tokenizer.ts";

const modelFile = process.env.T2S_MODEL_FILE;
const spiderFolder = process.env.T2S_DATA && join(process.env.T2S_DATA, "spider");

/** Cuts that differ between tokenizers: digits, blanks of every kind, contractions, marks, code points of every script. */
const oddStrings: readonly string[] = [
  "",
  "It's IT'S we'll WE'LL 'tis",
  "1 12 123 1234 12345 ½ ٣٤ Ⅷ 1,234.50",
  "a  b   c\n\n d\t\te \r\n\r\n  f   ",
  "x\u0085y\ufeffz\u00a0 \u2003w\u3000",
  "e\u0301 \u1100\u1161\u11a8 \ud83d\ude00\ud83d\udc69\u200d\ud83d\udcbb \ud800 lone",
  "<|im_start|>user\nhi <|im_end|><|im_end|>\n<|endoftext|",
  ...Array.from({ length: 0x20000 / 61 }, (_, i) => i * 61)
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code))
    .map((c) => `a${c}1 ${c}${c}b\n${c}`),
];

/** Characters with a byte that the default model's vocabulary lacks; llama.cpp drops such bytes, and so do we. */
// oxlint-disable-next-line no-control-regex -- some control characters are among them
const withoutToken = /[\u0004\u0006\u0013\u0014\u0016\u001d\u{40000}-\u{bffff}]/u;

describe.skipIf(!modelFile)("with the default model (needs T2S_MODEL_FILE)", () => {
  const folder = mkdtempSync(join(tmpdir(), "t2s-tokenizer-"));
  let metadata: TokenizerMetadata;
  let tokenizer: Tokenizer;

  beforeAll(async () => {
    const opened = await gguf(modelFile!, { allowLocalFile: true });
    metadata = opened.metadata as unknown as TokenizerMetadata;
    tokenizer = createTokenizer(metadata);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** A GGUF of the vocabulary alone, with another pre-tokenizer, opened by llama.cpp. */
  async function openVocabulary(pre: string): Promise<LlamaModel> {
    const { typedMetadata } = await gguf(modelFile!, { allowLocalFile: true, typedMetadata: true });
    const changed: Record<string, unknown> = { ...typedMetadata };
    changed["tensor_count"] = { ...typedMetadata.tensor_count, value: 0n };
    changed["tokenizer.ggml.pre"] = { ...typedMetadata["tokenizer.ggml.pre"]!, value: pre };
    const file = join(folder, `${pre}.gguf`);
    writeFileSync(file, serializeGgufMetadata(changed as typeof typedMetadata));
    const llama = await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.disabled });
    return llama.loadModel({ modelPath: file, vocabOnly: true });
  }

  test.for(["smollm", "gpt-2", "qwen2", "llama-bpe"])(
    "ids equal llama.cpp's for the pre-tokenizer %s",
    async (pre) => {
      const model = await openVocabulary(pre);
      const ours = createTokenizer({ ...metadata, "tokenizer.ggml.pre": pre });
      const differ = [...oddStrings, ...spiderStrings()].filter((text) =>
        [true, false].some(
          (allowSpecial) =>
            String(ours.encode(text, { allowSpecial })) !==
            String(model.tokenize(text.toWellFormed().normalize("NFC"), allowSpecial)),
        ),
      );
      await model.dispose();
      expect(differ).toEqual([]);
    },
  );

  test("decoding gives back the text in NFC", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        fc.pre(!withoutToken.test(text.normalize("NFC")));
        const ids = tokenizer.encode(text, { allowSpecial: false });
        expect(tokenizer.decode(ids)).toBe(text.normalize("NFC"));
      }),
    );
  });

  test("a prompt cut where its question begins has the same ids as the whole", () => {
    const prefix = "<|im_start|>system\nTables.<|im_end|>\n<|im_start|>user\n";
    const suffix = (question: string) => `${question}<|im_end|>\n<|im_start|>assistant\n`;
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (question) => {
        fc.pre(/^[^\p{White_Space}\p{M}]/u.test(question));
        const encode = (text: string) => tokenizer.encode(text, { allowSpecial: true });
        expect([...encode(prefix), ...encode(suffix(question))]).toEqual(
          encode(prefix + suffix(question)),
        );
      }),
    );
  });

  test("special tokens are read only where allowed, and left out on request", () => {
    const text = "a<|im_end|>";
    const { eos, bos, byText } = tokenizer.special;
    expect([bos, eos, byText["<|endoftext|>"]]).toEqual([1, 2, 0]);
    const ids = tokenizer.encode(text, { allowSpecial: true });
    expect(ids.at(-1)).toBe(eos);
    expect(tokenizer.encode(text, { allowSpecial: false })).not.toContain(eos);
    expect(tokenizer.decode(ids)).toBe(text);
    expect(tokenizer.decode(ids, { skipSpecial: true })).toBe("a");
    expect(tokenizer.decode([])).toBe("");
  });

  test("the chat template is the model's own", () => {
    const apply = createChatTemplate(metadata);
    expect(
      apply([
        { role: "system", content: "S" },
        { role: "user", content: "Q" },
      ]),
    ).toBe(
      "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n",
    );
    expect(() => createChatTemplate({})).toThrow("no chat template");
    expect(() => createChatTemplate({ "tokenizer.chat_template": "{% if %}" })).toThrow(UserError);
  });

  test.for([
    [{ "tokenizer.ggml.model": "llama" }, "model-unsupported", "gpt2"],
    [{ "tokenizer.ggml.pre": "chameleon" }, "model-unsupported", "qwen2"],
    [{ "tokenizer.ggml.tokens": undefined }, "model-invalid", "tokens"],
    [{ "tokenizer.ggml.token_type": [1] }, "model-invalid", "types"],
    [{ "tokenizer.ggml.eos_token_id": 1e9 }, "model-invalid", "eos_token_id"],
  ] as const)("refuses %o with %s", ([change, code, word]) => {
    const create = () => createTokenizer({ ...metadata, ...change });
    expect(create).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(word) }),
    );
  });
});

/** Questions and SQL of Spider, where the data archive is there. */
function spiderStrings(): string[] {
  if (!spiderFolder) return [];
  const file = join(spiderFolder, "train_others.json");
  const items = JSON.parse(readFileSync(file, "utf8")) as { question: string; query: string }[];
  return items.flatMap(({ question, query }) => [question, query]);
}
