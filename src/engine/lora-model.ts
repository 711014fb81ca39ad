/**
 * A frozen model with a trained adapter: loss, gradients and log-probabilities of forests. Layers run one by one
 * through the same sessions with their own weights. Knows no optimiser: whoever trains changes `parameters` in place.
 */
import { UserError, assert } from "../base/errors.ts";
import type { GgufFile } from "../format/gguf-file.ts";
import { type Forest } from "./forest.ts";
import { HEAD_ROWS, createHeadGraph, createLayerGraphs } from "./layer-graphs.ts";
import { LayerSessions, type OpenSessions } from "./layer-sessions.ts";
import { type Layout, type LossRow, layOut } from "./layout.ts";
import type { Adapter, AdapterConfig, LoraPair } from "./lora/adapter.ts";
import { dropoutMask, maskColumns } from "./lora/dropout.ts";
import { initAdapter } from "./lora/init.ts";
import { isTarget } from "./lora/lora.ts";
import { groupOf } from "./models/attention.ts";
import { readLlamaConfig } from "./models/gguf-names.ts";
import { type LlamaConfig, linearShapes, rotaryTables } from "./models/llama.ts";
import type { Mode } from "./mode.ts";
import { type Feed, Session } from "./runtime/session.ts";
import { sizeOf } from "./graph/op.ts";
import { type ModelWeights, formsOf, readWeights } from "./weights.ts";

/** "model.layers.0.self_attn.q_proj.lora_A" and its shape. */
export type ParameterName = { readonly name: string; readonly shape: readonly [number, number] };

export type LossAndGrads = {
  /** Sum of the negative log-likelihoods of the loss tokens, in nats. Not finite if training diverged. */
  readonly lossSum: number;
  readonly lossTokens: number;
  /** Gradient of weight · lossSum in the order of `parameters`; the arrays are used again by the next call. */
  readonly grads: readonly Float32Array[];
};

export type LoraModelOptions = {
  readonly weights: GgufFile;
  /** An adapter to go on with, or the shape of a new one and the seed of its first numbers. */
  readonly adapter: Adapter | (AdapterConfig & { readonly seed: number });
  readonly mode?: Mode;
  readonly threads?: number;
};

/**
 * Reads the weights and opens the head's session. Raises `model-unsupported` and `model-invalid` for the file,
 * `config-invalid` and `run-mismatch` for the adapter, and `package-missing`.
 */
export async function createLoraModel(options: LoraModelOptions): Promise<LoraModel> {
  const { weights, adapter, mode = "checkpoint", threads = 2 } = options;
  const config = readLlamaConfig(weights);
  const start = "pairs" in adapter ? adapter : freshAdapter(config, adapter);
  checkAdapter(config, start);
  const forms = formsOf(weights, config, mode);
  const sessions = new LayerSessions(
    (plan) => createLayerGraphs(config, start.config, plan, mode, forms),
    { threads },
  );
  const head = await Session.create(createHeadGraph(config, HEAD_ROWS), { threads });
  return new LoraModel(config, readWeights(weights, config, forms), start, head, sessions);
}

/** All linears that the adapter's targets name, layer by layer, with their shapes [out, in]. */
function targetLinears(config: LlamaConfig, adapter: AdapterConfig) {
  const linears = Object.entries(linearShapes(config)).filter(([name]) => isTarget(name, adapter));
  return Array.from({ length: config.numHiddenLayers }, (_, layer) =>
    linears.map(([name, shape]) => ({ name: `model.layers.${layer}.${name}`, shape })),
  ).flat();
}

function freshAdapter(
  config: LlamaConfig,
  { seed, ...shape }: AdapterConfig & { readonly seed: number },
): Adapter {
  return initAdapter(shape, targetLinears(config, shape), seed);
}

function checkAdapter(config: LlamaConfig, { config: shape, pairs }: Adapter): void {
  const known = Object.keys(linearShapes(config)).map((name) => name.slice(name.indexOf(".") + 1));
  const unknown = shape.targetModules.filter((name) => !known.includes(name));
  if (unknown.length > 0 || shape.targetModules.length === 0)
    throw new UserError(
      "config-invalid",
      `targetModules is [${shape.targetModules.join(", ")}]; some of ${known.join(", ")} are wanted`,
    );
  if (!Number.isInteger(shape.rank) || shape.rank < 1 || !(shape.dropout >= 0 && shape.dropout < 1))
    throw new UserError(
      "config-invalid",
      `rank is ${shape.rank} and dropout ${shape.dropout}; a positive integer and 0 ≤ dropout < 1 are wanted`,
    );
  const wanted = targetLinears(config, shape).map(
    ({ name, shape: [out, inner] }) => `${name} ${out} ${inner}`,
  );
  const found = new Set(pairs.map((pair) => `${pair.name} ${pair.outFeatures} ${pair.inFeatures}`));
  const missing = wanted.find((key) => !found.has(key));
  if (missing !== undefined || found.size !== wanted.length)
    throw new UserError(
      "run-mismatch",
      `the adapter has ${found.size} linears, the model's targets are ${wanted.length}${missing ? `, such as ${missing}` : ""}`,
    );
}

export class LoraModel {
  readonly config: LlamaConfig;
  /** The trained arrays, live: the optimiser changes them in place. */
  readonly parameters: readonly Float32Array[];
  /** Names and shapes in the order of `parameters`. */
  readonly parameterNames: readonly ParameterName[];
  readonly #weights: ModelWeights;
  readonly #adapter: Adapter;
  readonly #head: Session;
  readonly #sessions: LayerSessions;
  readonly #grads: ReadonlyMap<string, Float32Array>;
  readonly #arrays = new Map<string, Float32Array>();

  /** Use `createLoraModel`. */
  constructor(
    config: LlamaConfig,
    weights: ModelWeights,
    adapter: Adapter,
    head: Session,
    sessions: LayerSessions,
  ) {
    this.config = config;
    this.#weights = weights;
    this.#adapter = adapter;
    this.#head = head;
    this.#sessions = sessions;
    this.parameters = adapter.pairs.flatMap(({ a, b }) => [a, b]);
    this.parameterNames = adapter.pairs.flatMap(
      ({ name, inFeatures, outFeatures }): ParameterName[] => [
        { name: `${name}.lora_A`, shape: [adapter.config.rank, inFeatures] },
        { name: `${name}.lora_B`, shape: [outFeatures, adapter.config.rank] },
      ],
    );
    this.#grads = new Map(
      this.parameterNames.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))]),
    );
  }

  /** The adapter as it stands; its arrays are the live ones. */
  adapter(): Adapter {
    return this.#adapter;
  }

  /**
   * Loss and gradients of one forest. `weight` scales the gradients: 1 ÷ the loss tokens of all forests of the step.
   * Without a `dropoutSeed` nothing is dropped. One call at a time. Raises `data-invalid` for a forest that is none.
   */
  async lossAndGrads(
    forest: Forest,
    { weight, dropoutSeed }: { readonly weight: number; readonly dropoutSeed?: number },
  ): Promise<LossAndGrads> {
    const layout = this.#layOut(forest);
    const sessions = await this.#sessions.get(layout.plan);
    const masks = this.#dropoutMasks(dropoutSeed);
    const feeds = this.#feedsOf(layout);
    const last = await this.#runForward(sessions, layout, feeds, masks);
    const dy = this.#array("dy", last.length).fill(0);
    const nll = await this.#runHead(last, layout.lossRows, { weight, dy });
    const grads = await this.#runBackward(sessions, layout, feeds, masks, dy);
    return { lossSum: nll.reduce((sum, value) => sum + value, 0), lossTokens: nll.length, grads };
  }

  /** Natural logarithms of the probabilities of the loss tokens, by segment. */
  async logProbs(forest: Forest): Promise<Float32Array[]> {
    const layout = this.#layOut(forest);
    const sessions = await this.#sessions.get(layout.plan);
    const last = await this.#runForward(sessions, layout, this.#feedsOf(layout), new Map());
    const nll = await this.#runHead(last, layout.lossRows);
    return forest.segments.map((_, segment) =>
      nll.filter((_value, i) => layout.lossRows[i].segment === segment).map((value) => -value),
    );
  }

  async close(): Promise<void> {
    await this.#head.close();
    await this.#sessions.close();
    this.#arrays.clear();
  }

  #layOut(forest: Forest): Layout {
    const { vocabSize } = this.config;
    return layOut(forest, vocabSize, groupOf(this.config), (name, length) =>
      this.#array(name, length),
    );
  }

  /** What all layers are fed. */
  #feedsOf({ positions, masks }: Layout): Record<string, Feed> {
    const { cos, sin } = rotaryTables(this.config, positions, this.#weights.ropeFactors);
    return { cos, sin, ...Object.fromEntries(masks.map((mask, i) => [`mask.${i}`, mask])) };
  }

  #dropoutMasks(seed: number | undefined): ReadonlyMap<string, Float32Array> {
    const { dropout } = this.#adapter.config;
    if (seed === undefined || dropout === 0) return new Map();
    return new Map(
      this.#adapter.pairs.map(({ name, inFeatures }, i) => [
        name,
        dropoutMask(inFeatures, dropout, Math.imul(seed, 0x9e3779b1) + i),
      ]),
    );
  }

  /** The weights and LoRA inputs of a layer. */
  #feedsOfLayer(layer: number, masks: ReadonlyMap<string, Float32Array>): Record<string, Feed> {
    const feeds: Record<string, Feed> = { ...this.#weights.layers[layer] };
    for (const { name, inner, a, b } of this.#pairsOf(layer)) {
      const mask = masks.get(name);
      feeds[`${inner}.lora_A`] =
        mask === undefined ? a : maskColumns(a, mask, this.#array(`masked ${inner}`, a.length));
      feeds[`${inner}.lora_B`] = b;
    }
    return feeds;
  }

  /** The pairs of a layer; `inner` is their name within it. */
  #pairsOf(layer: number): (LoraPair & { readonly inner: string })[] {
    const prefix = `model.layers.${layer}.`;
    return this.#adapter.pairs
      .filter(({ name }) => name.startsWith(prefix))
      .map((pair) => ({ ...pair, inner: pair.name.slice(prefix.length) }));
  }

  /** Runs all layers; keeps the input of each and what the mode keeps. Returns the last layer's output. */
  async #runForward(
    sessions: OpenSessions,
    layout: Layout,
    feeds: Readonly<Record<string, Feed>>,
    masks: ReadonlyMap<string, Float32Array>,
  ): Promise<Float32Array> {
    const { hiddenSize, numHiddenLayers } = this.config;
    const size = layout.plan.rows * hiddenSize;
    let x = this.#array("x 0", size);
    layout.tokenIds.forEach((id, row) =>
      x.set(
        this.#weights.embedding.subarray(id * hiddenSize, (id + 1) * hiddenSize),
        row * hiddenSize,
      ),
    );
    for (let layer = 0; layer < numHiddenLayers; layer++) {
      const y = this.#array(`x ${layer + 1}`, size);
      const results = { y, ...this.#keptOf(sessions, layer) };
      await sessions.forward.run({ x, ...feeds, ...this.#feedsOfLayer(layer, masks) }, results);
      x = y;
    }
    return x;
  }

  #keptOf({ kept }: OpenSessions, layer: number): Record<string, Float32Array> {
    return Object.fromEntries(
      Object.entries(kept).map(([name, shape]) => [
        name,
        this.#array(`${name} ${layer}`, sizeOf(shape)),
      ]),
    );
  }

  /** Negative log-likelihoods by loss row; with `into`, adds the gradient of weight · Σ nll to the rows of dy. */
  async #runHead(
    last: Float32Array,
    lossRows: readonly LossRow[],
    into?: { readonly weight: number; readonly dy: Float32Array },
  ): Promise<Float32Array> {
    const { hiddenSize } = this.config;
    const { head, norm } = this.#weights;
    const result = new Float32Array(lossRows.length);
    const [x, targetRows, dx] = ["head x", "head targets", "head dx"].map((name) =>
      this.#array(name, HEAD_ROWS * hiddenSize).fill(0),
    );
    const rowOf = (values: Float32Array, row: number) =>
      values.subarray(row * hiddenSize, (row + 1) * hiddenSize);
    for (let start = 0; start < lossRows.length; start += HEAD_ROWS) {
      const chunk = lossRows.slice(start, start + HEAD_ROWS);
      chunk.forEach(({ row, targetId }, i) => {
        rowOf(x, i).set(rowOf(last, row));
        rowOf(targetRows, i).set(rowOf(head, targetId));
      });
      const lossWeight = new Float32Array(HEAD_ROWS).fill(into?.weight ?? 0, 0, chunk.length);
      const nll = new Float32Array(HEAD_ROWS);
      const results: Record<string, Float32Array> = into === undefined ? { nll } : { nll, dx };
      await this.#head.run({ x, norm, head, targetRows, lossWeight }, results);
      result.set(nll.subarray(0, chunk.length), start);
      if (into === undefined) continue;
      chunk.forEach(({ row }, i) => addTo(rowOf(into.dy, row), rowOf(dx, i)));
    }
    return result;
  }

  async #runBackward(
    sessions: OpenSessions,
    layout: Layout,
    feeds: Readonly<Record<string, Feed>>,
    masks: ReadonlyMap<string, Float32Array>,
    last: Float32Array,
  ): Promise<Float32Array[]> {
    const size = layout.plan.rows * this.config.hiddenSize;
    let dy = last;
    for (let layer = this.config.numHiddenLayers - 1; layer >= 0; layer--) {
      const dx = this.#array(`dx ${layer % 2}`, size);
      const grads = this.#pairsOf(layer).flatMap(({ name, inner }) => [
        [`d.${inner}.lora_A`, this.#grad(`${name}.lora_A`)] as const,
        [`d.${inner}.lora_B`, this.#grad(`${name}.lora_B`)] as const,
      ]);
      const inputs = {
        x: this.#array(`x ${layer}`, size),
        dy,
        ...this.#keptOf(sessions, layer),
        ...feeds,
        ...this.#feedsOfLayer(layer, masks),
      };
      await sessions.backward.run(inputs, { dx, ...Object.fromEntries(grads) });
      dy = dx;
    }
    for (const [name, mask] of masks) {
      const grad = this.#grad(`${name}.lora_A`);
      maskColumns(grad, mask, grad);
    }
    return [...this.#grads.values()];
  }

  #grad(name: string): Float32Array {
    const grad = this.#grads.get(name);
    assert(grad !== undefined, `no parameter ${name}`);
    return grad;
  }

  /** An array of the given length that the next call with this name gets again. */
  #array(name: string, length: number): Float32Array {
    const known = this.#arrays.get(name);
    if (known !== undefined && known.length >= length) return known.subarray(0, length);
    const array = new Float32Array(length);
    this.#arrays.set(name, array);
    return array;
  }
}

function addTo(target: Float32Array, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) target[i] += values[i];
}
