/**
 * LoRA adapters as GGUF files that llama.cpp and Ollama load beside the base's GGUF. llama.cpp keeps the rows of q and k
 * in another order than Hugging Face (engine/models/gguf-names.ts); the rows of their B matrices follow it.
 */
import { UserError } from "../base/errors.ts";
import {
  type Adapter,
  type LoraPair,
  readLlamaConfig,
  toGgufName,
  toPairedRows,
} from "../engine/index.ts";
import type { GgufFile } from "../format/gguf-file.ts";
import { type GgufTensorToWrite, writeGguf } from "../format/gguf-writer.ts";

/**
 * Writes the adapter for the base that it was trained on. Raises `model-invalid` when a pair does not fit the base's
 * tensor, `model-unsupported` when the base's architecture is not known.
 */
export function writeGgufAdapter(
  path: string,
  adapter: Adapter,
  base: Pick<GgufFile, "path" | "metadata" | "tensors" | "readTensor">,
): void {
  const { headDim } = readLlamaConfig(base);
  writeGguf(path, {
    metadata: {
      "general.architecture": String(base.metadata["general.architecture"]),
      "general.type": "adapter",
      "adapter.type": "lora",
      "adapter.lora.alpha": { f32: adapter.config.alpha },
    },
    tensors: adapter.pairs.flatMap((pair) => {
      checkFits(pair, base);
      return tensorsOf(pair, adapter.config.rank, headDim);
    }),
  });
}

function tensorsOf(pair: LoraPair, rank: number, headDim: number): GgufTensorToWrite[] {
  const { name, inFeatures, outFeatures, a, b } = pair;
  const ggufName = toGgufName(`${name}.weight`);
  const shapeOfB = [outFeatures, rank] as const;
  return [
    { name: `${ggufName}.lora_a`, shape: [rank, inFeatures], data: a },
    {
      name: `${ggufName}.lora_b`,
      shape: shapeOfB,
      data: /\.[qk]_proj$/.test(name) ? toPairedRows(b, shapeOfB, headDim) : b,
    },
  ];
}

/** Raises `model-invalid` when the pair does not fit the tensor of the base. */
export function checkFits(pair: LoraPair, base: Pick<GgufFile, "path" | "tensors">): void {
  const name = toGgufName(`${pair.name}.weight`);
  const shape = base.tensors.get(name)?.shape;
  if (shape?.join() === `${pair.outFeatures},${pair.inFeatures}`) return;
  throw new UserError(
    "model-invalid",
    `the adapter has ${pair.name} as [${pair.outFeatures},${pair.inFeatures}], ${base.path} has ${name} as [${shape ?? "none"}]`,
  );
}
