/**
 * The frozen weights of a model as sessions take them: arrays for each layer, and how a graph makes float32 matrices of
 * them. `packed` keeps linears as the file stores them where that is smaller: a quarter of the memory for some 3 % of
 * the time, and not a bit of difference.
 */
import type { GgufFile } from "../format/gguf-file.ts";
import { type PackedForm, packedFormOf, readPacked } from "../format/packed.ts";
import { fromBlocks, fromHalf, fromInt8, input } from "./graph/build.ts";
import type { Value } from "./graph/graph.ts";
import { type Shape, sizeOf } from "./graph/op.ts";
import { findWeight, readWeight, toGgufName, toHuggingFaceRows } from "./models/gguf-names.ts";
import { type LlamaConfig, layerWeightShapes, linearShapes } from "./models/llama.ts";
import { int8Feeds, int8Inputs } from "./int8.ts";
import type { Mode, Precision } from "./mode.ts";
import type { Feed } from "./runtime/session.ts";

/** How all layers hold the weight of a name within a layer; float32 where the name is not there. */
export type WeightForms = Readonly<Record<string, WeightForm>>;
type WeightForm = PackedForm | { readonly kind: "int8" };

export type ModelWeights = {
  readonly forms: WeightForms;
  readonly layers: readonly Readonly<Record<string, Feed>>[];
  readonly embedding: Float32Array;
  /** The embedding itself where the file ties them. */
  readonly head: Float32Array;
  readonly norm: Float32Array;
  readonly ropeFactors?: Float32Array;
};

const F32: PackedForm = { kind: "f32" };

/** Reads all weights. Raises `model-invalid` for a tensor that is missing or has another shape. */
export function readWeights(file: GgufFile, config: LlamaConfig, forms: WeightForms): ModelWeights {
  const { vocabSize, hiddenSize, numHiddenLayers } = config;
  const shapes = Object.entries(layerWeightShapes(config));
  const layers = Array.from({ length: numHiddenLayers }, (_, layer) =>
    Object.assign(
      {},
      ...shapes.map(([name, shape]) => readLayerWeight(file, config, forms, layer, name, shape)),
    ),
  );
  const read = (name: string, shape: Shape) => readWeight(file, config, name, shape);
  const embedding = read("model.embed_tokens.weight", [vocabSize, hiddenSize]);
  const isTied = !file.tensors.has("output.weight");
  const factors = "rope_freqs.weight";
  return {
    forms,
    layers,
    embedding,
    head: isTied ? embedding : read("lm_head.weight", [vocabSize, hiddenSize]),
    norm: read("model.norm.weight", [hiddenSize]),
    ropeFactors: file.tensors.has(factors) ? file.readTensor(factors) : undefined,
  };
}

/** The forms of a mode; without a file all are float32. One session serves all layers, so a weight is packed only if all of them store it alike. */
export function formsOf(
  file: Pick<GgufFile, "tensors"> | undefined,
  config: LlamaConfig,
  mode: Mode,
  precision: Precision = "float32",
): WeightForms {
  if (precision === "int8")
    return Object.fromEntries(
      Object.keys(linearShapes(config)).map((name) => [`${name}.weight`, { kind: "int8" }]),
    );
  if (mode === "keep" || file === undefined) return {};
  const layers = Array.from({ length: config.numHiddenLayers }, (_, layer) => layer);
  const typeOf = (layer: number, name: string) =>
    file.tensors.get(toGgufName(`model.layers.${layer}.${name}`))?.type ?? "";
  return Object.fromEntries(
    Object.keys(layerWeightShapes(config)).map((name) => {
      const type = typeOf(0, name);
      const isAlike = layers.every((layer) => typeOf(layer, name) === type);
      return [name, isAlike ? packedFormOf(type) : F32];
    }),
  );
}

/** The float32 matrix of a weight, made of the inputs that its form is fed as. */
export function weightValue(forms: WeightForms, name: string, shape: Shape): Value {
  const form = forms[name] ?? F32;
  if (form.kind === "f32") return input(name, shape);
  if (form.kind === "int8") return fromInt8(int8Inputs(name, shape));
  if (form.kind !== "blocks") return fromHalf(input(`${name}.bits`, shape, "u16"), form.kind);
  const perBlock = shape.with(1, shape[1] / form.valuesPerBlock);
  const minimums = form.hasMinimum ? input(`${name}.minimums`, perBlock) : undefined;
  return fromBlocks(
    input(`${name}.codes`, shape, "i8"),
    input(`${name}.scales`, perBlock),
    minimums,
  );
}

/** Bytes that a weight takes in its form. */
export function weightBytes(forms: WeightForms, name: string, shape: Shape): number {
  const form = forms[name] ?? F32;
  const size = sizeOf(shape);
  if (form.kind === "f32") return 4 * size;
  if (form.kind === "int8") return 2 * size;
  if (form.kind !== "blocks") return 2 * size;
  return size + (size / form.valuesPerBlock) * (form.hasMinimum ? 8 : 4);
}

/** The arrays of one weight, named as `weightValue` names its inputs. */
function readLayerWeight(
  file: GgufFile,
  config: LlamaConfig,
  forms: WeightForms,
  layer: number,
  name: string,
  shape: Shape,
): Record<string, Feed> {
  const ggufName = findWeight(file, `model.layers.${layer}.${name}`, shape);
  const order = <T extends Feed>(values: T) =>
    toHuggingFaceRows(name, values, shape[0], config.headDim);
  const { kind } = forms[name] ?? F32;
  if (kind === "f32") return { [name]: order(file.readTensor(ggufName)) };
  if (kind === "int8") return int8Feeds(name, order(file.readTensor(ggufName)), shape);
  const packed = readPacked(file, ggufName);
  if (packed.kind === "f32") return { [name]: order(packed.values) };
  if (packed.kind !== "blocks") return { [`${name}.bits`]: order(packed.bits) };
  return {
    [`${name}.codes`]: order(packed.codes),
    [`${name}.scales`]: order(packed.scales),
    ...(packed.minimums && { [`${name}.minimums`]: order(packed.minimums) }),
  };
}
