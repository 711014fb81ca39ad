import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import reference from "../../test/fixtures/reference/adapter-effect.json" with { type: "json" };
import { adapterKinds, randomAdapter } from "../../test/fixtures/random-adapter.ts";
import { UserError } from "../base/errors.ts";
import { writeJson } from "../base/files.ts";
import { sha256 } from "../base/hash.ts";
import type { Adapter, LoraPair } from "../engine/index.ts";
import { openGguf } from "../format/gguf.ts";
import type { WritableType } from "../format/quantize.ts";
import { readSafetensors, writeSafetensors } from "../format/safetensors.ts";
import { createLlamaCppGenerator } from "../generate/llama-cpp.ts";
import { exportAdapter } from "./export.ts";
import { writeGgufAdapter } from "./gguf-adapter.ts";
import { writeHuggingFaceFolder } from "./hugging-face.ts";
import { writeMergedGguf } from "./merged.ts";
import { readPeftAdapter, writePeftAdapter } from "./peft.ts";

const modelFile = process.env.T2S_MODEL_FILE;
const python = process.env.T2S_PYTHON;
const FIND_PEFT = "import importlib.util as u; exit(u.find_spec('peft') is None)";
const folder = mkdtempSync(join(tmpdir(), "t2s-export-"));
afterAll(() => rmSync(folder, { recursive: true }));

const pair = (rank: number): fc.Arbitrary<LoraPair> =>
  fc
    .tuple(fc.nat(40), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }))
    .chain(([layer, inFeatures, outFeatures]) => {
      const values = (length: number) =>
        fc.float32Array({ minLength: length, maxLength: length, noNaN: true });
      return fc.record({
        name: fc.constant(`model.layers.${layer}.self_attn.q_proj`),
        inFeatures: fc.constant(inFeatures),
        outFeatures: fc.constant(outFeatures),
        a: values(rank * inFeatures),
        b: values(outFeatures * rank),
      });
    });

const adapter: fc.Arbitrary<Adapter> = fc.integer({ min: 1, max: 4 }).chain((rank) =>
  fc.record({
    config: fc.record({
      rank: fc.constant(rank),
      alpha: fc.integer({ min: 1, max: 64 }),
      dropout: fc.constant(0.05),
      targetModules: fc.constant(["q_proj"]),
    }),
    pairs: fc.uniqueArray(pair(rank), { selector: ({ name }) => name, maxLength: 4 }),
  }),
);

describe("a PEFT folder", () => {
  test("that is written is read back", () => {
    fc.assert(
      fc.property(adapter, (written) => {
        writePeftAdapter(folder, written, "base");
        expect(readPeftAdapter(folder)).toEqual(written);
      }),
      { numRuns: 50 },
    );
  });

  const configFile = join(folder, "adapter_config.json");
  const weightsFile = join(folder, "adapter_model.safetensors");
  const name = "base_model.model.model.layers.0.self_attn.q_proj";
  const matrix = (key: string, shape: number[]) => ({
    name: key,
    shape,
    data: new Float32Array(shape[0] * shape[1]),
  });

  /** A sound folder with some keys of its configuration changed. */
  const writeWith = (changes: object) => {
    writeSafetensors(weightsFile, [
      matrix(`${name}.lora_A.default.weight`, [2, 3]),
      matrix(`${name}.lora_B.default.weight`, [4, 2]),
    ]);
    const config = {
      peft_type: "LORA",
      r: 2,
      lora_alpha: 4,
      target_modules: ["q_proj"],
      ...changes,
    };
    writeFileSync(configFile, JSON.stringify(config));
  };

  test("as PEFT's trainer writes it is read", () => {
    writeWith({ use_dora: false, rank_pattern: {}, modules_to_save: null });
    expect(readPeftAdapter(folder)).toMatchObject({
      config: { rank: 2, alpha: 4, dropout: 0, targetModules: ["q_proj"] },
      pairs: [{ name: "model.layers.0.self_attn.q_proj", inFeatures: 3, outFeatures: 4 }],
    });
  });

  test.each<[string, object, string, RegExp]>([
    [
      "of DoRA",
      { use_dora: true },
      "model-unsupported",
      /a plain LORA adapter is wanted, got LORA, use_dora/,
    ],
    [
      "with ranks that differ",
      { rank_pattern: { q_proj: 4 } },
      "model-unsupported",
      /rank_pattern/,
    ],
    ["of another method", { peft_type: "IA3" }, "model-unsupported", /got IA3/],
    ["without a rank", { r: undefined }, "model-invalid", /r, lora_alpha, .* is missing/],
    [
      "with a pattern for modules",
      { target_modules: ".*q_proj" },
      "model-invalid",
      /a list of names/,
    ],
    [
      "of another rank than its weights",
      { r: 8 },
      "model-invalid",
      /has lora_A \[2,3\] and lora_B \[4,2\]; rank 8 is wanted/,
    ],
  ])("%s is refused in words", (_name, changes, code, message) => {
    writeWith(changes);
    expect(() => readPeftAdapter(folder)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }) as UserError,
    );
  });

  test("with more than pairs, without JSON or without files is refused in words", () => {
    writeWith({});
    writeSafetensors(weightsFile, [matrix("lm_head.weight", [2, 2])]);
    expect(() => readPeftAdapter(folder)).toThrow(/has 1 tensors, of which 0 are lora_A/);
    writeFileSync(configFile, "{");
    expect(() => readPeftAdapter(folder)).toThrow(/is not JSON/);
    expect(() => readPeftAdapter(join(folder, "none"))).toThrow(/cannot be read/);
  });
});

describe.skipIf(!modelFile)("with the default model (needs T2S_MODEL_FILE)", () => {
  const withBase = <T>(use: (base: ReturnType<typeof openGguf>) => T): T => {
    const base = openGguf(modelFile!);
    try {
      return use(base);
    } finally {
      base.close();
    }
  };
  const makeAdapter = (kind: keyof typeof adapterKinds) =>
    withBase((base) =>
      randomAdapter(base, adapterKinds[kind].targetModules, adapterKinds[kind].deviationOfB),
    );
  const withoutB = (adapter: Adapter): Adapter => ({
    ...adapter,
    pairs: adapter.pairs.map((it) => ({ ...it, b: new Float32Array(it.b.length) })),
  });

  /** Log-probabilities by llama.cpp of the reference's tokens, flat, and a greedy answer. */
  async function evaluate(adapter?: Adapter) {
    const adapterFile = adapter && join(folder, "adapter.gguf");
    if (adapterFile) withBase((base) => writeGgufAdapter(adapterFile, adapter, base));
    return evaluateFiles(modelFile!, adapterFile);
  }

  async function evaluateFiles(baseFile: string, adapterFile?: string) {
    const generator = await createLlamaCppGenerator({
      baseFile,
      adapterFile,
      contextTokens: 128,
      sequences: 1,
      threads: 1,
      cacheFolder: folder,
    });
    try {
      const { ids, positions, tokenIds } = reference;
      const rows = await generator.nextTokenProbabilities(
        ids.slice(0, -positions),
        ids.slice(-positions),
      );
      const logs = tokenIds.flatMap((row, i) => row.map((id) => Math.log(rows[i][id])));
      const request = {
        prefix: "<|im_start|>user\n",
        suffix: "Name a colour.<|im_end|>\n<|im_start|>assistant\n",
      };
      const [{ text }] = await generator.generate([request], { maxTokens: 12 });
      return { logs, text };
    } finally {
      await generator.close();
    }
  }

  const minus = (a: readonly number[], b: readonly number[]) => a.map((value, i) => value - b[i]);
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, i) => sum + value * b[i], 0);
  const baseRun = modelFile ? evaluate() : undefined;

  test("a GGUF adapter whose B is zero leaves llama.cpp's probabilities and answer as they are", async () => {
    expect(await evaluate(withoutB(makeAdapter("all seven")))).toEqual(await baseRun);
  });

  /**
   * llama.cpp rounds activations to 8 bits for Q4_1 weights: 0.2 to 0.27 nats (root mean square over these tokens; by processor) away from
   * transformers with or without adapter, where the effect is 0.9 to 1.6. On the same base in F32 both differ by 0.007
   * and the cosine is 0.99998. With rows of q and k in the wrong order the cosines are 0.22 and 0.84.
   */
  test.each(Object.keys(adapterKinds))(
    "the GGUF adapter of %s changes probabilities as transformers and PEFT say",
    async (kind) => {
      const { logs } = await evaluate(makeAdapter(kind));
      const ours = minus(logs, (await baseRun)!.logs);
      const wanted = reference.adapters[kind as keyof typeof reference.adapters].flat();
      const theirs = minus(wanted, reference.base.flat());
      expect(dot(ours, theirs) / Math.sqrt(dot(ours, ours) * dot(theirs, theirs))).toBeGreaterThan(
        0.95,
      );
      expect(Math.sqrt(dot(ours, ours) / dot(theirs, theirs))).toBeCloseTo(1, 0.7);
    },
  );

  /** No activation is rounded to 8 bits over F16: what is left is the rounding of the sums. */
  test.each<[WritableType, number]>([
    ["F16", 0.02],
    ["Q8_0", 0.3],
  ])(
    "base and adapter merged as %s have the probabilities of transformers and PEFT",
    async (type, most) => {
      const file = join(folder, "merged.gguf");
      withBase((base) => writeMergedGguf(file, makeAdapter("all seven"), base, type));
      const { logs } = await evaluateFiles(file);
      const errors = minus(logs, reference.adapters["all seven"].flat());
      expect(Math.sqrt(dot(errors, errors) / errors.length)).toBeLessThan(most);
      const merged = openGguf(file);
      withBase((base) => {
        const { ["general.file_type"]: _, ...kept } = base.metadata;
        expect(merged.metadata).toMatchObject(kept);
        expect(merged.readTensor("output_norm.weight")).toEqual(
          base.readTensor("output_norm.weight"),
        );
      });
      merged.close();
    },
  );

  test("an export holds all files with their hashes, and the Modelfile names base, adapter and template", async () => {
    const target = join(folder, "export");
    writeJson(join(target, "words.json"), { jobs: 1 });
    const manifest = await exportAdapter(makeAdapter("q and k"), {
      folder: target,
      beside: ["words.json"],
      baseFile: modelFile!,
      baseName: "smollm2",
      promptHash: "0123",
      system: 'Say "yes".',
    });
    expect(JSON.parse(readFileSync(join(target, "manifest.json"), "utf8"))).toEqual(manifest);
    expect(manifest).toMatchObject({
      base: { name: "smollm2", sha256: sha256(readFileSync(modelFile!)) },
      adapter: {
        rank: 8,
        alpha: 16,
        targetModules: ["q_proj", "k_proj"],
        parameters: 30 * 8 * (576 + 576 + 576 + 192),
      },
      prompt: { sha256: "0123" },
    });
    expect(Object.keys(manifest.files).sort()).toEqual([
      "Modelfile",
      "adapter.gguf",
      "adapter_config.json",
      "adapter_model.safetensors",
      "words.json",
    ]);
    for (const [file, hash] of Object.entries(manifest.files))
      expect(sha256(readFileSync(join(target, file)))).toBe(hash);
    expect(readFileSync(join(target, "Modelfile"), "utf8")).toBe(`FROM ${modelFile}
ADAPTER ./adapter.gguf
TEMPLATE """{{- range .Messages }}<|im_start|>{{ .Role }}
{{ .Content }}<|im_end|>
{{ end }}<|im_start|>assistant
"""
PARAMETER stop "<|im_end|>"
PARAMETER num_ctx 8192
PARAMETER temperature 0
PARAMETER repeat_penalty 1
SYSTEM """Say "yes"."""
`);
  });

  test("an adapter of another model is refused with both shapes", () => {
    const { config, pairs } = makeAdapter("q and k");
    const narrow = { ...pairs[0], inFeatures: 4, a: new Float32Array(32) };
    expect(() =>
      withBase((base) =>
        writeGgufAdapter(join(folder, "x.gguf"), { config, pairs: [narrow] }, base),
      ),
    ).toThrow(/the adapter has .*q_proj as \[576,4\], .* has blk.0.attn_q.weight as \[576,576\]/);
  });

  test("a Hugging Face folder has every tensor, q and k in Hugging Face's order", () => {
    withBase((base) => {
      writeHuggingFaceFolder(folder, base);
      const weights = readSafetensors(join(folder, "model.safetensors"));
      expect(weights.shapes.size).toBe(base.tensors.size);
      const q = "model.layers.3.self_attn.q_proj.weight";
      expect(weights.shapes.get(q)).toEqual([576, 576]);
      // Row 1 of a head in llama.cpp's order is row 32 in Hugging Face's.
      expect(weights.read(q).subarray(32 * 576, 33 * 576)).toEqual(
        base.readTensor("blk.3.attn_q.weight").subarray(576, 2 * 576),
      );
    });
    expect(JSON.parse(readFileSync(join(folder, "config.json"), "utf8"))).toMatchObject({
      model_type: "llama",
      num_key_value_heads: 3,
      rope_theta: 100_000,
      tie_word_embeddings: true,
    });
  });

  const hasPeft = python && spawnSync(python, ["-c", FIND_PEFT]).status === 0;
  test.skipIf(!hasPeft)("PEFT loads the folder (needs T2S_PYTHON with torch and peft)", () => {
    const { config, pairs } = makeAdapter("all seven");
    const written = { config, pairs: pairs.filter(({ name }) => /layers\.[01]\./.test(name)) };
    writePeftAdapter(join(folder, "peft"), written, "base");
    const script = `
import json, sys
from peft import LoraConfig, get_peft_model, set_peft_model_state_dict
from peft.utils import load_peft_weights
from transformers import LlamaConfig, LlamaForCausalLM
shape = dict(hidden_size=576, intermediate_size=1536, num_hidden_layers=2, num_attention_heads=9, num_key_value_heads=3)
model = get_peft_model(LlamaForCausalLM(LlamaConfig(vocab_size=8, **shape)), LoraConfig.from_pretrained(sys.argv[1]))
result = set_peft_model_state_dict(model, load_peft_weights(sys.argv[1], device="cpu"))
lora = {name: value for name, value in model.named_parameters() if "lora" in name}
missing = [name for name in result.missing_keys if "lora" in name]
b = lora["base_model.model.model.layers.1.mlp.down_proj.lora_B.default.weight"]
print(json.dumps([len(lora), missing, result.unexpected_keys, b[5].tolist(), model.peft_config["default"].lora_alpha]))`;
    const { stdout, stderr } = spawnSync(python!, ["-c", script, join(folder, "peft")], {
      encoding: "utf8",
    });
    const { b } = written.pairs.find(({ name }) => name === "model.layers.1.mlp.down_proj")!;
    expect(stderr).not.toContain("Traceback");
    expect(JSON.parse(stdout)).toEqual([28, [], [], [...b.subarray(40, 48)], 16]);
  });
});
