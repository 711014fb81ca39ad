/**
 * Writes test/fixtures/reference/adapter-effect.json: what transformers and PEFT say a LoRA adapter changes in the next
 * token's log-probabilities of the default model, dequantised.
 *
 *     T2S_PYTHON=python node scripts/reference/adapter-effect.ts SmolLM2-135M-Instruct.Q4_1.gguf
 *
 * The interpreter needs torch 2.15, transformers 5.23 and peft 0.21. Base and adapters reach it as our own exports.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeFileAtomic, writeJson } from "../../src/base/files.ts";
import { writeHuggingFaceFolder } from "../../src/export/hugging-face.ts";
import { writePeftAdapter } from "../../src/export/peft.ts";
import { openGguf } from "../../src/format/gguf.ts";
import { createTokenizer } from "../../src/tokenizer/tokenizer.ts";
import { adapterKinds, randomAdapter } from "../../test/fixtures/random-adapter.ts";

const text = `<|im_start|>system
You answer in one sentence.<|im_end|>
<|im_start|>user
What is the capital of France?<|im_end|>
<|im_start|>assistant
The capital of France is Paris, and`;

const [modelFile] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "t2s-reference-"));
const base = openGguf(modelFile);
try {
  const ids = createTokenizer(base.metadata).encode(text, { allowSpecial: true });
  writeJson(join(folder, "ids.json"), ids);
  writeHuggingFaceFolder(join(folder, "base"), base);
  for (const [kind, { targetModules, deviationOfB }] of Object.entries(adapterKinds))
    writePeftAdapter(join(folder, kind), randomAdapter(base, targetModules, deviationOfB), "base");
  const script = join(import.meta.dirname, "adapter_effect.py");
  const json = execFileSync(
    process.env.T2S_PYTHON ?? "python3",
    [script, folder, ...Object.keys(adapterKinds)],
    { encoding: "utf8", maxBuffer: 1 << 26 },
  );
  writeFileAtomic("test/fixtures/reference/adapter-effect.json", json);
} finally {
  base.close();
  rmSync(folder, { recursive: true });
}
