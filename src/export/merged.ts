/**
 * Base and adapter as one GGUF file: W + (alpha / rank)·B·A in every tuned linear (Hu et al. 2021, arXiv:2106.09685 §4.1),
 * for programs that load no adapter. Everything else of the base stays, its tokenizer and chat template among it.
 */
import { type Adapter, readLlamaConfig, toGgufName, toPairedRows } from "../engine/index.ts";
import type { CopyableGguf, GgufTensor } from "../format/gguf-file.ts";
import {
  type CopiedValue,
  type GgufTensorToWrite,
  type GgufValue,
  writeGguf,
} from "../format/gguf-writer.ts";
import { quantize, type WritableType } from "../format/quantize.ts";
import { checkFits } from "./gguf-adapter.ts";

/** llama.cpp's numbers of what a file mostly holds (general.file_type). */
const FILE_TYPE: Readonly<Record<WritableType, number>> = { F16: 1, Q8_0: 7 };
/** Ours to say anew. */
const REPLACED = new Set(["general.alignment", "general.file_type"]);

/** Writes the whole model, a tensor at a time, matrices as `type`. Raises `model-invalid` when a pair does not fit, `disk-full`. */
export function writeMergedGguf(
  path: string,
  adapter: Adapter,
  base: CopyableGguf,
  type: WritableType,
): void {
  const { headDim } = readLlamaConfig(base);
  for (const pair of adapter.pairs) checkFits(pair, base);
  const pairs = new Map(adapter.pairs.map((pair) => [toGgufName(`${pair.name}.weight`), pair]));
  const merged = ({ name, shape }: GgufTensor): Float32Array => {
    const values = base.readTensor(name);
    const pair = pairs.get(name);
    if (pair === undefined) return values;
    const { rank, alpha } = adapter.config;
    const isPaired = /\.[qk]_proj$/.test(pair.name);
    const b = isPaired ? toPairedRows(pair.b, [pair.outFeatures, rank], headDim) : pair.b;
    addProduct(values, b, pair.a, { rank, columns: shape[1], scale: alpha / rank });
    return values;
  };
  writeGguf(path, {
    metadata: metadataOf(base, type),
    tensors: [...base.tensors.values()].map((tensor): GgufTensorToWrite => {
      const { name, shape } = tensor;
      if (shape.length < 2)
        return { name, shape, type: tensor.type, data: () => base.readTensorBytes(name) };
      return { name, shape, type, data: () => quantize(type, merged(tensor)) };
    }),
  });
}

function metadataOf(
  base: CopyableGguf,
  type: WritableType,
): Record<string, GgufValue | CopiedValue> {
  const kept = Object.keys(base.metadata).filter((key) => !REPLACED.has(key));
  return {
    ...Object.fromEntries(kept.map((key) => [key, { bytes: base.readMetadataBytes(key) }])),
    "general.file_type": { u32: FILE_TYPE[type] },
  };
}

/** values[rows, columns] += scale · b[rows, rank] · a[rank, columns]. */
function addProduct(
  values: Float32Array,
  b: Float32Array,
  a: Float32Array,
  {
    rank,
    columns,
    scale,
  }: { readonly rank: number; readonly columns: number; readonly scale: number },
): void {
  for (let row = 0; row * columns < values.length; row++)
    for (let k = 0; k < rank; k++) {
      const factor = scale * b[row * rank + k];
      for (let column = 0; column < columns; column++)
        values[row * columns + column] += factor * a[k * columns + column];
    }
}
