/**
 * What training will need before it starts: bytes of memory and seconds per forest, counted on the very graphs that
 * would run. Knows no clock: the machine's speed is given.
 */
import type { GgufFile } from "../format/gguf-file.ts";
import type { Forest } from "./forest.ts";
import { type Graph, type Value, valuesOf } from "./graph/graph.ts";
import { sizeOf } from "./graph/op.ts";
import { HEAD_ROWS, createHeadGraph, createLayerGraphs } from "./layer-graphs.ts";
import { layOut } from "./layout.ts";
import { isTarget } from "./lora/lora.ts";
import type { Mode, Precision } from "./mode.ts";
import { groupOf } from "./models/attention.ts";
import { type LlamaConfig, layerWeightShapes, linearShapes } from "./models/llama.ts";
import { formsOf, weightBytes } from "./weights.ts";
import { type Speed, USUAL_SPEED } from "./speed.ts";

/** The sizes of a forest of one root and its children, or of lone sequences where `prefixTokens` is 0. */
export type ForestShape = {
  readonly prefixTokens: number;
  readonly suffixTokens: readonly number[];
  readonly lossTokens: number;
};

export type Forecast = { readonly bytes: number; readonly secondsPerForest: number };

export type ForecastOptions = {
  readonly config: LlamaConfig;
  readonly forestShape: ForestShape;
  readonly mode: Mode;
  readonly precision?: Precision;
  readonly rank: number;
  readonly targetModules?: readonly string[];
  /** As for createLoraModel. */
  readonly tunedLayers?: number;
  /** The file's tensors, which say how small weights can be held; without them float32 is assumed. */
  readonly weights?: Pick<GgufFile, "tensors">;
  readonly speed?: Speed;
};

const ALL_LINEARS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];
const FLOAT_BYTES = 4;
/** Node with this program, a tokenizer and ONNX Runtime loaded, before any weight is read. */
const PROGRAM_BYTES = 150e6;
/** What a session takes besides the values of its graph. */
const SESSION_BYTES = 40e6;
/** Measured: memory that ONNX Runtime's arena takes over what is alive at once. */
const ARENA_SLACK = 1.15;

/** Memory of the whole training process (parameters, gradients and AdamW's moments included) and time per forest. */
export function forecast(options: ForecastOptions): Forecast {
  const {
    config,
    forestShape,
    mode,
    precision,
    rank,
    targetModules = ALL_LINEARS,
    tunedLayers = config.numHiddenLayers,
    weights,
    speed = USUAL_SPEED,
  } = options;
  const adapter = { rank, alpha: rank, dropout: 0, targetModules };
  const { plan, masks } = layOut(forestOf(forestShape), config.vocabSize, groupOf(config));
  const forms = formsOf(weights, config, mode, precision);
  const { forward, backward, kept } = createLayerGraphs(config, adapter, plan, mode, forms);
  const head = createHeadGraph(config, HEAD_ROWS);
  const headRuns = Math.ceil(forestShape.lossTokens / HEAD_ROWS);

  const layerBytes = sum(
    Object.entries(layerWeightShapes(config)).map(([name, shape]) =>
      weightBytes(forms, name, shape),
    ),
  );
  const trained = sum(
    Object.entries(linearShapes(config)).map(([name, [out, inner]]) =>
      isTarget(name, adapter) ? rank * (out + inner) : 0,
    ),
  );
  const layers = config.numHiddenLayers;
  const tuned = Math.min(tunedLayers, layers);
  const rows = plan.rows * config.hiddenSize;
  const keptPerLayer = sum(Object.values(kept).map(sizeOf));
  const peaks = sum([forward, backward, head].map(peakFloats));
  const heads = weights?.tensors.has("output.weight") ? 2 : 1;
  const floats =
    layers * (trained + rows) +
    tuned * (3 * trained + keptPerLayer) +
    heads * config.vocabSize * config.hiddenSize +
    3 * rows +
    sum(masks.map(({ length }) => length)) +
    keptPerLayer +
    ARENA_SLACK * peaks;
  const bytes =
    PROGRAM_BYTES + 3 * SESSION_BYTES + config.numHiddenLayers * layerBytes + FLOAT_BYTES * floats;

  const secondsPerForest =
    layers * secondsOf(forward, speed) +
    tuned * secondsOf(backward, speed) +
    headRuns * secondsOf(head, speed);
  return { bytes, secondsPerForest };
}

/** A forest of the shape, its tokens all 0. */
function forestOf({ prefixTokens, suffixTokens }: ForestShape): Forest {
  const segment = (length: number, parent: number) => ({
    tokenIds: Array.from({ length }, () => 0),
    parent,
  });
  const root = prefixTokens > 0 ? [segment(prefixTokens, -1)] : [];
  return { segments: [...root, ...suffixTokens.map((length) => segment(length, root.length - 1))] };
}

/** Most floats that are alive at once between inputs and outputs when values are computed in order. */
function peakFloats(graph: Graph): number {
  const order = valuesOf(Object.values(graph.outputs));
  const outputs = new Set(Object.values(graph.outputs));
  const owner = (value: Value): Value => (value.op === "reshape" ? owner(value.inputs[0]) : value);
  const lastUse = new Map<Value, number>();
  order.forEach((value, i) => value.inputs.forEach((used) => lastUse.set(owner(used), i)));
  const freedAt = Map.groupBy(lastUse.keys(), (value) => lastUse.get(value));
  const isOurs = (value: Value) =>
    value.op !== "input" && value.op !== "reshape" && !outputs.has(value);
  let alive = 0;
  let peak = 0;
  order.forEach((value, i) => {
    if (isOurs(value)) alive += sizeOf(value.shape);
    peak = Math.max(peak, alive);
    for (const freed of freedAt.get(i) ?? []) if (isOurs(freed)) alive -= sizeOf(freed.shape);
  });
  return peak;
}

function secondsOf(graph: Graph, { gigaflops, int8Gigaflops, gigabytes }: Speed): number {
  return sum(
    valuesOf(Object.values(graph.outputs)).map((value) => {
      const floats = sizeOf(value.shape) + sum(value.inputs.map(({ shape }) => sizeOf(shape)));
      return (
        flopsOf(value) / ((value.op === "linearInt8" ? int8Gigaflops : gigaflops) * 1e9) +
        (FLOAT_BYTES * bytesMoved(value, floats)) / (gigabytes * 1e9)
      );
    }),
  );
}

/** Matrix products are counted by their operations alone, and what moves nothing not at all. */
const bytesMoved = (value: Value, floats: number): number =>
  flopsOf(value) > 0 || value.op === "input" || value.op === "reshape" ? 0 : floats;

/** Floating-point operations of a matrix product; 0 for everything else. */
function flopsOf({ op, inputs, shape }: Value): number {
  const size = 2 * sizeOf(shape);
  if (op === "matmul" || op === "addMatmul") {
    const [a, b] = inputs.slice(-2);
    return 2 * Math.sqrt(sizeOf(a.shape) * sizeOf(b.shape) * sizeOf(shape));
  }
  if (["linear", "loraLinear", "linearInt8", "attentionWeights"].includes(op))
    return size * inputs[0].shape[1];
  if (op === "attend") return size * inputs[1].shape[0];
  return 0;
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
